package dev.tutti.app.prediction;

import dev.tutti.data.DataSchema;
import dev.tutti.data.EpochOrder;
import dev.tutti.data.RawData;
import dev.tutti.savedmodel.ModelFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How much a model needs each column: how much worse it gets when the values of the column change places among the rows, so that they
 * say nothing about these any more (Breiman, "Random forests", 2001). All inputs that come of a column change with it. A function of
 * model, rows and seed.
 *
 * @param columns the columns, the most important first; equal ones in their order
 * @param repeats how often each was shuffled
 * @param seed of the shuffling
 */
public record Importance(List<Column> columns, int repeats, long seed) {
    /** What is usual. */
    public static final int REPEATS = 5;

    /**
     * A column.
     *
     * @param column its number among the inputs
     * @param name its name, or its number
     * @param loss mean increase of the loss
     * @param lossSpread standard deviation of that among the repeats
     * @param metric mean change of the accuracy, or of the root of the mean squared error
     */
    public record Column(int column, String name, double loss, double lossSpread, double metric) {}

    /**
     * Measures.
     *
     * @param before what the model says about the rows as they are, which have targets
     * @param repeats how often to shuffle each column, at least 1
     * @param seed of the shuffling
     */
    public static Importance of(Predictions before, int repeats, long seed) throws InterruptedException {
        RawData rows = chosen(before);
        int[] all = new int[rows.rows()];
        EpochOrder.fill(all, seed, 0, false);
        List<Column> columns = new ArrayList<>();
        for (int column = 0; column < rows.schema().inputCount(); column++) {
            double[] losses = new double[repeats];
            double metric = 0;
            float[] values = values(rows, column);
            for (int repeat = 0; repeat < repeats; repeat++) {
                shuffle(rows, column, values, seed, column * repeats + repeat);
                Predictions after = Predictions.of(before.model(), rows, all);
                losses[repeat] = after.metrics().meanLoss() - before.metrics().meanLoss();
                metric += change(before, after) / repeats;
            }
            put(rows, column, values);
            double mean = Arrays.stream(losses).average().orElse(0);
            double variance = Arrays.stream(losses)
                    .map(loss -> (loss - mean) * (loss - mean))
                    .average()
                    .orElse(0);
            columns.add(new Column(column, name(rows.schema(), column), mean, Math.sqrt(variance), metric));
        }
        columns.sort(Comparator.comparingDouble(Column::loss).reversed());
        return new Importance(List.copyOf(columns), repeats, seed);
    }

    /** A rough number of floating-point operations that measuring takes. */
    public static double work(ModelFile.Model model, int rows, int repeats) {
        return 2.0
                * model.parameters().length
                * rows
                * repeats
                * model.preprocessing().schema().inputCount();
    }

    private static double change(Predictions before, Predictions after) {
        return before.schema().classification()
                ? after.metrics().accuracy() - before.metrics().accuracy()
                : after.metrics().rootMeanSquaredError() - before.metrics().rootMeanSquaredError();
    }

    /** The rows alone, as a copy. */
    private static RawData chosen(Predictions predictions) {
        RawData data = predictions.data();
        int columns = data.schema().inputCount();
        int[] rows = predictions.rows();
        float[] features = new float[Math.multiplyExact(rows.length, columns)];
        float[] targets = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(data.features(), rows[i] * columns, features, i * columns, columns);
            targets[i] = data.targets()[rows[i]];
        }
        return new RawData(
                data.source(), data.schema(), features, targets, rows.length, false, data.levels(), List.of());
    }

    private static float[] values(RawData data, int column) {
        float[] values = new float[data.rows()];
        for (int row = 0; row < values.length; row++) {
            values[row] = data.features()[row * data.schema().inputCount() + column];
        }
        return values;
    }

    private static void put(RawData data, int column, float[] values) {
        for (int row = 0; row < values.length; row++) {
            data.features()[row * data.schema().inputCount() + column] = values[row];
        }
    }

    private static void shuffle(RawData data, int column, float[] values, long seed, int number) {
        int[] order = new int[values.length];
        EpochOrder.fill(order, seed, number, true);
        float[] shuffled = new float[values.length];
        for (int row = 0; row < values.length; row++) {
            shuffled[row] = values[order[row]];
        }
        put(data, column, shuffled);
    }

    private static String name(DataSchema schema, int column) {
        return schema.inputNames().isEmpty()
                ? String.valueOf(column)
                : schema.inputNames().get(column);
    }
}
