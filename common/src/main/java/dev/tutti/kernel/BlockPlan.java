package dev.tutti.kernel;

import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationStack;
import java.util.Arrays;

/**
 * Cuts the samples of a call into blocks that fit the kernel's buffers, so that every block is made of whole subtrees
 * of the nodes asked for: several small nodes, one subtree of a large node, or a part of a segment that is itself too
 * large. Subtrees of a large node are added as they come, on a {@link SummationStack} of gradients. Reused; one thread.
 */
final class BlockPlan {
    private final int parameterCount;
    private final boolean rounds;

    private PartialGradient[] nodes;
    private int nodeCount;
    private int count;
    private int segmentSize;
    private int capacity;
    /** Segments of a subtree of a large node: a power of two. */
    private int subtree;

    private int node;
    private int lossNode;
    /** First sample of the block, and of the next one. */
    private int from;

    private int next;
    /** Whether the block belongs to a node of several blocks; then: the number of its subtree. */
    private boolean large;

    private int subtrees;
    private boolean subtreeEnds;
    private float[][] stack = new float[0][];

    private int tasks;
    private int[] taskFrom = new int[4];
    private int[] taskEnd = new int[4];
    private float[][] gradients = new float[4][];
    private boolean continues;

    /** Whether the block is a sample of its own, outside of any tree. */
    private boolean sample;

    BlockPlan(int parameterCount, NodePrecision precision) {
        this.parameterCount = parameterCount;
        rounds = precision == NodePrecision.BFLOAT16;
    }

    /** Begins a call; see {@link GradientKernel#gradients}. */
    void begin(int count, int segmentSize, PartialGradient[] nodes, int nodeCount, int capacity) {
        this.nodes = nodes;
        this.nodeCount = nodeCount;
        this.count = count;
        this.segmentSize = segmentSize;
        this.capacity = capacity;
        subtree = Integer.highestOneBit(Math.max(1, capacity / segmentSize));
        node = 0;
        lossNode = 0;
        next = 0;
        subtrees = 0;
        sample = false;
    }

    /** Makes one block of one sample, outside of any tree. */
    void beginSample(int sample, float[] gradient) {
        this.sample = true;
        segmentSize = 1;
        from = sample;
        next = sample;
        tasks = 0;
        continues = false;
        addTask(sample + 1, gradient);
    }

    /** Moves to the next block; false at the end. */
    boolean nextBlock() {
        tasks = 0;
        from = next;
        continues = false;
        large = false;
        while (node < nodeCount && subtrees == 0 && next == nodeStart(node) && nodeEnd(node) - from <= capacity) {
            addTask(nodeEnd(node), nodes[node].gradient());
            node++;
        }
        if (tasks == 0 && node < nodeCount) {
            addSubtree();
        }
        return tasks > 0;
    }

    private void addSubtree() {
        large = true;
        int segment = next / segmentSize;
        continues = next % segmentSize != 0;
        long subtreeEnd = ((long) segment + subtree) * segmentSize;
        int end = (int) Math.min(Math.min(subtreeEnd, nodeEnd(node)), (long) from + capacity);
        subtreeEnds = end == subtreeEnd || end == nodeEnd(node);
        addTask(end, gradientAt(SummationStack.height(subtrees)));
    }

    private void addTask(int end, float[] gradient) {
        if (tasks == taskFrom.length) {
            taskFrom = Arrays.copyOf(taskFrom, 2 * tasks);
            taskEnd = Arrays.copyOf(taskEnd, 2 * tasks);
            gradients = Arrays.copyOf(gradients, 2 * tasks);
        }
        taskFrom[tasks] = next - from;
        taskEnd[tasks] = end - from;
        gradients[tasks] = gradient;
        tasks++;
        next = end;
    }

    /** The gradients of the block are computed: adds those of subtrees as the tree has it. */
    void endBlock() {
        if (!large || !subtreeEnds) {
            return;
        }
        boolean last = next == nodeEnd(node);
        int top = SummationStack.height(subtrees);
        for (int additions = SummationStack.additions(subtrees, last); additions > 0; additions--) {
            if (rounds) {
                VectorRows.addRounded(gradientAt(top - 1), 0, gradientAt(top), 0, parameterCount);
            } else {
                VectorRows.add(gradientAt(top - 1), 0, gradientAt(top), 0, parameterCount);
            }
            top--;
        }
        subtrees = last ? 0 : subtrees + 1;
        node += last ? 1 : 0;
    }

    private float[] gradientAt(int level) {
        if (level == 0) {
            return nodes[node].gradient();
        }
        if (level > stack.length) {
            stack = Arrays.copyOf(stack, level);
            stack[level - 1] = new float[parameterCount];
        }
        return stack[level - 1];
    }

    private int nodeStart(int n) {
        return (int) Math.min(count, (long) (nodes[n].firstSegment() - nodes[0].firstSegment()) * segmentSize);
    }

    private int nodeEnd(int n) {
        return (int) Math.min(count, (long) (nodes[n].endSegment() - nodes[0].firstSegment()) * segmentSize);
    }

    /** The node whose last sample ends at {@code end}, asked in order; -1 if none. */
    int nodeEndingAt(int end) {
        return lossNode < nodeCount && nodeEnd(lossNode) == end ? lossNode++ : -1;
    }

    /** Whether the block is the only one of the call, and what it computes of a gradient is final. */
    boolean isAll() {
        return !large && from == 0 && next == count;
    }

    /** First sample of the block in the batch. */
    int from() {
        return from;
    }

    /** Number of samples of the block. */
    int samples() {
        return next - from;
    }

    int segmentSize() {
        return segmentSize;
    }

    /** Number of gradients that the block's samples go to. */
    int tasks() {
        return tasks;
    }

    /** First sample of a task, in the block. */
    int taskFrom(int task) {
        return taskFrom[task];
    }

    /** Behind the last sample of a task, in the block. */
    int taskEnd(int task) {
        return taskEnd[task];
    }

    /** Where the sum over a task's samples goes. */
    float[] gradient(int task) {
        return gradients[task];
    }

    /** Whether a task has no more than one segment. */
    boolean isOneSegment(int task) {
        return taskEnd[task] - taskFrom[task] <= segmentSize;
    }

    /** Whether segments and their sums are rounded. */
    boolean rounds() {
        return rounds && !sample;
    }

    /** Whether a task of no more than one segment ends with it; the sums may go on in the next block else. */
    boolean endsSegment(int task) {
        int end = from + taskEnd[task];
        return end % segmentSize == 0 || end == count;
    }

    /** Whether a task goes on with a segment begun in the block before, taking up its running sums. */
    boolean continues(int task) {
        return task == 0 && continues;
    }
}
