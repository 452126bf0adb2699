package dev.tutti.worker.compute;

/** A piece of work: some neighbouring segments of a step, and their samples where they came with it. Mutable, used again. */
public final class WorkItem {
    private int epoch;
    private long step;
    private int firstSegment;
    private int segmentCount;
    private float[] block = new float[0];
    private int blockLength;

    /** An item to be {@link #set}. */
    public WorkItem() {}

    /**
     * Sets what is to be done.
     *
     * @param epoch number of the epoch, counted from 1
     * @param step number of the step in the run, counted from 0
     * @param firstSegment first segment
     * @param segmentCount number of segments
     * @param blockLength number of floats of the samples that come with it; 0 where the worker holds the training set
     */
    public void set(int epoch, long step, int firstSegment, int segmentCount, int blockLength) {
        this.epoch = epoch;
        this.step = step;
        this.firstSegment = firstSegment;
        this.segmentCount = segmentCount;
        this.blockLength = blockLength;
        if (block.length < blockLength) {
            block = new float[blockLength];
        }
    }

    /** Number of the epoch, counted from 1. */
    public int epoch() {
        return epoch;
    }

    /** Number of the step in the run, counted from 0. */
    public long step() {
        return step;
    }

    /** First segment. */
    public int firstSegment() {
        return firstSegment;
    }

    /** Number of segments. */
    public int segmentCount() {
        return segmentCount;
    }

    /** The samples: features of all, then targets of all. */
    public float[] block() {
        return block;
    }

    /** Number of floats of {@link #block()} in use. */
    public int blockLength() {
        return blockLength;
    }
}
