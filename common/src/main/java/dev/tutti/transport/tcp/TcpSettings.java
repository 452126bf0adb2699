package dev.tutti.transport.tcp;

import dev.tutti.wire.FrameFlyweight;
import java.time.Duration;

/**
 * Sizes and limits of {@link TcpLinks}; the same for all members of a generation.
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
