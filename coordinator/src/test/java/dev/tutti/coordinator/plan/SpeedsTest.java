package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpeedsTest {
    private static final long MS = 1_000_000;
    private static final int STEPS = 64;

    @Test
    void shouldGoByThreadsBeforeAnythingIsMeasured() {
        assertThat(new Speeds(new int[] {1, 4}).capacity()).containsExactly(1, 4);
    }

    @Test
    void shouldGiveEqualMembersEqualShares() {
        Speeds speeds = new Speeds(new int[] {1, 3});
        for (int step = 0; step < STEPS; step++) {
            speeds.onDelivered(0, 4, (step * 10 + 8) * MS);
            speeds.onDelivered(1, 4, (step * 10 + 8) * MS);
            speeds.onStep(step * 10 * MS);
        }
        assertThat(speeds.capacity()[0]).isCloseTo(speeds.capacity()[1], within(1e-9));
        assertThat(speeds.capacity()[0] + speeds.capacity()[1]).isCloseTo(4, within(1e-9));
    }

    @Test
    void shouldGiveHalfTheShareToAMemberTwiceAsSlow() {
        Speeds speeds = new Speeds(new int[] {1, 1});
        for (int step = 0; step < STEPS; step++) {
            long startNs = step * 100 * MS;
            speeds.onDelivered(0, 2, startNs + 10 * MS);
            speeds.onDelivered(0, 2, startNs + 20 * MS);
            speeds.onDelivered(1, 4, startNs + 40 * MS);
            speeds.onStep(startNs);
        }
        assertThat(speeds.capacity()[1] / speeds.capacity()[0]).isCloseTo(0.5, within(0.01));
        assertThat(speeds.waitedNs(0)).isZero();
        assertThat(speeds.waitedNs(1)).isEqualTo(STEPS * 20 * MS);
    }

    @Test
    void shouldNotTwitch() {
        Speeds speeds = new Speeds(new int[] {1, 1});
        for (int step = 0; step < 15; step++) {
            speeds.onDelivered(0, 4, step * 10 * MS + 1);
            speeds.onDelivered(1, 4, step * 10 * MS + MS);
            speeds.onStep(step * 10 * MS);
        }
        assertThat(speeds.capacity()).containsExactly(1, 1);
    }

    @Test
    void shouldNotGoByMeasurementsUntilAllAreMeasured() {
        Speeds speeds = new Speeds(new int[] {2, 1});
        for (int step = 0; step < STEPS; step++) {
            speeds.onDelivered(0, 4, step * 10 * MS + MS);
            speeds.onStep(step * 10 * MS);
        }
        assertThat(speeds.capacity()).containsExactly(2, 1);
    }
}
