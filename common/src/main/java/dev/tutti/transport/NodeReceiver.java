package dev.tutti.transport;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;

/**
 * Puts the frames of one sender's nodes of the summation tree together, or of a share of them, each straight at its place in a
 * buffer. Owned by one thread.
 */
public final class NodeReceiver {
    /** Where the buffers come from and go to. */
    public interface Sink {
        /**
         * A node of the summation tree begins to arrive.
         *
         * @return a buffer for it, or null if it is not wanted (another step, a duplicate)
         */
        PartialGradient acquire(long step, int firstSegment, int segmentCount);

        /** A node has arrived whole; the buffer changes owner. */
        void onGradient(int member, long step, PartialGradient node);

        /** A node of the summation tree came from a member that {@link #acquire} did not want. */
        void onRefused(int member, int segmentCount);

        /** A buffer is not needed any more: the rest of its node did not arrive. */
        void release(PartialGradient node);
    }

    private final int length;
    private final Sink sink;
    private PartialGradient node;
    private int sessionId;
    private long step;
    private int received;

    /**
     * @param length number of floats of a vector
     * @param sink takes the nodes
     */
    public NodeReceiver(int length, Sink sink) {
        this.length = length;
        this.sink = sink;
    }

    /** Takes a frame of the right kind and length of vector; returns null, or why it is dropped. */
    public FrameFault onFrame(int member, int sessionId, FrameFlyweight frame) {
        if (frame.partOffset() == 0) {
            drop();
            node = sink.acquire(frame.step(), frame.firstSegment(), frame.segmentCount());
            if (node == null) {
                sink.onRefused(member, frame.segmentCount());
                return FrameFault.UNEXPECTED;
            }
            this.sessionId = sessionId;
            this.step = frame.step();
            this.received = 0;
            node.reset(frame.firstSegment(), frame.segmentCount());
            node.sums(frame.lossSum(), frame.weightSum(), frame.correctSum());
        } else if (node == null
                || sessionId != this.sessionId
                || frame.step() != step
                || frame.firstSegment() != node.firstSegment()
                || frame.segmentCount() != node.segmentCount()
                || frame.partOffset() != received) {
            return FrameFault.UNEXPECTED;
        }
        frame.copyTo(node.gradient(), frame.partOffset());
        received += frame.partLength();
        if (received == length) {
            PartialGradient whole = node;
            node = null;
            sink.onGradient(member, step, whole);
        }
        return null;
    }

    /** Gives back the buffer of a node that is under way. */
    public void drop() {
        if (node != null) {
            sink.release(node);
            node = null;
        }
    }
}
