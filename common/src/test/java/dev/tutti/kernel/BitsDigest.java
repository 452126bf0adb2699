package dev.tutti.kernel;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.PartialGradient;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A digest of the bits that a kernel computes. */
public final class BitsDigest {
    private static final List<NetworkSpec> NETWORKS = List.of(
            network(List.of(33, 47, 10), Activation.RELU, Activation.SOFTMAX, Loss.CROSS_ENTROPY),
            network(List.of(7, 13, 3), Activation.TANH, Activation.SIGMOID, Loss.BINARY_CROSS_ENTROPY),
            network(List.of(16, 32, 1), Activation.GELU_TANH, Activation.IDENTITY, Loss.SQUARED_ERROR),
            network(List.of(3, 15, 2), Activation.ELU, Activation.SOFTPLUS, Loss.HUBER),
            network(List.of(64, 5, 17), Activation.LEAKY_RELU, Activation.SIGMOID, Loss.ABSOLUTE_ERROR),
            network(List.of(401, 29, 2), Activation.SIGMOID, Activation.SOFTMAX, Loss.CROSS_ENTROPY));

    private BitsDigest() {}

    /** Width of the vectors in bits, then digests of the scalar and the vector kernel: without dropout, and with it. */
    public static long[] digests() {
        long[] plain = digests(Dropout.NONE);
        long[] dropping = digests(new Dropout(0.3f, 17));
        return new long[] {VectorLanes.bits(), plain[0], plain[1], dropping[0], dropping[1]};
    }

    private static long[] digests(Dropout dropout) {
        long scalar = 0;
        long vector = 0;
        for (NetworkSpec network : NETWORKS) {
            for (int samples : new int[] {1, 8, 37, 150}) {
                scalar = 31 * scalar + digest(new ScalarKernel(network, dropout, "scalar"), samples);
                vector = 31 * vector + digest(new VectorKernel(network, dropout, 64, "vector"), samples);
            }
        }
        return new long[] {scalar, vector};
    }

    private static long digest(GradientKernel kernel, int samples) {
        Random random = new Random(samples);
        Dataset dataset = Samples.dataset(random, kernel.network(), samples);
        float[] parameters = Samples.parameters(random, kernel.network());
        MiniBatch batch = new MiniBatch()
                .wrap(dataset, Samples.randomRows(random, samples), 0, samples)
                .inEpoch(1, 5);
        PartialGradient sum = Samples.gradient(kernel, parameters, batch, 16);
        float[] outputs = new float[samples * kernel.network().outputs()];
        kernel.outputs(parameters, batch, outputs);
        return 31L * (31L * Arrays.hashCode(sum.gradient()) + Arrays.hashCode(outputs))
                + Double.doubleToRawLongBits(sum.lossSum());
    }

    private static NetworkSpec network(List<Integer> sizes, Activation hidden, Activation output, Loss loss) {
        return new NetworkSpec(sizes, List.of(hidden, output), loss);
    }
}
