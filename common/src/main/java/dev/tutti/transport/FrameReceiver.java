package dev.tutti.transport;

import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.GenerationId;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;

/**
 * Polls a stream and hands on the valid frames of one generation; the others are dropped and counted. Owned by one thread.
 */
public final class FrameReceiver {
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
    private final GenerationId generation;
    private final FaultCounters faults;
    private final Handler handler;
    private final FrameFlyweight frame = new FrameFlyweight();
    private final FragmentHandler onFragment = this::onFragment;
    private Throwable failure;

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

    /**
     * Takes up to {@code limit} frames; returns how many there were.
     *
     * @throws StreamClosedException if the stream is of no further use
     */
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

    /** @throws StreamClosedException if the stream is of no further use */
    public void checkOpen() {
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
