package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are killed and go on, as real processes. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("faults")
class ResumeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 90;
    private static final List<String> JOB = List.of(
            "digits", "--epochs", "150", "--hidden", "24", "--momentum", "0.9", "--lr", "0.02", "--dropout", "0.1");

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldEndInTheSameBitsAfterKills() throws Exception {
        JsonNode undisturbed = train("undisturbed", "--trainer", "reference");

        Process first = start("first", all(JOB, "--out", "run", "--checkpoint-steps", "23", "--workers", "2"));
        awaitCheckpointsAfter(0);
        assertThat(end(start("second", List.of("--resume", "run")))).isEqualTo(2);
        assertThat(Files.readString(directory.resolve("second.err")))
                .startsWith("tutti: run directory is in use: ")
                .contains("(process " + first.pid() + ")")
                .hasLineCount(1);
        kill(first);
        long step = newestStep();
        Process again = start("again", List.of("--resume", "run", "--workers", "1"));
        awaitCheckpointsAfter(step);
        kill(again);

        assertThat(end(start("last", List.of("--resume", "run", "--workers", "3", "--json"))))
                .as(Files.readString(directory.resolve("last.err")))
                .isZero();

        JsonNode summary = summary("run");
        for (String key : List.of("weightsSha256", "trainLoss", "validationLoss", "epochs", "steps", "samples")) {
            assertThat(summary.get(key)).as(key).isEqualTo(undisturbed.get(key));
        }
        List<String> epochs = Files.readAllLines(directory.resolve("run/metrics.jsonl"));
        for (int i = 0; i < 150; i++) {
            assertThat(JSON.readTree(epochs.get(i)).get("epoch").asInt()).isEqualTo(i + 1);
        }
        assertThat(epochs).hasSize(150);
    }

    @Test
    void shouldGoOnWhenTheDiskIsFull() throws Exception {
        // No file may be larger than 48 blocks of 512 bytes: the checkpoints are, metrics and log are not.
        Process process = start(
                "full",
                List.of("sh", "-c", "ulimit -f 48; exec \"$0\" \"$@\""),
                all(
                        List.of("digits", "--hidden", "64", "--epochs", "6"),
                        "--trainer",
                        "reference",
                        "--momentum",
                        "0.9",
                        "--checkpoint-steps",
                        "10",
                        "--out",
                        "run"));

        assertThat(end(process)).isEqualTo(0);

        assertThat(Files.readString(directory.resolve("full.err")))
                .startsWith("tutti: checkpoint failed: ")
                .contains("step-", "cannot be written", "training goes on")
                .hasLineCount(1);
        assertThat(directory.resolve("run/checkpoints").toFile().list()).isEmpty();
        assertThat(summary("run").get("epochs").asInt()).isEqualTo(6);
    }

    private JsonNode train(String name, String... more) throws Exception {
        List<String> args = all(JOB, "--out", directory.resolve(name).toString());
        args.addAll(List.of(more));
        args.add(0, "train");
        Cli.Outcome outcome = Cli.run(args.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return summary(name);
    }

    private JsonNode summary(String run) throws IOException {
        return JSON.readTree(Files.readString(directory.resolve(run).resolve("summary.json")));
    }

    private static List<String> all(List<String> first, String... more) {
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of(more));
        return all;
    }

    private Process start(String name, List<String> args) throws IOException {
        return start(name, List.of(), args);
    }

    private Process start(String name, List<String> before, List<String> args) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of("../tutti").toAbsolutePath().normalize().toString());
        command.add("train");
        command.addAll(args);
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.with(command))
                .directory(directory.toFile())
                .redirectOutput(directory.resolve(name + ".out").toFile())
                .redirectError(directory.resolve(name + ".err").toFile());
        builder.environment().put("TUTTI_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("TUTTI_JAVA_OPTS", "-Xmx512m -XX:-UsePerfData");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("ends within %s s", PATIENCE_SECONDS)
                .isTrue();
        return process.exitValue();
    }

    /** As SIGKILL. */
    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private void awaitCheckpointsAfter(long step) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (newestStep() <= step) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
            Thread.sleep(5);
        }
    }

    private long newestStep() {
        String[] names = directory.resolve("run/checkpoints").toFile().list();
        return Stream.of(names == null ? new String[0] : names)
                .filter(name -> name.startsWith("step-"))
                .mapToLong(name -> Long.parseLong(name.replaceAll("\\D", "")))
                .max()
                .orElse(0);
    }
}
