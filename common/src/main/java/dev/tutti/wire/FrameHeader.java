package dev.tutti.wire;

/** What the frames of one vector have in common; mutable so that it can be used again. Owned by one thread. */
public final class FrameHeader {
    FrameKind kind = FrameKind.WEIGHTS;
    int member;
    long step;
    int epoch;
    int firstSegment;
    int segmentCount;
    int vectorLength;
    double lossSum;
    double weightSum;
    double correctSum;

    /** A header to be {@link #set}. */
    public FrameHeader() {}

    /**
     * Sets all but the sums, which become 0.
     *
     * @param kind what is carried
     * @param epoch number of the epoch, counted from 1
     * @param step number of the step in the run, counted from 0
     * @param firstSegment number of the first segment, or 0
     * @param segmentCount number of segments, or 0
     * @param vectorLength length of the vector in floats
     * @return this
     */
    public FrameHeader set(FrameKind kind, int epoch, long step, int firstSegment, int segmentCount, int vectorLength) {
        this.kind = kind;
        this.epoch = epoch;
        this.step = step;
        this.firstSegment = firstSegment;
        this.segmentCount = segmentCount;
        this.vectorLength = vectorLength;
        return sums(0, 0, 0);
    }

    /** Sets the number of the worker process that sends, or that is sent to; it stays until set again. */
    public FrameHeader member(int member) {
        this.member = member;
        return this;
    }

    /** Sets the sums that accompany a gradient. */
    public FrameHeader sums(double lossSum, double weightSum, double correctSum) {
        this.lossSum = lossSum;
        this.weightSum = weightSum;
        this.correctSum = correctSum;
        return this;
    }

    /** Number of bytes of each value on its way. */
    public int valueBytes() {
        return kind.valueBytes();
    }

    /** Length of the vector in floats. */
    public int vectorLength() {
        return vectorLength;
    }
}
