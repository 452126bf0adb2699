package dev.tutti.reduce;

/** Adds a vector to another, element by element: on one thread, or on several that share the elements. */
@FunctionalInterface
public interface VectorSum {
    /** On the calling thread. */
    VectorSum SERIAL = (sum, values) -> addRange(sum, values, 0, sum.length);

    /** Sets {@code sum[i] = sum[i] + values[i]} for all {@code i}. */
    void add(float[] sum, float[] values);

    /** Does the same for the elements from {@code from} to {@code end - 1}. */
    static void addRange(float[] sum, float[] values, int from, int end) {
        for (int i = from; i < end; i++) {
            sum[i] += values[i];
        }
    }
}
