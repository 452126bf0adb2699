package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.coordinator.plan.Membership.Begin;
import dev.tutti.coordinator.plan.Membership.Candidate;
import dev.tutti.coordinator.plan.Membership.Cause;
import dev.tutti.coordinator.plan.Membership.Decision;
import dev.tutti.coordinator.plan.Membership.Fail;
import dev.tutti.coordinator.plan.Membership.Form;
import dev.tutti.coordinator.plan.Membership.Pause;
import dev.tutti.coordinator.plan.Membership.Tell;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private static final long S = 1_000_000_000L;
    private static final Candidate A = new Candidate("a", "pa", 1);
    private static final Candidate B = new Candidate("b", "pb", 2);
    private static final Candidate C = new Candidate("c", "pc", 3);

    private Membership membership = new Membership(1, true);
    private final List<Decision> last = new ArrayList<>();
    private long nowNs = 1_000 * S;

    @Test
    void shouldWaitForAsManyAsAreWantedAndAMomentForTheRest() {
        membership = new Membership(2, true);
        assertThat(formed(membership.onWorkers(List.of(A), nowNs))).isNull();
        passes(10 * S);
        assertThat(last).isEmpty();
        membership.onWorkers(List.of(A, B), nowNs);
        assertThat(membership.wakeNs()).isEqualTo(nowNs + Membership.SETTLE_NS);
        membership.onWorkers(List.of(A, B, C), nowNs);
        assertThat(passes(Membership.SETTLE_NS)).containsExactly(A, B, C);
        assertThat(membership.isStarted()).isTrue();
    }

    @Test
    void shouldBeginWhenAllArePrepared() {
        form(A, B);
        assertThat(membership.onPrepared("b", nowNs)).isEmpty();
        assertThat(membership.onPrepared("b", nowNs)).isEmpty();
        assertThat(membership.onPrepared("a", nowNs)).containsExactly(new Begin());
        assertThat(membership.wakeNs()).as("nothing is waited for").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldLeaveOutWhoDoesNotAnswer() {
        form(A, B);
        membership.onPrepared("a", nowNs);
        assertThat(passes(10 * S - 1)).isNull();
        assertThat(passes(1)).containsExactly(A);
        assertThat(told()).contains("worker b left out of the job for 30 s", "it did not answer within 10 s");
    }

    /** Until its streams are open nobody is told of a generation, and that may take some seconds. */
    @Test
    void shouldCountTheTimeToAnswerFromWhenTheMembersAreTold() {
        membership.onWorkers(List.of(A, B), nowNs);
        nowNs += Membership.SETTLE_NS;
        assertThat(membership.onTime(nowNs)).containsExactly(new Form(List.of(A, B)));
        nowNs += 7 * S;
        membership.onFormed(nowNs);
        membership.onPrepared("a", nowNs);
        assertThat(passes(10 * S - 1)).isNull();
        assertThat(passes(1)).containsExactly(A);
    }

    @Test
    void shouldNeverLeaveAWorkerOutForGoodForWantOfRoom() {
        run(A, B);
        for (int time = 0; time < 2 * Membership.MOST_FAILURES; time++) {
            assertThat(formed(membership.onNoRoom("b", "no room", nowNs))).containsExactly(A);
            assertThat(told()).contains("worker b left out of the job for").doesNotContain("failure", "for good");
            begin(A);
            passes(Membership.LONGEST_OUT_NS);
            assertThat(passes(Membership.SETTLE_NS)).as("time %d", time).containsExactly(A, B);
        }
    }

    @Test
    void shouldEndWhenTheOnlyWorkerHasNoRoomAgainAndAgain() {
        form(A);
        for (int failure = 1; failure < Membership.MOST_FAILURES; failure++) {
            decide(membership.onNoRoom("a", "no room", nowNs));
            passes(Membership.SILENT_NS);
            assertThat(passes(Membership.SETTLE_NS)).containsExactly(A);
        }
        decide(membership.onNoRoom("a", "no room", nowNs));
        assertThat(last).hasAtLeastOneElementOfType(Fail.class);
    }

    @Test
    void shouldFormAtOnceWhenAMemberLeavesAndWhenItComesBackUnderAnotherReference() {
        run(A, B);
        assertThat(formed(membership.onWorkers(List.of(A), nowNs))).containsExactly(A);
        Candidate again = new Candidate("a", "pa", 4);
        assertThat(formed(membership.onWorkers(List.of(again), nowNs))).containsExactly(again);
    }

    @Test
    void shouldLeaveOutWhoFailsForLongerAndLongerEvenIfItJoinsAnewAndInTheEndForGood() {
        run(A, B);
        long seconds = 5;
        for (int failure = 1; failure < Membership.MOST_FAILURES; failure++) {
            assertThat(formed(membership.onFailed("b", "out of memory", nowNs))).containsExactly(A);
            assertThat(told())
                    .contains("worker b left out of the job for " + seconds + " s (failure " + failure
                            + " of at most 6)");
            begin(A);
            // It joins anew, as a failed worker does.
            membership.onWorkers(List.of(A), nowNs);
            Candidate again = new Candidate("b", "pb", 10 + failure);
            assertThat(formed(membership.onWorkers(List.of(A, again), nowNs)))
                    .as("failure %d", failure)
                    .isNull();
            assertThat(passes(seconds * S - 1)).isNull();
            passes(1);
            assertThat(passes(Membership.SETTLE_NS)).containsExactly(A, again);
            begin(A, again);
            seconds *= 2;
        }
        assertThat(formed(membership.onFailed("b", "out of memory", nowNs))).containsExactly(A);
        assertThat(told()).contains("left out of the job for good: out of memory", "TUTTI_JAVA_OPTS=-Xmx");
        begin(A);
        assertThat(formed(membership.onWorkers(List.of(A, new Candidate("b", "pb", 99)), nowNs)))
                .isNull();
        passes(100_000 * S);
        assertThat(membership.members()).containsExactly(A);

        Candidate restarted = new Candidate("b", "another process", 100);
        membership.onWorkers(List.of(A, restarted), nowNs);
        assertThat(passes(Membership.SETTLE_NS)).as("a new process").containsExactly(A, restarted);
    }

    @Test
    void shouldForgiveWhoDidWellForLong() {
        run(A, B);
        membership.onFailed("b", "?", nowNs);
        begin(A);
        membership.onWorkers(List.of(A, B), nowNs);
        passes(5 * S);
        passes(Membership.SETTLE_NS);
        begin(A, B);
        passes(Membership.FORGIVEN_NS);
        assertThat(formed(membership.onFailed("b", "?", nowNs))).containsExactly(A);
        assertThat(told()).contains("worker b left out of the job for 5 s (failure 1 ");
    }

    @Test
    void shouldEndTheJobWhenEveryWorkerIsGivenUp() {
        form(A);
        for (int failure = 1; failure < Membership.MOST_FAILURES; failure++) {
            decide(membership.onFailed("a", "too small", nowNs));
            assertThat(last).contains(new Pause("no workers left"));
            passes(30 * S);
            assertThat(passes(Membership.SETTLE_NS)).containsExactly(A);
        }
        decide(membership.onFailed("a", "too small", nowNs));
        assertThat(last.get(last.size() - 1)).isInstanceOfSatisfying(Fail.class, fail -> {
            assertThat(fail.cause()).isEqualTo(Cause.TRAINING);
            assertThat(fail.line()).contains("every worker failed 6 times, the last because: too small");
        });
        assertThat(membership.wakeNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(membership.onTime(nowNs + 1_000 * S)).isEmpty();
    }

    @Test
    void shouldPauseWithoutWorkersAndGoOnWhenOneJoins() {
        run(A);
        decide(membership.onWorkers(List.of(), nowNs));
        assertThat(last).containsExactly(new Pause("no workers left"));
        membership.onWorkers(List.of(B), nowNs);
        assertThat(passes(Membership.SETTLE_NS)).containsExactly(B);
    }

    @Test
    void shouldGoOnWithoutANewcomerForWhomThereIsNoRoom() {
        run(A, B);
        membership.onWorkers(List.of(A, B, C), nowNs);
        assertThat(passes(Membership.SETTLE_NS)).containsExactly(A, B, C);
        assertThat(formed(membership.onNotOpened("no room", true, nowNs))).containsExactly(A, B);
        assertThat(told())
                .contains("worker c left out of the job for 30 s", "no streams can be opened for it: no room");
        assertThat(formed(membership.onNotOpened("no room", true, nowNs)))
                .as("the old streams are still there")
                .isNull();
        assertThat(passes(Membership.REOPEN_NS)).containsExactly(A, B);
    }

    /** There is no need to end the generation there is to find out. */
    @Test
    void shouldNotDisturbTheOthersForANewcomerForWhomThereIsNoRoom() {
        run(A, B);
        membership.hasRoomFor(2);
        membership.onWorkers(List.of(A, B, C), nowNs);
        assertThat(passes(Membership.SETTLE_NS)).isNull();
        assertThat(told()).contains("worker c left out of the job for 30 s: ", "room for the streams of 2 workers");
        decide(membership.onBroken("broken", nowNs));
        assertThat(passes(Membership.SETTLE_NS)).containsExactly(A, B);
        decide(membership.onPrepared("a", nowNs));
        decide(membership.onPrepared("b", nowNs));
        membership.onBegun(nowNs);
        membership.hasRoomFor(3);
        assertThat(passes(Membership.SILENT_NS + Membership.SETTLE_NS)).isNull();
        assertThat(passes(Membership.SETTLE_NS)).containsExactly(A, B, C);
    }

    @Test
    void shouldNeverGiveUpAWorkerForWantOfRoom() {
        run(A, B);
        membership.hasRoomFor(2);
        membership.onWorkers(List.of(A, B, C), nowNs);
        for (int time = 0; time < 2 * Membership.MOST_FAILURES; time++) {
            assertThat(passes(Membership.LONGEST_OUT_NS)).isNull();
        }
        membership.hasRoomFor(3);
        List<Candidate> formed = passes(Membership.LONGEST_OUT_NS);
        assertThat(formed == null ? passes(Membership.SETTLE_NS) : formed).containsExactly(A, B, C);
    }

    @Test
    void shouldGoOnWithoutANewcomerForWhomStreamsCannotBeOpenedEvenLater() {
        run(A, B);
        membership.onWorkers(List.of(A, B, C), nowNs);
        passes(Membership.SETTLE_NS);
        for (int attempt = 0; attempt < Membership.REOPENINGS_WITH_NEWCOMERS; attempt++) {
            assertThat(formed(membership.onNotOpened("no network", false, nowNs)))
                    .isNull();
            assertThat(passes(Membership.REOPEN_NS)).containsExactly(A, B, C);
        }
        assertThat(formed(membership.onNotOpened("no network", false, nowNs))).containsExactly(A, B);
    }

    @Test
    void shouldFailWhenThereIsNoRoomFromTheFirst() {
        form(A, B);
        assertThat(membership.onNotOpened("no room", true, nowNs)).containsExactly(new Fail(Cause.INPUT, "no room"));
    }

    @Test
    void shouldNotOpenStreamsForEver() {
        form(A);
        for (int attempt = 0; attempt < Membership.MOST_REOPENINGS; attempt++) {
            assertThat(formed(membership.onNotOpened("no network", false, nowNs)))
                    .isNull();
            assertThat(passes(Membership.REOPEN_NS)).containsExactly(A);
        }
        decide(membership.onNotOpened("no network", false, nowNs));
        assertThat(last)
                .containsExactly(
                        new Fail(Cause.TRAINING, "no training: streams cannot be opened, tried 30 times: no network"));
    }

    @Test
    void shouldNotWaitForAWorkerThatIsBusyUnlessThereIsNoOther() {
        form(A, B);
        assertThat(formed(membership.onBusy("b", nowNs))).containsExactly(A);
        begin(A);
        passes(3_600 * S);
        assertThat(membership.members()).containsExactly(A);
        membership.onFree("b", nowNs);
        assertThat(passes(Membership.SETTLE_NS)).containsExactly(A, B);

        membership = new Membership(1, true);
        form(A);
        assertThat(formed(membership.onBusy("a", nowNs))).isNull();
        passes(60 * S);
        assertThat(membership.onPrepared("a", nowNs)).containsExactly(new Begin());
    }

    @Test
    void shouldFormAgainWithAllWhenNobodyIsToBlame() {
        run(A, B);
        membership.onBroken("a stream is used up", nowNs);
        assertThat(passes(Membership.SETTLE_NS)).containsExactly(A, B);
    }

    @Test
    void shouldFailWithItsWorkerWhereItIsNotElastic() {
        membership = new Membership(1, false);
        form(A);
        assertThat(passes(3_600 * S)).as("it has all the time").isNull();
        assertThat(membership.onFailed("a", "broken", nowNs))
                .containsExactly(new Fail(Cause.WORKER, "worker a: broken"));
    }

    private void run(Candidate... workers) {
        form(workers);
        begin(workers);
    }

    private void form(Candidate... workers) {
        membership.onWorkers(List.of(workers), nowNs);
        assertThat(passes(Membership.SETTLE_NS)).containsExactly(workers);
    }

    private void begin(Candidate... workers) {
        for (Candidate worker : workers) {
            decide(membership.onPrepared(worker.name(), nowNs));
        }
        assertThat(last).containsExactly(new Begin());
        membership.onBegun(nowNs);
    }

    /** Lets time pass; returns of whom a generation is formed, or null. */
    private List<Candidate> passes(long ns) {
        nowNs += ns;
        return formed(membership.onTime(nowNs));
    }

    private List<Candidate> formed(List<Decision> decisions) {
        decide(decisions);
        if (decisions.stream().anyMatch(Form.class::isInstance)) {
            membership.onFormed(nowNs);
        }
        return decisions.stream()
                .filter(Form.class::isInstance)
                .map(decision -> ((Form) decision).members())
                .reduce((first, second) -> second)
                .orElse(null);
    }

    private void decide(List<Decision> decisions) {
        last.clear();
        last.addAll(decisions);
    }

    private String told() {
        StringBuilder lines = new StringBuilder();
        for (Decision decision : last) {
            if (decision instanceof Tell tell) {
                lines.append(tell.line()).append('\n');
            }
        }
        return lines.toString();
    }
}
