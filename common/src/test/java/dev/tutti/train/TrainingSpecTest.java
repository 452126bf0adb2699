package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Plateau;
import dev.tutti.optim.Sgd;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrainingSpecTest {
    private static final NetworkSpec NETWORK =
            new NetworkSpec(List.of(1, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);
    private static final int MAX = Integer.MAX_VALUE;
    private static final int[] CORNERS = {
        1, 2, 3, 63, 64, 65, 1 << 16, (1 << 30) - 1, 1 << 30, MAX / 2 + 1, MAX - 1, MAX
    };

    /** Each sample of an epoch is in exactly one segment of exactly one step, however large the numbers. */
    @Test
    void shouldCoverTheEpochWhateverTheSizes() {
        long seed = 5;
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            int samples = size(random);
            int batch = size(random);
            int segment = size(random);
            Sync sync = Sync.values()[random.nextInt(2)];
            TrainingSpec spec = spec(samples, batch, segment, sync);
            String what = "seed " + seed + ", round " + round + ": " + spec;

            long perStep = sync == Sync.EPOCH ? samples : Math.min(batch, samples);
            long steps = (samples + perStep - 1) / perStep;
            long size = Math.min(segment, perStep);
            assertThat((long) spec.samplesPerStep()).as(what).isEqualTo(perStep);
            assertThat((long) spec.stepsPerEpoch()).as(what).isEqualTo(steps);
            assertThat((long) spec.segmentSize()).as(what).isEqualTo(size);
            int last = spec.stepsPerEpoch() - 1;
            assertThat(last * perStep + spec.samplesOfStep(last)).as(what).isEqualTo(samples);
            for (int step : new int[] {0, last / 2, last}) {
                long inStep = spec.samplesOfStep(step);
                assertThat(inStep).as(what).isBetween(1L, perStep);
                assertThat((long) spec.segmentsOfStep(step)).as(what).isEqualTo((inStep + size - 1) / size);
            }
            TrainingPosition end = new TrainingPosition(
                    MAX,
                    last,
                    (MAX - 1L) * steps + last,
                    (MAX - 1L) * samples + last * perStep,
                    0,
                    0,
                    0,
                    0,
                    0,
                    TrainingPosition.GuardState.NEW,
                    Plateau.NEW,
                    BestEpoch.NONE);
            assertThat(end.fits(spec)).as(what).isTrue();
        }
    }

    @Test
    void shouldDefaultToAQuarterOfTheBatch() {
        assertThat(TrainingSpec.defaultSegmentSize(MAX)).isEqualTo(64);
        assertThat(TrainingSpec.defaultSegmentSize(MAX - 2)).isEqualTo(64);
        assertThat(TrainingSpec.defaultSegmentSize(1)).isEqualTo(1);
        for (int batch = 1; batch < 1000; batch++) {
            assertThat(TrainingSpec.defaultSegmentSize(batch)).isEqualTo(Math.min(64, (batch + 3) / 4));
        }
    }

    @Test
    void shouldRefuseWhatIsOutOfRange() {
        assertThatThrownBy(() -> spec(1, 1, 0, Sync.STEP))
                .isInstanceOf(InputException.class)
                .hasMessage("segment out of range: 0, allowed: whole numbers from 1 to 2147483647");
        assertThatThrownBy(() -> new Sgd.Settings(Float.NaN, 0))
                .isInstanceOf(InputException.class)
                .hasMessage("lr out of range: NaN, allowed: above 0");
        assertThatThrownBy(() -> new Sgd.Settings(1, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("momentum out of range: 1.0, allowed: 0 to below 1");
    }

    private static int size(Random random) {
        return random.nextBoolean() ? CORNERS[random.nextInt(CORNERS.length)] : 1 + random.nextInt(MAX);
    }

    private static TrainingSpec spec(int samples, int batch, int segment, Sync sync) {
        return new TrainingSpec(NETWORK, new Sgd.Settings(0.1f, 0), MAX, batch, segment, sync, 1, true, 0f, samples);
    }
}
