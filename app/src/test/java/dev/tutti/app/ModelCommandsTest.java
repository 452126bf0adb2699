package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.data.BuiltInData;
import dev.tutti.data.RawData;
import dev.tutti.savedmodel.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code eval} and {@code predict} on saved models. */
class ModelCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path directory;

    private static String iris;
    private static String diabetes;

    @BeforeAll
    static void trainModels() {
        iris = directory.resolve("iris").toString();
        diabetes = directory.resolve("diabetes").toString();
        assertThat(Cli.run("train", "iris", "--trainer", "reference", "--epochs", "30", "--out", iris))
                .extracting(Cli.Outcome::code)
                .isEqualTo(0);
        assertThat(Cli.run("train", "diabetes", "--trainer", "reference", "--lr", "0.01", "--out", diabetes))
                .extracting(Cli.Outcome::code)
                .isEqualTo(0);
    }

    @Test
    void shouldFindTheAccuracyOfTheRunOnItsValidationSamples() throws IOException {
        JsonNode summary = JSON.readTree(directory.resolve("iris/summary.json").toFile());

        JsonNode eval = json("eval", iris, "iris", "--split", "validation", "--json");

        assertThat(eval.get("samples").asInt()).isEqualTo(30);
        assertThat(eval.get("accuracy").asDouble())
                .isEqualTo(summary.get("accuracy").asDouble());
        assertThat(eval.get("loss").asDouble())
                .isCloseTo(summary.get("validationLoss").asDouble(), within(1e-12));
        assertThat(eval.get("weightsSha256")).isEqualTo(summary.get("weightsSha256"));
    }

    @Test
    void shouldSplitIntoTrainingAndValidation() throws IOException {
        int all = json("eval", iris, "iris", "--json").get("samples").asInt();
        int training = json("eval", iris, "iris", "--split", "training", "--json")
                .get("samples")
                .asInt();

        assertThat(all).isEqualTo(150);
        assertThat(training).isEqualTo(120);
    }

    @Test
    void shouldMeasureATestThatNothingElseSees() throws IOException {
        String run = directory.resolve("tested").toString();
        Cli.Outcome trained = Cli.run("train", "breast_cancer", "--epochs", "2", "--test", "0.1", "--out", run);
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.out()).contains(" for the test; network ", "test accuracy ");
        JsonNode summary = JSON.readTree(Path.of(run, "summary.json").toFile());

        JsonNode test = json("eval", run, "breast_cancer", "--split", "test", "--json");
        JsonNode validation = json("eval", run, "breast_cancer", "--split", "validation", "--json");
        JsonNode training = json("eval", run, "breast_cancer", "--split", "training", "--json");

        for (String key : List.of("samples", "accuracy", "rocAuc", "prAuc", "brier", "logLoss", "macro", "perClass")) {
            assertThat(test.get(key)).as(key).isNotNull().isEqualTo(summary.at("/test/" + key));
            assertThat(validation.get(key)).as(key).isEqualTo(summary.at("/validation/" + key));
        }
        assertThat(validation.get("samples").asInt()).isEqualTo(113);
        assertThat(training.get("samples").asInt()
                        + validation.get("samples").asInt()
                        + test.get("samples").asInt())
                .isEqualTo(569);
        assertThat(Cli.run("eval", run, "breast_cancer", "--split", "test").out())
                .contains("balanced accuracy ", "calibration error ", "weighted mean");
        assertThat(Cli.run("eval", iris, "iris", "--split", "test").err()).contains("train with --test");
    }

    @Test
    void shouldShowWhatIsTakenForWhat() {
        Cli.Outcome outcome = Cli.run("eval", iris, "iris");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("accuracy 0.", " of 150 correct)", "setosa", "versicolor", "virginica");
    }

    @Test
    void shouldMeasureARegressionInItsOwnUnit() throws IOException {
        JsonNode summary =
                JSON.readTree(directory.resolve("diabetes/summary.json").toFile());

        JsonNode eval = json("eval", diabetes, "diabetes", "--split", "validation", "--json");

        assertThat(eval.get("rmse").asDouble())
                .isEqualTo(summary.get("validationRmse").asDouble())
                .isBetween(20.0, 80.0);
        assertThat(eval.has("accuracy")).isFalse();
    }

    /** Of every loss: the root of twice its mean is right for the squared error alone. */
    @ParameterizedTest
    @CsvSource({"huber", "absolute_error"})
    void shouldMeasureARegressionAlikeWithEveryLoss(String loss) throws IOException {
        String run = directory.resolve("diabetes-" + loss).toString();
        assertThat(Cli.run(
                        "train", "diabetes", "--trainer", "reference", "--loss", loss, "--epochs", "3", "--out", run))
                .extracting(Cli.Outcome::code)
                .isEqualTo(0);
        JsonNode summary = JSON.readTree(Path.of(run, "summary.json").toFile());
        List<String> metrics = Files.readAllLines(Path.of(run, "metrics.jsonl"));
        double expected = rootMeanSquaredError(run);

        assertThat(json("eval", run, "diabetes", "--split", "validation", "--json")
                        .get("rmse")
                        .asDouble())
                .isCloseTo(expected, within(1e-4));
        assertThat(summary.get("validationRmse").asDouble()).isCloseTo(expected, within(1e-4));
        assertThat(JSON.readTree(metrics.get(2)).get("validationRmse")).isEqualTo(summary.get("validationRmse"));
    }

    /** From what {@code predict} writes. */
    private static double rootMeanSquaredError(String run) {
        RawData data = BuiltInData.read("diabetes");
        ModelFile.Model model = ModelFile.read(Path.of(run, "model.safetensors"));
        List<String> lines = Cli.run("predict", run, "diabetes").out().lines().toList();
        int[] rows = model.preprocessing().split().heldOutRows(data);
        return Math.sqrt(Arrays.stream(rows)
                .mapToDouble(row -> Double.parseDouble(lines.get(1 + row)) - data.targets()[row])
                .map(error -> error * error)
                .average()
                .orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "iris, binary_cross_entropy",
        "iris, squared_error",
        "iris, huber",
        "iris, absolute_error",
        "breast_cancer, squared_error"
    })
    void shouldCountAsCorrectInTrainingWhatEvalAndPredictDo(String data, String loss) throws IOException {
        String run = directory.resolve(data + "-" + loss).toString();
        assertThat(Cli.run("train", data, "--trainer", "reference", "--loss", loss, "--epochs", "4", "--out", run))
                .extracting(Cli.Outcome::code)
                .isEqualTo(0);
        JsonNode summary = JSON.readTree(Path.of(run, "summary.json").toFile());
        JsonNode eval = json("eval", run, data, "--split", "validation", "--json");

        assertThat(summary.get("accuracy")).isNotNull().isEqualTo(eval.get("accuracy"));
        assertThat(summary.get("trainAccuracy").asDouble()).isBetween(0.3, 1.0);
        assertThat(accuracyOfPredictions(run, data))
                .isEqualTo(eval.get("accuracy").asDouble());
        int diagonal = 0;
        for (int i = 0; i < eval.get("classes").size(); i++) {
            diagonal += eval.get("confusion").get(i).get(i).asInt();
        }
        assertThat((double) diagonal / eval.get("samples").asInt())
                .isEqualTo(eval.get("accuracy").asDouble());
    }

    private static double accuracyOfPredictions(String run, String name) {
        RawData data = BuiltInData.read(name);
        ModelFile.Model model = ModelFile.read(Path.of(run, "model.safetensors"));
        List<String> lines = Cli.run("predict", run, name).out().lines().toList();
        int[] rows = model.preprocessing().split().heldOutRows(data);
        long correct = Arrays.stream(rows)
                .filter(row ->
                        lines.get(1 + row).startsWith(data.schema().classNames().get((int) data.targets()[row]) + ","))
                .count();
        return (double) correct / rows.length;
    }

    @Test
    void shouldPredictClassesWithProbabilities() {
        Cli.Outcome outcome = Cli.run("predict", iris, "iris");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(151);
        assertThat(lines.get(0))
                .isEqualTo("prediction,probability_setosa,probability_versicolor,probability_virginica");
        String[] first = lines.get(1).split(",", -1);
        assertThat(first[0]).isEqualTo("setosa");
        assertThat(Float.parseFloat(first[1]) + Float.parseFloat(first[2]) + Float.parseFloat(first[3]))
                .isCloseTo(1f, within(1e-5f));
    }

    @Test
    void shouldPredictWithoutTargetsToAFile() throws IOException {
        Path flowers = Files.writeString(directory.resolve("flowers.csv"), "5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n");
        Path out = directory.resolve("predictions.csv");

        Cli.Outcome outcome = Cli.run("predict", iris, flowers.toString(), "--out", out.toString());

        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1)).startsWith("setosa,");
        assertThat(lines.get(2)).startsWith("virginica,");
    }

    @Test
    void shouldFindTheTargetWhereItWasInTraining() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < 40; row++) {
            rows.append(100 + 3 * row)
                    .append(',')
                    .append(row)
                    .append(',')
                    .append(row % 3)
                    .append('\n');
        }
        String data = Files.writeString(directory.resolve("prices.csv"), rows).toString();
        String run = directory.resolve("prices").toString();
        assertThat(Cli.run(
                                "train",
                                data,
                                "--target",
                                "0",
                                "--trainer",
                                "reference",
                                "--batch",
                                "4",
                                "--epochs",
                                "30",
                                "--out",
                                run)
                        .code())
                .isZero();

        JsonNode eval = json("eval", run, data, "--json");
        List<String> predicted = Cli.run("predict", run, data).out().lines().toList();

        assertThat(eval.get("rmse").asDouble()).isLessThan(15);
        assertThat(Float.parseFloat(predicted.get(21))).isBetween(130f, 190f);
    }

    @Test
    void shouldPredictValuesInTheirOwnUnit() {
        List<String> lines =
                Cli.run("predict", diabetes, "diabetes").out().lines().toList();

        assertThat(lines.get(0)).isEqualTo("prediction");
        double mean = lines.stream()
                .skip(1)
                .mapToDouble(Double::parseDouble)
                .average()
                .orElseThrow();
        assertThat(mean).isBetween(100.0, 200.0);
    }

    @Test
    void shouldRefuseDataWithAnotherNumberOfInputs() {
        Cli.Outcome outcome = Cli.run("eval", iris, "wine");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("expected 4 inputs, found 13");
    }

    @Test
    void shouldRefuseToMeasureWithoutTargets() throws IOException {
        Path flowers = Files.writeString(directory.resolve("bare.csv"), "5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n");

        Cli.Outcome outcome = Cli.run("eval", iris, flowers.toString());

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("no target column");
    }

    private static JsonNode json(String... args) throws IOException {
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return JSON.readTree(outcome.out());
    }
}
