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
    private int targetStart;
    private int[] rows;
    private int from;
    private int count;
    private int epoch;
    private int position;

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
        this.features = dataset.features();
        this.featureCount = dataset.featureCount();
        this.targets = dataset.targets();
        this.targetCount = dataset.targetCount();
        this.targetStart = 0;
        return select(rows, from, count);
    }

    /**
     * Points this view at {@code count} samples of a block that holds samples in order: first the features of all, then the
     * targets of all.
     *
     * @param block {@code [samples x featureCount]}, then {@code [samples x targetCount]}
     * @param featureCount number of features of a sample
     * @param targetCount number of target values of a sample
     * @param rows the numbers 0, 1, 2, ..., at least {@code samples} of them
     * @param samples number of samples of the block
     * @param from first sample of this view
     * @param count number of samples of this view
     * @return this
     */
    public MiniBatch wrapBlock(
            float[] block, int featureCount, int targetCount, int[] rows, int samples, int from, int count) {
        this.features = block;
        this.featureCount = featureCount;
        this.targets = block;
        this.targetCount = targetCount;
        this.targetStart = samples * featureCount;
        return select(rows, from, count);
    }

    /**
     * Points this view at some neighbouring samples of another, which are in the training where they are there.
     *
     * @param whole the other
     * @param first number of the first of the samples in {@code whole}
     * @param count number of samples
     * @return this
     */
    public MiniBatch part(MiniBatch whole, int first, int count) {
        if (first < 0 || count < 0 || first > whole.count - count) {
            throw new IllegalArgumentException(
                    "samples out of range: from=" + first + ", count=" + count + ", samples=" + whole.count);
        }
        features = whole.features;
        featureCount = whole.featureCount;
        targets = whole.targets;
        targetCount = whole.targetCount;
        targetStart = whole.targetStart;
        return select(whole.rows, whole.from + first, count).inEpoch(whole.epoch, whole.position + first);
    }

    private MiniBatch select(int[] rows, int from, int count) {
        if (from < 0 || count < 0 || from > rows.length - count) {
            throw new IllegalArgumentException(
                    "samples out of range: from=" + from + ", count=" + count + ", rows=" + rows.length);
        }
        this.rows = rows;
        this.from = from;
        this.count = count;
        return inEpoch(0, 0);
    }

    /**
     * Says where in the training these samples are, which random numbers depend on.
     *
     * @param epoch number of the epoch, counted from 1; 0: not in training
     * @param position of the first sample in the order of the epoch, counted from 0
     * @return this
     */
    public MiniBatch inEpoch(int epoch, int position) {
        this.epoch = epoch;
        this.position = position;
        return this;
    }

    /** Number of the epoch, counted from 1; 0 outside of training. */
    public int epoch() {
        return epoch;
    }

    /** Position of sample {@code sample} of this mini-batch in the order of the epoch. */
    public int position(int sample) {
        return position + sample;
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
        return targetStart + rows[from + sample] * targetCount;
    }
}
