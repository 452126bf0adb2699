package dev.tutti.kernel;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationStack;

/**
 * Sums losses, sample weights and correct samples by the summation tree, in double, as the samples come, on a
 * {@link SummationStack}. Reused; one thread.
 */
final class LossSums {
    private static final int MAX_HEIGHT = SummationStack.maxHeight(Integer.MAX_VALUE);

    private final double[] losses = new double[MAX_HEIGHT];
    private final double[] weights = new double[MAX_HEIGHT];
    private final double[] corrects = new double[MAX_HEIGHT];
    private int segment;
    private int top;

    /** Begins a node. */
    void reset() {
        openSegment(0);
    }

    /** Adds a sample to the segment under way. */
    void add(float loss, float weight, float correct) {
        losses[top] += (double) weight * loss;
        weights[top] += weight;
        corrects[top] += weight * correct;
    }

    /** Ends a segment that is not the node's last, and begins another. */
    void endSegment() {
        addDown(false);
        openSegment(segment + 1);
    }

    /** Ends the node with the segment under way, and writes its sums. */
    void finish(PartialGradient node) {
        addDown(true);
        node.sums(losses[0], weights[0], corrects[0]);
    }

    private void openSegment(int number) {
        segment = number;
        top = SummationStack.height(number);
        losses[top] = 0;
        weights[top] = 0;
        corrects[top] = 0;
    }

    private void addDown(boolean last) {
        for (int additions = SummationStack.additions(segment, last); additions > 0; additions--) {
            losses[top - 1] += losses[top];
            weights[top - 1] += weights[top];
            corrects[top - 1] += corrects[top];
            top--;
        }
    }
}
