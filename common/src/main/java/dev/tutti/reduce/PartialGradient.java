package dev.tutti.reduce;

/**
 * The sum of the gradients (and losses) of some neighbouring segments of one global batch: a node of the summation
 * tree. A buffer that is filled, passed on and used again; it has one owner at a time.
 */
public final class PartialGradient {
    private final float[] gradient;
    private int firstSegment;
    private int segmentCount;
    private double lossSum;
    private double weightSum;
    private double correctSum;

    /** @param parameterCount length of the gradient */
    public PartialGradient(int parameterCount) {
        gradient = new float[parameterCount];
    }

    /** Says which segments this is the sum of, and clears the sums that are not the gradient. */
    public PartialGradient reset(int firstSegment, int segmentCount) {
        this.firstSegment = firstSegment;
        this.segmentCount = segmentCount;
        lossSum = 0;
        weightSum = 0;
        correctSum = 0;
        return this;
    }

    /** Sum over the samples of the gradient of the sample's loss, in the layout of the parameters. */
    public float[] gradient() {
        return gradient;
    }

    /** Number of the first segment, counted from 0 in the global batch. */
    public int firstSegment() {
        return firstSegment;
    }

    /** Number of neighbouring segments, from {@link #firstSegment()} on. */
    public int segmentCount() {
        return segmentCount;
    }

    /** One more than the number of the last segment. */
    public int endSegment() {
        return firstSegment + segmentCount;
    }

    /** Sum of the samples' losses. */
    public double lossSum() {
        return lossSum;
    }

    /** Sum of the samples' weights: their number, where samples have no weights. */
    public double weightSum() {
        return weightSum;
    }

    /** Sum of the weights of the samples classified correctly ({@link dev.tutti.model.PredictedClass}); nothing of a regression. */
    public double correctSum() {
        return correctSum;
    }

    /** Sets the sums that accompany the gradient. */
    public void sums(double lossSum, double weightSum, double correctSum) {
        this.lossSum = lossSum;
        this.weightSum = weightSum;
        this.correctSum = correctSum;
    }

    /** Adds the node that begins where this one ends: element by element, this one's value first. */
    void add(PartialGradient right, VectorSum vectors) {
        vectors.add(gradient, right.gradient);
        segmentCount += right.segmentCount;
        lossSum += right.lossSum;
        weightSum += right.weightSum;
        correctSum += right.correctSum;
    }
}
