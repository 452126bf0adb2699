package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class SpeedsTest {
    private static final long MS = 1_000_000;
    private static final int STEPS = 64;

    @Test
    void shouldGoByThreadsBeforeAnythingIsMeasured() {
        Speeds speeds = new Speeds(new int[] {1, 4});
        assertThat(speeds.capacity()).containsExactly(1, 4);
        assertThat(speeds.vectorTime()).isNaN();
    }

    @Test
    void shouldGiveEqualMembersEqualShares() {
        Speeds speeds = new Speeds(new int[] {1, 3});
        for (int step = 0; step < STEPS; step++) {
            long startNs = step * 10 * MS;
            speeds.onDelivered(0, 4, startNs + 8 * MS, startNs + 8 * MS);
            speeds.onDelivered(1, 4, startNs + 8 * MS, startNs + 8 * MS);
            speeds.onStep(startNs, true);
        }
        assertThat(speeds.capacity()[0]).isCloseTo(speeds.capacity()[1], within(1e-9));
        assertThat(speeds.capacity()[0] + speeds.capacity()[1]).isCloseTo(4, within(1e-9));
        assertThat(speeds.vectorTime()).isZero();
    }

    @Test
    void shouldGiveHalfTheShareToAMemberTwiceAsSlow() {
        Speeds speeds = new Speeds(new int[] {1, 1});
        for (int step = 0; step < STEPS; step++) {
            long startNs = step * 100 * MS;
            speeds.onDelivered(0, 4, startNs + 20 * MS, startNs + 20 * MS);
            speeds.onDelivered(1, 4, startNs + 40 * MS, startNs + 40 * MS);
            speeds.onStep(startNs, true);
        }
        assertThat(speeds.capacity()[1] / speeds.capacity()[0]).isCloseTo(0.5, within(0.01));
        assertThat(speeds.waitedNs(0)).isZero();
        assertThat(speeds.waitedNs(1)).isEqualTo(STEPS * 20 * MS);
    }

    /** Two members compute as fast, 12 ms for 4 segments; weights and nodes take 3 ms each, and one sends three nodes. */
    @Test
    void shouldNotTakeSendingForComputing() {
        Speeds speeds = new Speeds(new int[] {1, 1});
        for (int step = 0; step < STEPS; step++) {
            long startNs = step * 100 * MS;
            long doneNs = startNs + 15 * MS;
            speeds.onDelivered(0, 4, doneNs, doneNs + 3 * MS);
            speeds.onDelivered(1, 2, doneNs, doneNs + 3 * MS);
            speeds.onDelivered(1, 1, doneNs + 3 * MS, doneNs + 6 * MS);
            speeds.onDelivered(1, 1, doneNs + 6 * MS, doneNs + 9 * MS);
            speeds.onStep(startNs, true);
        }
        assertThat(speeds.capacity()[0]).isCloseTo(1, within(1e-3));
        assertThat(speeds.capacity()[1]).isCloseTo(1, within(1e-3));
        assertThat(speeds.vectorTime()).as("a segment takes 1, which is 3 ms").isCloseTo(1, within(1e-2));
    }

    @Test
    void shouldTakeAtLeastHalfOfTheTimeForComputing() {
        Speeds speeds = new Speeds(new int[] {1});
        for (int step = 0; step < STEPS; step++) {
            speeds.onDelivered(0, 4, step * 100 * MS + 8 * MS, step * 100 * MS + 80 * MS);
            speeds.onStep(step * 100 * MS, true);
        }
        assertThat(speeds.vectorTime()).as("a segment takes 1 ms").isCloseTo(72, within(1e-6));
    }

    @Test
    void shouldAllocateNothing() {
        Speeds speeds = new Speeds(new int[] {1, 2});
        SteadyCuts cuts = new SteadyCuts(2);
        Orders orders = new Orders();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int step = 0; step < STEPS; step++) {
                speeds.onDelivered(0, 4, step * MS + MS / 2, step * MS + MS);
                speeds.onDelivered(1, 4, step * MS + MS / 2, step * MS + MS);
                speeds.onStep(step * MS, true);
                cuts.split(step % 8 == 7 ? 5 : 32, speeds.capacity(), speeds.vectorTime(), speeds.revision(), orders);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }

    @Test
    void shouldNotTwitch() {
        Speeds speeds = new Speeds(new int[] {1, 1});
        for (int step = 0; step < 15; step++) {
            speeds.onDelivered(0, 4, step * 10 * MS + 1, step * 10 * MS + 1);
            speeds.onDelivered(1, 4, step * 10 * MS + MS, step * 10 * MS + MS);
            speeds.onStep(step * 10 * MS, true);
        }
        assertThat(speeds.capacity()).containsExactly(1, 1);
        assertThat(speeds.revision()).isZero();
    }

    @Test
    void shouldTakeAMemberThatIsNotMeasuredForOneOfTheUsualSpeed() {
        Speeds speeds = new Speeds(new int[] {2, 1, 2});
        for (int step = 0; step < STEPS; step++) {
            long startNs = step * 10 * MS;
            speeds.onDelivered(0, 4, startNs + MS, startNs + MS);
            speeds.onDelivered(2, 4, startNs + 2 * MS, startNs + 2 * MS);
            speeds.onStep(startNs, true);
        }
        assertThat(speeds.capacity()[0] / speeds.capacity()[2]).isCloseTo(2, within(1e-6));
        assertThat(speeds.capacity()[1]).as("a thread of five").isCloseTo(1, within(1e-9));
    }

    @Test
    void shouldLearnNothingOfSpeedsWhereWorkWasHandedOutAgain() {
        Speeds speeds = new Speeds(new int[] {1, 1});
        for (int step = 0; step < STEPS; step++) {
            long startNs = step * 100 * MS;
            boolean late = step % 4 == 3;
            speeds.onDelivered(0, late ? 8 : 4, startNs + 20 * MS, startNs + 20 * MS);
            speeds.onDelivered(1, 4, startNs + 20 * MS, startNs + 20 * MS);
            speeds.onStep(startNs, !late);
        }
        assertThat(speeds.capacity()[0]).isCloseTo(1, within(1e-9));
    }

    @Test
    void shouldNotCountAVectorThatStoodStillForLong() {
        Speeds speeds = new Speeds(new int[] {1});
        for (int step = 0; step < STEPS; step++) {
            long startNs = step * 100 * MS;
            boolean stands = step == STEPS - 2;
            speeds.onDelivered(0, 4, startNs + 8 * MS, startNs + (stands ? 100_000 : 10) * MS);
            speeds.onStep(startNs, true);
        }
        assertThat(speeds.vectorTime()).as("of 1.5 ms for a segment").isLessThan(2);
    }

    /** Slower and slower, it gets nothing in the end; then it is tried again. */
    @Test
    void shouldGiveAMemberWithoutWorkAnotherChance() {
        Speeds speeds = new Speeds(new int[] {1, 1});
        for (int step = 0; step < STEPS; step++) {
            long startNs = step * 1000 * MS;
            speeds.onDelivered(0, 4, startNs + MS, startNs + MS);
            speeds.onDelivered(1, 1, startNs + 900 * MS, startNs + 900 * MS);
            speeds.onStep(startNs, true);
        }
        double slow = speeds.capacity()[1];
        for (int step = STEPS; step < 3 * STEPS; step++) {
            long startNs = step * 1000 * MS;
            speeds.onDelivered(0, 4, startNs + MS, startNs + MS);
            speeds.onStep(startNs, true);
        }
        assertThat(slow).isLessThan(0.01);
        assertThat(speeds.capacity()[1]).isGreaterThan(0.5);
    }
}
