package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.service.JobRecord;
import dev.tutti.files.InputException;
import dev.tutti.train.TrainingFailedException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** However the training of a job ends, its client is told, and the next job begins. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JobEndsTest {
    @TempDir
    private Path folder;

    private ServiceInProcess service;

    @BeforeEach
    void open() {
        service = new ServiceInProcess(folder, of -> (job, run, lines, progress) -> train(job));
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
}
