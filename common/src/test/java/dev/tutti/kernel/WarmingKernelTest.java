package dev.tutti.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.PartialGradient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which kernel works, and when the vector kernel begins to be compiled. */
class WarmingKernelTest {
    private final List<String> used = new ArrayList<>();
    private int warmUps;

    @Test
    void shouldNotCompileTheVectorKernelForAShortTraining() {
        WarmingKernel kernel = kernel(network(4, 10, 3));

        evaluate(kernel, 8, 100);

        assertEquals(100, used.stream().filter("scalar"::equals).count());
        assertEquals(0, warmUps);
    }

    @Test
    void shouldCompileTheVectorKernelOnceTheScalarKernelHasWorkedForLong() {
        NetworkSpec network = network(64, 32, 10);
        WarmingKernel kernel = kernel(network);
        int samples = 1024;
        double operations = 6.0 * new ParameterLayout(network).parameterCount() * samples;
        int callsUntilThen = (int) (1e9 / operations);

        evaluate(kernel, samples, callsUntilThen);
        assertEquals(0, warmUps);
        evaluate(kernel, samples, 1);

        assertEquals(1, warmUps);
        assertEquals(callsUntilThen + 1L, used.stream().filter("scalar"::equals).count());
    }

    @Test
    void shouldGiveLargeCallsToTheVectorKernelAtOnce() {
        WarmingKernel kernel = kernel(network(784, 512, 10));

        evaluate(kernel, 64, 1);

        assertEquals(List.of("vector"), used);
        assertEquals(1, warmUps);
    }

    private static NetworkSpec network(Integer... sizes) {
        return new NetworkSpec(List.of(sizes), List.of(Activation.SIGMOID, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
    }

    private WarmingKernel kernel(NetworkSpec network) {
        int parameterCount = new ParameterLayout(network).parameterCount();
        return new WarmingKernel(
                new Named("scalar", network), new Named("vector", network), parameterCount, () -> warmUps++);
    }

    private static void evaluate(GradientKernel kernel, int samples, int calls) {
        int inputs = kernel.network().inputs();
        Dataset data = new Dataset(new float[samples * inputs], inputs, new float[samples], 1, samples);
        MiniBatch batch = new MiniBatch();
        batch.wrap(data, new int[samples], 0, samples);
        for (int call = 0; call < calls; call++) {
            kernel.evaluate(new float[0], batch, 8, new PartialGradient(1));
        }
    }

    /** Notes that it was used. */
    private final class Named implements GradientKernel {
        private final String name;
        private final NetworkSpec network;

        Named(String name, NetworkSpec network) {
            this.name = name;
            this.network = network;
        }

        @Override
        public NetworkSpec network() {
            return network;
        }

        @Override
        public String description() {
            return name;
        }

        @Override
        public void gradients(
                float[] parameters,
                MiniBatch batch,
                int segmentSize,
                PartialGradient[] nodes,
                int nodeCount,
                PerSample perSample) {
            used.add(name);
        }

        @Override
        public void sampleGradient(float[] parameters, MiniBatch batch, int sample, float[] gradient) {
            used.add(name);
        }

        @Override
        public void outputs(float[] parameters, MiniBatch batch, float[] outputs) {
            used.add(name);
        }

        @Override
        public void evaluate(float[] parameters, MiniBatch batch, int segmentSize, PartialGradient sums) {
            used.add(name);
        }
    }
}
