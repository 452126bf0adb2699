/** The coordinator's end of the streams. */
package dev.tutti.coordinator.transport;
