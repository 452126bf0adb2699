package dev.tutti.app.explain.mistake;

import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.util.List;

/**
 * The smallest network: {@code y = w x}, to be fitted to {@code 2 x}. The loss of a point is half the square of what it is off, so
 * its gradient is {@code (w x - 2 x) x}; from w = 0 that is {@code -2 x^2}.
 */
final class Line {
    static final float LEARNING_RATE = .1f;
    /** The points that everybody has. */
    static final float[] POINTS = {1, 2, 3, 4};

    private static final NetworkSpec NETWORK =
            new NetworkSpec(List.of(1, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);

    private Line() {}

    /** Gradient of the point {@code x} by {@code w}, from the kernel; the bias stays 0. */
    static float gradient(float w, float x) {
        Problem problem = new Problem(
                "line",
                "y = w x",
                NETWORK,
                new float[] {w, 0},
                LEARNING_RATE,
                List.of(new Sample(0, new float[] {x}, new float[] {2 * x}, "ours")),
                List.of(),
                List.of());
        GradientKernel kernel = Kernels.scalar(NETWORK);
        float[] gradient = new float[2];
        kernel.sampleGradient(problem.parameters(), problem.miniBatch(), 0, gradient);
        return gradient[0];
    }

    /** Sum of the gradients of some points. */
    static float sum(float w, float... points) {
        float sum = 0;
        for (float x : points) {
            sum += gradient(w, x);
        }
        return sum;
    }

    /** Mean of the gradients of some points. */
    static float mean(float w, float... points) {
        return sum(w, points) / points.length;
    }

    /** Mean of the squares of some points. */
    static float meanSquare(float... points) {
        float sum = 0;
        for (float x : points) {
            sum += x * x;
        }
        return sum / points.length;
    }

    /** Makes a gradient of a weight. */
    interface Rule {
        float of(float w);
    }

    /** The weight before the first step, and after each. */
    static float[] weights(int steps, Rule gradient) {
        float[] w = new float[steps + 1];
        for (int step = 1; step <= steps; step++) {
            w[step] = Math.fma(-LEARNING_RATE, gradient.of(w[step - 1]), w[step - 1]);
        }
        return w;
    }
}
