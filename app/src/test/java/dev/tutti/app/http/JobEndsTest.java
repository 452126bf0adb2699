package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.service.JobRecord;
import dev.tutti.files.InputException;
import dev.tutti.train.TrainingFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** However the training of a job ends, its client is told, and the next job begins. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JobEndsTest {
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    @TempDir
    private Path folder;

    private ServiceInProcess service;

    @BeforeEach
    void open() {
        service = new ServiceInProcess(folder, of -> (job, run, lines, progress) -> {
            writeMetrics(run);
            return train(job);
        });
    }

    private static void writeMetrics(Path run) {
        try {
            Files.createDirectories(run);
            Files.writeString(run.resolve(RunDirectory.METRICS), "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        service.close();
    }

    private static String train(JobRecord job) {
        switch (job.name()) {
            case "input" -> throw new InputException("no such file:\n  a.csv");
            case "diverged" -> throw new TrainingFailedException("the loss is NaN");
            case "bug" -> throw new IllegalStateException("bug");
            case "memory" -> throw new OutOfMemoryError("Java heap space");
            case "linkage" -> throw new NoClassDefFoundError("a/B");
            default -> {
                return "{\"weightsSha256\":\"1f\"}";
            }
        }
    }

    @Test
    void shouldTellOneLineAndAnExitCodeWhateverAJobEndsWith() throws Exception {
        assertEnd("done", "SUCCEEDED", 0, "");
        assertEnd("input", "FAILED", 2, "no such file: a.csv");
        assertEnd("diverged", "FAILED", 3, "the loss is NaN");
        assertEnd("bug", "FAILED", 1, "internal error");
        assertEnd("memory", "FAILED", 2, "TUTTI_JAVA_OPTS=-Xmx");
        assertEnd("linkage", "FAILED", 1, "NoClassDefFoundError: a/B");
        assertEnd("again", "SUCCEEDED", 0, "");
    }

    private void assertEnd(String name, String state, int exitCode, String problem) throws Exception {
        JsonNode job = service.awaitEnd(service.submit("{\"data\":\"xor\",\"name\":\"" + name + "\"}"));
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo(state);
        assertThat(job.get("exitCode").asInt()).isEqualTo(exitCode);
        assertThat(job.path("problem").asText()).contains(problem).doesNotContain("\n");
    }

    /** What is open takes room on the disk, deleted or not. */
    @Test
    void shouldHoldNoFileOpenOfAJobThatIsDeleted() throws Exception {
        assumeTrue(Files.isDirectory(OPEN_FILES), "no list of open files here");
        String id = service.submit("{\"data\":\"xor\",\"name\":\"done\"}");
        service.awaitEnd(id);
        assertThat(service.get("/api/v1/jobs/" + id + "/metrics?points=2&lines=steps")
                        .json()
                        .get("metrics"))
                .hasSize(2);
        assertThat(openFiles(id)).anyMatch(file -> file.endsWith(RunDirectory.METRICS));
        assertThat(service.delete("/api/v1/jobs/" + id).status()).isEqualTo(204);
        assertThat(openFiles(id)).isEmpty();
    }

    private static List<String> openFiles(String job) throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> links = Files.list(OPEN_FILES)) {
            for (Path link : links.toList()) {
                try {
                    files.add(Files.readSymbolicLink(link).toString());
                } catch (IOException e) {
                    // It was closed meanwhile.
                }
            }
        }
        files.removeIf(file -> !file.contains(job));
        return files;
    }
}
