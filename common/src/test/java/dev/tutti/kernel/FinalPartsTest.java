package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a kernel calls final must not change any more. */
class FinalPartsTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final NetworkSpec NETWORK = new NetworkSpec(
            List.of(19, 33, 20, 5), List.of(Activation.TANH, Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY);

    @Test
    void shouldTellOfEachLayerOnceItIsFinal() {
        ParameterLayout layout = new ParameterLayout(NETWORK);
        for (int segment : new int[] {3, 8, 64}) {
            GradientKernel kernel = new VectorKernel(NETWORK, Dropout.NONE, NodePrecision.FLOAT32, 64, "vector");
            assertThat(told(kernel, 64, segment))
                    .as("segment " + segment)
                    .containsExactly(layout.weightOffset(2), layout.weightOffset(1), layout.weightOffset(0));
        }
    }

    /** Where blocks of samples follow each other, all is final at the end only. */
    @Test
    void shouldTellOfNothingBeforeTheLastSample() {
        for (int segment : new int[] {3, 8, 700}) {
            int samples = 5000;
            GradientKernel kernel = new VectorKernel(NETWORK, Dropout.NONE, NodePrecision.FLOAT32, 64, "vector");
            assertThat(told(kernel, samples, segment)).as("segment " + segment).containsExactly(0);
            assertThat(told(new ScalarKernel(NETWORK, "scalar"), 64, segment)).containsExactly(0);
        }
    }

    /** Computes one node; returns what was called final, and checks it. */
    private static List<Integer> told(GradientKernel kernel, int samples, int segment) {
        Random random = new Random(SEED);
        float[] parameters = Samples.parameters(random, NETWORK);
        MiniBatch batch =
                new MiniBatch().wrap(Samples.dataset(random, NETWORK, samples), Samples.identity(samples), 0, samples);
        PartialGradient[] node = {
            new PartialGradient(parameters.length).reset(0, SummationTree.segments(samples, segment))
        };
        Arrays.fill(node[0].gradient(), Float.NaN);
        List<Integer> told = new ArrayList<>();
        List<float[]> tails = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        kernel.gradients(parameters, batch, segment, node, 1, PerSample.NONE, from -> {
            told.add(from);
            tails.add(Arrays.copyOfRange(node[0].gradient(), from, parameters.length));
            losses.add(node[0].lossSum());
        });
        for (int i = 0; i < told.size(); i++) {
            assertThat(tails.get(i)).isEqualTo(Arrays.copyOfRange(node[0].gradient(), told.get(i), parameters.length));
            assertThat(losses.get(i)).isEqualTo(node[0].lossSum()).isPositive();
        }
        return told;
    }
}
