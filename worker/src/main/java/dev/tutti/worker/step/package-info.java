/** The loop that leads a worker process through the steps of a generation. */
package dev.tutti.worker.step;
