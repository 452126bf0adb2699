package dev.tutti.app.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StepModelTest {
    /** 784-512-512-10 on machines of four cores with 80 GFLOP/s each: the table of docs/scaling.md. */
    private static StepModel model(double gigabits) {
        double parameters = 784 * 512 + 512 + 512 * 512 + 512 + 512 * 10 + 10;
        double flops = 6 * parameters - 2 * (784 * 512 + 512);
        return new StepModel(flops / 320e9, 0, 4 * parameters, gigabits * 1e9 * 0.95 / 8, 0.2e-3, true);
    }

    @Test
    void shouldGiveTheTableOfTheDocument() {
        assertThat(efficiency(1, 2, 512)).isEqualTo(.18, within(.01));
        assertThat(efficiency(1, 256, 512)).isEqualTo(.10, within(.01));
        assertThat(efficiency(10, 4, 2048)).isEqualTo(.84, within(.01));
        assertThat(efficiency(10, 16, 8192)).isEqualTo(.95, within(.01));
        assertThat(efficiency(100, 256, 512)).isEqualTo(.86, within(.01));
    }

    private static double efficiency(double gigabits, int machines, int samplesOfEach) {
        return model(gigabits).speedUp(machines, machines * (double) samplesOfEach) / machines;
    }

    @Test
    void shouldFindTheSpeedOfTheLinkInAStep() {
        StepModel truth = new StepModel(1e-5, 2e-3, 2.7e6, 1.2e8, 1e-4, true);
        for (boolean byMembers : new boolean[] {true, false}) {
            StepModel known = new StepModel(1e-5, 2e-3, 2.7e6, Double.NaN, 1e-4, byMembers);
            StepModel same = new StepModel(1e-5, 2e-3, 2.7e6, 1.2e8, 1e-4, byMembers);
            assertThat(StepModel.fitted(3, 512, same.stepSeconds(3, 512), known).bytesPerSecond())
                    .isEqualTo(truth.bytesPerSecond(), within(1.0));
        }
        StepModel free = StepModel.fitted(2, 512, 1e-9, truth);
        assertThat(free.bytesPerSecond()).as("no time is left for sending").isInfinite();
        assertThat(free.stepSeconds(2, 512)).isEqualTo(2e-3 + 512e-5 / 2 + 2e-4, within(1e-9));
    }

    @Test
    void shouldCountTheBytesOfTheBusiestLink() {
        assertThat(model(1).bytes(1)).isZero();
        assertThat(new StepModel(1, 0, 100, 1, 0, true).bytes(2)).isEqualTo(100);
        assertThat(new StepModel(1, 0, 100, 1, 0, true).bytes(4)).isEqualTo(150);
        assertThat(new StepModel(1, 0, 100, 1, 0, false).bytes(4))
                .as("in and out of the coordinator")
                .isEqualTo(800);
    }

    /** No other batch reaches the loss sooner. */
    @Test
    void shouldKnowTheBestBatch() {
        StepModel model = model(10);
        for (int machines : new int[] {2, 4, 16}) {
            for (double noise : new double[] {75, 900, 20_000}) {
                double best = model.bestBatch(machines, noise);
                for (double factor : new double[] {0.5, 0.9, 1.1, 2}) {
                    assertThat(seconds(model, machines, best * factor, noise))
                            .as("machines %d, noise %s", machines, noise)
                            .isGreaterThan(seconds(model, machines, best, noise));
                }
            }
        }
        assertThat(model.gain(1, 900)).isEqualTo(1);
        assertThat(model.gain(4, 20_000)).as("noise is what machines are for").isGreaterThan(model.gain(4, 900));
        assertThat(model(1).gain(4, 900)).as("they may make it slower").isLessThan(1);
    }

    private static double seconds(StepModel model, int machines, double batch, double noise) {
        return model.stepSeconds(machines, batch) * (1 + noise / batch);
    }
}
