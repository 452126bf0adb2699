package dev.tutti.app.explain.step;

import java.util.List;

/**
 * The step with all samples: one segment for each.
 *
 * @param nodes sums of the summation tree, the root last
 * @param meanLoss mean loss of the samples
 * @param mean mean gradient
 * @param updated parameters after the step
 * @param meanLossAfter mean loss with these
 */
public record Batch(List<Node> nodes, double meanLoss, float[] mean, float[] updated, double meanLossAfter) {
    /**
     * A node of the tree.
     *
     * @param first first segment
     * @param count number of segments
     * @param sum sum of their gradients
     */
    public record Node(int first, int count, float[] sum) {
        /** {@code 2} for one segment, {@code 0-3} for several. */
        public String key() {
            return count == 1 ? Integer.toString(first) : first + "-" + (first + count - 1);
        }
    }

    /** The sum of all. */
    public float[] root() {
        return nodes.get(nodes.size() - 1).sum();
    }
}
