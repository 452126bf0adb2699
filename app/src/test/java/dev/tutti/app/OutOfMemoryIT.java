package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A heap that is too small: one line that says so, and no hang. */
@Tag("faults")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutOfMemoryIT {
    private static final Map<String, String> SMALL_HEAP = Map.of("TUTTI_JAVA_OPTS", "-Xmx64m");
    private static final List<String> LARGE_NETWORK = List.of("train", "digits", "--hidden", "2000,2000");

    @TempDir
    private Path directory;

    @Test
    void shouldSayThatTheDataSetIsTooLarge() throws Exception {
        String rows = "0.5,".repeat(50) + "1\n" + "1.5,".repeat(50) + "0\n";
        Path data = Files.writeString(directory.resolve("large.csv"), rows.repeat(150_000));

        String err = fails(List.of("train", data.toString(), "--header", "off"));

        assertThat(err).contains("file " + data + " " + (Files.size(data) >> 20) + " MB");
    }

    @Test
    void shouldSayThatTheNetworkIsTooLarge() throws Exception {
        assertThat(fails(LARGE_NETWORK)).contains("parameters of 64-2000-2000-10 ");
    }

    /** On a compute thread or an actor's: the coordinator's heap would do. */
    @Test
    void shouldEndAWorkerWhoseHeapIsTooSmall() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(directory)) {
            cluster.startCoordinator(LARGE_NETWORK, 1);
            TuttiProcess worker = cluster.start(
                    "worker", SMALL_HEAP, List.of("worker", "--coordinator", cluster.address(), "--threads", "2"));

            assertThat(worker.await(ProcessCluster.PATIENCE)).as(worker.err()).isEqualTo(2);
            assertThat(worker.err()).contains("tutti: out of memory: the heap of ", "TUTTI_JAVA_OPTS=-Xmx");
        }
    }

    private String fails(List<String> command) throws InterruptedException, IOException {
        try (TuttiProcess process = TuttiProcess.start(directory, "small", SMALL_HEAP, command)) {
            assertThat(process.await(Duration.ofSeconds(90))).as(process.err()).isEqualTo(2);
            assertThat(process.err().lines())
                    .filteredOn(line -> line.startsWith("tutti: out of memory: the heap of "))
                    .as(process.err())
                    .singleElement()
                    .asString()
                    .contains("; give it more: TUTTI_JAVA_OPTS=-Xmx");
            assertThat(process.err()).doesNotContain("\tat ");
            assertThat(directory.resolve("runs").toFile().list())
                    .as("runs left behind")
                    .isNullOrEmpty();
            return process.err();
        }
    }
}
