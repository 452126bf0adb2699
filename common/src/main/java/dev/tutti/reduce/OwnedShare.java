package dev.tutti.reduce;

import java.util.ArrayDeque;

/**
 * The sum of one share of the parameters' gradients, for one step after the other: what an owner does where the members average. The
 * share is cut into blocks, each with a sum of its own, so that one can go on while others arrive: from the last parameter to the first,
 * as gradients come to be. Owned by one thread.
 */
public final class OwnedShare {
    private final int length;
    private final int blockLength;
    private final Block[] blocks;
    private long step = -1;
    private int taken;

    /**
     * @param length number of parameters of the share
     * @param blockLength of a block; the last one, which begins at the share's first parameter, may have fewer, and the only one of an
     *     empty share is empty
     * @param vectors adds two gradients, and rounds their sum
     */
    public OwnedShare(int length, int blockLength, VectorSum vectors) {
        this.length = length;
        this.blockLength = blockLength;
        blocks = new Block[Math.max(1, (length + blockLength - 1) / blockLength)];
        for (int block = 0; block < blocks.length; block++) {
            blocks[block] = new Block(Math.min(blockLength, length - block * blockLength), vectors);
        }
    }

    /** Begins the sum of a step of {@code segments} segments; what was received of the one before is released. */
    public void begin(long step, int segments) {
        this.step = step;
        taken = 0;
        for (Block block : blocks) {
            block.sum.begin(segments);
        }
    }

    /** The step whose gradients are added; -1 before the first. */
    public long step() {
        return step;
    }

    /** Number of the block of {@code count} parameters that has {@code offset} parameters of the share behind it; -1 if there is none. */
    public int blockOf(int offset, int count) {
        int block = offset / blockLength;
        boolean isBlock = offset % blockLength == 0 && block < blocks.length && count == blocks[block].length;
        return isBlock ? block : -1;
    }

    /**
     * A buffer for a block of a node, for {@link #deliver}; null if it is not wanted. Blocks of a node come in their order, so what
     * is there of one is there of those before it.
     */
    public PartialGradient acquire(long step, int block, int firstSegment, int segmentCount) {
        Block of = blocks[block];
        if (step != this.step || !of.sum.accepts(firstSegment, segmentCount)) {
            return null;
        }
        PartialGradient buffer = of.pool.isEmpty() ? new PartialGradient(of.length) : of.pool.pop();
        return buffer.reset(firstSegment, segmentCount);
    }

    /** Takes a block of a node; the buffer is no longer the caller's. */
    public void deliver(int block, PartialGradient node) {
        blocks[block].sum.add(node);
    }

    /**
     * Takes the blocks of a node that are there.
     *
     * @param step of the node
     * @param whole the node, with the parameters of all shares
     * @param start first parameter of this share
     * @param from number of blocks that were taken before
     * @param ready number of parameters of the share that are there, from the last one on
     * @return number of blocks that are taken now
     */
    public int deliver(long step, PartialGradient whole, int start, int from, int ready) {
        int block = from;
        for (; block < blocks.length && endOf(block) <= ready; block++) {
            PartialGradient node = acquire(step, block, whole.firstSegment(), whole.segmentCount());
            if (node != null) {
                node.sums(whole.lossSum(), whole.weightSum(), whole.correctSum());
                System.arraycopy(
                        whole.gradient(), start + length - endOf(block), node.gradient(), 0, blocks[block].length);
                deliver(block, node);
            }
        }
        return block;
    }

    private int endOf(int block) {
        return Math.min(length, (block + 1) * blockLength);
    }

    /** Number of parameters whose sum was taken, from the last one on. */
    public int taken() {
        return Math.min(length, taken * blockLength);
    }

    /** Whether all of the step's sum was taken. */
    public boolean isTaken() {
        return taken == blocks.length;
    }

    /** Takes the sum of the next block, in their order, for {@link #release}; null if it is not complete. */
    public PartialGradient takeNext() {
        return !isTaken() && blocks[taken].sum.isComplete() ? blocks[taken++].sum.take(0) : null;
    }

    /** Takes back what {@link #takeNext} gave out last. */
    public void release(PartialGradient block) {
        blocks[taken - 1].pool.push(block);
    }

    private static final class Block {
        private final int length;
        private final ArrayDeque<PartialGradient> pool = new ArrayDeque<>();
        private final TreeSum sum;

        Block(int length, VectorSum vectors) {
            this.length = length;
            sum = new TreeSum(pool::push, vectors);
        }
    }
}
