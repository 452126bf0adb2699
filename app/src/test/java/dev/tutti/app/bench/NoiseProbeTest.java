package dev.tutti.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.advice.NoiseScale;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoiseProbeTest {
    /** 230 steps; the further a training has come, the more of a gradient is noise. */
    @Test
    void shouldMeasureEverySixteenthStepOfDigits() throws InterruptedException {
        NoiseScale noise = NoiseProbe.measure("digits", List.of(64), 64, 600);

        assertThat(noise.measurements()).isEqualTo(230 / 16);
        assertThat(noise.value()).isBetween(30.0, 2000.0);
    }

    @Test
    void shouldEndWhenItsTimeIsOver() throws InterruptedException {
        NoiseScale noise = NoiseProbe.measure("iris", List.of(), 5, 0);

        assertThat(noise.measurements()).as("ended after the first step").isZero();
        assertThat(Thread.interrupted()).isFalse();
    }
}
