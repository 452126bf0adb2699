/** The loop that carries out the steps of a job. */
package dev.tutti.coordinator.step;
