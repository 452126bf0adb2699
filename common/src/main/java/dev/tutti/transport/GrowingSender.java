package dev.tutti.transport;

/** Sends vectors that come to be while they are sent, from the first float to the last. Owned by one thread. */
public interface GrowingSender extends FrameSender {
    /**
     * Begins to send a vector of which some floats are there; the others follow by {@link #ready}.
     *
     * @param vector holds the vector, whose floats must not change from when they are there until {@link #isIdle}
     * @param start index of its first float
     * @param ready how many are there
     * @throws IllegalStateException if the last vector is still being sent
     */
    void begin(float[] vector, int start, int ready);

    /**
     * More of the vector is there, in whole frames or to its end: part of a frame is not sent.
     *
     * @param floats how many are there, from the first on
     */
    void ready(int floats);
}
