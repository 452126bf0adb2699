package dev.tutti.app.prediction;

import dev.tutti.data.DataSchema;
import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.data.RawData;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.savedmodel.ModelFile;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a model says about samples.
 *
 * @param model the model
 * @param data the samples, as read
 * @param rows numbers of the rows looked at
 * @param outputs of the network, {@code [rows x outputs]}, row-major
 * @param meanLoss mean loss of the samples; meaningless where the data has no targets
 */
public record Predictions(ModelFile.Model model, RawData data, int[] rows, float[] outputs, double meanLoss) {
    private static final int BLOCK = 1024;
    private static final int SEGMENT = 64;

    /** Applies {@code model} to rows of {@code data}. */
    public static Predictions of(ModelFile.Model model, RawData data, int[] rows) throws InterruptedException {
        Dataset samples =
                model.preprocessing().apply(data, rows, model.network().loss());
        int[] order = IntStream.range(0, samples.samples()).toArray();
        int outputCount = model.network().outputs();
        float[] outputs = new float[Math.multiplyExact(samples.samples(), outputCount)];
        float[] block = new float[BLOCK * outputCount];
        GradientKernel kernel = Kernels.create(model.network(), Math.min(BLOCK, samples.samples()));
        PartialGradient sums = new PartialGradient(0);
        MiniBatch batch = new MiniBatch();
        double lossSum = 0;
        for (int from = 0; from < order.length; from += BLOCK) {
            int count = Math.min(BLOCK, order.length - from);
            batch.wrap(samples, order, from, count);
            kernel.outputs(model.parameters(), batch, block);
            System.arraycopy(block, 0, outputs, from * outputCount, count * outputCount);
            sums.reset(0, (count + SEGMENT - 1) / SEGMENT);
            kernel.evaluate(model.parameters(), batch, SEGMENT, sums);
            lossSum += sums.lossSum();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return new Predictions(model, data, rows, outputs, lossSum / order.length);
    }

    /** Number of samples. */
    public int samples() {
        return rows.length;
    }

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
        return schema().classOf(outputs, sample * count, count);
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

    /** Number of samples classified rightly. */
    public int hits() {
        int[][] table = confusion();
        return IntStream.range(0, table.length).map(i -> table[i][i]).sum();
    }

    /** Root of the mean squared error, in the unit of the data. */
    public double rootMeanSquaredError() {
        double sum = 0;
        for (int sample = 0; sample < samples(); sample++) {
            double error = (double) predictedValue(sample) - data.targets()[rows[sample]];
            sum += error * error;
        }
        return Math.sqrt(sum / samples());
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
