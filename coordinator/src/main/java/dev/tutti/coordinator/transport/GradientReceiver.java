package dev.tutti.coordinator.transport;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.NodeReceiver;
import dev.tutti.transport.SharedVectors;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;

/**
 * Puts the frames of the members' gradients together, each straight at its place in a buffer of the pool; or takes the nodes that
 * members of this process hand over. Owned by the step loop's thread.
 */
final class GradientReceiver implements FrameReceiver.Handler {
    private final int length;
    private final FrameKind kind;
    private final CoordinatorPlane.Events events;
    private final SharedVectors.Generation shared;
    private final NodeReceiver[] incoming;
    private final long[] framesFrom;
    private final long[] signsFrom;
    private final int[] owed;
    private final float[] seconds = new float[1];

    /**
     * @param length number of floats of what the coordinator gets of a node: all, or its share
     * @param kind of the frames of gradients
     * @param shared where members of this process hand over their nodes; null where these come in frames
     */
    GradientReceiver(
            int length, FrameKind kind, int members, SharedVectors.Generation shared, CoordinatorPlane.Events events) {
        this.length = length;
        this.kind = kind;
        this.shared = shared;
        this.events = events;
        this.incoming = new NodeReceiver[members];
        this.framesFrom = new long[members];
        this.signsFrom = new long[members];
        this.owed = new int[members];
        for (int member = 0; member < members; member++) {
            incoming[member] = new NodeReceiver(length, events);
        }
    }

    @Override
    public FrameFault onFrame(int sessionId, FrameFlyweight frame) {
        int member = frame.member();
        if (member >= incoming.length) {
            return FrameFault.OUT_OF_RANGE;
        }
        signsFrom[member]++;
        if (frame.kind() == FrameKind.ALIVE) {
            return null;
        }
        framesFrom[member]++;
        if (frame.kind() == FrameKind.RESEND_WEIGHTS) {
            events.onResendRequest(member, frame.step());
            return null;
        }
        if (frame.kind() == FrameKind.COMPUTED && frame.vectorLength() == 1) {
            frame.copyTo(seconds, 0);
            events.onComputed(member, frame.segmentCount(), seconds[0]);
            return null;
        }
        if (frame.kind() != kind || frame.vectorLength() != (shared == null ? length : 0)) {
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

    /** Frames of any kind, also those that only say that the member is there. */
    long signsFrom(int member) {
        return signsFrom[member];
    }

    long framesFrom(int member) {
        return framesFrom[member];
    }

    /** Gives the buffers back. */
    void close() {
        for (NodeReceiver one : incoming) {
            one.drop();
        }
    }
}
