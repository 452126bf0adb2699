package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.PartialGradient;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients against differences of the loss, the latter from a plain forward pass in double. */
class FiniteDifferencesTest {
    private static final double STEP = 1e-6;

    @ParameterizedTest
    @EnumSource(
            value = Activation.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SOFTMAX", "EXP"})
    void shouldAgreeForHiddenActivation(Activation activation) {
        check(new NetworkSpec(
                List.of(5, 7, 4, 3), List.of(activation, activation, Activation.SOFTMAX), Loss.CROSS_ENTROPY));
    }

    @ParameterizedTest
    @EnumSource(value = Activation.class, mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
    void shouldAgreeForOutputActivation(Activation activation) {
        check(new NetworkSpec(List.of(5, 6, 3), List.of(Activation.TANH, activation), Loss.SQUARED_ERROR));
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void shouldAgreeForLoss(Loss loss) {
        Activation output = loss.usualOutput();
        check(new NetworkSpec(List.of(5, 6, 4), List.of(Activation.TANH, output), loss));
    }

    @ParameterizedTest
    @CsvSource({"QUANTILE, 0.9", "TWEEDIE, 1.2", "TWEEDIE, 1.9", "CROSS_ENTROPY, 0.3", "BINARY_CROSS_ENTROPY, 0.2"})
    void shouldAgreeForParameterOfLoss(Loss loss, float parameter) {
        check(new NetworkSpec(List.of(5, 6, 4), List.of(Activation.TANH, loss.usualOutput()), loss, parameter));
    }

    @ParameterizedTest
    @EnumSource(
            value = Activation.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SOFTMAX", "EXP"})
    void shouldAgreeWithDropout(Activation activation) {
        check(
                new NetworkSpec(
                        List.of(5, 20, 9, 3), List.of(activation, activation, Activation.SOFTMAX), Loss.CROSS_ENTROPY),
                new Dropout(0.4f, 11, 0.3f));
    }

    private static void check(NetworkSpec network) {
        check(network, Dropout.NONE);
    }

    private static void check(NetworkSpec network, Dropout dropout) {
        long seed = 20261121;
        Random random = new Random(seed);
        int samples = 6;
        Dataset dataset = Samples.dataset(random, network, samples);
        float[] parameters = Samples.parameters(random, network);
        MiniBatch batch = new MiniBatch()
                .wrap(dataset, Samples.identity(samples), 0, samples)
                .inEpoch(2, 77);
        PartialGradient sum = Samples.gradient(Kernels.createWarm(network, dropout, samples), parameters, batch, 2);
        DoubleNetwork reference = new DoubleNetwork(network, dropout, parameters);
        assertThat(sum.lossSum()).isCloseTo(reference.loss(batch), within(1e-5));
        for (int p = 0; p < parameters.length; p++) {
            double numeric = reference.slope(batch, p, STEP);
            assertThat((double) sum.gradient()[p])
                    .as("seed %d, %s, parameter %d", seed, network, p)
                    .isCloseTo(numeric, within(1e-5 * Math.max(1, Math.abs(numeric))));
        }
    }
}
