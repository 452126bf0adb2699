package dev.tutti.app.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.app.console.ExitCode;
import dev.tutti.files.StrictJson;
import org.junit.jupiter.api.Test;

class JobRecordTest {
    private static final JobOutcome FAILED = new JobOutcome(ExitCode.TRAINING_FAILED, "NaN", "");
    private static final JobOutcome STOPPED = JobOutcome.interrupted();

    private final JobRecord queued =
            JobRecord.created("id", "name", 0, StrictJson.MAPPER.createObjectNode(), 1, "", "hash");
    private final JobRecord running = queued.begun(2);

    @Test
    void shouldEndAsItsTrainingDid() {
        JobRecord succeeded = running.ended(JobOutcome.succeeded("{}"), 3);
        assertThat(succeeded.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(succeeded.summary()).isEqualTo("{}");
        assertThat(succeeded.startedMs()).isEqualTo(2);
        assertThat(succeeded.endedMs()).isEqualTo(3);

        JobRecord failed = running.ended(FAILED, 3);
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.problem()).isEqualTo("NaN");
        assertThat(failed.exitCode()).isEqualTo(3);
    }

    @Test
    void shouldBeCancelledWhenItIsAskedToStopAndInterruptedWhenTheServiceEnds() {
        assertThat(running.ended(STOPPED, 3).state()).isEqualTo(JobState.INTERRUPTED);
        assertThat(running.cancelled(3).state()).isEqualTo(JobState.RUNNING);
        assertThat(running.cancelled(3).ended(STOPPED, 4).state()).isEqualTo(JobState.CANCELLED);
        assertThat(queued.cancelled(3).state()).isEqualTo(JobState.CANCELLED);
        assertThat(running.ended(STOPPED, 3).cancelled(4).state()).isEqualTo(JobState.CANCELLED);
    }

    /** It was done before it could be stopped. */
    @Test
    void shouldHaveSucceededAlsoWhenSomebodyWantedItStopped() {
        assertThat(running.cancelled(3).ended(JobOutcome.succeeded("{}"), 4).state())
                .isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void shouldTakeTheSameWishTwice() {
        JobRecord cancelled = queued.cancelled(3);
        assertThat(cancelled.cancelled(4)).isEqualTo(cancelled);
        assertThat(running.cancelled(3).cancelled(4)).isEqualTo(running.cancelled(3));
        assertThat(cancelled.resumed().resumed()).isEqualTo(cancelled.resumed());
        assertThat(running.resumed()).isEqualTo(running);
    }

    @Test
    void shouldRefuseWhatItsStateDoesNotAllow() {
        JobRecord succeeded = running.ended(JobOutcome.succeeded("{}"), 3);
        assertThatThrownBy(() -> succeeded.cancelled(4)).hasMessageContaining("is over (SUCCEEDED)");
        assertThatThrownBy(succeeded::resumed).hasMessageContaining("is done");
        assertThatThrownBy(() -> running.ended(FAILED, 3).cancelled(4)).hasMessageContaining("is over (FAILED)");
        assertThatThrownBy(running.cancelled(3)::resumed).hasMessageContaining("is being cancelled");
        assertThatThrownBy(running::requireDeletable).hasMessageContaining("cancel it before");
        assertThatThrownBy(() -> running.begun(3)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> queued.ended(FAILED, 3)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldGoOnAfterABreakdownUnlessSomebodyWantedItStopped() {
        assertThat(running.found(5).state()).isEqualTo(JobState.INTERRUPTED);
        assertThat(running.cancelled(3).found(5).state()).isEqualTo(JobState.CANCELLED);
        assertThat(queued.found(5)).isEqualTo(queued);
        JobRecord failed = running.ended(FAILED, 3);
        assertThat(failed.found(5)).isEqualTo(failed);
    }

    /** It is its turn still, so all is as if it were running. */
    @Test
    void shouldStandStillAndGoOn() {
        JobRecord frozen = running.found(5).begun(6).standing(true);
        assertThat(frozen.state()).isEqualTo(JobState.FROZEN);
        assertThat(frozen.crashes()).isEqualTo(1);
        assertThat(frozen.standing(true)).isEqualTo(frozen);
        assertThat(frozen.standing(false).state()).isEqualTo(JobState.RUNNING);
        assertThat(frozen.resumed()).isEqualTo(frozen);
        assertThat(frozen.found(7).state()).isEqualTo(JobState.INTERRUPTED);
        assertThat(frozen.ended(STOPPED, 7).state()).isEqualTo(JobState.INTERRUPTED);
        assertThat(frozen.ended(FAILED, 7).state()).isEqualTo(JobState.FAILED);
        JobRecord stopping = frozen.cancelled(7);
        assertThat(stopping.state()).isEqualTo(JobState.FROZEN);
        assertThat(stopping.standing(false).cancelRequested()).isTrue();
        assertThat(stopping.found(8).state()).isEqualTo(JobState.CANCELLED);
        assertThat(stopping.ended(STOPPED, 8).state()).isEqualTo(JobState.CANCELLED);
        assertThatThrownBy(frozen::requireDeletable).hasMessageContaining("is not over (FROZEN)");
        assertThatThrownBy(() -> queued.standing(true)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldForgetBreakdownsAfterAnEndInOrder() {
        JobRecord again = running.found(5).begun(6);
        assertThat(again.crashes()).isEqualTo(1);
        assertThat(again.ended(STOPPED, 7).crashes()).isZero();
    }
}
