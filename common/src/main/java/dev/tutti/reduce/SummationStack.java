package dev.tutti.reduce;

/**
 * How segments that come in order are added by the {@link SummationTree}: on a stack of sums of complete subtrees,
 * which are the digits 1 of a binary counter. Each segment goes on top of the stack; then the topmost sum is added to
 * the one below it, as many times as the segment's number has trailing ones, or, after the last segment, until one sum
 * is left:
 *
 * <pre>
 *   segment    height    additions    stack behind it
 *   0          0         0            0
 *   1          1         1            0..1
 *   2          1         0            0..1  2
 *   3          2         2            0..3
 *   4 (last)   1         1            0..4
 * </pre>
 *
 * Stateless: whoever holds the sums (registers, arrays, whole gradients) asks with the number of the segment.
 */
public final class SummationStack {
    private SummationStack() {}

    /** Returns the most sums that are on the stack at once, for {@code segments} segments, at least 1. */
    public static int maxHeight(int segments) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(segments);
    }

    /** Returns how many sums are on the stack before a segment: the index of its place, counted from the bottom. */
    public static int height(int segment) {
        return Integer.bitCount(segment);
    }

    /**
     * Returns how often the topmost sum is added to the one below it, once a segment is on the stack.
     *
     * @param segment its number, counted from 0 in the node that is summed
     * @param last whether it is the node's last
     */
    public static int additions(int segment, boolean last) {
        return last ? height(segment) : Integer.numberOfTrailingZeros(~segment);
    }
}
