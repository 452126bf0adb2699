package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A minute of faults, workers' and the coordinator's, never stops training for long, and ends in the bits of an undisturbed run. */
@Tag("faults")
@Isolated("how long training stands still is bounded")
@Timeout(value = 360, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChaosIT {
    @TempDir
    private Path directory;

    @Test
    void shouldEndInTheSameBitsWhateverFails() throws InterruptedException {
        long seed = Long.getLong("tutti.seed", 1);
        try (TuttiProcess chaos = TuttiProcess.start(
                directory,
                "chaos",
                Map.of(),
                List.of(
                        "chaos",
                        "digits",
                        "--seconds",
                        "60",
                        // A new coordinator needs a Java of its own first, on a machine that others may keep busy.
                        "--max-gap",
                        "30",
                        "--seed",
                        "" + seed,
                        "--out",
                        "faults"))) {
            assertThat(chaos.await(Duration.ofMinutes(5)))
                    .as("-Dtutti.seed=" + seed + "\n" + chaos.out() + chaos.err())
                    .isZero();
            assertThat(chaos.out())
                    .contains("kill worker", "freeze worker", "kill coordinator")
                    .endsWith("the same bits\n");
        }
    }
}
