package dev.tutti.worker.transport;

import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.GrowingSender;

/** The streams between the members of a generation in which they average. Owned by the leading compute thread. */
interface PeerStreams {
    /** Frames of one stream that can be taken. */
    @FunctionalInterface
    interface Frames {
        /** Hands on up to {@code limit} frames that were there at the last {@link PeerStreams#doWork}; returns how many. */
        int pollReady(int limit);
    }

    /**
     * Begins to receive a stream.
     *
     * @param stream its number
     * @param from the numbers of those that send on it
     * @param handler takes the frames
     */
    Frames source(int stream, int[] from, FrameReceiver.Handler handler);

    /**
     * Begins to send on a stream, once it is known where peers are.
     *
     * @param stream its number
     * @param to the numbers of those that receive it
     */
    GrowingSender sender(int stream, int... to);

    /** Number of floats of every frame of a vector but the last. */
    int floatsPerFrame();

    /** Looks for what has arrived. */
    void doWork();
}
