package dev.tutti.coordinator.actor;

import dev.tutti.transport.SharedVectors;
import dev.tutti.transport.TransportKind;

/**
 * What the coordinator's streams need to know of the machine.
 *
 * @param transport what may carry bulk data
 * @param host this machine's address as workers see it, for UDP and TCP
 * @param port UDP port for gradients and TCP port; 0 for any
 * @param mtuBytes largest datagram's payload, for UDP
 * @param shared what is shared with the workers, where all are of this process; else null
 */
public record DataPlaneSettings(TransportKind transport, String host, int port, int mtuBytes, SharedVectors shared) {
    /** Of a coordinator whose workers are other processes. */
    public DataPlaneSettings(TransportKind transport, String host, int port, int mtuBytes) {
        this(transport, host, port, mtuBytes, null);
    }
}
