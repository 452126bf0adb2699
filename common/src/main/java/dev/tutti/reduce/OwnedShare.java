package dev.tutti.reduce;

import java.util.ArrayDeque;

/**
 * The sum of one share of the parameters' gradients, for one step after the other: what an owner does where the members average. Owned
 * by one thread.
 */
public final class OwnedShare {
    private final int length;
    private final ArrayDeque<PartialGradient> pool = new ArrayDeque<>();
    private final TreeSum sum;
    private long step = -1;

    /**
     * @param length number of parameters of the share
     * @param vectors adds two gradients, and rounds their sum
     */
    public OwnedShare(int length, VectorSum vectors) {
        this.length = length;
        sum = new TreeSum(pool::push, vectors);
    }

    /** Begins the sum of a step of {@code segments} segments; what was received of the one before is released. */
    public void begin(long step, int segments) {
        this.step = step;
        sum.begin(segments);
    }

    /** The step whose gradients are added; -1 before the first. */
    public long step() {
        return step;
    }

    /** A buffer for a node that begins to arrive, for {@link #deliver} or {@link #release}; null if the node is not wanted. */
    public PartialGradient acquire(long step, int firstSegment, int segmentCount) {
        if (step != this.step || !sum.accepts(firstSegment, segmentCount)) {
            return null;
        }
        return pool.isEmpty() ? new PartialGradient(length) : pool.pop();
    }

    /** Takes a buffer back. */
    public void release(PartialGradient node) {
        pool.push(node);
    }

    /** A node has arrived whole; the buffer is no longer the caller's. */
    public void deliver(long step, PartialGradient node) {
        if (step != this.step || sum.add(node) == 0) {
            release(node);
        }
    }

    /** Takes the part of a node that is this share's; {@code start} is its first parameter. */
    public void deliver(long step, PartialGradient whole, int start) {
        PartialGradient node = acquire(step, whole.firstSegment(), whole.segmentCount());
        if (node != null) {
            node.reset(whole.firstSegment(), whole.segmentCount());
            node.sums(whole.lossSum(), whole.weightSum(), whole.correctSum());
            System.arraycopy(whole.gradient(), start, node.gradient(), 0, length);
            deliver(step, node);
        }
    }

    /** Whether all segments of the step are there. */
    public boolean isComplete() {
        return sum.isComplete();
    }

    /** Gives out the sum of a step that is complete, once; it is the caller's until {@link #release}. */
    public PartialGradient takeTotal() {
        return sum.take(0);
    }
}
