package dev.tutti.app.library;

import dev.tutti.app.export.ExportForm;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.data.CellRows;
import dev.tutti.data.DataFiles;
import dev.tutti.data.DataOptions;
import dev.tutti.data.DataSchema;
import dev.tutti.data.Purpose;
import dev.tutti.data.RawData;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.WeightsHash;
import dev.tutti.savedmodel.ModelFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A trained network with its preprocessing: data goes in as it is. Immutable and thread-safe. Methods throw {@link
 * dev.tutti.files.InputException} for files and rows that are not such as they should be.
 */
public final class TrainedModel {
    private final ModelFile.Model model;

    TrainedModel(ModelFile.Model model) {
        this.model = model;
    }

    /**
     * What the model says of a row.
     *
     * @param label name of the class; of a regression the number as text
     * @param value of a regression the number, in the unit of the target; of classes NaN
     * @param scores of classes what the network says of each, in the order of {@link #classes()}: probabilities, unless its outputs are
     *     linear; of a regression none
     */
    public record Prediction(String label, double value, List<Float> scores) {}

    /**
     * How good the model is.
     *
     * @param samples number of samples
     * @param loss mean loss
     * @param accuracy share that is right; of a regression NaN
     * @param rmse of a regression root of the mean squared error, in the unit of the target; of classes NaN
     */
    public record Score(int samples, double loss, double accuracy, double rmse) {}

    /** Reads a {@code model.safetensors}, or that of the directory of a run. */
    public static TrainedModel load(Path path) {
        return new TrainedModel(ModelFile.read(Files.isDirectory(path) ? path.resolve(RunDirectory.MODEL) : path));
    }

    /** Writes the model, whole or not at all, for {@link #load} and for the commands. */
    public void save(Path file) {
        ModelFile.write(file, model);
    }

    /** Writes the model for other programs, by the ending of the file: as {@code tutti export}. */
    public void export(Path file) {
        ExportForm.of(file).write(model, file);
    }

    /** Sizes, activations and loss of the network. */
    public NetworkSpec network() {
        return model.network();
    }

    /** Names of the columns that a row has, in their order; numbers where they have no names. */
    public List<String> columns() {
        DataSchema schema = schema();
        return schema.inputNames().isEmpty()
                ? IntStream.range(0, schema.inputCount())
                        .mapToObj(String::valueOf)
                        .toList()
                : schema.inputNames();
    }

    /** Names of the classes; empty for a regression. */
    public List<String> classes() {
        return schema().classNames();
    }

    /** SHA-256 of all weights and biases: the same for the same data, settings and seed. */
    public String weightsSha256() {
        return WeightsHash.sha256(model.network(), model.parameters());
    }

    /** Predicts a row: a cell for each of {@link #columns()}, as a file has them; empty where there is no value. */
    public Prediction predict(String... cells) throws InterruptedException {
        return predict(List.of(List.of(cells))).get(0);
    }

    /** Predicts rows, which is much faster than one by one: of each the cells, as {@link #predict(String...)} takes them. */
    public List<Prediction> predict(List<List<String>> rows) throws InterruptedException {
        return predictions(CellRows.of(schema(), rows));
    }

    /** Predicts the rows of a built-in data set or a file, as {@code tutti predict}. */
    public List<Prediction> predictAll(String data) throws InterruptedException {
        return predictions(read(data, Purpose.PREDICT));
    }

    /** Measures the model with a built-in data set or a file, as {@code tutti eval}. */
    public Score evaluate(String data) throws InterruptedException {
        RawData samples = read(data, Purpose.EVALUATE).requireTargets();
        Predictions predictions = of(samples);
        return new Score(
                predictions.samples(),
                predictions.metrics().meanLoss(),
                predictions.metrics().accuracy(),
                predictions.metrics().rootMeanSquaredError());
    }

    private RawData read(String data, Purpose purpose) {
        return DataFiles.read(data, DataOptions.DEFAULT.withTask(schema().task()), schema(), purpose);
    }

    private List<Prediction> predictions(RawData data) throws InterruptedException {
        Predictions predictions = of(data);
        List<Prediction> rows = new ArrayList<>();
        for (int row = 0; row < predictions.samples(); row++) {
            rows.add(prediction(predictions, row));
        }
        return rows;
    }

    private Predictions of(RawData data) throws InterruptedException {
        return Predictions.of(model, data, IntStream.range(0, data.rows()).toArray());
    }

    private Prediction prediction(Predictions predictions, int row) {
        if (!schema().classification()) {
            float value = predictions.predictedValue(row);
            return new Prediction(Float.toString(value), value, List.of());
        }
        float[] scores = predictions.scores(row);
        Float[] boxed = new Float[scores.length];
        Arrays.setAll(boxed, i -> scores[i]);
        return new Prediction(classes().get(predictions.predictedClass(row)), Double.NaN, List.of(boxed));
    }

    private DataSchema schema() {
        return model.preprocessing().schema();
    }
}
