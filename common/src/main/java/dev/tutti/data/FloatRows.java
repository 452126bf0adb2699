package dev.tutti.data;

import dev.tutti.files.InputException;
import java.util.Arrays;

/** A float array that grows with the rows of a file. */
final class FloatRows {
    /** Most numbers that a Java array holds. */
    static final int LARGEST_ARRAY = Integer.MAX_VALUE - 64;

    private float[] values = new float[1024];
    private int size;

    void add(float value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, (int) Math.min(LARGEST_ARRAY, size * 2L));
        }
        values[size++] = value;
    }

    /** Makes sure that {@code count} more values fit into one Java array. */
    void reserve(String source, int count) {
        if ((long) size + count > LARGEST_ARRAY) {
            throw new InputException(source + ": too large: more than " + LARGEST_ARRAY + " numbers; give fewer rows");
        }
    }

    float[] toArray() {
        return size == values.length ? values : Arrays.copyOf(values, size);
    }
}
