package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.PredictedClass;
import dev.tutti.reduce.PartialGradient;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both kernels count as correct, in training and in evaluation, what {@link PredictedClass} says of the outputs. */
class CorrectTest {
    private static final int SAMPLES = 150;
    private static final int INPUTS = 4;

    @ParameterizedTest
    @EnumSource(Loss.class)
    void shouldCountWhatTheOutputsStandFor(Loss loss) {
        for (int outputs : loss == Loss.CROSS_ENTROPY ? new int[] {2, 5} : new int[] {1, 3, 5}) {
            for (float scale : new float[] {1, 40}) {
                check(loss, outputs, scale);
            }
        }
    }

    private static void check(Loss loss, int outputs, float scale) {
        long seed = 21;
        Random random = new Random(seed);
        NetworkSpec network = new NetworkSpec(List.of(INPUTS, outputs), List.of(loss.usualOutput()), loss);
        int[] classes = new int[SAMPLES];
        Dataset dataset = dataset(random, network, classes);
        float[] parameters = Samples.parameters(random, network);
        for (int p = 0; p < parameters.length; p++) {
            parameters[p] *= scale;
        }
        MiniBatch batch = new MiniBatch().wrap(dataset, Samples.identity(SAMPLES), 0, SAMPLES);
        for (GradientKernel kernel : List.of(
                new ScalarKernel(network, Dropout.NONE, "scalar"),
                new VectorKernel(network, Dropout.NONE, SAMPLES, "vector"))) {
            String what =
                    loss + ", outputs " + outputs + ", scale " + scale + ", " + kernel.description() + ", seed " + seed;
            float[] predicted = new float[SAMPLES * outputs];
            kernel.outputs(parameters, batch, predicted);
            int expected = 0;
            for (int sample = 0; sample < SAMPLES; sample++) {
                expected += PredictedClass.of(predicted, sample * outputs, outputs) == classes[sample] ? 1 : 0;
            }
            PartialGradient sums = new PartialGradient(0);
            kernel.evaluate(parameters, batch, 16, sums);
            assertThat(sums.correctSum()).as(what).isEqualTo(expected).isBetween(1.0, SAMPLES - 1.0);
            assertThat(Samples.gradient(kernel, parameters, batch, 16).correctSum())
                    .as(what)
                    .isEqualTo(expected);
        }
    }

    private static Dataset dataset(Random random, NetworkSpec network, int[] classes) {
        float[] features = new float[SAMPLES * INPUTS];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        int count = network.targetCount();
        float[] targets = new float[SAMPLES * count];
        for (int sample = 0; sample < SAMPLES; sample++) {
            classes[sample] = random.nextInt(Math.max(2, network.outputs()));
            if (count == 1) {
                targets[sample] = classes[sample];
            } else {
                targets[sample * count + classes[sample]] = 1;
            }
        }
        return new Dataset(features, INPUTS, targets, count, SAMPLES);
    }
}
