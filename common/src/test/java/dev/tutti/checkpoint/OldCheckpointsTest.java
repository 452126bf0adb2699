package dev.tutti.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TestJobs;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checkpoints that earlier versions have written: of {@link TestJobs#job(float)} with momentum 0.9, after 2 and after 7 steps. The
 * files are never written again; a new version of the format gets new ones.
 */
class OldCheckpointsTest {
    @ParameterizedTest
    @CsvSource({"version-1-first-epoch, 2, NaN", "version-1-second-epoch, 7, 1.1154639461766118"})
    void shouldGoOnToTheSameBits(String name, long step, Double trainLoss) throws Exception {
        TrainingJob job = TestJobs.job(0.9f);
        Checkpoint old = CheckpointFile.read(resource(name));

        old.requireMatch(RunIdentity.of(job, ""));
        TrainingResult result = ReferenceTrainer.train(TestJobs.from(job, old.state()), TrainingListener.NONE);

        assertThat(old.state().position().step()).isEqualTo(step);
        assertThat(old.state().position().seconds()).isPositive();
        assertThat(old.state().lastEpoch().trainLoss()).isEqualTo(trainLoss);
        assertThat(result.parameters())
                .isEqualTo(ReferenceTrainer.train(job, TrainingListener.NONE).parameters());
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(OldCheckpointsTest.class
                .getResource("/checkpoints/" + name + ".safetensors")
                .toURI());
    }
}
