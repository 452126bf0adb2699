package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.library.TrainedModel;
import dev.tutti.app.library.TrainedModel.Prediction;
import dev.tutti.app.library.Training;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From Java the same happens as with the commands. */
class LibraryTest {
    private static final String ROWS = "town,size,rooms\nUlm,80,3\nParis,,2\n?,101.5,4\nAalen,55,\n";

    @TempDir
    private static Path directory;

    private static Path table;
    private static Path run;
    private static TrainedModel model;

    @BeforeAll
    static void trainBoth() throws Exception {
        StringBuilder rows = new StringBuilder("town,size,rooms,price\n");
        for (int row = 0; row < 60; row++) {
            rows.append(row % 3 == 0 ? "Ulm" : row % 3 == 1 ? "Aalen" : "").append(',');
            rows.append(row % 7 == 0 ? "" : 40 + row)
                    .append(',')
                    .append(1 + row % 5)
                    .append(',');
            rows.append(100 + 2.5 * row).append('\n');
        }
        table = Files.writeString(directory.resolve("houses.csv"), rows);
        run = directory.resolve("run");
        Cli.Outcome outcome = Cli.run(
                "train", table.toString(), "--hidden", "8,4", "--epochs", "5", "--lr", "0.02", "--out", run.toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        model = Training.on(table.toString())
                .set("hidden", "8,4")
                .set("epochs", 5)
                .set("lr", 0.02)
                .run();
    }

    @Test
    void shouldTrainToTheSameBits() throws Exception {
        JsonNode summary =
                StrictJson.MAPPER.readTree(run.resolve("summary.json").toFile());

        assertThat(model.weightsSha256()).isEqualTo(summary.get("weightsSha256").asText());
        assertThat(TrainedModel.load(run).weightsSha256()).isEqualTo(model.weightsSha256());
        assertThat(Training.on(table.toString())
                        .set("hidden", "8,4")
                        .set("epochs", 5)
                        .set("lr", 0.02)
                        .set("workers", 2)
                        .run()
                        .weightsSha256())
                .as("two threads")
                .isEqualTo(model.weightsSha256());
        assertThat(model.network().shape()).isEqualTo(summary.get("network").asText());
        assertThat(model.columns()).containsExactly("town", "size", "rooms");
    }

    @Test
    void shouldSaveWhatTheCommandSaves() throws IOException {
        Path file = directory.resolve("model.safetensors");

        model.save(file);

        assertThat(file).hasSameBinaryContentAs(run.resolve("model.safetensors"));
    }

    @Test
    void shouldPredictAndEvaluateLikeTheCommands() throws Exception {
        Path file = Files.writeString(directory.resolve("rows.csv"), ROWS);
        List<String> expected = Cli.run("predict", run.toString(), file.toString())
                .out()
                .lines()
                .skip(1)
                .toList();
        List<List<String>> rows = new ArrayList<>();
        ROWS.lines().skip(1).forEach(line -> rows.add(Arrays.asList(line.split(",", -1))));

        assertThat(model.predictAll(file.toString()))
                .extracting(Prediction::label)
                .isEqualTo(expected);
        assertThat(model.predict(rows)).extracting(Prediction::label).isEqualTo(expected);
        assertThat(model.predict("Ulm", "80", "3").value()).isEqualTo(Float.parseFloat(expected.get(0)));
        JsonNode eval = StrictJson.MAPPER.readTree(
                Cli.run("eval", run.toString(), table.toString(), "--json").out());
        TrainedModel.Score score = model.evaluate(table.toString());
        assertThat(score.rmse()).isEqualTo(eval.get("rmse").asDouble());
        assertThat(score.loss()).isEqualTo(eval.get("loss").asDouble());
        assertThat(score.samples()).isEqualTo(60);
        assertThat(score.accuracy()).isNaN();
    }

    @Test
    void shouldPredictClassesWithScores() throws Exception {
        List<Double> losses = new ArrayList<>();
        TrainedModel cancer = Training.on("breast_cancer")
                .set("epochs", 3)
                .onEpoch(epoch -> losses.add(epoch.validationLoss()))
                .run();

        List<Prediction> predictions = cancer.predictAll("breast_cancer");

        assertThat(losses).hasSize(3);
        assertThat(predictions).hasSize(569).allSatisfy(prediction -> {
            assertThat(prediction.scores()).hasSize(2);
            int best = prediction.scores().get(1) > 0.5f ? 1 : 0;
            assertThat(prediction.label()).isEqualTo(cancer.classes().get(best));
            assertThat(prediction.value()).isNaN();
        });
        assertThat(cancer.evaluate("breast_cancer").accuracy()).isGreaterThan(0.9);
    }

    @Test
    void shouldRefuseInOneLine() {
        refuse(() -> Training.on("digits").set("bacth", 3).run(), "--bacth: unknown key, allowed: ");
        refuse(() -> Training.on("digits").set("batch", 0).run(), "--batch: out of range: \"0\"");
        refuse(() -> Training.on("nosuch.csv").run(), "no such file");
        refuse(() -> TrainedModel.load(directory.resolve("none.safetensors")), "no such file");
        refuse(() -> model.predict("Ulm", "80"), "row 0: expected 3 cells, found 2");
        refuse(
                () -> model.predict("Ulm", "wide", "3"),
                "row 0, column 1 (size): not a number: \"wide\"; give a number, or nothing where there is none");
        refuse(() -> model.predict(List.of()), "no rows; give one or more");
    }

    private static void refuse(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message)
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("\n");
    }
}
