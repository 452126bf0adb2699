package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.PartialGradient;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which units are dropped, and where. That both kernels do it to the same bit is shown by {@link SameBitsTest}. */
class DropoutTest {
    private static final NetworkSpec NETWORK = new NetworkSpec(
            List.of(6, 13, 20, 4), List.of(Activation.TANH, Activation.TANH, Activation.SOFTMAX), Loss.CROSS_ENTROPY);

    private static final int SAMPLES = 70;

    /** From an independent implementation; if one of these changes, no seed gives the run that it gave before. */
    @Test
    void shouldKeepItsMasksForEver() {
        Dropout dropout = new Dropout(0.5f, 1);
        assertThat(mask(dropout, 3, 2, 0, 16)).isEqualTo(".xxxxxxxxxx..x.x");
        assertThat(mask(dropout, 3, 2, 2, 8)).isEqualTo(".xx..xx.");
        assertThat(mask(new Dropout(0.1f, -5), 1, 1_000_000, 7, 32)).isEqualTo("x.xxx..xxxxx.xxxxxxxxxxxxxxxxxxx");
    }

    @ParameterizedTest
    @ValueSource(floats = {0.001f, 0.1f, 0.2f, 0.5f, 0.9f})
    void shouldDropTheShareThatIsAskedFor(float rate) {
        Dropout dropout = new Dropout(rate, 42);
        int units = 200;
        int places = 500;
        int dropped = 0;
        double sum = 0;
        for (int place = 0; place < places; place++) {
            for (int unit = 0; unit < units; unit++) {
                float factor = dropout.factor(1, place, 0, unit);
                dropped += factor == 0f ? 1 : 0;
                sum += factor;
            }
        }
        int count = units * places;
        // Six standard deviations of a binomial count.
        double deviation = 6 * Math.sqrt(count * rate * (1 - rate));
        assertThat((double) dropped).as("seed 42").isCloseTo(count * rate, within(deviation));
        assertThat(sum / count).as("seed 42").isCloseTo(1, within(deviation / count / (1 - rate)));
    }

    @Test
    void shouldDropOthersForEveryEpochPlaceLayerAndSeed() {
        Dropout dropout = new Dropout(0.5f, 1);
        int second = Dropout.firstBlock(NETWORK, 1);
        assertThat(second).isEqualTo(2);
        assertThat(List.of(
                        mask(dropout, 1, 0, 0, 64),
                        mask(dropout, 2, 0, 0, 64),
                        mask(dropout, 1, 1, 0, 64),
                        mask(dropout, 1, 0, second, 64),
                        mask(new Dropout(0.5f, 2), 1, 0, 0, 64)))
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldDropNothingAtRateZeroAndNotAllNearOne() {
        assertThat(Dropout.NONE.isOn()).isFalse();
        assertThat(new Dropout(1e-6f, 1).isOn()).isFalse();
        Dropout nearOne = new Dropout(Math.nextDown(1f), 1);
        assertThat(nearOne.threshold()).isEqualTo(65535);
        assertThat(nearOne.scale()).isEqualTo(65536f);
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.1f, 1f, 2f, Float.NaN})
    void shouldRefuseRatesThatAreNoProbability(float rate) {
        assertThatThrownBy(() -> new Dropout(rate, 1))
                .hasMessage("dropout rate out of range: " + rate + ", allowed: 0 to below 1");
    }

    @Test
    void shouldNotDropWhereNoGradientIsComputed() {
        Random random = new Random(5);
        Dataset dataset = Samples.dataset(random, NETWORK, SAMPLES);
        MiniBatch batch = new MiniBatch()
                .wrap(dataset, Samples.identity(SAMPLES), 0, SAMPLES)
                .inEpoch(1, 0);
        float[] parameters = Samples.parameters(random, NETWORK);
        GradientKernel plain = Kernels.createWarm(NETWORK, Dropout.NONE, SAMPLES);
        GradientKernel dropping = Kernels.createWarm(NETWORK, new Dropout(0.5f, 3), SAMPLES);
        assertThat(outputs(dropping, parameters, batch)).isEqualTo(outputs(plain, parameters, batch));
        assertThat(loss(dropping, parameters, batch)).isEqualTo(loss(plain, parameters, batch));
        assertThat(Samples.gradient(dropping, parameters, batch, 16).gradient())
                .isNotEqualTo(Samples.gradient(plain, parameters, batch, 16).gradient());
    }

    private static float[] outputs(GradientKernel kernel, float[] parameters, MiniBatch batch) {
        float[] outputs = new float[SAMPLES * NETWORK.outputs()];
        kernel.outputs(parameters, batch, outputs);
        return outputs;
    }

    private static double loss(GradientKernel kernel, float[] parameters, MiniBatch batch) {
        PartialGradient sums = new PartialGradient(0);
        kernel.evaluate(parameters, batch, 16, sums);
        return sums.lossSum();
    }

    private static String mask(Dropout dropout, int epoch, int place, int firstBlock, int units) {
        StringBuilder mask = new StringBuilder();
        for (int unit = 0; unit < units; unit++) {
            mask.append(dropout.factor(epoch, place, firstBlock, unit) == 0f ? '.' : 'x');
        }
        return mask.toString();
    }
}
