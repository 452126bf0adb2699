package dev.tutti.transport;

/**
 * Hands on the frames of one stream and generation that stand all checks; the others are counted. Owned by one
 * thread.
 */
public interface FrameSource {
    /**
     * Takes up to {@code limit} frames of all senders; never waits.
     *
     * @return how many there were
     * @throws StreamClosedException if the stream is of no further use
     */
    int poll(int limit);

    /**
     * Whether all senders are there.
     *
     * @throws StreamClosedException if the stream is of no further use, as far as that can be told
     */
    boolean isConnected();
}
