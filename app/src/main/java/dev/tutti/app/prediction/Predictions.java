package dev.tutti.app.prediction;

import dev.tutti.data.DataSchema;
import dev.tutti.data.Dataset;
import dev.tutti.data.RawData;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.PredictedClass;
import dev.tutti.savedmodel.ModelFile;
import dev.tutti.train.Evaluation;
import dev.tutti.train.Quality;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model says about samples, and how right it is. The metrics mean nothing where the data has no targets.
 *
 * @param model the model
 * @param data the samples, as read
 * @param rows numbers of the rows looked at, counted from 0
 * @param outputs of the network, {@code [rows x outputs]}, row-major
 * @param metrics of the samples
 * @param targets what the outputs should be, laid out for the loss
 */
public record Predictions(
        ModelFile.Model model, RawData data, int[] rows, float[] outputs, Evaluation metrics, float[] targets) {

    /** Applies {@code model} to rows of {@code data}. */
    public static Predictions of(ModelFile.Model model, RawData data, int[] rows) throws InterruptedException {
        NetworkSpec network = model.network();
        Dataset samples = model.preprocessing().apply(data, rows, network.loss());
        float[] outputs = new float[Math.multiplyExact(samples.samples(), network.outputs())];
        Evaluation evaluation =
                new Evaluation(network, samples, model.preprocessing().targetUnit());
        evaluation.<InterruptedException>runWithOutputs(model.parameters(), (first, count, block) -> {
            System.arraycopy(block, 0, outputs, first * network.outputs(), count * network.outputs());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        });
        return new Predictions(model, data, rows, outputs, evaluation, samples.targets());
    }

    /** Number of samples. */
    public int samples() {
        return rows.length;
    }

    /** All that is known of how good the model is on them; at least one sample. */
    public Quality quality() {
        return Quality.of(
                model.network(), outputs, targets, model.preprocessing().targetUnit(), metrics.meanLoss());
    }

    /** What the columns of the model's data mean. */
    public DataSchema schema() {
        return model.preprocessing().schema();
    }

    /** Output {@code output} for sample {@code sample}. */
    public float output(int sample, int output) {
        return outputs[sample * model.network().outputs() + output];
    }

    /** Number of the class predicted for {@code sample}. */
    public int predictedClass(int sample) {
        int count = model.network().outputs();
        return PredictedClass.of(outputs, sample * count, count);
    }

    /**
     * What the network says of each class for {@code sample}: its outputs; of a network with one, which is that of class 1, the rest is
     * for class 0.
     */
    public float[] scores(int sample) {
        int count = model.network().outputs();
        return count == 1
                ? new float[] {1 - output(sample, 0), output(sample, 0)}
                : Arrays.copyOfRange(outputs, sample * count, (sample + 1) * count);
    }

    /** Value predicted for {@code sample}, in the unit of the data. */
    public float predictedValue(int sample) {
        return model.preprocessing().unscaleTarget(output(sample, 0));
    }

    /** Returns how often class {@code [is][predicted]} was found. */
    public int[][] confusion() {
        int[][] table = new int[schema().classCount()][schema().classCount()];
        for (int sample = 0; sample < samples(); sample++) {
            table[(int) data.targets()[rows[sample]]][predictedClass(sample)]++;
        }
        return table;
    }

    /**
     * A class that is taken for another.
     *
     * @param is number of the class
     * @param said number of the other
     * @param count how often
     */
    public record Confused(int is, int said, int count) {}

    /** Returns the most frequent confusions, at most so many, the most frequent first; it takes no memory for each pair of classes. */
    public List<Confused> mostConfused(int most) {
        Map<Long, Integer> counts = new HashMap<>();
        for (int sample = 0; sample < samples(); sample++) {
            long is = (long) data.targets()[rows[sample]];
            int said = predictedClass(sample);
            if (is != said) {
                counts.merge(is << Integer.SIZE | said, 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .map(pair -> new Confused(
                        (int) (pair.getKey() >> Integer.SIZE), pair.getKey().intValue(), pair.getValue()))
                .sorted(Comparator.comparingInt(Confused::count)
                        .reversed()
                        .thenComparingInt(Confused::is)
                        .thenComparingInt(Confused::said))
                .limit(most)
                .toList();
    }

    /** Root of the mean squared error of the best constant, in the unit of the data: what a model has to beat. */
    public double standardDeviation() {
        double mean = Arrays.stream(rows)
                .mapToDouble(row -> data.targets()[row])
                .average()
                .orElse(0);
        double sum = Arrays.stream(rows)
                .mapToDouble(row -> (data.targets()[row] - mean) * (data.targets()[row] - mean))
                .sum();
        return Math.sqrt(sum / samples());
    }
}
