package dev.tutti.app.prediction;

import dev.tutti.data.DataSchema;
import dev.tutti.data.Dataset;
import dev.tutti.data.EpochOrder;
import dev.tutti.data.Preprocessing;
import dev.tutti.savedmodel.ModelFile;
import dev.tutti.train.Evaluation;
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

    /** Is told how many of the columns are done. */
    @FunctionalInterface
    public interface Progress {
        /** Tells nobody. */
        Progress NONE = (done, of) -> {};

        /** Called before the first column, and after each. */
        void done(int columns, int of);
    }

    /**
     * Measures.
     *
     * @param before what the model says about the rows as they are, which have targets
     * @param repeats how often to shuffle each column, at least 1
     * @param seed of the shuffling
     * @param progress is told how far it is, on this thread
     */
    public static Importance of(Predictions before, int repeats, long seed, Progress progress)
            throws InterruptedException {
        Preprocessing preprocessing = before.model().preprocessing();
        DataSchema schema = preprocessing.schema();
        // Once: shuffling the inputs that come of a column is the same as shuffling its values.
        Dataset inputs = preprocessing.apply(
                before.data(), before.rows(), before.model().network().loss());
        Evaluation evaluation = new Evaluation(before.model().network(), inputs, preprocessing.targetUnit());
        Inputs shuffled = new Inputs(inputs);
        List<Column> columns = new ArrayList<>();
        int from = 0;
        progress.done(0, schema.inputCount());
        for (int column = 0; column < schema.inputCount(); column++) {
            int to = from + preprocessing.width(column);
            double[] losses = new double[repeats];
            double metric = 0;
            shuffled.choose(from, to);
            for (int repeat = 0; repeat < repeats; repeat++) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                shuffled.shuffle(seed, column * repeats + repeat);
                evaluation.run(before.model().parameters());
                losses[repeat] = evaluation.meanLoss() - before.metrics().meanLoss();
                metric += change(before.metrics(), evaluation, schema) / repeats;
            }
            shuffled.restore();
            double mean = Arrays.stream(losses).average().orElse(0);
            double variance = Arrays.stream(losses)
                    .map(loss -> (loss - mean) * (loss - mean))
                    .average()
                    .orElse(0);
            columns.add(new Column(column, schema.inputName(column), mean, Math.sqrt(variance), metric));
            from = to;
            progress.done(column + 1, schema.inputCount());
        }
        columns.sort(Comparator.comparingDouble(Column::loss).reversed());
        return new Importance(List.copyOf(columns), repeats, seed);
    }

    /** What a sample takes besides the multiplications, in operations: measured for narrow networks. */
    private static final double EACH_SAMPLE = 1000;

    /** A rough number of floating-point operations that measuring takes. */
    public static double work(ModelFile.Model model, int rows, int repeats) {
        return (2.0 * model.parameters().length + EACH_SAMPLE)
                * rows
                * repeats
                * model.preprocessing().schema().inputCount();
    }

    private static double change(Evaluation before, Evaluation after, DataSchema schema) {
        return schema.classification()
                ? after.accuracy() - before.accuracy()
                : after.rootMeanSquaredError() - before.rootMeanSquaredError();
    }

    /** Inputs of the network, of which those of one column change places among the samples. */
    private static final class Inputs {
        private final Dataset data;
        private final int[] order;
        private float[] kept = {};
        private int from;
        private int width;

        Inputs(Dataset data) {
            this.data = data;
            order = new int[data.samples()];
        }

        void choose(int first, int end) {
            from = first;
            width = end - first;
            int length = Math.multiplyExact(width, order.length);
            kept = kept.length < length ? new float[length] : kept;
            for (int sample = 0; sample < order.length; sample++) {
                System.arraycopy(data.features(), at(sample), kept, sample * width, width);
            }
        }

        void shuffle(long seed, int number) {
            EpochOrder.fill(order, seed, number, true);
            for (int sample = 0; sample < order.length; sample++) {
                System.arraycopy(kept, order[sample] * width, data.features(), at(sample), width);
            }
        }

        void restore() {
            for (int sample = 0; sample < order.length; sample++) {
                System.arraycopy(kept, sample * width, data.features(), at(sample), width);
            }
        }

        private int at(int sample) {
            return sample * data.featureCount() + from;
        }
    }
}
