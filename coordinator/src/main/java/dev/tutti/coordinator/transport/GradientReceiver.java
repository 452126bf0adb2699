package dev.tutti.coordinator.transport;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.SharedVectors;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;

/**
 * Puts the frames of the members' gradients together, each straight at its place in a buffer of the pool; or takes the nodes that
 * members of this process hand over. Owned by the step loop's thread.
 */
final class GradientReceiver implements FrameReceiver.Handler {
    private final int parameterCount;
    private final FrameKind kind;
    private final CoordinatorPlane.Events events;
    private final SharedVectors.Generation shared;
    private final Incoming[] incoming;
    private final long[] framesFrom;
    private final int[] owed;

    /**
     * @param kind of the frames of gradients
     * @param shared where members of this process hand over their nodes; null where these come in frames
     */
    GradientReceiver(
            int parameterCount,
            FrameKind kind,
            int members,
            SharedVectors.Generation shared,
            CoordinatorPlane.Events events) {
        this.parameterCount = parameterCount;
        this.kind = kind;
        this.shared = shared;
        this.events = events;
        this.incoming = new Incoming[members];
        this.framesFrom = new long[members];
        this.owed = new int[members];
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
        if (frame.kind() != kind || frame.vectorLength() != (shared == null ? parameterCount : 0)) {
            return FrameFault.OUT_OF_RANGE;
        }
        if (shared != null) {
            return takeOver(member, frame);
        }
        return incoming[member].onFrame(member, sessionId, frame);
    }

    private FrameFault takeOver(int member, FrameFlyweight frame) {
        PartialGradient node = shared.take(member);
        if (node == null) {
            return FrameFault.UNEXPECTED;
        }
        int first = node.firstSegment();
        int count = node.segmentCount();
        if (frame.firstSegment() != first
                || frame.segmentCount() != count
                || !events.accepts(frame.step(), first, count)) {
            shared.giveBack(member, node);
            events.onRefused(member, count);
            return FrameFault.UNEXPECTED;
        }
        owed[member]++;
        events.onGradient(member, frame.step(), node);
        return null;
    }

    /** Gives members a buffer for each node they have handed over, as soon as there are some to spare. */
    void giveBack() {
        if (shared == null) {
            return;
        }
        for (int member = 0; member < owed.length; member++) {
            while (owed[member] > 0) {
                PartialGradient spare = events.spare();
                if (spare == null) {
                    return;
                }
                owed[member]--;
                shared.giveBack(member, spare);
            }
        }
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
