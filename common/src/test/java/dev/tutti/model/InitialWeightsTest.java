package dev.tutti.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InitialWeightsTest {
    private static final NetworkSpec SMALL = network(3, 4, 2);
    private static final NetworkSpec LARGE = network(200, 100, 10);

    /** The values come from an independent implementation, with its own log and cos. */
    @Test
    void shouldKeepItsWeightsForEver() {
        assertThat(Arrays.copyOf(InitialWeights.create(SMALL, Initialization.XAVIER, 0, 1), 4))
                .containsExactly(new float[] {-0.14928143f, -0.3908109f, -0.53142184f, 0.4914167f}, Offset.offset(0f));
        assertThat(Arrays.copyOf(InitialWeights.create(SMALL, Initialization.HE, 0, 1), 4))
                .containsExactly(new float[] {0.41457552f, 0.5884861f, 0.3440138f, 0.5955295f}, Offset.offset(1e-7f));
    }

    /** To the last bit, on every machine and Java. */
    @Test
    void shouldGiveTheSameBitsEverywhere() {
        assertThat(WeightsHash.sha256(LARGE, InitialWeights.create(LARGE, Initialization.XAVIER, 0, 1)))
                .isEqualTo("e8bed50daa26f45d1d44d3506ee7a0d6fa80e22169d5f8cdc29104338b5e9aa8");
        assertThat(WeightsHash.sha256(LARGE, InitialWeights.create(LARGE, Initialization.HE, 0, 1)))
                .isEqualTo("92300b3b2be484c25ec008855cc513a08b8800d4c7527c50293b1872b97ca4b9");
        assertThat(WeightsHash.sha256(LARGE, InitialWeights.create(LARGE, Initialization.NORMAL, 0, 1)))
                .isEqualTo("f854c8e6b3a6e3f06954b853d6adb9f148f79e5074395d472cffaf68b24608d6");
    }

    @ParameterizedTest
    @EnumSource(value = Initialization.class, names = "CONSTANT", mode = EnumSource.Mode.EXCLUDE)
    void shouldDrawWithTheDeviationOfTheRule(Initialization initialization) {
        float[] parameters = InitialWeights.create(LARGE, initialization, 0, 5);
        double deviation = switch (initialization) {
            case XAVIER -> Math.sqrt(2.0 / (200 + 100));
            case HE -> Math.sqrt(2.0 / 200);
            default -> 0.01;
        };
        double sum = 0;
        double squares = 0;
        int count = 200 * 100;
        for (int i = 0; i < count; i++) {
            sum += parameters[i];
            squares += (double) parameters[i] * parameters[i];
        }
        // Six standard deviations of the estimates: 6 / sqrt(20000) = 0.043, and of the deviation 0.03.
        assertThat(sum / count).as("seed 5").isBetween(-0.043 * deviation, 0.043 * deviation);
        assertThat(Math.sqrt(squares / count)).as("seed 5").isBetween(0.97 * deviation, 1.03 * deviation);
        double limit = initialization == Initialization.XAVIER ? Math.sqrt(6.0 / 300) + 1e-7 : 6.7 * deviation;
        for (int i = 0; i < count; i++) {
            assertThat(Math.abs(parameters[i])).as("seed 5, index %s", i).isLessThanOrEqualTo((float) limit);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Initialization.class, names = "CONSTANT", mode = EnumSource.Mode.EXCLUDE)
    void shouldStartBiasesAtZeroAndDependOnTheSeed(Initialization initialization) {
        float[] parameters = InitialWeights.create(SMALL, initialization, 7, 1);
        ParameterLayout layout = new ParameterLayout(SMALL);
        for (int layer = 0; layer < SMALL.layers(); layer++) {
            for (int i = layout.biasOffset(layer); i < layout.endOffset(layer); i++) {
                assertThat(parameters[i]).isZero();
            }
            for (int i = layout.weightOffset(layer); i < layout.biasOffset(layer); i++) {
                assertThat(parameters[i]).isNotZero();
            }
        }
        assertThat(InitialWeights.create(SMALL, initialization, 7, 2)).isNotEqualTo(parameters);
    }

    @Test
    void shouldFillWithAConstant() {
        assertThat(InitialWeights.create(SMALL, Initialization.CONSTANT, 0.5f, 1))
                .hasSize(3 * 4 + 4 + 4 * 2 + 2)
                .containsOnly(0.5f);
    }

    private static NetworkSpec network(int inputs, int hidden, int outputs) {
        return new NetworkSpec(
                List.of(inputs, hidden, outputs), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
    }
}
