package dev.tutti.train;

/** Finds numbers that are not finite, at the speed of memory. Owned by one thread. */
final class Finite {
    /** As many sums as fit into the first-level cache, so that the loop over them runs in vectors. */
    private static final int LANES = 512;

    private final float[] sums = new float[LANES];

    /** Returns the index of the first NaN or infinity, or -1. */
    int firstNotFinite(float[] values) {
        return isFinite(values) ? -1 : search(values);
    }

    /** Zero times a finite number is zero; times infinity or NaN it is NaN, and stays so through the sums. */
    private boolean isFinite(float[] values) {
        int whole = values.length - values.length % LANES;
        for (int from = 0; from < whole; from += LANES) {
            addZeroTimes(values, from, LANES);
        }
        addZeroTimes(values, whole, values.length - whole);
        float sum = 0;
        for (int lane = 0; lane < LANES; lane++) {
            sum += sums[lane];
            sums[lane] = 0;
        }
        return sum == 0;
    }

    private void addZeroTimes(float[] values, int from, int count) {
        float[] to = sums;
        for (int lane = 0; lane < count; lane++) {
            to[lane] = Math.fma(values[from + lane], 0f, to[lane]);
        }
    }

    private static int search(float[] values) {
        int index = 0;
        while (Float.isFinite(values[index])) {
            index++;
        }
        return index;
    }
}
