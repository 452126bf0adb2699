/** A worker's end of the streams. */
package dev.tutti.worker.transport;
