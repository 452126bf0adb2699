package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.TreeSum;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundMachineTest {
    private static final long S = 1_000_000_000L;
    private static final int SCHEDULES = Integer.getInteger("tutti.schedules", 4_000);

    private final TreeSum sum = new TreeSum(node -> {});
    private final RoundMachine machine = new RoundMachine(sum);

    /** Schedules of other seeds with each run; {@code -Dtutti.seed} repeats one. */
    @Test
    void shouldEndEveryScheduleInTheRightSums() {
        Long only = Long.getLong("tutti.seed");
        long from = only == null ? System.nanoTime() : only;
        long events = 0;
        for (long seed = from; seed < from + (only == null ? SCHEDULES : 1); seed++) {
            events += new SimulatedCluster(seed).run();
        }
        assertThat(events).isPositive();
    }

    @Test
    void shouldHandOutAllAtOnceAndNothingThatWasHandedOutAhead() {
        enter(2);
        sum.begin(4);
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
        sum.begin(6);
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
        sum.begin(4);
        machine.begin(0, 0);
        assertThat(text(machine.reissue(10 * S))).isEqualTo("0:0+2 1:2+2");
        assertThat(machine.ledger().issued()).isEqualTo(4);
        assertThat(machine.ledger().reissued()).isEqualTo(4);
    }

    @Test
    void shouldLoseAMemberThatIsSilentWhileOthersFinishAStep() {
        enter(3);
        sum.begin(6);
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
        sum.begin(6);
        beginAndDeliverAll(0, 0);
        machine.begin(1, S);
        machine.reissue(5 * S);
        machine.waitsForWeights(0);
        machine.waitsForWeights(1);
        assertThat(machine.lostMember(14 * S)).isEqualTo(2);
        machine.enter(List.of("w0", "w1"), new int[] {1, 1});
        assertThat(machine.lostMember(60 * S)).isEqualTo(-1);
    }

    @Test
    void shouldNotLoseAMemberThatHasNotBegun() {
        enter(2);
        sum.begin(4);
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
        sum.begin(4);
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
        sum.begin(5);
        machine.begin(7, 0);
        deliver(1, 2, 2, 1);
        machine.enter(List.of("other"), new int[] {1});
        assertThat(text(machine.begin(7, 2))).isEqualTo("0:0+2 0:4+1");
        assertThat(machine.ledger().issued()).isEqualTo(5);
        assertThat(machine.ledger().reissued()).isEqualTo(3);
    }

    @Test
    void shouldCountWhatComesTwiceOnce() {
        enter(2);
        sum.begin(4);
        machine.begin(0, 0);
        deliver(0, 0, 1, 1);
        deliver(0, 0, 2, 1);
        assertThat(machine.deliver(1, node(0, 2), 2)).isFalse();
        assertThat(machine.ledger().done()).isEqualTo(2);
        assertThat(machine.ledger().duplicates()).isEqualTo(3);
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
        machine.enter(List.of("w0", "w1", "w2").subList(0, members), threads);
    }

    private void endStep(int nextSegments, long nowNs) {
        assertThat(sum.isComplete()).isTrue();
        machine.endStep(nowNs);
        sum.begin(nextSegments);
        machine.newStep();
    }

    private void deliver(int member, int first, int count, long nowNs) {
        assertThat(machine.deliver(member, node(first, count), nowNs)).isTrue();
    }

    private static PartialGradient node(int first, int count) {
        return new PartialGradient(1).reset(first, count);
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
