package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepMachineTest {
    private static final long S = 1_000_000_000L;
    private static final int SCHEDULES = Integer.getInteger("tutti.schedules", 4_000);

    private final StepMachine machine = new StepMachine(1, NodePrecision.FLOAT32);

    /** Schedules of other seeds with each run; {@code -Dtutti.seed} repeats one. */
    @Test
    void shouldEndEveryScheduleInTheRightSums() {
        Long only = Long.getLong("tutti.seed");
        long from = only == null ? System.nanoTime() : only;
        int failed = 0;
        int kept = 0;
        long generations = 0;
        int schedules = only == null ? SCHEDULES : 1;
        for (long seed = from; seed < from + schedules; seed++) {
            SimulatedCluster.Outcome outcome = new SimulatedCluster(seed).run();
            failed += outcome.failed() ? 1 : 0;
            kept += outcome.keptAcross();
            generations += outcome.generations();
        }
        if (only == null) {
            assertThat(generations).as("generations").isGreaterThan(2L * schedules);
            assertThat(kept).as("pieces computed across generations").isGreaterThan(schedules / 20);
            assertThat(failed).as("jobs that fail").isLessThan(schedules / 4);
        }
    }

    @Test
    void shouldHandOutAllAtOnceAndNothingThatWasHandedOutAhead() {
        enter(2);
        machine.newStep(4);
        assertThat(text(machine.begin(0, 0))).isEqualTo("0:0+2 1:2+2");
        assertThat(text(machine.ahead(1, 4))).isEqualTo("0:0+2 1:2+2");
        deliver(0, 0, 2, 1);
        deliver(1, 2, 2, 2);
        endStep(4, 3);
        assertThat(text(machine.begin(1, 3))).isEmpty();
        assertThat(machine.ledger().issued()).isEqualTo(8);
        assertThat(machine.ledger().done()).isEqualTo(4);
        assertThat(machine.ledger().reissued()).isZero();
    }

    @Test
    void shouldGiveTheWorkOfALateMemberToTheOthersUntilItIsHeardOf() {
        enter(3);
        machine.newStep(6);
        machine.begin(0, 0);
        machine.ahead(1, 6);
        deliver(0, 0, 2, S);
        deliver(2, 4, 2, S);
        assertThat(machine.isLate(10 * S - 1)).isFalse();
        assertThat(machine.isLate(10 * S)).isTrue();
        assertThat(machine.waitingFor()).containsExactly("w1");
        assertThat(text(machine.reissue(10 * S))).isEqualTo("0:2+1 2:3+1");
        assertThat(machine.isLate(29 * S)).isFalse();
        deliver(0, 2, 1, 11 * S);
        deliver(2, 3, 1, 11 * S);
        endStep(6, 11 * S);
        assertThat(text(machine.begin(1, 11 * S)))
                .as("what was handed out ahead to the late one")
                .isEqualTo("0:2+1 2:3+1");
        assertThat(text(machine.ahead(2, 6))).isEqualTo("0:0+3 2:3+3");
        machine.heardOf(1);
        assertThat(text(machine.ahead(2, 6))).isEqualTo("0:0+2 1:2+2 2:4+2");
        assertThat(machine.ledger().issued()).isEqualTo(12);
        assertThat(machine.ledger().reissued()).isEqualTo(4);
    }

    @Test
    void shouldAskAllAgainWhenAllAreLate() {
        enter(2);
        machine.newStep(4);
        machine.begin(0, 0);
        assertThat(text(machine.reissue(10 * S))).isEqualTo("0:0+2 1:2+2");
        assertThat(machine.ledger().issued()).isEqualTo(4);
        assertThat(machine.ledger().reissued()).isEqualTo(4);
    }

    @Test
    void shouldLoseAMemberThatIsSilentWhileOthersFinishAStep() {
        enter(3);
        machine.newStep(6);
        beginAndDeliverAll(0, 0);
        machine.begin(1, S);
        deliver(0, 0, 2, S);
        deliver(1, 2, 2, S);
        machine.reissue(2 * S);
        assertThat(machine.lostMember(60 * S)).as("nobody else is heard of").isEqualTo(-1);
        deliver(0, 4, 1, 2 * S);
        deliver(1, 5, 1, 2 * S);
        endStep(6, 2 * S);
        machine.begin(2, 2 * S);
        assertThat(machine.lostMember(10 * S)).isEqualTo(-1);
        assertThat(machine.lostMember(10 * S + 1)).isEqualTo(2);
        machine.heardOf(2);
        assertThat(machine.lostMember(60 * S)).isEqualTo(-1);
    }

    @Test
    void shouldLoseTheMemberThatHoldsBackTheWeights() {
        enter(3);
        machine.newStep(6);
        beginAndDeliverAll(0, 0);
        machine.begin(1, S);
        machine.reissue(5 * S);
        machine.waitsForWeights(0);
        machine.waitsForWeights(1);
        assertThat(machine.lostMember(14 * S)).isEqualTo(2);
        machine.enter(List.of("w0", "w1"), new int[] {1, 1}, 14 * S);
        assertThat(machine.lostMember(60 * S)).isEqualTo(-1);
    }

    @Test
    void shouldNotLoseAMemberThatHasNotBegun() {
        enter(2);
        machine.newStep(4);
        machine.begin(0, 0);
        deliver(0, 0, 2, S);
        machine.reissue(10 * S);
        deliver(0, 2, 2, 11 * S);
        endStep(4, 11 * S);
        machine.begin(1, 11 * S);
        assertThat(machine.lostMember(3600 * S)).isEqualTo(-1);
    }

    @Test
    void shouldBearWithMembersLongerWhereStepsAreLong() {
        enter(2);
        machine.newStep(4);
        machine.begin(0, 0);
        deliver(0, 0, 2, 100 * S);
        deliver(1, 2, 2, 100 * S);
        endStep(4, 100 * S);
        machine.begin(1, 100 * S);
        machine.reissue(500 * S);
        machine.waitsForWeights(0);
        assertThat(machine.lostMember(1300 * S)).isEqualTo(-1);
        assertThat(machine.lostMember(1300 * S + 1)).isEqualTo(1);
    }

    @Test
    void shouldAskTheNextGenerationOnlyForWhatIsMissing() {
        enter(2);
        machine.newStep(5);
        machine.begin(7, 0);
        deliver(1, 2, 2, 1);
        machine.enter(List.of("other"), new int[] {1}, 2);
        assertThat(text(machine.begin(7, 2))).isEqualTo("0:0+2 0:4+1");
        assertThat(machine.ledger().issued()).isEqualTo(5);
        assertThat(machine.ledger().reissued()).isEqualTo(3);
    }

    /** Where a vector takes as long as a segment, cuts that follow the speeds by a segment would cost two vectors more. */
    @Test
    void shouldCutByTheTreeWhereVectorsTakeLong() {
        assertThat(cutOfThirtyTwo(8)).isEqualTo("0:0+16 1:16+16");
        assertThat(cutOfThirtyTwo(0)).isEqualTo("0:0+18 1:18+14");
    }

    /** What two members get whose speeds are 18 to 14, after some steps. */
    private String cutOfThirtyTwo(long vectorMs) {
        long ms = S / 1000;
        StepMachine other = new StepMachine(1, NodePrecision.FLOAT32);
        other.enter(List.of("w0", "w1"), new int[] {1, 1}, 0);
        other.newStep(32);
        for (int step = 0; step < 40; step++) {
            long startNs = step * S;
            Orders given = other.begin(step, startNs);
            assertThat(given.size()).isPositive();
            for (int i = 0; i < given.size(); i++) {
                long atNs = startNs + vectorMs * ms + given.segmentCount(i) * (given.member(i) == 0 ? 7 : 9) * ms;
                int end = given.firstSegment(i) + given.segmentCount(i);
                for (int first = given.firstSegment(i); first < end; ) {
                    int count = SummationTree.largestNode(first, end, 32);
                    PartialGradient node = other.acquire(first, count, atNs).reset(first, count);
                    atNs += vectorMs * ms;
                    other.deliver(given.member(i), node, atNs);
                    first += count;
                }
            }
            other.endStep(startNs + S);
            other.newStep(32);
        }
        return text(other.begin(40, 40 * S));
    }

    @Test
    void shouldCountWhatComesTwiceOnce() {
        enter(2);
        machine.newStep(4);
        machine.begin(0, 0);
        deliver(0, 0, 1, 1);
        deliver(0, 0, 2, 1);
        assertThat(machine.deliver(1, node(0, 2), 2)).isFalse();
        assertThat(machine.ledger().done()).isEqualTo(2);
        assertThat(machine.ledger().duplicates()).isEqualTo(3);
    }

    @Test
    void shouldAskMembersFirstForWhatTheyBringAlong() {
        enter(2);
        machine.newStep(8);
        machine.begin(7, 0);
        deliver(1, 4, 2, 1);
        machine.enter(List.of("w0", "w1", "w2"), new int[] {1, 1, 1}, 2);
        machine.holds(0, 7, 0, 4);
        machine.holds(1, 7, 4, 4);
        assertThat(text(machine.begin(7, 2)))
                .as("only 6 and 7 are missing of the second's, and nothing is left for the third")
                .isEqualTo("0:0+4 1:6+2");
        assertThat(machine.ledger().issued()).isEqualTo(8);
        assertThat(machine.ledger().reissued()).isEqualTo(6);
    }

    @Test
    void shouldNotHeedWhatIsBroughtAlongOfAnotherStep() {
        enter(1);
        machine.newStep(4);
        machine.holds(0, 6, 0, 4);
        assertThat(text(machine.begin(7, 2))).isEqualTo("0:0+4");
    }

    @Test
    void shouldHeedTheLatestStepThatIsBroughtAlong() {
        enter(3);
        machine.newStep(8);
        machine.holds(0, 6, 0, 8);
        machine.holds(1, 7, 2, 4);
        machine.holds(2, 6, 0, 8);
        assertThat(text(machine.begin(7, 2))).endsWith("1:2+4");
    }

    @Test
    void shouldGiveWhatIsLeftToWhoBringsNothingAlong() {
        enter(2);
        machine.newStep(8);
        machine.holds(0, 7, 0, 4);
        assertThat(text(machine.begin(7, 2))).isEqualTo("1:4+4 0:0+4");
    }

    @Test
    void shouldNotCountTheTimeInWhichWeightsAreOnTheirWay() {
        enter(2);
        machine.newStep(4);
        machine.begin(0, 0);
        machine.moves(60 * S);
        assertThat(machine.isLate(70 * S - 1)).isFalse();
        assertThat(machine.isLate(70 * S)).isTrue();
        assertThat(machine.isStalled(89 * S)).isFalse();
        assertThat(machine.isStalled(93 * S)).isTrue();
    }

    @Test
    void shouldLeaveToMembersWhatTheyAreSending() {
        enter(3);
        machine.newStep(6);
        machine.begin(0, 0);
        deliver(0, 0, 2, S);
        machine.hears(1, 10 * S);
        assertThat(machine.isLate(10 * S)).as("the third is").isTrue();
        assertThat(text(machine.reissue(10 * S))).isEqualTo("0:4+1 1:5+1");
        deliver(0, 4, 1, 11 * S);
        deliver(2, 5, 1, 11 * S);
        machine.hears(1, 31 * S);
        assertThat(machine.isLate(31 * S)).as("only one that is sending").isFalse();
        assertThat(machine.isLate(32 * S)).as("it stopped sending").isTrue();
    }

    private void beginAndDeliverAll(int step, long nowNs) {
        Orders orders = machine.begin(step, nowNs);
        for (int i = 0; i < orders.size(); i++) {
            deliver(orders.member(i), orders.firstSegment(i), orders.segmentCount(i), nowNs + S);
        }
        endStep(orders.size() * 2, nowNs + S);
    }

    private void enter(int members) {
        int[] threads = new int[members];
        Arrays.fill(threads, 1);
        machine.enter(List.of("w0", "w1", "w2").subList(0, members), threads, 0);
    }

    private void endStep(int nextSegments, long nowNs) {
        assertThat(machine.isComplete()).isTrue();
        machine.endStep(nowNs);
        machine.newStep(nextSegments);
    }

    private void deliver(int member, int first, int count, long nowNs) {
        assertThat(machine.deliver(member, node(first, count), nowNs)).isTrue();
    }

    private PartialGradient node(int first, int count) {
        PartialGradient wanted = machine.acquire(first, count, 0);
        return (wanted == null ? new PartialGradient(1) : wanted).reset(first, count);
    }

    static String text(Orders orders) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < orders.size(); i++) {
            text.append(i == 0 ? "" : " ")
                    .append(orders.member(i))
                    .append(':')
                    .append(orders.firstSegment(i))
                    .append('+')
                    .append(orders.segmentCount(i));
        }
        return text.toString();
    }
}
