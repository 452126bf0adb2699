package dev.tutti.kernel;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import java.util.Random;

/** Random samples and parameters, and shorthands to run kernels on them. */
final class Samples {
    private Samples() {}

    static int[] identity(int count) {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = i;
        }
        return rows;
    }

    /** Row numbers in random order, some more than once: kernels must follow them. */
    static int[] randomRows(Random random, int count) {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = random.nextInt(count);
        }
        return rows;
    }

    static Dataset dataset(Random random, NetworkSpec network, int samples) {
        float[] features = new float[samples * network.inputs()];
        for (int i = 0; i < features.length; i++) {
            features[i] = random.nextInt(5) == 0 ? 0f : (float) random.nextGaussian();
        }
        float[] targets = new float[samples * network.targetCount()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = target(random, network);
        }
        return new Dataset(features, network.inputs(), targets, network.targetCount(), samples);
    }

    private static float target(Random random, NetworkSpec network) {
        if (network.loss() == Loss.CROSS_ENTROPY) {
            return random.nextInt(network.outputs());
        }
        if (network.loss().ofPositiveMeans()) {
            return 0.1f + Math.abs((float) random.nextGaussian());
        }
        return network.loss() == Loss.BINARY_CROSS_ENTROPY ? random.nextInt(2) : (float) random.nextGaussian();
    }

    static float[] parameters(Random random, NetworkSpec network) {
        ParameterLayout layout = new ParameterLayout(network);
        float[] parameters = new float[layout.parameterCount()];
        for (int layer = 0; layer < network.layers(); layer++) {
            double scale = Math.sqrt(1.0 / network.inputs(layer));
            for (int p = layout.weightOffset(layer); p < layout.endOffset(layer); p++) {
                parameters[p] = (float) (scale * random.nextGaussian());
            }
        }
        return parameters;
    }

    /** The gradient of all samples of {@code batch} as one node. */
    static PartialGradient gradient(GradientKernel kernel, float[] parameters, MiniBatch batch, int segmentSize) {
        PartialGradient node = new PartialGradient(parameters.length);
        node.reset(0, SummationTree.segments(batch.count(), segmentSize));
        kernel.gradients(parameters, batch, segmentSize, new PartialGradient[] {node}, 1);
        return node;
    }
}
