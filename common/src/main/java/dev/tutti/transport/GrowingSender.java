package dev.tutti.transport;

/**
 * Sends vectors that come to be while they are sent, as gradients do: from the end to the beginning. The offset of a frame's part is
 * then counted from the vector's end. Owned by one thread.
 */
public interface GrowingSender extends FrameSender {
    /**
     * Begins to send a vector, from its end; its length is the header's.
     *
     * @param vector holds the vector, whose floats must not change from when they are there until {@link #isIdle}
     * @param start index of its first float
     * @param ready how many of its floats are there, from the last one on
     * @throws IllegalStateException if the last vector is still being sent
     */
    void begin(float[] vector, int start, int ready);

    /**
     * More of the vector is there. What is no whole frame is not sent, unless it is the rest.
     *
     * @param floats how many are there, from the last one on
     */
    void ready(int floats);
}
