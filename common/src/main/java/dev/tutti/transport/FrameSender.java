package dev.tutti.transport;

import dev.tutti.wire.FrameHeader;

/**
 * Sends vectors one after the other as frames, to one receiver or to several, without ever waiting. Owned by one
 * thread.
 *
 * <p>Use: set the {@link #header}, {@link #begin} a vector, then {@link #doWork} until {@link #isIdle}.
 */
public interface FrameSender {
    /** The header of the next vector, to be set before {@link #begin}. */
    FrameHeader header();

    /**
     * Begins to send a vector; its length is the header's, and a vector of length 0 is one frame. The array must not
     * change until {@link #isIdle}.
     *
     * @param vector holds the vector
     * @param start index of its first float
     * @throws IllegalStateException if the last vector is still being sent
     */
    void begin(float[] vector, int start);

    /** Whether the last vector is sent: it has left this object, though it may not have arrived. */
    boolean isIdle();

    /** Whether all receivers are there. */
    boolean isConnected();

    /**
     * Sends what the receivers take now: the slowest of several decides.
     *
     * @return number of frames sent; 0 when there is nothing to send or nothing is taken
     * @throws StreamClosedException if the stream is of no further use
     */
    int doWork();
}
