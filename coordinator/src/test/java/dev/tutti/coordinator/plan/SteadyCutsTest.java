package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SteadyCutsTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final double VECTOR = 1;

    private final Orders orders = new Orders();
    private long revision;

    @Test
    void shouldNotFlapWhenSpeedsVaryALittle() {
        Random random = new Random(SEED);
        SteadyCuts cuts = new SteadyCuts(3);
        String before = split(cuts, 64, 1, 1, 1);
        for (int round = 0; round < 200; round++) {
            String now = split(cuts, 64, vary(random), vary(random), vary(random));
            assertThat(now).as("seed " + SEED + ", round " + round).isEqualTo(before);
        }
    }

    private static double vary(Random random) {
        return 0.98 + 0.04 * random.nextDouble();
    }

    @Test
    void shouldFollowASpeedThatChanged() {
        SteadyCuts cuts = new SteadyCuts(2);
        assertThat(split(cuts, 64, 1, 1)).isEqualTo("0:0+32 1:32+32");
        assertThat(split(cuts, 64, 1.06, 1)).as("less than it costs").isEqualTo("0:0+32 1:32+32");
        assertThat(split(cuts, 64, 3, 1)).isEqualTo("0:0+48 1:48+16");
        assertThat(cuts.share(0)).isEqualTo(0.75);
        assertThat(cuts.share(1)).isEqualTo(0.25);
    }

    @Test
    void shouldPlanAgainOnlyWhenSpeedsAreMeasuredAnew() {
        SteadyCuts cuts = new SteadyCuts(2);
        cuts.split(64, new double[] {1, 1}, VECTOR, 1, orders);
        cuts.split(64, new double[] {3, 1}, VECTOR, 1, orders);
        assertThat(StepMachineTest.text(orders)).isEqualTo("0:0+32 1:32+32");
        cuts.split(64, new double[] {3, 1}, VECTOR, 2, orders);
        assertThat(StepMachineTest.text(orders)).isEqualTo("0:0+48 1:48+16");
    }

    @Test
    void shouldKeepTheCutsOfUsualStepsBesideThoseOfTheLast() {
        SteadyCuts cuts = new SteadyCuts(2);
        String usual = split(cuts, 64, 1, 1);
        String last = split(cuts, 10, 1, 1);
        for (int epoch = 0; epoch < 3; epoch++) {
            assertThat(split(cuts, 64, 1.06, 1)).isEqualTo(usual);
            assertThat(split(cuts, 10, 1.06, 1)).isEqualTo(last);
        }
    }

    @Test
    void shouldGiveNothingToAMemberThatIsOutAndItsOldShareWhenItIsBack() {
        SteadyCuts cuts = new SteadyCuts(3);
        String all = split(cuts, 64, 1, 1, 1);
        cuts.split(64, new double[] {1, 0, 1}, VECTOR, revision, orders);
        assertThat(StepMachineTest.text(orders)).isEqualTo("0:0+32 2:32+32");
        assertThat(cuts.share(1)).isZero();
        cuts.split(64, new double[] {1, 1, 1}, VECTOR, revision, orders);
        assertThat(StepMachineTest.text(orders)).isEqualTo(all);
    }

    private String split(SteadyCuts cuts, int segments, double... capacity) {
        cuts.split(segments, capacity, VECTOR, ++revision, orders);
        return StepMachineTest.text(orders);
    }
}
