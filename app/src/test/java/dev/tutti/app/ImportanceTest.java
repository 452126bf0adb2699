package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.prediction.Importance;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.data.BuiltInData;
import dev.tutti.data.DataFiles;
import dev.tutti.data.DataOptions;
import dev.tutti.data.DataSchema;
import dev.tutti.data.EpochOrder;
import dev.tutti.data.PreparedData;
import dev.tutti.data.RawData;
import dev.tutti.data.Scale;
import dev.tutti.files.StrictJson;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.savedmodel.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which columns a model needs. */
class ImportanceTest {
    @TempDir
    Path directory;

    /**
     * Of a linear model without error the expected increase of the mean squared error of a column is twice the square of its weight
     * times its variance; a column that is not used does nothing.
     */
    @Test
    void shouldFindWhatTheFormulaSays() throws Exception {
        StringBuilder rows = new StringBuilder("a,b,c,k,y\n");
        for (int row = 0; row < 400; row++) {
            int a = row % 20;
            int b = row / 20;
            String k = row % 3 == 0 ? "red" : "blue";
            double y = 3 * a - b + (k.equals("red") ? 10 : 0);
            rows.append(a)
                    .append(',')
                    .append(b)
                    .append(',')
                    .append(row * 7 % 11)
                    .append(',')
                    .append(k)
                    .append(',');
            rows.append(y).append('\n');
        }
        RawData data = DataFiles.read(
                Files.writeString(directory.resolve("linear.csv"), rows).toString(), DataOptions.DEFAULT);
        PreparedData prepared = PreparedData.of(data, Loss.SQUARED_ERROR, Scale.NONE, 0, 1);
        NetworkSpec network = new NetworkSpec(List.of(5, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);
        // a, b, c, blue, red, bias
        ModelFile.Model model =
                new ModelFile.Model(network, prepared.preprocessing(), "{}", new float[] {3, -1, 0, 0, 10, 0});
        Predictions predictions =
                Predictions.of(model, data, IntStream.range(0, 400).toArray());
        assertThat(predictions.metrics().meanLoss()).isZero();

        Importance importance = Importance.of(predictions, 20, 1, Importance.Progress.NONE);

        assertThat(importance.columns()).extracting(Importance.Column::name).containsExactly("a", "b", "k", "c");
        double variance = (20 * 20 - 1) / 12.0;
        assertThat(importance.columns().get(0).loss()).isCloseTo(9 * variance, within(0.1 * 9 * variance));
        assertThat(importance.columns().get(1).loss()).isCloseTo(variance, within(0.1 * variance));
        double ofRed = 100 * (1 / 3.0) * (2 / 3.0);
        assertThat(importance.columns().get(2).loss()).isCloseTo(ofRed, within(0.1 * ofRed));
        assertThat(importance.columns().get(2).metric()).isCloseTo(Math.sqrt(2 * ofRed), within(0.7));
        assertThat(importance.columns().get(3).loss()).isZero();
        assertThat(importance.columns().get(3).lossSpread()).isZero();
        assertThat(Importance.of(predictions, 20, 1, Importance.Progress.NONE)).isEqualTo(importance);
        assertThat(Importance.of(predictions, 20, 2, Importance.Progress.NONE)).isNotEqualTo(importance);
        DataSchema schema = data.schema();
        assertThat(schema.inputCount()).isEqualTo(4);
        List<Integer> told = new ArrayList<>();
        Importance.of(predictions, 1, 1, (done, of) -> told.add(10 * done + of));
        assertThat(told).containsExactly(4, 14, 24, 34, 44);
    }

    /** To the bits of what shuffling the values themselves brings, also where a column has several inputs. */
    @Test
    void shouldShuffleAllInputsOfAColumn() throws Exception {
        StringBuilder rows = new StringBuilder("a,k,b,y\n");
        for (int row = 0; row < 90; row++) {
            rows.append(row % 7 == 0 ? "" : String.valueOf(row % 20))
                    .append(row % 11 == 0 ? "," : row % 3 == 0 ? ",red" : row % 3 == 1 ? ",blue" : ",green")
                    .append(row % 5 == 0 ? ",," : "," + row % 6 + ",")
                    .append(0.5 + row)
                    .append('\n');
        }
        RawData data = DataFiles.read(
                Files.writeString(directory.resolve("gaps.csv"), rows).toString(), DataOptions.DEFAULT);
        PreparedData prepared = PreparedData.of(data, Loss.SQUARED_ERROR, Scale.STANDARDIZE, 0, 1);
        int inputs = prepared.preprocessing().inputCount();
        assertThat(inputs).isEqualTo(2 + 4 + 2);
        NetworkSpec network = new NetworkSpec(List.of(inputs, 1), List.of(Activation.TANH), Loss.SQUARED_ERROR);
        float[] parameters = {0.3f, -0.7f, 0.1f, 0.5f, -0.4f, 0.6f, 0.9f, -0.2f, 0.05f};
        ModelFile.Model model = new ModelFile.Model(network, prepared.preprocessing(), "{}", parameters);
        int[] all = IntStream.range(0, 90).toArray();
        Predictions before = Predictions.of(model, data, all);

        Importance importance = Importance.of(before, 2, 5, Importance.Progress.NONE);

        for (Importance.Column column : importance.columns()) {
            double loss = 0;
            for (int repeat = 0; repeat < 2; repeat++) {
                int[] order = new int[90];
                EpochOrder.fill(order, 5, 2 * column.column() + repeat, true);
                float[] features = data.features().clone();
                for (int row = 0; row < 90; row++) {
                    features[3 * row + column.column()] = data.features()[3 * order[row] + column.column()];
                }
                RawData shuffled = new RawData(
                        "gaps.csv", data.schema(), features, data.targets(), 90, false, data.levels(), List.of());
                Predictions after = Predictions.of(model, shuffled, all);
                loss += (after.metrics().meanLoss() - before.metrics().meanLoss()) / 2;
            }
            assertThat(column.loss()).as(column.name()).isNotZero().isCloseTo(loss, within(1e-15));
        }
    }

    /** A network of few weights is not for nothing. */
    @Test
    void shouldCountWhatEachSampleTakesBesides() throws Exception {
        RawData data = BuiltInData.read("iris");
        PreparedData prepared = PreparedData.of(data, Loss.CROSS_ENTROPY, Scale.NONE, 0, 1);
        NetworkSpec network = new NetworkSpec(List.of(4, 3), List.of(Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        ModelFile.Model model = new ModelFile.Model(network, prepared.preprocessing(), "{}", new float[15]);

        assertThat(Importance.work(model, 100_000, 5)).isGreaterThan(1e9);
    }

    @Test
    void shouldBeShownByEval() throws IOException {
        String run = directory.resolve("iris").toString();
        assertThat(Cli.run("train", "iris", "--trainer", "reference", "--epochs", "20", "--out", run)
                        .code())
                .isZero();

        Cli.Outcome text = Cli.run("eval", run, "iris", "--importance");
        Cli.Outcome json = Cli.run("eval", run, "iris", "--importance", "--repeats", "3", "--seed", "7", "--json");

        assertThat(text.out())
                .contains("What shuffling a column does (means of 5 times, seed 1):", "  2", "accuracy  column");
        assertThat(json.code()).as(json.err()).isZero();
        JsonNode importance = StrictJson.MAPPER.readTree(json.out()).get("importance");
        assertThat(importance).hasSize(4);
        assertThat(importance.get(0).get("name").asText()).isIn("2", "3");
        assertThat(importance.get(0).get("loss").asDouble())
                .isGreaterThan(importance.get(3).get("loss").asDouble());
        assertThat(importance.get(0).get("accuracy").asDouble()).isNegative();
        assertThat(Cli.run("eval", run, "iris", "--importance", "--repeats", "3", "--seed", "7", "--json")
                        .out())
                .isEqualTo(json.out());
    }

    @Test
    void shouldRefuseWhatIsForImportanceAlone() {
        assertThat(Cli.run("eval", "a", "b", "--repeats", "3").err())
                .isEqualTo("tutti: --repeats and --seed are for --importance" + System.lineSeparator());
        assertThat(Cli.run("eval", "a", "b", "--importance", "--repeats", "0").err())
                .startsWith("tutti: --repeats out of range: 0, allowed: whole numbers from 1 to 1000");
    }
}
