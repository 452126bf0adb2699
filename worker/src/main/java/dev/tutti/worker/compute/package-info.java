/** The compute threads of a worker process, and where they find their samples. */
package dev.tutti.worker.compute;
