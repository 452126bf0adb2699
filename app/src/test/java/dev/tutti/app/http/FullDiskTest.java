package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.http.ServiceInProcess.Answer;
import dev.tutti.app.service.TrainingRunner;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service on a disk that is full: a small file system in memory, so skipped where none may be mounted. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullDiskTest {
    private static final String JOBS = "/api/v1/jobs";
    private static final String JOB = "{\"data\":\"xor\",\"epochs\":2,\"validation\":0}";

    @TempDir
    Path folder;

    private Path disk;
    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString());
        assumeTrue(mounted, "no file system may be mounted here");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Leaves nothing. */
    private Path fill() throws IOException {
        Path filler = disk.resolve("filler");
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException e) {
            return filler;
        }
    }

    private void assertRefused(Answer answer, String what) {
        assertThat(answer.status()).isEqualTo(507);
        assertThat(answer.type()).startsWith(Problem.TYPE);
        assertThat(answer.json().get("detail").asText())
                .startsWith("the service cannot keep the " + what + " on its disk (No space left on device)")
                .endsWith("nothing was changed; try again when its operator has made room")
                .doesNotContain("\n", disk.toString());
    }

    @Test
    void shouldSayInOneLineThatTheDiskIsFullAndGoOnWhenThereIsRoom() throws Exception {
        try (ServiceInProcess service = new ServiceInProcess(
                disk.resolve("home"), of -> new TrainingRunner(of.submission(), Optional.empty()))) {
            String first = service.submit(JOB);
            assertThat(service.awaitEnd(first).get("state").asText()).isEqualTo("SUCCEEDED");
            Path filler = fill();

            assertRefused(service.post(JOBS, ServiceInProcess.JSON, JOB), "job");
            String rows = "a,b\n" + "1,2\n".repeat(10_000);
            assertRefused(service.post("/api/v1/data?name=a.csv", "text/csv", rows), "data");

            assertThat(service.get(JOBS).json().get("jobs")).hasSize(1);
            assertThat(service.get("/api/v1/data").json().get("data")).isEmpty();
            assertThat(disk.resolve("home/data").toFile().list())
                    .as("nothing half-written")
                    .isEmpty();
            assertThat(disk.resolve("home/jobs").toFile().list())
                    .as("nothing half-written")
                    .containsExactly(first);
            assertThat(service.get(JOBS + "/" + first + "/summary").status()).isEqualTo(200);

            Files.delete(filler);
            assertThat(service.post("/api/v1/data?name=a.csv", "text/csv", rows).status())
                    .isEqualTo(201);
            assertThat(service.awaitEnd(service.submit(JOB)).get("state").asText())
                    .isEqualTo("SUCCEEDED");
        }
    }

    /** Neither checkpoints nor metrics nor the end can be written; what is trained is the same, at the latest when it goes on. */
    @Test
    void shouldTrainToTheSameBitsThoughTheDiskIsFullMeanwhile() throws Exception {
        String settings = "\"data\":\"iris\",\"epochs\":1500";
        JsonNode undisturbed;
        try (ServiceInProcess service = new ServiceInProcess(
                folder.resolve("home"), of -> new TrainingRunner(of.submission(), Optional.empty()))) {
            undisturbed = service.awaitEnd(service.submit("{" + settings + "}"));
        }
        try (ServiceInProcess service = new ServiceInProcess(
                disk.resolve("home"), of -> new TrainingRunner(of.submission(), Optional.empty()))) {
            String id = service.submit("{" + settings + ",\"checkpoint-steps\":20}");
            String path = JOBS + "/" + id;
            service.awaitLine(path + "/metrics", "\"epoch\"");
            Path filler = fill();
            assertRefused(service.post(JOBS, ServiceInProcess.JSON, JOB), "job");
            while (isTrained(id)) {
                Thread.sleep(10);
            }
            assertThat(service.get(path).json().get("state").asText())
                    .as("what is not on the disk is not told")
                    .isEqualTo("RUNNING");
            Files.delete(filler);

            JsonNode end = service.awaitEnd(id);

            if (end.get("state").asText().equals("FAILED")) {
                assertThat(end.get("exitCode").asInt()).isEqualTo(2);
                assertThat(end.get("problem").asText())
                        .contains("No space left on device")
                        .doesNotContain("\n", disk.toString());
                assertThat(service.post(path + "/resume").status()).isEqualTo(202);
                end = service.awaitEnd(id);
            }
            assertThat(end.get("state").asText()).as("%s", end).isEqualTo("SUCCEEDED");
            assertThat(end.get("weightsSha256")).isEqualTo(undisturbed.get("weightsSha256"));
        }
    }

    private static boolean isTrained(String id) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("tutti-job-" + id));
    }
}
