/** The actors of a worker process. */
package dev.tutti.worker.actor;
