package dev.tutti.transport.tcp;

import dev.tutti.transport.Shares;
import dev.tutti.wire.FrameFlyweight;
import java.time.Duration;

/**
 * Sizes and limits of {@link TcpLinks}; the sizes are the same for all members of a generation.
 *
 * @param bufferBytes length of the direct buffer of each sender and each incoming connection
 * @param floatsPerFrame largest part of a vector in one frame
 * @param ofMembers limits for members
 * @param ofCoordinator limits for the coordinator
 */
public record TcpSettings(int bufferBytes, int floatsPerFrame, Limits ofMembers, Limits ofCoordinator) {
    /**
     * What a peer may take.
     *
     * @param handshake how long a connection may take to be made and to say whose it is
     * @param stall how long a peer may send nothing of what it has begun; longer than it is away from its streams in
     *     good order
     * @param full how long it may take nothing of what waits for it
     */
    public record Limits(Duration handshake, Duration stall, Duration full) {
        /** @throws IllegalArgumentException if one is not positive */
        public Limits {
            if (handshake.toNanos() <= 0 || stall.toNanos() <= 0 || full.toNanos() <= 0) {
                throw new IllegalArgumentException(
                        "limits must be positive: " + handshake + ", " + stall + ", " + full);
            }
        }

        private Limits plus(Duration more) {
            return new Limits(handshake.plus(more), stall.plus(more), full.plus(more));
        }
    }

    /** Before each frame: its length in bytes and its number in the connection. */
    static final int PREFIX_BYTES = 8;

    /** Of a frame, which is also what owners of a share add and send on at once: a few milliseconds of a slow link. */
    private static final int FLOATS_PER_FRAME = 8192;

    private static final int FRAMES_PER_BUFFER = 8;

    /** As measured, see benchmarks/results/transport.md: a buffer of 256 kB. */
    public static final TcpSettings DEFAULT = new TcpSettings(
            FRAMES_PER_BUFFER * (PREFIX_BYTES + (int) frameBytes(FLOATS_PER_FRAME)),
            FLOATS_PER_FRAME,
            Duration.ofSeconds(5),
            Duration.ofSeconds(4));

    /** What else goes over a connection is not to be cut into crumbs: weights at first, samples. */
    private static final int FEWEST_FLOATS_PER_FRAME = 1024;

    /** Nanoseconds that a thread computes between two polls, for each parameter, where it is slow: 512 samples at 1 GFLOP/s. */
    private static final long SLICE_NS = 512 * 6;

    /** As long as a process may stand still before others, too, give it up. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** Longer than any coordinator evaluates a model. */
    private static final Duration FOR_EVER = Duration.ofDays(365);

    /** The same limits for all. */
    public TcpSettings(int bufferBytes, int floatsPerFrame, Duration handshakeLimit, Duration stallLimit) {
        this(bufferBytes, floatsPerFrame, new Limits(handshakeLimit, stallLimit, stallLimit));
    }

    private TcpSettings(int bufferBytes, int floatsPerFrame, Limits limits) {
        this(bufferBytes, floatsPerFrame, limits, limits);
    }

    /**
     * Of a coordinator, which finds out who is lost.
     *
     * @param parameters number of parameters of the network
     * @param shares who adds which of them, where the members average; else null
     */
    public static TcpSettings ofCoordinator(long parameters, Shares shares) {
        return DEFAULT.forVectors(longest(parameters, shares), DEFAULT.ofMembers.plus(slice(parameters)), null);
    }

    /**
     * Of a worker: the coordinator may be away for as long as it evaluates a model, with what it is sent untouched, and is given up
     * by others.
     *
     * @param parameters number of parameters of the network
     * @param shares as for the coordinator
     */
    public static TcpSettings ofWorker(long parameters, Shares shares) {
        return DEFAULT.forVectors(
                longest(parameters, shares),
                DEFAULT.ofMembers.plus(slice(parameters)),
                new Limits(PATIENCE, PATIENCE, FOR_EVER));
    }

    /** Number of values of the longest vector that goes over most connections. */
    private static long longest(long parameters, Shares shares) {
        return shares == null ? parameters : (parameters - 1) / shares.owners() + 1;
    }

    /** With many members shares are short and connections many: a frame is no longer than a share, and eight of them fill a buffer. */
    private TcpSettings forVectors(long longest, Limits members, Limits coordinator) {
        int floats = (int) Math.max(FEWEST_FLOATS_PER_FRAME, Math.min(longest, floatsPerFrame));
        int frames = bufferBytes / (PREFIX_BYTES + largestFrameBytes());
        int buffer = frames * (PREFIX_BYTES + (int) frameBytes(floats));
        return new TcpSettings(buffer, floats, members, coordinator == null ? members : coordinator);
    }

    /** @throws IllegalArgumentException if a frame does not fit into a buffer */
    public TcpSettings {
        if (floatsPerFrame < 1 || PREFIX_BYTES + frameBytes(floatsPerFrame) > bufferBytes) {
            throw new IllegalArgumentException(
                    "a frame does not fit: floatsPerFrame=" + floatsPerFrame + ", bufferBytes=" + bufferBytes);
        }
    }

    /** Limits for a peer, by its number. */
    Limits of(int peer) {
        return peer == TcpLinks.COORDINATOR ? ofCoordinator : ofMembers;
    }

    /** How long it may take somebody unknown to say who it is. */
    Duration arrivalLimit() {
        return ofMembers.handshake.compareTo(ofCoordinator.handshake) > 0
                ? ofMembers.handshake
                : ofCoordinator.handshake;
    }

    /**
     * How long a thread may compute between two polls of its streams, where it is slow.
     *
     * @param parameters number of parameters of the network
     */
    public static Duration slice(long parameters) {
        return Duration.ofNanos(SLICE_NS * parameters);
    }

    /** Length of the largest frame in bytes. */
    int largestFrameBytes() {
        return (int) frameBytes(floatsPerFrame);
    }

    private static long frameBytes(int floats) {
        return FrameFlyweight.HEADER_LENGTH + (long) floats * Float.BYTES;
    }
}
