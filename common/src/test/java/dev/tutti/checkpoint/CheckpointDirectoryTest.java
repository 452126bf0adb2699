package dev.tutti.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.train.TestJobs;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointDirectoryTest {
    @TempDir
    private Path directory;

    private final TrainingJob job = TestJobs.job(0);
    private final RunIdentity run = RunIdentity.of(job, "");
    private final List<String> damaged = new ArrayList<>();
    private List<TrainingState> states;

    @BeforeEach
    void train() throws InterruptedException {
        states = TestJobs.states(job);
    }

    @Test
    void shouldKeepTheLastAndTheBest() {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 2);
        states.forEach(state -> checkpoints.write(run, state));

        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder(
                        "step-0000000014.safetensors", "step-0000000015.safetensors", "best.safetensors");
        TrainingState best =
                CheckpointFile.read(checkpoints.best().orElseThrow()).state();
        double lowest = states.stream()
                .filter(state -> state.lastEpoch().epoch() > 0)
                .mapToDouble(state -> state.lastEpoch().validationLoss())
                .min()
                .orElseThrow();
        assertThat(best.lastEpoch().validationLoss()).isEqualTo(lowest);
        assertThat(best.position().stepInEpoch()).isZero();
    }

    @Test
    void shouldRememberTheBestWhenReadAgain() {
        List<TrainingState> epochs = new ArrayList<>(List.of(states.get(4), states.get(9), states.get(14)));
        epochs.sort(Comparator.comparing(state -> state.lastEpoch().validationLoss()));
        TrainingState best = epochs.get(0);
        new CheckpointDirectory(directory, 9).write(run, best);
        CheckpointDirectory again = new CheckpointDirectory(directory, 9);
        again.readNewest(damaged::add);

        again.write(run, epochs.get(2));

        assertThat(CheckpointFile.read(again.best().orElseThrow()).state().position())
                .isEqualTo(best.position());
    }

    @Test
    void shouldBeEmptyBeforeTheFirst() {
        assertThat(new CheckpointDirectory(directory.resolve("none"), 3).readNewest(damaged::add))
                .isEmpty();
        assertThat(damaged).isEmpty();
    }

    @Test
    void shouldUseTheOneBeforeADamagedOne() throws IOException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 3);
        for (int i = 0; i < 3; i++) {
            checkpoints.write(run, states.get(i));
        }
        byte[] bytes = Files.readAllBytes(checkpoints.file(3));
        bytes[bytes.length - 1] ^= 1;
        Files.write(checkpoints.file(3), bytes);
        Files.write(checkpoints.file(2), new byte[] {1, 2, 3});

        Checkpoint found = checkpoints.readNewest(damaged::add).orElseThrow();

        assertThat(found.state().position().step()).isEqualTo(1);
        assertThat(damaged).hasSize(2);
        assertThat(damaged.get(0)).contains("step-0000000003.safetensors: damaged: expected SHA-256 ");
        assertThat(damaged.get(1)).contains("step-0000000002.safetensors: not a safetensors file");

        checkpoints.write(run, states.get(1));
        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder("step-0000000001.safetensors", "step-0000000002.safetensors");
    }

    @Test
    void shouldRefuseWhereNoneIsWhole() throws IOException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 3);
        Files.write(checkpoints.file(3), new byte[100]);

        assertThatThrownBy(() -> checkpoints.readNewest(damaged::add))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none of its 1 checkpoints is whole");
    }

    @Test
    void shouldRemoveWhatAKilledProcessLeft() throws IOException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 3);
        checkpoints.write(run, states.get(0));
        Files.write(directory.resolve(".step-0000000002.safetensors.123.tmp"), new byte[10]);

        assertThat(checkpoints.readNewest(damaged::add)).isPresent();

        assertThat(directory.toFile().list()).containsExactly("step-0000000001.safetensors");
    }

    @Test
    void shouldMakeItsOwnNameSurviveACrash() {
        List<Path> forced = new ArrayList<>();
        FileOperations files = new FileOperations() {
            @Override
            public void forceDirectory(Path place) throws IOException {
                SYSTEM.forceDirectory(place);
                forced.add(place);
            }
        };
        Path place = directory.resolve("run/checkpoints");

        new CheckpointDirectory(files, place, 1).write(run, states.get(0));

        assertThat(forced).containsExactly(directory, directory.resolve("run"), place);
    }

    /** Whatever call fails, alone or with all after it: what was written before is whole, or the new one is. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepWhatThereWasWhateverFails(boolean fromThenOn) throws IOException {
        boolean failed = true;
        int calls = 0;
        for (; failed; calls++) {
            Path place = Files.createDirectory(directory.resolve("fail-" + fromThenOn + calls));
            CheckpointDirectory before = new CheckpointDirectory(place, 1);
            before.write(run, states.get(4));
            FailingFiles files = new FailingFiles(calls, fromThenOn);
            CheckpointDirectory failing = new CheckpointDirectory(files, place, 1);
            failing.readNewest(damaged::add);

            boolean written = writes(failing, states.get(9));

            failed = files.hasFailed();
            long newest = new CheckpointDirectory(place, 1)
                    .readNewest(damaged::add)
                    .orElseThrow()
                    .state()
                    .position()
                    .step();
            assertThat(newest).as("call %s", calls).isIn(5L, 10L);
            if (written) {
                assertThat(newest).as("call %s", calls).isEqualTo(10);
            }
            assertThat(damaged).as("call %s", calls).isEmpty();
            CheckpointFile.read(before.best().orElseThrow());
        }
        assertThat(calls).isGreaterThan(8);
    }

    private boolean writes(CheckpointDirectory checkpoints, TrainingState state) {
        try {
            checkpoints.write(run, state);
            return true;
        } catch (InputException e) {
            assertThat(e.getMessage()).contains("No space left on device").contains(directory.toString());
            return false;
        }
    }
}
