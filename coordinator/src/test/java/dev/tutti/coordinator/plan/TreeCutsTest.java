package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.reduce.SummationTree;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TreeCutsTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final int[] MEMBERS = {2, 3, 4, 5, 8};
    private static final int ROUNDS = 20;

    /** Capacities are segments in a unit of time, and the third column is the time of a vector in that unit. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4   | 1 1       | 1   | 2 4",
                "4   | 1 1 1     | 0   | 2 3 4",
                "4   | 1 1 1 1 1 | 1   | 1 2 3 4 4",
                "1   | 1 1 1     | 1   | 1 1 1",
                "8   | 1 0 1     | 1   | 4 4 8",
                "8   | 0 1 0     | 1   | 0 8 8",
                "128 | 1.05 1    | 2   | 64 128",
                "128 | 1.05 1    | 0   | 66 128",
                "128 | 1 1.05    | 1   | 64 128",
                "128 | 2 1       | 0   | 86 128",
                "128 | 2 1       | 1   | 88 128",
                "128 | 2 1       | 10  | 96 128",
                "128 | 2 1       | 100 | 64 128",
                "64  | 1 1 1     | 0   | 20 42 64",
                "64  | 1 1 1     | 4   | 16 40 64",
                "64  | 1 1 1     | 20  | 32 48 64",
                "100 | 1 1       | 1   | 50 100",
                "100 | 1 1       | 10  | 48 100",
                "100 | 1 1       | 13  | 64 100",
                "4   | 10 1      | 1   | 4 4",
            })
    void shouldCutWhereFewNodesAreCut(int segments, String capacity, double vectorTime, String expected) {
        double[] of = Arrays.stream(capacity.trim().split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        int[] cuts = new TreeCuts(of.length).plan(segments, of, vectorTime);
        assertThat(cuts)
                .containsExactly(Arrays.stream(expected.trim().split(" ", -1))
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }

    @Test
    void shouldBeNoWorseThanACutInProportionToTheSpeeds() {
        Random random = new Random(SEED);
        for (int round = 0; round < 5_000; round++) {
            String name = "seed " + SEED + ", round " + round;
            int segments = 1 + random.nextInt(200);
            double[] capacity = new double[1 + random.nextInt(9)];
            for (int member = 0; member < capacity.length; member++) {
                capacity[member] =
                        random.nextInt(6) == 0 ? 0 : Math.scalb(1 + random.nextDouble(), random.nextInt(6) - 3);
            }
            capacity[random.nextInt(capacity.length)] = 1;
            double vectorTime = random.nextInt(4) == 0 ? 0 : 20 * random.nextDouble();
            TreeCuts cutter = new TreeCuts(capacity.length);
            int[] cuts = cutter.plan(segments, capacity, vectorTime).clone();
            int first = 0;
            for (int member = 0; member < cuts.length; member++) {
                assertThat(cuts[member]).as(name).isGreaterThanOrEqualTo(first);
                assertThat(capacity[member] == 0 && cuts[member] > first)
                        .as(name)
                        .isFalse();
                first = cuts[member];
            }
            assertThat(first).as(name).isEqualTo(segments);
            assertThat(cutter.cost(cuts))
                    .as(name)
                    .isLessThanOrEqualTo(cutter.cost(proportional(segments, capacity)) * 1.0000001);
        }
    }

    /**
     * Means over many cuts.
     *
     * @param nodes nodes that a member with work sends
     * @param many share of the members that send more than two
     * @param over how much longer than all would take on average the slowest one computes
     */
    private record Cost(double nodes, double many, double over) {
        Cost plus(Cost other, double weight) {
            return new Cost(nodes + weight * other.nodes, many + weight * other.many, over + weight * other.over);
        }
    }

    /** A vector takes half as long as the computing of a step, as with a core each and 500 samples on 1 Gbit/s. */
    private static final double VECTOR = 0.5;

    @ParameterizedTest
    @CsvSource({
        "equal,            1.6, 1.15, 0.13",
        "within 5 percent, 1.8, 1.15, 0.17",
        "up to two to one, 2.0, 1.25, 0.24",
    })
    void shouldSendFewVectors(String speeds, double before, double after, double over) {
        Random random = new Random(SEED);
        IntFunction<double[]> draw = switch (speeds) {
            case "equal" ->
                members -> random.doubles(members, 1, 2).map(one -> 1).toArray();
            case "within 5 percent" ->
                members -> random.doubles(members, 0.95, 1.05).toArray();
            default -> members -> random.ints(members, 1, 3).asDoubleStream().toArray();
        };
        StringBuilder table = new StringBuilder(speeds + ", seed " + SEED);
        Cost plain = new Cost(0, 0, 0);
        Cost cut = plain;
        int cases = 0;
        for (int members : MEMBERS) {
            for (int segments = 4; segments <= 128; segments *= 2) {
                Cost plainHere = new Cost(0, 0, 0);
                Cost cutHere = plainHere;
                for (int round = 0; round < ROUNDS; round++) {
                    double[] capacity = draw.apply(members);
                    double mean = segments / Arrays.stream(capacity).sum();
                    int[] cuts = new TreeCuts(members).plan(segments, capacity, VECTOR * mean);
                    plainHere =
                            plainHere.plus(cost(proportional(segments, capacity), segments, capacity), 1.0 / ROUNDS);
                    cutHere = cutHere.plus(cost(cuts, segments, capacity), 1.0 / ROUNDS);
                }
                table.append(
                        String.format("%n%d members, %3d segments: %s -> %s", members, segments, plainHere, cutHere));
                plain = plain.plus(plainHere, 1);
                cut = cut.plus(cutHere, 1);
                cases++;
            }
        }
        String name = table.toString();
        assertThat(plain.nodes / cases).as("before, " + name).isGreaterThan(before);
        assertThat(cut.nodes / cases).as("after, " + name).isLessThan(after);
        assertThat(cut.many / cases)
                .as("members that send more than two, " + name)
                .isLessThan(0.01);
        assertThat(cut.over / cases).as("slowest, " + name).isLessThan(over);
    }

    private static Cost cost(int[] cuts, int segments, double[] capacity) {
        double nodes = 0;
        double many = 0;
        double working = 0;
        double slowest = 0;
        for (int member = 0; member < cuts.length; member++) {
            int first = member == 0 ? 0 : cuts[member - 1];
            if (cuts[member] > first) {
                int sent = SummationTree.nodeCount(first, cuts[member], segments);
                nodes += sent;
                many += sent > 2 ? 1 : 0;
                working++;
                slowest = Math.max(slowest, (cuts[member] - first) / capacity[member]);
            }
        }
        double mean = segments / Arrays.stream(capacity).sum();
        return new Cost(nodes / working, many / working, slowest / mean - 1);
    }

    private static int[] proportional(int segments, double[] capacity) {
        Orders orders = new Orders();
        WorkSplit.split(segments, new BitSet(), capacity, orders);
        int[] cuts = new int[capacity.length];
        for (int i = 0; i < orders.size(); i++) {
            cuts[orders.member(i)] = orders.firstSegment(i) + orders.segmentCount(i);
        }
        for (int member = 1; member < cuts.length; member++) {
            cuts[member] = Math.max(cuts[member], cuts[member - 1]);
        }
        return cuts;
    }
}
