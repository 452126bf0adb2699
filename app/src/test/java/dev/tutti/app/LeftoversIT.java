package dev.tutti.app;

import static dev.tutti.app.ProcessCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.transport.SharedMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What a killed process leaves in shared memory goes with the next one's start. */
@Tag("faults")
@Isolated("any other process would remove it, too")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeftoversIT {
    @TempDir
    private Path directory;

    @Test
    void shouldRemoveWhatAKilledProcessLeft() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(directory)) {
            TuttiProcess killed = cluster.start("killed", Map.of(), List.of("train", "digits", "--epochs", "1000000"));
            // The last file that is made; an empty directory takes no memory, and stays.
            TuttiProcess.await(
                    "its driver's directory",
                    PATIENCE,
                    () -> driverOf(killed)
                            .filter(driver -> Files.exists(driver.resolve("tutti.id")))
                            .isPresent());
            Path left = driverOf(killed).orElseThrow();
            killed.signal("KILL");
            killed.await(PATIENCE);
            assertThat(left).exists();

            // A driver counts as dead when its heartbeat is 40 seconds old.
            long endNs = System.nanoTime() + PATIENCE.toNanos();
            for (int i = 0; Files.exists(left) && System.nanoTime() < endNs; i++) {
                TuttiProcess next = cluster.start(
                        "next" + i,
                        Map.of(),
                        List.of("train", "iris", "--epochs", "1", "--out", "next" + i, "--verbose"));
                assertThat(next.await(PATIENCE)).as(next.err()).isZero();
                assertThat(Files.exists(left))
                        .isNotEqualTo(next.err().contains("removed what a killed process left: " + left));
                Thread.sleep(500);
            }
            assertThat(left).doesNotExist();
        }
    }

    private static Optional<Path> driverOf(TuttiProcess process) {
        try (Stream<Path> files = Files.list(SharedMemory.base())) {
            return files.filter(file -> file.getFileName().toString().contains("-" + process.pid() + "-"))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
