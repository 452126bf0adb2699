package dev.tutti.transport;

import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.GenerationId;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;

/** Polls a stream and hands on the frames of one generation that stand all checks; the others are dropped and counted. */
public final class FrameReceiver {
    /** Takes a frame that stands the checks of {@link FrameFlyweight#check}. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Takes a frame, which is valid only during the call.
         *
         * @param sessionId which sender's
         * @param frame the frame
         * @return null, or why it was dropped
         */
        FrameFault onFrame(int sessionId, FrameFlyweight frame);
    }

    private final Subscription subscription;
    private final GenerationId generation;
    private final FaultCounters faults;
    private final Handler handler;
    private final FrameFlyweight frame = new FrameFlyweight();
    private final FragmentHandler onFragment = this::onFragment;

    /**
     * @param subscription the stream
     * @param generation whose frames are wanted
     * @param faults counts what is dropped
     * @param handler takes what is not
     */
    public FrameReceiver(Subscription subscription, GenerationId generation, FaultCounters faults, Handler handler) {
        this.subscription = subscription;
        this.generation = generation;
        this.faults = faults;
        this.handler = handler;
    }

    /** Takes up to {@code limit} frames; returns how many there were. */
    public int poll(int limit) {
        return subscription.poll(onFragment, limit);
    }

    private void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
        frame.wrap(buffer, offset, length);
        FrameFault fault = frame.check(generation);
        if (fault == null) {
            fault = handler.onFrame(header.sessionId(), frame);
        }
        if (fault != null) {
            faults.count(fault);
        }
    }
}
