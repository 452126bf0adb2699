package dev.tutti.transport;

import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.GenerationId;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;

/** The frames of a stream through Aeron; those that are not valid are dropped and counted. Owned by one thread. */
public final class FrameReceiver implements FrameSource {
    /** Takes a frame that is valid by {@link FrameFlyweight#check}. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Takes a frame, whose memory is valid only during the call. What it throws is a bug, and ends the polling.
         *
         * @param sessionId which sender's
         * @param frame the frame
         * @return null, or why it was dropped
         */
        FrameFault onFrame(int sessionId, FrameFlyweight frame);
    }

    private final Subscription subscription;
    private final int senders;
    private final GenerationId generation;
    private final FaultCounters faults;
    private final Handler handler;
    private final FrameFlyweight frame = new FrameFlyweight();
    private final FragmentHandler onFragment = this::onFragment;
    private Throwable failure;

    /** The same for a stream that has one sender. */
    public FrameReceiver(Subscription subscription, GenerationId generation, FaultCounters faults, Handler handler) {
        this(subscription, 1, generation, faults, handler);
    }

    /**
     * @param subscription the stream
     * @param senders how many send on it
     * @param generation whose frames are wanted
     * @param faults counts what is dropped
     * @param handler takes what is not
     */
    public FrameReceiver(
            Subscription subscription, int senders, GenerationId generation, FaultCounters faults, Handler handler) {
        this.subscription = subscription;
        this.senders = senders;
        this.generation = generation;
        this.faults = faults;
        this.handler = handler;
    }

    @Override
    public int poll(int limit) {
        int frames = subscription.poll(onFragment, limit);
        if (failure != null) {
            throwFailure();
        }
        if (frames == 0) {
            checkOpen();
        }
        return frames;
    }

    @Override
    public boolean isConnected() {
        checkOpen();
        return subscription.imageCount() >= senders;
    }

    private void checkOpen() {
        if (subscription.isClosed()) {
            throw new StreamClosedException("stream " + subscription.streamId() + " of " + generation + " is closed");
        }
    }

    /** Aeron would only log what a handler throws, and go on with the next frame. */
    private void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
        if (failure != null) {
            return;
        }
        try {
            take(buffer, offset, length, header.sessionId());
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void take(DirectBuffer buffer, int offset, int length, int sessionId) {
        frame.wrap(buffer, offset, length);
        FrameFault fault = frame.check(generation);
        if (fault == null) {
            fault = handler.onFrame(sessionId, frame);
        }
        if (fault != null) {
            faults.count(fault);
        }
    }

    private void throwFailure() {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }
}
