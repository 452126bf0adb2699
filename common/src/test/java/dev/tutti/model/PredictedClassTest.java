package dev.tutti.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PredictedClassTest {
    private static final float[] OUTPUTS = {9, 0.1f, 0.7f, 0.7f, 0.51f, 0.5f};

    @Test
    void shouldTakeTheFirstOfTheLargestOutputs() {
        assertThat(PredictedClass.of(OUTPUTS, 1, 3)).isEqualTo(1);
        assertThat(PredictedClass.of(OUTPUTS, 1, 2)).isEqualTo(1);
        assertThat(PredictedClass.of(OUTPUTS, 0, 3)).isEqualTo(0);
    }

    @Test
    void shouldTakeOneOutputAsClassOneAboveOneHalf() {
        assertThat(PredictedClass.of(OUTPUTS, 4, 1)).isEqualTo(1);
        assertThat(PredictedClass.of(OUTPUTS, 5, 1)).isEqualTo(0);
    }

    @Test
    void shouldTakeTargetsAsOutputsThatAreRight() {
        assertThat(PredictedClass.of(new float[] {0, 0, 1}, 0, 3)).isEqualTo(2);
        assertThat(PredictedClass.of(new float[] {0, 0, 1}, 2, 1)).isEqualTo(1);
        assertThat(PredictedClass.of(new float[] {0, 0, 1}, 1, 1)).isEqualTo(0);
    }
}
