package dev.tutti.kernel;

import dev.tutti.reduce.PartialGradient;

/**
 * Sums losses, sample weights and hits by the summation tree, in double, as the samples come: a stack that holds the sums of
 * complete subtrees, like the digits of a binary counter. Reused; one thread.
 */
final class LossSums {
    private static final int MAX_DEPTH = 33;

    private final double[] losses = new double[MAX_DEPTH];
    private final double[] weights = new double[MAX_DEPTH];
    private final double[] corrects = new double[MAX_DEPTH];
    private int segments;
    private int depth;

    /** Begins a node. */
    void reset() {
        segments = 0;
        depth = 0;
        openSegment();
    }

    /** Adds a sample to the segment under way. */
    void add(float loss, float weight, float correct) {
        losses[depth] += (double) weight * loss;
        weights[depth] += weight;
        corrects[depth] += weight * correct;
    }

    /** Ends the segment under way and begins another. */
    void endSegment() {
        for (int ones = Integer.numberOfTrailingZeros(~segments); ones > 0; ones--) {
            merge();
        }
        segments++;
        depth++;
        openSegment();
    }

    /** Ends the node, after its last segment's end, and writes its sums. */
    void finish(PartialGradient node) {
        depth--;
        while (depth > 0) {
            merge();
        }
        if (depth == 0) {
            node.sums(losses[0], weights[0], corrects[0]);
        } else {
            node.sums(0, 0, 0);
        }
    }

    private void openSegment() {
        losses[depth] = 0;
        weights[depth] = 0;
        corrects[depth] = 0;
    }

    private void merge() {
        losses[depth - 1] += losses[depth];
        weights[depth - 1] += weights[depth];
        corrects[depth - 1] += corrects[depth];
        depth--;
    }
}
