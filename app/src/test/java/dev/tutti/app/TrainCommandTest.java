package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.app.run.Trainer;
import dev.tutti.app.run.TrainingSession;
import dev.tutti.config.ServiceSettings;
import dev.tutti.config.Setting;
import dev.tutti.config.TrainingSettings;
import dev.tutti.config.WorkerSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    @Test
    void shouldLeaveAWholeRun() throws IOException {
        Cli.Outcome outcome = train("iris", "--epochs", "3", "--out", out("run"), "--metrics-per-step");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(names(directory.resolve("run")))
                .containsExactlyInAnyOrder(
                        ".lock",
                        "checkpoints",
                        "config.conf",
                        "metrics.jsonl",
                        "model.safetensors",
                        "run.log",
                        "summary.json");
        List<String> metrics = Files.readAllLines(directory.resolve("run/metrics.jsonl"));
        assertThat(metrics).hasSize(3 + 3 * 2);
        JsonNode step = JSON.readTree(metrics.get(0));
        assertThat(step.get("step").asInt()).isEqualTo(1);
        JsonNode epoch = JSON.readTree(metrics.get(8));
        assertThat(epoch.get("epoch").asInt()).isEqualTo(3);
        assertThat(epoch.get("samples").asInt()).isEqualTo(360);
        assertThat(outcome.out())
                .contains(
                        "iris: 120 training and 30 validation samples",
                        "epoch 3/3",
                        "validation accuracy",
                        "weights  sha256");
    }

    @Test
    void shouldSummarize() throws IOException {
        Cli.Outcome outcome = train("iris", "--epochs", "2", "--out", out("run"), "--json");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("epoch 2/2").doesNotContain("{");
        String last = outcome.out().lines().reduce((first, second) -> second).orElseThrow();
        assertThat(Files.readString(directory.resolve("run/summary.json"))).isEqualTo(last + "\n");
        JsonNode summary = JSON.readTree(last);
        Set<String> keys = new TreeSet<>();
        summary.fieldNames().forEachRemaining(keys::add);
        assertThat(keys)
                .contains(
                        "weightsSha256",
                        "epochs",
                        "steps",
                        "samples",
                        "trainLoss",
                        "validationLoss",
                        "accuracy",
                        "seconds",
                        "samplesPerSecond",
                        "workers",
                        "jdk",
                        "kernel",
                        "tutti",
                        "dataSha256",
                        "wire",
                        "seed");
        assertThat(summary.get("samples").asInt()).isEqualTo(240);
        assertThat(summary.get("steps").asInt()).isEqualTo(4);
        assertThat(summary.get("weightsSha256").asText()).matches("[0-9a-f]{64}");
    }

    @Test
    void shouldLeaveOutOfJsonWhatIsNotKnown() throws IOException {
        JsonNode summary = summaryOf("diabetes", "--epochs", "1", "--validation", "0", "--lr", "0.001");

        assertThat(summary.has("validationLoss")).isFalse();
        assertThat(summary.has("accuracy")).isFalse();
        assertThat(summary.has("trainLoss")).isTrue();
    }

    @Test
    void shouldGiveTheSameRunFromItsEffectiveConfiguration() throws IOException {
        Path csv = Files.writeString(directory.resolve("points.csv"), points());
        train(csv.toString(), "--epochs", "3", "--hidden", "5", "--batch", "7", "--lr", "0.3", "--out", out("one"));

        Cli.Outcome again =
                train("--config", directory.resolve("one/config.conf").toString(), "--out", out("two"));

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(summary("two").get("weightsSha256")).isEqualTo(summary("one").get("weightsSha256"));
        assertThat(directory.resolve("two/config.conf")).hasSameTextualContentAs(directory.resolve("one/config.conf"));
        assertThat(directory.resolve("two/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("one/model.safetensors"));
    }

    @Test
    void shouldStartFromSavedWeights() throws IOException {
        train("iris", "--epochs", "1", "--out", out("one"));

        JsonNode frozen = summaryOf(
                "iris",
                "--epochs",
                "1",
                "--lr",
                "1e-30",
                "--init-weights",
                directory.resolve("one/model.safetensors").toString());

        assertThat(frozen.get("weightsSha256")).isEqualTo(summary("one").get("weightsSha256"));
    }

    @Test
    void shouldEndWithCode3WhenTrainingDiverges() throws IOException {
        Cli.Outcome outcome =
                train("diabetes", "--lr", "1e30", "--epochs", "5", "--scale", "none", "--out", out("run"));

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err()).startsWith("tutti: training diverged: ").contains("a smaller --lr may help");
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(directory.resolve("run/summary.json")).doesNotExist();
    }

    @Test
    void shouldSayWhatWasKeptWhenInterrupted() {
        TrainingSettings settings =
                TrainingSettings.read(Map.of("data", "iris", "out", out("run"), "epochs", "100000"), Optional.empty());
        Trainer interrupting = (job, listener) -> {
            listener.onStep(1, 1, 64, 0.5);
            throw new InterruptedException();
        };
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());

        assertThatThrownBy(() -> new TrainingSession(settings, interrupting, directory, nowhere, nowhere, false).run())
                .isInstanceOf(InterruptedException.class)
                .hasMessageContaining("after 1 steps; kept in ")
                .hasMessageContaining("no model was saved");
        assertThat(names(directory.resolve("run")))
                .containsExactlyInAnyOrder(".lock", "config.conf", "metrics.jsonl", "run.log");
    }

    @Test
    void shouldHaveAnOptionForEachKeyAndAKeyForEachOption() {
        Set<String> train = options("train");
        assertThat(train.removeAll(Set.of("server", "token-file", "ca-cert", "http")))
                .as("they are no settings of the run")
                .isTrue();
        assertThat(train).isEqualTo(keys(TrainingSettings.SETTINGS));
        assertThat(options("worker")).isEqualTo(keys(WorkerSettings.SETTINGS));
        assertThat(options("coordinator")).isEqualTo(keys(ServiceSettings.COORDINATOR_SETTINGS));
    }

    @Test
    void shouldDocumentEveryOption() throws IOException {
        String reference = Files.readString(Path.of("../docs/commands.md"));

        for (CommandLine command : Tutti.commandLine().getSubcommands().values()) {
            for (CommandLine.Model.OptionSpec option : command.getCommandSpec().options()) {
                if (!option.hidden()) {
                    assertThat(reference).contains(option.longestName());
                }
            }
        }
    }

    private static Set<String> options(String command) {
        return Tutti.commandLine().getSubcommands().get(command).getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .map(CommandLine.Model.OptionSpec::longestName)
                .filter(name ->
                        !Set.of("--config", "--resume", "--verbose", "--help").contains(name))
                .map(name -> name.substring(2))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> keys(List<Setting<?>> settings) {
        return settings.stream().map(Setting::key).collect(Collectors.toCollection(TreeSet::new));
    }

    private JsonNode summaryOf(String... args) throws IOException {
        Cli.Outcome outcome = train(
                Stream.concat(Stream.of(args), Stream.of("--out", out("of"))).toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return summary("of");
    }

    private JsonNode summary(String run) throws IOException {
        return JSON.readTree(Files.readString(directory.resolve(run).resolve("summary.json")));
    }

    private String out(String name) {
        return directory.resolve(name).toString();
    }

    private static Cli.Outcome train(String... args) {
        return Cli.run(Stream.concat(Stream.of("train", "--trainer", "reference"), Stream.of(args))
                .toArray(String[]::new));
    }

    private static List<String> names(Path directory) {
        return List.of(directory.toFile().list());
    }

    /** Two classes, left and right of a line. */
    private static String points() {
        StringBuilder csv = new StringBuilder("x,y,side\n");
        for (int i = 0; i < 40; i++) {
            int x = i * 7 % 11;
            int y = i * 5 % 13;
            csv.append(x)
                    .append(',')
                    .append(y)
                    .append(',')
                    .append(x > y ? "right" : "left")
                    .append('\n');
        }
        return csv.toString();
    }
}
