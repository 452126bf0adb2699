package dev.tutti.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tutti.app.prediction.ConfusionTable;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.data.BuiltInData;
import dev.tutti.data.DataSchema;
import dev.tutti.data.PreparedData;
import dev.tutti.data.RawData;
import dev.tutti.data.Scale;
import dev.tutti.data.TargetUnit;
import dev.tutti.data.Task;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.savedmodel.ModelFile;
import dev.tutti.train.Evaluation;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers, names, axes and sums of a report. */
class PartsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.15754 | 0.1575",
                "1 | 1",
                "0 | 0",
                "1234567 | 1,234,567",
                "1234.56 | 1,235",
                "12.3456 | 12.35",
                "-0.012345 | -0.01235",
                "0.00001234 | 1.234e-05",
                "3.5e12 | 3,500,000,000,000",
                "3.14159e9 | 3,141,590,000",
                "1.5e300 | 1.500e+300"
            })
    void shouldShowFourDigitsThatCount(double value, String shown) {
        assertThat(Texts.number(value)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "validationRmse, validation RMSE",
        "rocAuc, ROC AUC",
        "f1Macro, F1 macro",
        "samplesPerSecond, samples per second",
        "mae, MAE",
        "per_class.recall, per class recall"
    })
    void shouldMakeWordsOfKeys(String key, String words) {
        assertThat(Texts.words(key)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.04 | 1.43 | 0.0 0.5 1.0 1.5",
                "0 | 20 | 0 5 10 15 20",
                "-150 | 160 | -200 -100 0 100 200",
                "0.1 | 0.1 | 0.100 0.105",
                "5 | 5 | 5.0 5.1"
            })
    void shouldMarkRoundNumbers(double low, double high, String marks) {
        Axis axis = new Axis(low, high, 0, 100);

        assertThat(axis.marks().stream().map(axis::text)).containsExactly(marks.split(" ", -1));
        assertThat(axis.place(axis.marks().get(0))).isCloseTo(0, within(1e-9));
        assertThat(axis.place(axis.marks().get(axis.marks().size() - 1))).isCloseTo(100, within(1e-9));
    }

    @Test
    void shouldMakeNoMarkupOfText() {
        assertThat(Html.escaped("<a href='x' title=\"y\">&\u0000\n"))
                .isEqualTo("&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;\ufffd\n");
    }

    /** As many as can be drawn of those that are there, not of all. */
    @Test
    void shouldDrawThePointsThatAreThere() {
        double[] x = IntStream.range(0, 1000).asDoubleStream().toArray();
        double[] y = new double[1000];
        Arrays.setAll(y, i -> i % 10 == 9 ? i : Double.NaN);
        assertThat(points(x, y)).isEqualTo(100);
        assertThat(points(x, x)).isBetween(300L, 400L);
        assertThat(points(new double[] {1}, new double[] {0.5})).isEqualTo(1);
        Arrays.fill(y, Double.NaN);
        assertThat(points(x, y)).isZero();
    }

    private static long points(double[] x, double[] y) {
        String svg = Picture.lines(List.of(new Picture.Line("loss", x, y)), "epoch", "Loss")
                .toString();
        assertThat(svg).doesNotContain("NaN", "Infinity");
        return Pattern.compile("[ML]\\d").matcher(svg).results().count();
    }

    /** A table of 40 000 times 40 000 would need 6 GB. */
    @Test
    void shouldCountConfusionsOfVeryManyClasses() throws InterruptedException {
        int classes = 40_000;
        List<String> names =
                IntStream.range(0, classes).mapToObj(c -> "class" + c).toList();
        DataSchema schema = new DataSchema(Task.CLASSIFICATION, 1, List.of(), "", names);
        RawData data =
                new RawData("many", schema, new float[] {1, 2, 3, 4}, new float[] {39_999, 39_999, 7, 1}, 4, false);
        PreparedData prepared = PreparedData.of(data, Loss.CROSS_ENTROPY, Scale.NONE, 0, 1);
        NetworkSpec network = new NetworkSpec(List.of(1, classes), List.of(Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        float[] parameters = new float[new ParameterLayout(network).parameterCount()];
        parameters[classes + 7] = 1;
        ModelFile.Model model = new ModelFile.Model(network, prepared.preprocessing(), "{}", parameters);
        Predictions predictions = Predictions.of(model, data, new int[] {0, 1, 2, 3});

        assertThat(predictions.mostConfused(10))
                .containsExactly(new Predictions.Confused(39_999, 7, 2), new Predictions.Confused(1, 7, 1));
        assertThat(predictions.mostConfused(1)).hasSize(1);
        assertThat(Errors.ofClasses(predictions).toString()).contains("<td>class39999</td><td>class7</td><td>2</td>");
        assertThat(ConfusionTable.of(predictions)).contains("     2  class39999 taken for class7");
    }

    /** Two samples of which it is sure by 0.95, one of them wrong; one by 0.55, right. */
    @Test
    void shouldSayHowFarProbabilitiesAreOff() {
        float[] outputs = {0.95f, 0.03f, 0.02f, 0.02f, 0.95f, 0.03f, 0.2f, 0.25f, 0.55f};
        // Rows 0 and 1 of iris are of class 0, row 149 is of class 2.
        Predictions predictions = predictions("iris", Loss.CROSS_ENTROPY, Activation.SOFTMAX, outputs, 0, 1, 149);

        assertThat(Calibration.expectedError(predictions))
                .isCloseTo((Math.abs(1 - 1.9) + Math.abs(1 - 0.55)) / 3, within(1e-6));
        assertThat(Calibration.of(predictions).toString())
                .contains("<td>0.9500</td><td>0.5000</td><td>2</td>", "<td>0.5500</td><td>1</td><td>1</td>");
    }

    /** With one output, which is the probability of class 1. */
    @Test
    void shouldTakeTheOtherClassForTheRestOfOneOutput() {
        RawData data = BuiltInData.read("breast_cancer");
        int first = (int) data.targets()[0];
        float[] outputs = {first == 1 ? 0.9f : 0.1f};
        Predictions predictions =
                predictions("breast_cancer", Loss.BINARY_CROSS_ENTROPY, Activation.SIGMOID, outputs, 0);

        assertThat(Calibration.expectedError(predictions)).isCloseTo(0.1, within(1e-6));
    }

    private static Predictions predictions(String name, Loss loss, Activation output, float[] outputs, int... rows) {
        RawData data = BuiltInData.read(name);
        PreparedData prepared = PreparedData.of(data, loss, Scale.STANDARDIZE, 0, 1);
        NetworkSpec network = new NetworkSpec(
                List.of(data.schema().inputCount(), data.schema().outputsFor(loss)), List.of(output), loss);
        ModelFile.Model model = new ModelFile.Model(
                network, prepared.preprocessing(), "{}", new float[new ParameterLayout(network).parameterCount()]);
        Evaluation none = new Evaluation(network, prepared.training(), TargetUnit.of(loss));
        return new Predictions(
                model, data, rows, outputs, none, prepared.training().targets());
    }
}
