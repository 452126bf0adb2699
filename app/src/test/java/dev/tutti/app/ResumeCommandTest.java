package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code train --resume}, in this process. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ResumeCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    /** iris has 120 training samples: with a batch of 32, 4 steps an epoch. */
    private Path train(String name, String... more) {
        Path run = directory.resolve(name);
        Cli.Outcome outcome = Cli.run(all(
                List.of("train", "iris", "--trainer", "reference", "--batch", "32", "--momentum", "0.5", "--out"),
                List.of(run.toString(), "--metrics-per-step", "--checkpoint-keep", "100"),
                List.of(more)));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return run;
    }

    private static Cli.Outcome resume(Path run, String... more) {
        return Cli.run(all(List.of("train", "--resume", run.toString()), List.of(more), List.of()));
    }

    private static String[] all(List<String> first, List<String> second, List<String> third) {
        return Stream.of(first, second, third).flatMap(List::stream).toArray(String[]::new);
    }

    /** Makes the run look as if it had been killed after a checkpoint: what came later is left in the metrics. */
    private static void kill(Path run, long step) throws IOException {
        try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
            for (Path file : files.toList()) {
                if (file.getFileName()
                                .toString()
                                .compareTo(checkpoint(run, step).getFileName().toString())
                        > 0) {
                    Files.delete(file);
                }
            }
        }
        assertThat(checkpoint(run, step)).exists();
        Files.delete(run.resolve("summary.json"));
        Files.delete(run.resolve("model.safetensors"));
    }

    private static Path checkpoint(Path run, long step) {
        return run.resolve("checkpoints").resolve(String.format("step-%010d.safetensors", step));
    }

    private static JsonNode summary(Path run) throws IOException {
        return JSON.readTree(Files.readString(run.resolve("summary.json")));
    }

    private static List<JsonNode> metrics(Path run) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            ObjectNode object = (ObjectNode) JSON.readTree(line);
            object.remove(List.of(
                    "seconds",
                    "samplesPerSecond",
                    "workers",
                    "generation",
                    "members",
                    "segmentsIssued",
                    "segmentsDone",
                    "segmentsReissued",
                    "segmentsDuplicate",
                    "framesDropped",
                    "averaging"));
            lines.add(object);
        }
        return lines;
    }

    /** The same but for times. */
    private static void assertSame(Path run, Path undisturbed) throws IOException {
        for (String key : List.of(
                "weightsSha256",
                "trainLoss",
                "validationLoss",
                "accuracy",
                "epochs",
                "steps",
                "samples",
                "dataSha256")) {
            assertThat(summary(run).get(key))
                    .as(key)
                    .isEqualTo(summary(undisturbed).get(key));
        }
        assertThat(metrics(run)).isEqualTo(metrics(undisturbed));
    }

    @ParameterizedTest
    @CsvSource({
        "reference, 1, 1",
        "reference, 6, 1",
        "reference, 8, 1",
        "reference, 12, 1",
        "cluster, 1, 3",
        "cluster, 5, 1",
        "cluster, 7, 2"
    })
    void shouldEndLikeAnUndisturbedRun(String trainer, long step, int workers) throws Exception {
        Path undisturbed = train("undisturbed", "--epochs", "3");
        Path run = stepByStep("run");
        kill(run, step);

        Cli.Outcome outcome = resume(run, "--trainer", trainer, "--workers", String.valueOf(workers));

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        if (step < 12) {
            assertThat(outcome.out()).contains("goes on after " + step + " steps");
        }
        assertSame(run, undisturbed);
    }

    /** A run of 3 epochs with a checkpoint after each step: as short runs, as a fast run would skip some. */
    private Path stepByStep(String name) throws Exception {
        Path run = directory.resolve(name);
        StepByStep.train(run);
        return run;
    }

    @Test
    void shouldUseTheOneBeforeADamagedOne() throws Exception {
        Path undisturbed = train("undisturbed", "--epochs", "3");
        Path run = stepByStep("run");
        kill(run, 7);
        byte[] bytes = Files.readAllBytes(checkpoint(run, 7));
        bytes[bytes.length / 2] ^= 4;
        Files.write(checkpoint(run, 7), bytes);

        Cli.Outcome outcome = resume(run, "--trainer", "reference");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("goes on after 6 steps");
        assertSame(run, undisturbed);
        assertThat(Files.readString(run.resolve("run.log")))
                .contains("step-0000000007.safetensors: damaged: expected SHA-256", "the checkpoint before it is used");
    }

    @Test
    void shouldTrainFurther() throws IOException {
        Path undisturbed = train("undisturbed", "--epochs", "5");
        Path run = train("run", "--epochs", "3");

        Cli.Outcome outcome = resume(run, "--trainer", "reference", "--epochs", "5");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertSame(run, undisturbed);
        assertThat(run.resolve("config.conf")).content().contains("epochs = 5");
    }

    @Test
    void shouldSayThatARunIsComplete() throws IOException {
        Path run = train("run", "--epochs", "2");
        String before = Files.readString(run.resolve("summary.json"));

        Cli.Outcome outcome = resume(run, "--json");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("complete already: 2 epochs");
        assertThat(outcome.out()).isEqualTo(before);
        assertThat(run.resolve("summary.json")).hasContent(before.strip());
    }

    @Test
    void shouldBeginAnewBeforeTheFirstCheckpoint() throws IOException {
        Path run = train("run", "--epochs", "2");
        JsonNode expected = summary(run).get("weightsSha256");
        deleteAll(run.resolve("checkpoints"));
        Files.delete(run.resolve("summary.json"));

        Cli.Outcome outcome = resume(run, "--trainer", "reference");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("begins anew: there is no checkpoint yet");
        assertThat(summary(run).get("weightsSha256")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hidden = [64]|hidden = [32]|network: expected [4,32,3]",
                "batch = 32|batch = 16|batchSize: expected 16, found 32",
                "seed = 1|seed = 2|seed: expected 2, found 1",
                "wire = \"float32\"|wire = \"bfloat16\"|wire: expected \"bfloat16\", found \"float32\"",
                "data = \"iris\"|data = \"wine\"|network: expected [13,64,3]",
                "scale = \"standardize\"|scale = \"minmax\"|fingerprint of the training data: expected ",
            })
    void shouldRefuseTheCheckpointOfAnotherRun(String from, String to, String message) throws IOException {
        Path run = train("run", "--epochs", "2");
        kill(run, 8);
        String config = Files.readString(run.resolve("config.conf"));
        assertThat(config).contains(from);
        Files.writeString(run.resolve("config.conf"), config.replace(from, to));

        Cli.Outcome outcome = resume(run, "--trainer", "reference");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("step-0000000008.safetensors: a checkpoint of another run: " + message);
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(checkpoint(run, 8)).exists();
        assertThat(run.resolve("metrics.jsonl")).isNotEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--lr 1",
                "--wire bfloat16",
                "--batch 8",
                "--seed 2",
                "--out x",
                "--data wine",
                "--hidden 3",
                "--name x"
            })
    void shouldRefuseWhatChangesTheBits(String option) {
        Path run = train("run", "--epochs", "1");

        Cli.Outcome outcome = resume(run, option.split(" "));

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err())
                .startsWith("tutti: " + option.split(" ", -1)[0] + ": not to be changed in a run that goes on; allowed")
                .hasLineCount(1);
    }

    @Test
    void shouldRefuseWhatIsNoRun() {
        Path run = train("run", "--epochs", "2");

        assertThat(resume(directory).err()).contains("no run to go on with in", "there is no config.conf");
        assertThat(resume(run, "wine").err()).contains("--resume takes data and configuration from the run");
        assertThat(resume(run, "--server", "http://127.0.0.1:1").err()).contains("tutti jobs resume ID");
        assertThat(resume(run, "--epochs", "1").err()).contains("--epochs: out of range: \"1\", allowed: 2 or more");
    }

    @Test
    void shouldKeepTheLastGoodCheckpointOfADivergedRun() throws IOException {
        Path run = directory.resolve("run");
        Cli.Outcome outcome = Cli.run(
                "train",
                "diabetes",
                "--trainer",
                "reference",
                "--lr",
                "3",
                "--checkpoint-steps",
                "1",
                "--out",
                run.toString());

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err())
                .startsWith("tutti: training diverged: ")
                .contains("epoch 1, step ", "the last good checkpoint is ", "--on-divergence skip-step")
                .hasLineCount(1);
        try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
            assertThat(files).isNotEmpty();
        }
    }

    private static void deleteAll(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}
