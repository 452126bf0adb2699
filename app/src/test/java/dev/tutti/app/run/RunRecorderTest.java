package dev.tutti.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.train.EpochMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRecorderTest {
    private static final EpochMetrics EPOCH = new EpochMetrics(1, 10, 100, 0.5, 0.5, 0.5, 0.5, Double.NaN, 0.1, 2);

    @TempDir
    private Path directory;

    @Test
    void shouldCountSkippedStepsInWholeNumbers() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        try (RunRecorder recorder = new RunRecorder(file, false)) {
            recorder.open();
            recorder.onEpoch(EPOCH);
            recorder.onSkippedStep(2, 11, 3, "the loss is NaN");
            recorder.onEpoch(EPOCH);
        }

        assertThat(Files.readAllLines(file))
                .satisfiesExactly(
                        line -> assertThat(line).doesNotContain("skippedSteps"),
                        line -> assertThat(line).contains("\"skippedSteps\":3,"));
    }
}
