package dev.tutti.train;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.data.TargetUnit;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;

/**
 * Measures a network on samples: the loss, and the metrics that say in terms of the data how good it is. The one place where that
 * is done, for validation while training and for {@code eval}. Sums are taken in double by the summation tree (rule 6 of the
 * contract), so they have the same bits on every machine. Used again and again; one thread.
 */
public final class Evaluation {
    /** Number of samples evaluated with one call of the kernel. */
    private static final int BLOCK = 1024;

    /** Number of samples of a segment of the tree. */
    private static final int SEGMENT = 64;

    private final Dataset data;
    private final TargetUnit unit;
    private final int outputCount;
    private final GradientKernel kernel;
    private final MiniBatch batch = new MiniBatch();
    private final PartialGradient sums = new PartialGradient(0);
    private final int[] rows;
    private final float[] outputs;
    private double lossSum;
    private double correctSum;
    private double squaredErrorSum;

    /** Takes the outputs of the network for samples, block by block. */
    @FunctionalInterface
    public interface Outputs<E extends Exception> {
        /**
         * Takes one block.
         *
         * @param first number of its first sample
         * @param samples number of its samples
         * @param outputs {@code [samples x outputs]}, row-major, from index 0; changed after the call
         */
        void take(int first, int samples, float[] outputs) throws E;
    }

    /**
     * @param network the network
     * @param data the samples
     * @param unit what their targets stand for
     */
    public Evaluation(NetworkSpec network, Dataset data, TargetUnit unit) {
        this.data = data;
        this.unit = unit;
        outputCount = network.outputs();
        int block = Math.min(BLOCK, data.samples());
        kernel = Kernels.create(network, block);
        outputs = new float[Math.multiplyExact(block, outputCount)];
        rows = new int[data.samples()];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = row;
        }
    }

    /** Measures the network with these parameters. */
    public void run(float[] parameters) {
        Outputs<RuntimeException> ofNumbers = (first, samples, block) -> addSquaredErrors(first, samples);
        run(parameters, unit.classes() ? null : ofNumbers);
    }

    /** Measures the network with these parameters, and hands over its outputs. */
    public <E extends Exception> void runWithOutputs(float[] parameters, Outputs<E> to) throws E {
        this.<E>run(parameters, (first, samples, block) -> {
            addSquaredErrors(first, samples);
            to.take(first, samples, block);
        });
    }

    private <E extends Exception> void run(float[] parameters, Outputs<E> to) throws E {
        lossSum = 0;
        correctSum = 0;
        squaredErrorSum = 0;
        for (int from = 0; from < data.samples(); from += BLOCK) {
            int count = Math.min(BLOCK, data.samples() - from);
            batch.wrap(data, rows, from, count);
            sums.reset(0, SummationTree.segments(count, SEGMENT));
            kernel.evaluate(parameters, batch, SEGMENT, sums);
            lossSum += sums.lossSum();
            correctSum += sums.correctSum();
            if (to != null) {
                kernel.outputs(parameters, batch, outputs);
                to.take(from, count, outputs);
            }
        }
    }

    private void addSquaredErrors(int first, int samples) {
        if (!unit.classes()) {
            squaredErrorSum += squaredErrors(first, samples, 0, SummationTree.segments(samples, SEGMENT));
        }
    }

    /** Sum over segments of the block that begins at sample {@code first}: a node of the tree. */
    private double squaredErrors(int first, int samples, int segment, int segments) {
        if (segments > 1) {
            int left = SummationTree.leftHalf(segments);
            return squaredErrors(first, samples, segment, left)
                    + squaredErrors(first, samples, segment + left, segments - left);
        }
        double sum = 0;
        int end = Math.min(samples, (segment + 1) * SEGMENT) * outputCount;
        for (int i = segment * SEGMENT * outputCount; i < end; i++) {
            double error = (double) outputs[i] - data.targets()[first * outputCount + i];
            sum += error * error;
        }
        return sum;
    }

    /** Mean of the samples' losses. */
    public double meanLoss() {
        return lossSum / data.samples();
    }

    /** Share of the samples that are correct ({@link dev.tutti.model.PredictedClass}); NaN for a regression. */
    public double accuracy() {
        return unit.classes() ? correctSum / data.samples() : Double.NaN;
    }

    /** Number of samples that are correct; 0 for a regression. */
    public int correct() {
        return unit.classes() ? (int) correctSum : 0;
    }

    /** Root of the mean squared error, in the unit of the data; NaN for classes. */
    public double rootMeanSquaredError() {
        return unit.classes() ? Double.NaN : Math.sqrt(squaredErrorSum / data.samples()) / unit.factor();
    }
}
