package dev.tutti.reduce;

/**
 * The shape of the fixed binary tree over the segments of a global batch (rule 5 of the contract in
 * docs/architecture.md).
 *
 * <p>Level 0 is the segments. On each level neighbours are added pairwise and an odd one out moves up unchanged, so a
 * node of level {@code k} that begins at segment {@code f} (a multiple of {@code 2^k}) covers the segments from
 * {@code f} up to {@code min(f + 2^k, segments)}. A node is therefore known by its first segment and its count alone.
 * Stateless.
 */
public final class SummationTree {
    private SummationTree() {}

    /** Returns the number of segments of {@code samples} samples; the last may have fewer than {@code segmentSize}. */
    public static int segments(int samples, int segmentSize) {
        return (int) ((samples + segmentSize - 1L) / segmentSize);
    }

    /**
     * Returns the number of segments of the left child of a node of {@code count} segments, at least 2: the largest
     * power of two that leaves some for the right child.
     */
    public static int leftHalf(int count) {
        return Integer.highestOneBit(count - 1);
    }

    /** Returns whether {@code count} segments from {@code first} on are a node of the tree over {@code segments}. */
    public static boolean isNode(int first, int count, int segments) {
        if (first < 0 || count < 1 || count > segments - first) {
            return false;
        }
        int span = spanOf(first, count, segments);
        return span > 0 && first % span == 0;
    }

    /**
     * Returns the number of segments of the largest node that begins at {@code first} and ends at {@code end} or
     * before.
     *
     * @param first first segment
     * @param end one more than the last allowed segment, above {@code first}
     * @param segments number of segments of the global batch
     */
    public static int largestNode(int first, int end, int segments) {
        int best = 1;
        for (long span = 1; first % span == 0; span *= 2) {
            long nodeEnd = Math.min(first + span, segments);
            if (nodeEnd > end) {
                break;
            }
            best = (int) nodeEnd - first;
            if (nodeEnd == segments) {
                break;
            }
        }
        return best;
    }

    /**
     * Returns the number of nodes, as large as possible, that together are the segments {@code first} to
     * {@code end - 1}.
     */
    public static int nodeCount(int first, int end, int segments) {
        int nodes = 0;
        for (int segment = first; segment < end; segment += largestNode(segment, end, segments)) {
            nodes++;
        }
        return nodes;
    }

    /**
     * Returns the place for a cut that the fewest nodes go across: cutting the segments there costs as many vectors more as
     * the place is deep in the tree.
     *
     * @param first first segment behind the cut at the least, above 0
     * @param last first segment behind the cut at the most, below {@code segments}
     * @param segments number of segments of the global batch
     */
    public static int shallowestCut(int first, int last, int segments) {
        int node = 0;
        int count = segments;
        while (true) {
            int left = leftHalf(count);
            if (node + left < first) {
                node += left;
                count -= left;
            } else if (node + left > last) {
                count = left;
            } else {
                return node + left;
            }
        }
    }

    /**
     * The smallest power of two whose node at {@code first} has exactly {@code count} segments, or 0 if there is none.
     */
    static int spanOf(int first, int count, int segments) {
        int span = Integer.highestOneBit(count);
        if (span < count) {
            span = span > (1 << 29) ? 0 : span * 2;
        }
        return span == count || first + count == segments ? span : 0;
    }
}
