package dev.tutti.train;

import dev.tutti.reduce.SharedLoop;
import dev.tutti.reduce.SummationTree;

/**
 * The norm of a gradient, with the same bits whoever computes it: squares are exact in double, each block is summed in {@value #CHAINS}
 * interleaved chains, and blocks are added by the summation tree. Owned by one thread, which others may help.
 */
final class GradientNorm {
    private static final int CHAINS = 8;

    /** PyTorch's clip_grad_norm_ adds this to the norm. */
    private static final double EPSILON = 1e-6;

    private final double[] sums;
    private final SharedLoop.Body sumBlock = (thread, turn) -> sumBlock(turn);
    private float[] gradient;

    GradientNorm(int length) {
        sums = new double[ParameterUpdate.blocks(length)];
    }

    /** Returns the norm; the threads share the blocks. */
    double of(float[] gradient, SharedLoop threads) {
        this.gradient = gradient;
        threads.run(sums.length, sumBlock);
        return Math.sqrt(node(0, sums.length));
    }

    /** Returns what a gradient is multiplied by, so that its norm is at most {@code limit}. */
    static double clipping(double norm, double limit) {
        return Math.min(1, limit / (norm + EPSILON));
    }

    private double node(int first, int count) {
        if (count == 1) {
            return sums[first];
        }
        int left = SummationTree.leftHalf(count);
        return node(first, left) + node(first + left, count - left);
    }

    private void sumBlock(int block) {
        int from = block * ParameterUpdate.BLOCK;
        sums[block] = sumOfSquares(gradient, from, Math.min(from + ParameterUpdate.BLOCK, gradient.length));
    }

    private static double sumOfSquares(float[] values, int from, int end) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        double sum4 = 0;
        double sum5 = 0;
        double sum6 = 0;
        double sum7 = 0;
        int i = from;
        for (; i <= end - CHAINS; i += CHAINS) {
            sum0 += square(values[i]);
            sum1 += square(values[i + 1]);
            sum2 += square(values[i + 2]);
            sum3 += square(values[i + 3]);
            sum4 += square(values[i + 4]);
            sum5 += square(values[i + 5]);
            sum6 += square(values[i + 6]);
            sum7 += square(values[i + 7]);
        }
        for (; i < end; i++) {
            sum0 += square(values[i]);
        }
        return ((sum0 + sum1) + (sum2 + sum3)) + ((sum4 + sum5) + (sum6 + sum7));
    }

    private static double square(float value) {
        return (double) value * value;
    }
}
