package dev.tutti.transport;

import java.util.Collection;

/**
 * What carries the streams of a generation. Orders, which are pieces of work without samples, always go through Aeron: by
 * shared memory or by UDP.
 *
 * @param ipc whether all goes through the shared memory of one media driver
 * @param vectorsByTcp whether weights and gradients go over TCP; else as orders do
 * @param samplesByTcp whether samples and the training set go over TCP; else as orders do
 */
public record Carriers(boolean ipc, boolean vectorsByTcp, boolean samplesByTcp) {
    /** From here on a vector is large: a byte of it is several times cheaper over TCP than in datagrams. */
    public static final int LARGE_BYTES = 64 << 10;

    /** All through shared memory. */
    public static final Carriers IPC = new Carriers(true, false, false);

    /** All over UDP. */
    public static final Carriers UDP = new Carriers(false, false, false);

    /** All over TCP but orders. */
    public static final Carriers TCP = new Carriers(false, true, true);

    /** @throws IllegalArgumentException if something goes over TCP beside shared memory */
    public Carriers {
        if (ipc && (vectorsByTcp || samplesByTcp)) {
            throw new IllegalArgumentException("nothing goes over TCP where memory is shared");
        }
    }

    /**
     * Decides for a generation.
     *
     * @param allowed what the coordinator and each member allow; whoever insists on something has it, UDP first
     * @param shared whether all members can use the coordinator's media driver
     * @param vectorBytes number of bytes of the weights
     * @param sampleBytes number of bytes of samples that are sent in one go
     */
    public static Carriers choose(
            Collection<TransportKind> allowed, boolean shared, long vectorBytes, long sampleBytes) {
        if (allowed.contains(TransportKind.UDP)) {
            return UDP;
        }
        if (allowed.contains(TransportKind.TCP)) {
            return TCP;
        }
        return shared ? IPC : new Carriers(false, vectorBytes >= LARGE_BYTES, sampleBytes >= LARGE_BYTES);
    }

    /** Whether anything goes over TCP. */
    public boolean anyTcp() {
        return vectorsByTcp || samplesByTcp;
    }

    /** What carries the vectors, for logs: {@code ipc}, {@code udp} or {@code tcp}. */
    public String ofVectors() {
        return ipc ? "ipc" : vectorsByTcp ? "tcp" : "udp";
    }
}
