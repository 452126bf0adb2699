package dev.tutti.kernel;

/**
 * The shape of the summation tree over the segments of a node (rule 5 of the contract): neighbours are added pairwise, level by
 * level, an odd one out moves up unchanged. Seen from the top: the left half has the largest power of two of segments that
 * leaves some for the right half.
 */
final class SegmentTree {
    private SegmentTree() {}

    /** Number of segments in the left half of {@code count}, at least 2. */
    static int leftHalf(int count) {
        return Integer.highestOneBit(count - 1);
    }

    /** Number of segments of {@code samples} samples. */
    static int segments(int samples, int segmentSize) {
        return (int) ((samples + segmentSize - 1L) / segmentSize);
    }
}
