package dev.tutti.app.explain.mistake;

import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.app.explain.step.Update;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.WeightsHash;
import dev.tutti.reduce.PartialGradient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trains a small network with its segments added by the tree, and as they happen to arrive. */
final class Arrivals {
    private static final int STEPS = 20;
    private static final int SEGMENT = 2;
    private static final float LEARNING_RATE = .5f;
    private static final float[][] ROWS = {
        {.1f, .7f, .3f},
        {.9f, .2f, -.4f},
        {.4f, .4f, .8f},
        {-.3f, .6f, .1f},
        {.8f, -.5f, .6f},
        {.2f, .9f, -.7f},
        {-.6f, .3f, .5f},
        {.5f, .1f, .2f}
    };
    private static final NetworkSpec NETWORK =
            new NetworkSpec(List.of(2, 2, 1), List.of(Activation.RELU, Activation.IDENTITY), Loss.SQUARED_ERROR);
    private static final float[] START = {.3f, -.2f, .1f, .4f, .05f, -.05f, .7f, -.6f, .1f};

    private Arrivals() {}

    /** Hashes of the trained weights, by the order of adding. */
    static Map<String, String> hashes() {
        Map<String, String> hashes = new LinkedHashMap<>();
        hashes.put("by the tree", hash(null));
        hashes.put("as they arrive: 2 0 3 1", hash(new int[] {2, 0, 3, 1}));
        hashes.put("as they arrive: 3 1 0 2", hash(new int[] {3, 1, 0, 2}));
        return hashes;
    }

    private static String hash(int[] arrival) {
        List<Sample> samples = new ArrayList<>();
        for (int row = 0; row < ROWS.length; row++) {
            samples.add(new Sample(row, new float[] {ROWS[row][0], ROWS[row][1]}, new float[] {ROWS[row][2]}, "ours"));
        }
        Problem problem = new Problem("arrivals", "", NETWORK, START, LEARNING_RATE, samples, List.of(), List.of());
        GradientKernel kernel = Kernels.scalar(NETWORK);
        float[] parameters = START;
        for (int step = 0; step < STEPS; step++) {
            float[] sum = arrival == null
                    ? node(problem, kernel, parameters, 0, ROWS.length / SEGMENT)
                    : inOrder(problem, kernel, parameters, arrival);
            parameters = Update.of(parameters, sum, ROWS.length, LEARNING_RATE);
        }
        return WeightsHash.sha256(NETWORK, parameters);
    }

    private static float[] inOrder(Problem problem, GradientKernel kernel, float[] parameters, int[] arrival) {
        float[] sum = node(problem, kernel, parameters, arrival[0], 1);
        for (int k = 1; k < arrival.length; k++) {
            float[] next = node(problem, kernel, parameters, arrival[k], 1);
            for (int p = 0; p < sum.length; p++) {
                sum[p] += next[p];
            }
        }
        return sum;
    }

    private static float[] node(Problem problem, GradientKernel kernel, float[] parameters, int first, int count) {
        PartialGradient node = new PartialGradient(parameters.length).reset(first, count);
        kernel.gradients(
                parameters,
                problem.miniBatch(first * SEGMENT, count * SEGMENT),
                SEGMENT,
                new PartialGradient[] {node},
                1);
        return node.gradient();
    }
}
