package dev.tutti.app.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class NoiseScaleTest {
    private static final int PARAMETERS = 10;

    /** Gradients about a mean of 0.2 in each of ten elements, with variance 1: tr = 10, |G|^2 = 0.4. */
    @Test
    void shouldFindVarianceOverSquaredMean() {
        for (int batch : new int[] {64, 256}) {
            NoiseScale noise = new NoiseScale();
            Random random = new Random(batch);
            for (int step = 0; step < 100; step++) {
                measure(noise, random, batch, 0.2);
            }
            assertThat(noise.measurements()).isEqualTo(100);
            assertThat(noise.value()).as("seed and batch %d", batch).isEqualTo(25, within(5.0));
        }
    }

    @Test
    void shouldForgetOldSteps() {
        NoiseScale noise = new NoiseScale();
        Random random = new Random(1);
        for (int step = 0; step < 500; step++) {
            measure(noise, random, 64, step < 400 ? 5 : 0.2);
        }
        assertThat(noise.value()).isEqualTo(25, within(5.0));
    }

    @Test
    void shouldBeInfiniteWhereThereIsNoiseOnly() {
        NoiseScale noise = new NoiseScale();
        assertThat(noise.value()).isNaN();
        noise.add(10, 10 / 64.0, 64);
        assertThat(noise.value()).isInfinite();
    }

    @Test
    void shouldBeZeroWithoutNoise() {
        NoiseScale noise = new NoiseScale();
        noise.add(4, 4, 64);
        assertThat(noise.value()).isZero();
    }

    private static void measure(NoiseScale noise, Random random, int batch, double mean) {
        double squares = 0;
        double[] sum = new double[PARAMETERS];
        for (int sample = 0; sample < batch; sample++) {
            for (int i = 0; i < PARAMETERS; i++) {
                double value = mean + random.nextGaussian();
                squares += value * value / batch;
                sum[i] += value / batch;
            }
        }
        double ofMean = 0;
        for (double value : sum) {
            ofMean += value * value;
        }
        noise.add(squares, ofMean, batch);
    }
}
