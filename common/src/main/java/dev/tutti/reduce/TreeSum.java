package dev.tutti.reduce;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Adds the nodes of a summation tree as they come, in any order, to the same bits: two nodes are added only when they
 * are the two children of one node. Whoever holds both children may add them, so worker processes and the coordinator
 * both use this. Owned by one thread.
 */
public final class TreeSum {
    private final Consumer<PartialGradient> release;
    private final VectorSum vectors;
    private PartialGradient[] nodeAt = new PartialGradient[16];
    private boolean[] covered = new boolean[16];
    private int segments;
    private int coveredSegments;

    /** @param release takes back a buffer whose values have been added to another */
    public TreeSum(Consumer<PartialGradient> release) {
        this(release, VectorSum.SERIAL);
    }

    /**
     * @param release takes back a buffer whose values have been added to another
     * @param vectors adds two gradients
     */
    public TreeSum(Consumer<PartialGradient> release, VectorSum vectors) {
        this.release = release;
        this.vectors = vectors;
    }

    /** Begins a new sum over {@code segments} segments; nodes that are still held are released. */
    public void begin(int segments) {
        clear();
        this.segments = segments;
        if (nodeAt.length < segments) {
            nodeAt = new PartialGradient[segments];
            covered = new boolean[segments];
        }
    }

    /** Releases all nodes held. */
    public void clear() {
        for (int segment = 0; segment < segments; segment++) {
            if (nodeAt[segment] != null) {
                release.accept(nodeAt[segment]);
                nodeAt[segment] = null;
            }
        }
        Arrays.fill(covered, 0, segments, false);
        coveredSegments = 0;
    }

    /**
     * Takes a node, unless it is not a node of this tree or all its segments are here already (a duplicate); adds what
     * can be added. Two nodes of a tree are disjoint, or one contains the other: where some of the segments are here
     * already, the node contains what is here, and takes its place.
     *
     * @return number of segments that were not here before; if 0, the node was not taken and its owner stays the same
     */
    public int add(PartialGradient node) {
        int first = node.firstSegment();
        if (!accepts(first, node.segmentCount())) {
            return 0;
        }
        int added = 0;
        for (int segment = first; segment < node.endSegment(); segment++) {
            if (nodeAt[segment] != null) {
                release.accept(nodeAt[segment]);
                nodeAt[segment] = null;
            }
            added += covered[segment] ? 0 : 1;
            covered[segment] = true;
        }
        coveredSegments += added;
        nodeAt[first] = node;
        addUp(first);
        return added;
    }

    /** Returns whether a node of these segments would be taken. */
    public boolean accepts(int first, int count) {
        if (!SummationTree.isNode(first, count, segments)) {
            return false;
        }
        for (int segment = first; segment < first + count; segment++) {
            if (!covered[segment]) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether segment {@code segment} is part of a node held. */
    public boolean covers(int segment) {
        return covered[segment];
    }

    /** Returns whether all segments are there, and hence the sum. */
    public boolean isComplete() {
        return segments > 0 && coveredSegments == segments;
    }

    /** Number of segments of this sum. */
    public int segments() {
        return segments;
    }

    /** Number of segments that are part of a node held. */
    public int coveredSegments() {
        return coveredSegments;
    }

    /** Returns the node held that begins at {@code segment}, or null; it stays here. */
    public PartialGradient nodeAt(int segment) {
        return nodeAt[segment];
    }

    /** Gives out the node held that begins at {@code segment}; it belongs to the caller, though its segments still count. */
    public PartialGradient take(int segment) {
        PartialGradient node = nodeAt[segment];
        nodeAt[segment] = null;
        return node;
    }

    private void addUp(int start) {
        int first = start;
        while (true) {
            PartialGradient node = nodeAt[first];
            long span = SummationTree.spanOf(first, node.segmentCount(), segments);
            // An odd one out moves up unchanged until it is the right child of some node.
            while (first % (2 * span) == 0 && first + span >= segments && first > 0) {
                span *= 2;
            }
            if (first % (2 * span) == 0) {
                int sibling = (int) (first + span);
                if (sibling >= segments || !isWhole(sibling, span)) {
                    return;
                }
                merge(first, sibling);
            } else {
                int sibling = (int) (first - span);
                if (!isWhole(sibling, span)) {
                    return;
                }
                merge(sibling, first);
                first = sibling;
            }
        }
    }

    /** Whether the node held at {@code first} is the whole node of {@code span} segments there. */
    private boolean isWhole(int first, long span) {
        PartialGradient node = nodeAt[first];
        return node != null && node.endSegment() == Math.min(first + span, segments);
    }

    private void merge(int left, int right) {
        PartialGradient sum = nodeAt[left];
        PartialGradient other = nodeAt[right];
        sum.add(other, vectors);
        nodeAt[right] = null;
        release.accept(other);
    }
}
