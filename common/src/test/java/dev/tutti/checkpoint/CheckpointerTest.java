package dev.tutti.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TestJobs;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.train.TrainingRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CheckpointerTest {
    private static final CheckpointSettings EACH_STEP = new CheckpointSettings(1, Duration.ofDays(1), 100);

    @TempDir
    private Path directory;

    private final TrainingJob job = TestJobs.job(0.9f);
    private final RunIdentity run = RunIdentity.of(job, "");

    @Test
    void shouldLeaveACheckpointOfTheEnd() throws InterruptedException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 3);
        Checkpointer checkpointer =
                new Checkpointer(checkpoints, new CheckpointSettings(0, Duration.ofDays(1), 3), run, () -> {});

        TrainingResult result = ReferenceTrainer.train(job, checkpointer);

        assertThat(checkpointer.finish()).contains(checkpoints.file(15));
        assertThat(CheckpointFile.read(checkpoints.file(15)).state().parameters())
                .isEqualTo(result.parameters());
    }

    @Test
    void shouldSkipWhileTheOneBeforeIsBeingWritten() throws InterruptedException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 100);
        CountDownLatch trained = new CountDownLatch(1);
        Checkpointer checkpointer = new Checkpointer(checkpoints, EACH_STEP, run, () -> await(trained));

        ReferenceTrainer.train(job, checkpointer);
        trained.countDown();
        checkpointer.finish();

        assertThat(directory.toFile().list())
                .contains("step-0000000001.safetensors", "step-0000000015.safetensors")
                .doesNotContain("step-0000000002.safetensors", "step-0000000014.safetensors");
        // It was copied before the run went on.
        assertThat(CheckpointFile.read(checkpoints.file(1)).state().position().step())
                .isEqualTo(1);
    }

    @Test
    void shouldWriteEveryStepWhereAsked() throws InterruptedException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 100);
        try (Checkpointer checkpointer = new Checkpointer(checkpoints, EACH_STEP, run, () -> {})) {
            ReferenceTrainer.train(job, new TrainingListener() {
                @Override
                public void onStepEnd(TrainingRun at) {
                    checkpointer.onStepEnd(at);
                    while (checkpointer.isBusy()) {
                        Thread.onSpinWait();
                    }
                }
            });
        }

        for (int step = 1; step < 15; step++) {
            assertThat(CheckpointFile.read(checkpoints.file(step))
                            .state()
                            .position()
                            .step())
                    .isEqualTo(step);
        }
    }

    @Test
    void shouldTrainOnWhereNothingCanBeWritten() throws InterruptedException {
        TrainingResult expected = ReferenceTrainer.train(job, TrainingListener.NONE);
        CheckpointDirectory checkpoints = new CheckpointDirectory(new FailingFiles(0, true), directory, 3);
        Checkpointer checkpointer = new Checkpointer(checkpoints, EACH_STEP, run, () -> {});

        TrainingResult result = ReferenceTrainer.train(job, checkpointer);

        assertThat(checkpointer.finish()).isEmpty();
        assertThat(result.parameters()).isEqualTo(expected.parameters());
    }

    @Test
    void shouldWriteNoneWhereNoneIsKept() throws InterruptedException {
        Checkpointer checkpointer = new Checkpointer(
                new CheckpointDirectory(directory, 0),
                new CheckpointSettings(1, Duration.ofNanos(1), 0),
                run,
                () -> {});

        ReferenceTrainer.train(job, checkpointer);

        assertThat(checkpointer.finish()).isEqualTo(Optional.empty());
        assertThat(directory).isEmptyDirectory();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
