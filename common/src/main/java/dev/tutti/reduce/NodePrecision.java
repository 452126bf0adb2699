package dev.tutti.reduce;

import java.util.Locale;

/**
 * To what the gradient of every node of the summation tree is rounded: of every segment, and after every addition, the root included.
 * That is fixed by the tree, so the sum has the same bits whoever adds. Losses and other sums are not rounded.
 */
public enum NodePrecision implements VectorSum {
    /** Not at all: single precision, as computed. */
    FLOAT32(Float.BYTES) {
        @Override
        public void addRange(float[] sum, float[] values, int from, int end) {
            VectorSum.addRange(sum, values, from, end);
        }
    },
    /** To {@link BFloat16}, so that a node can be sent in half of the bytes. */
    BFLOAT16(Short.BYTES) {
        @Override
        public void addRange(float[] sum, float[] values, int from, int end) {
            for (int i = from; i < end; i++) {
                sum[i] = BFloat16.round(sum[i] + values[i]);
            }
        }
    };

    private final int bytes;

    NodePrecision(int bytes) {
        this.bytes = bytes;
    }

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Number of bytes of a value on its way. */
    public int bytes() {
        return bytes;
    }

    /** Sets {@code sum[i]} to the rounded {@code sum[i] + values[i]}, for {@code i} from {@code from} to {@code end - 1}. */
    public abstract void addRange(float[] sum, float[] values, int from, int end);

    @Override
    public void add(float[] sum, float[] values) {
        addRange(sum, values, 0, sum.length);
    }
}
