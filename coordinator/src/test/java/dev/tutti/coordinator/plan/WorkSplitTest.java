package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkSplitTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);

    private final Orders orders = new Orders();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4  | 1 1     | 0:0+2 1:2+2",
                "6  | 1 1 1   | 0:0+2 1:2+2 2:4+2",
                "6  | 2 1     | 0:0+4 1:4+2",
                "10 | 1 0.5 1 | 0:0+4 1:4+2 2:6+4",
                "4  | 1 0 1   | 0:0+2 2:2+2",
                "4  | 0 0 3   | 2:0+4",
                "4  | 3 0 0   | 0:0+4",
                "1  | 1 1 1   | 1:0+1",
                "0  | 1 1     | ''"
            })
    void shouldShareInProportionToCapacity(int segments, String capacity, String expected) {
        double[] of = new double[capacity.split(" ", -1).length];
        for (int i = 0; i < of.length; i++) {
            of[i] = Double.parseDouble(capacity.split(" ", -1)[i]);
        }
        WorkSplit.split(segments, new BitSet(), of, orders);
        assertThat(StepMachineTest.text(orders)).isEqualTo(expected);
    }

    @Test
    void shouldLeaveOutWhatIsNotMissing() {
        BitSet taken = new BitSet();
        taken.set(1, 4);
        taken.set(6);
        WorkSplit.split(9, taken, new double[] {1, 1}, orders);
        assertThat(StepMachineTest.text(orders)).isEqualTo("0:0+1 0:4+2 1:7+2");
    }

    @Test
    void shouldHandOutEveryMissingSegmentOnceWhateverTheCapacities() {
        Random random = new Random(SEED);
        for (int round = 0; round < 5_000; round++) {
            int segments = 1 + random.nextInt(60);
            BitSet taken = new BitSet();
            for (int segment = 0; segment < segments; segment++) {
                taken.set(segment, random.nextInt(4) == 0);
            }
            double[] capacity = new double[1 + random.nextInt(6)];
            double total = 0;
            for (int member = 0; member < capacity.length; member++) {
                capacity[member] =
                        random.nextInt(4) == 0 ? 0 : Math.scalb(random.nextDouble(), random.nextInt(30) - 15);
                total += capacity[member];
            }
            if (total == 0) {
                capacity[0] = total = 1;
            }
            WorkSplit.split(segments, taken, capacity, orders);
            assertExact(segments, taken, capacity, total, "seed " + SEED + ", round " + round);
        }
    }

    private void assertExact(int segments, BitSet taken, double[] capacity, double total, String name) {
        int missing = segments - taken.cardinality();
        int[] given = new int[capacity.length];
        BitSet covered = (BitSet) taken.clone();
        for (int i = 0; i < orders.size(); i++) {
            for (int k = 0; k < orders.segmentCount(i); k++) {
                int segment = orders.firstSegment(i) + k;
                assertThat(covered.get(segment)).as(name).isFalse();
                covered.set(segment);
            }
            given[orders.member(i)] += orders.segmentCount(i);
        }
        assertThat(covered.cardinality()).as(name).isEqualTo(segments);
        assertThat(covered.length()).as(name).isEqualTo(segments);
        for (int member = 0; member < given.length; member++) {
            assertThat(Math.abs(given[member] - missing * capacity[member] / total))
                    .as(name)
                    .isLessThanOrEqualTo(1.0000001);
            assertThat(capacity[member] == 0 && given[member] > 0).as(name).isFalse();
        }
    }
}
