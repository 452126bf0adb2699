/** Who does what, what is missing, what is late: pure decisions. */
package dev.tutti.coordinator.plan;
