package dev.tutti.train;

/** Finds numbers that are not finite. */
final class Finite {
    private static final int CHAINS = 8;

    private Finite() {}

    /** Returns the index of the first NaN or infinity, or -1. */
    static int firstNotFinite(float[] values) {
        if (isFinite(values, 0, values.length)) {
            return -1;
        }
        int index = 0;
        while (Float.isFinite(values[index])) {
            index++;
        }
        return index;
    }

    /** Whether the elements from {@code from} to {@code end - 1} are all finite. */
    static boolean isFinite(float[] values, int from, int end) {
        return sumOfZeros(values, from, end) == 0;
    }

    /**
     * Zero times a finite number is zero; times infinity or NaN it is NaN, and stays so through the sums. Eight sums, as each
     * waits for its last addition; vectors, which the compiler does not make of a sum, would gain little over that.
     */
    private static float sumOfZeros(float[] values, int from, int end) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        float sum4 = 0;
        float sum5 = 0;
        float sum6 = 0;
        float sum7 = 0;
        int i = from;
        for (; i + CHAINS <= end; i += CHAINS) {
            sum0 = Math.fma(values[i], 0f, sum0);
            sum1 = Math.fma(values[i + 1], 0f, sum1);
            sum2 = Math.fma(values[i + 2], 0f, sum2);
            sum3 = Math.fma(values[i + 3], 0f, sum3);
            sum4 = Math.fma(values[i + 4], 0f, sum4);
            sum5 = Math.fma(values[i + 5], 0f, sum5);
            sum6 = Math.fma(values[i + 6], 0f, sum6);
            sum7 = Math.fma(values[i + 7], 0f, sum7);
        }
        for (; i < end; i++) {
            sum0 = Math.fma(values[i], 0f, sum0);
        }
        return sum0 + sum1 + sum2 + sum3 + sum4 + sum5 + sum6 + sum7;
    }
}
