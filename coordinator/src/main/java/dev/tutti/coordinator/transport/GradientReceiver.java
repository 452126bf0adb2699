package dev.tutti.coordinator.transport;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;

/**
 * Puts the frames of the members' gradients together, each straight at its place in a buffer of the pool. Owned by the step
 * loop's thread.
 */
final class GradientReceiver implements FrameReceiver.Handler {
    private final int parameterCount;
    private final FrameKind kind;
    private final CoordinatorPlane.Events events;
    private final Incoming[] incoming;
    private final long[] framesFrom;

    /** @param kind of the frames of gradients */
    GradientReceiver(int parameterCount, FrameKind kind, int members, CoordinatorPlane.Events events) {
        this.parameterCount = parameterCount;
        this.kind = kind;
        this.events = events;
        this.incoming = new Incoming[members];
        this.framesFrom = new long[members];
        for (int member = 0; member < members; member++) {
            incoming[member] = new Incoming();
        }
    }

    @Override
    public FrameFault onFrame(int sessionId, FrameFlyweight frame) {
        int member = frame.member();
        if (member >= incoming.length) {
            return FrameFault.OUT_OF_RANGE;
        }
        framesFrom[member]++;
        if (frame.kind() == FrameKind.RESEND_WEIGHTS) {
            events.onResendRequest(member, frame.step());
            return null;
        }
        if (frame.kind() != kind || frame.vectorLength() != parameterCount) {
            return FrameFault.OUT_OF_RANGE;
        }
        return incoming[member].onFrame(member, sessionId, frame);
    }

    long framesFrom(int member) {
        return framesFrom[member];
    }

    /** Gives the buffers back. */
    void close() {
        for (Incoming one : incoming) {
            one.drop();
        }
    }

    /** One member's vector under way. */
    private final class Incoming {
        private PartialGradient node;
        private int sessionId;
        private long step;
        private int received;

        FrameFault onFrame(int member, int sessionId, FrameFlyweight frame) {
            if (frame.partOffset() == 0) {
                drop();
                node = events.acquire(frame.step(), frame.firstSegment(), frame.segmentCount());
                if (node == null) {
                    events.onRefused(member, frame.segmentCount());
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
            if (received == parameterCount) {
                PartialGradient whole = node;
                node = null;
                events.onGradient(member, step, whole);
            }
            return null;
        }

        void drop() {
            if (node != null) {
                events.release(node);
                node = null;
            }
        }
    }
}
