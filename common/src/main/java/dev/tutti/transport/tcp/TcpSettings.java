package dev.tutti.transport.tcp;

import dev.tutti.wire.FrameFlyweight;
import java.time.Duration;

/**
 * Sizes and limits of {@link TcpLinks}; the sizes are the same for all members of a generation.
 *
 * @param bufferBytes length of the direct buffer of each sender and each incoming connection
 * @param floatsPerFrame largest part of a vector in one frame
 * @param handshakeLimit how long a connection may take to be made and to say whose it is
 * @param stallLimit how long a peer may take nothing of what waits for it, or send nothing of what it has begun;
 *     longer than any member is away from its streams in good order
 */
public record TcpSettings(int bufferBytes, int floatsPerFrame, Duration handshakeLimit, Duration stallLimit) {
    /** Before each frame: its length in bytes and its number in the connection. */
    static final int PREFIX_BYTES = 8;

    /** As measured, see benchmarks/results/transport.md: four frames fill a buffer. */
    public static final TcpSettings DEFAULT = new TcpSettings(
            256 << 10,
            ((64 << 10) - PREFIX_BYTES - FrameFlyweight.HEADER_LENGTH) / Float.BYTES,
            Duration.ofSeconds(5),
            Duration.ofSeconds(4));

    /** Nanoseconds that a thread computes between two polls, for each parameter, where it is slow: 512 samples at 1 GFLOP/s. */
    private static final long SLICE_NS = 512 * 6;

    /** As long as a process may stand still before others, too, give it up. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /**
     * Of a coordinator, which finds out who is lost.
     *
     * @param parameters number of parameters of the network
     */
    public static TcpSettings ofCoordinator(long parameters) {
        Duration slice = Duration.ofNanos(SLICE_NS * parameters);
        return DEFAULT.withLimits(DEFAULT.handshakeLimit.plus(slice), DEFAULT.stallLimit.plus(slice));
    }

    /** Of a worker: the coordinator may be away for as long as it evaluates a model, and is given up by others. */
    public static TcpSettings ofWorker() {
        return DEFAULT.withLimits(PATIENCE, PATIENCE);
    }

    private TcpSettings withLimits(Duration handshake, Duration stall) {
        return new TcpSettings(bufferBytes, floatsPerFrame, handshake, stall);
    }

    /** @throws IllegalArgumentException if a frame does not fit into a buffer, or a limit is not positive */
    public TcpSettings {
        if (floatsPerFrame < 1 || PREFIX_BYTES + frameBytes(floatsPerFrame) > bufferBytes) {
            throw new IllegalArgumentException(
                    "a frame does not fit: floatsPerFrame=" + floatsPerFrame + ", bufferBytes=" + bufferBytes);
        }
        if (handshakeLimit.toNanos() <= 0 || stallLimit.toNanos() <= 0) {
            throw new IllegalArgumentException("limits must be positive: " + handshakeLimit + ", " + stallLimit);
        }
    }

    /** Length of the largest frame in bytes. */
    int largestFrameBytes() {
        return (int) frameBytes(floatsPerFrame);
    }

    private static long frameBytes(int floats) {
        return FrameFlyweight.HEADER_LENGTH + (long) floats * Float.BYTES;
    }
}
