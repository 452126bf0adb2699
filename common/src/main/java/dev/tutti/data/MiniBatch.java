package dev.tutti.data;

/**
 * A view of samples that are worked on together: sample {@code s} of the mini-batch, {@code 0 <= s < count}, is row
 * {@code rows[from + s]} of the data set. Mutable so that it can be used again for the next step; owned by one thread.
 */
public final class MiniBatch {
    private float[] features;
    private int featureCount;
    private float[] targets;
    private int targetCount;
    private int[] rows;
    private int from;
    private int count;

    /** An empty view; {@link #wrap} makes it useful. */
    public MiniBatch() {}

    /**
     * Points this view at {@code count} samples of {@code dataset}.
     *
     * @param dataset where the samples lie
     * @param rows row numbers in the order of the epoch
     * @param from index in {@code rows} of the first sample
     * @param count number of samples
     * @return this
     */
    public MiniBatch wrap(Dataset dataset, int[] rows, int from, int count) {
        if (from < 0 || count < 0 || from + count > rows.length) {
            throw new IllegalArgumentException(
                    "samples out of range: from=" + from + ", count=" + count + ", rows=" + rows.length);
        }
        this.features = dataset.features();
        this.featureCount = dataset.featureCount();
        this.targets = dataset.targets();
        this.targetCount = dataset.targetCount();
        this.rows = rows;
        this.from = from;
        this.count = count;
        return this;
    }

    /** Number of samples. */
    public int count() {
        return count;
    }

    /** Number of features of a sample. */
    public int featureCount() {
        return featureCount;
    }

    /** Number of target values of a sample. */
    public int targetCount() {
        return targetCount;
    }

    /** The array that holds the features; a sample's begin at {@link #featureOffset(int)}. */
    public float[] features() {
        return features;
    }

    /** The array that holds the targets; a sample's begin at {@link #targetOffset(int)}. */
    public float[] targets() {
        return targets;
    }

    /** Index in {@link #features()} of the first feature of sample {@code sample} of this mini-batch. */
    public int featureOffset(int sample) {
        return rows[from + sample] * featureCount;
    }

    /** Index in {@link #targets()} of the first target of sample {@code sample} of this mini-batch. */
    public int targetOffset(int sample) {
        return rows[from + sample] * targetCount;
    }
}
