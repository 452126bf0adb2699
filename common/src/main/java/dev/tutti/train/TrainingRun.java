package dev.tutti.train;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Loss;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Optimizer;
import dev.tutti.optim.Sgd;
import dev.tutti.reduce.PartialGradient;

/**
 * The state of a run and what follows from the sum of a step's gradients: the update, the metrics, the end of an epoch. The
 * reference trainer and the cluster's coordinator both drive one of these, so they cannot differ in it. Owned by one thread.
 */
public final class TrainingRun {
    /** Number of validation samples of a segment of the tree that sums their losses. */
    private static final int VALIDATION_SEGMENT = 64;

    /** Number of validation samples evaluated with one call. */
    private static final int VALIDATION_BLOCK = 1024;

    private final TrainingSpec spec;
    private final ParameterLayout layout;
    private final float[] parameters;
    private final Optimizer optimizer;
    private final Validation validation;
    private final TrainingListener listener;

    private int epoch = 1;
    private int stepInEpoch;
    private long step;
    private long samples;
    private double epochLossSum;
    private double epochWeightSum;
    private double epochCorrectSum;
    private long startNs = -1;
    private EpochMetrics lastEpoch;

    /**
     * @param job what to train
     * @param listener told about every step and epoch
     */
    public TrainingRun(TrainingJob job, TrainingListener listener) {
        this.spec = job.spec();
        this.layout = new ParameterLayout(spec.network());
        this.parameters = job.initialParameters().clone();
        if (parameters.length != layout.parameterCount()) {
            throw new IllegalArgumentException("initial parameters do not fit the network: expected="
                    + layout.parameterCount() + ", found=" + parameters.length);
        }
        this.optimizer = new Sgd(spec.optimizer(), parameters.length);
        this.validation = job.validation().samples() == 0 ? null : new Validation(spec, job.validation());
        this.listener = listener;
    }

    /** The settings of the run. */
    public TrainingSpec spec() {
        return spec;
    }

    /** The current parameters; changed by {@link #apply}. */
    public float[] parameters() {
        return parameters;
    }

    /** Whether all epochs are done. */
    public boolean isFinished() {
        return epoch > spec.epochs();
    }

    /** Number of the current epoch, counted from 1. */
    public int epoch() {
        return epoch;
    }

    /** Number of the current step in its epoch, counted from 0. */
    public int stepInEpoch() {
        return stepInEpoch;
    }

    /** Number of the current step in the run, counted from 0. */
    public long step() {
        return step;
    }

    /** Starts the clock, when the first work is handed out. */
    public void start() {
        if (startNs < 0) {
            startNs = System.nanoTime();
        }
    }

    /**
     * Makes the update of the current step, and moves on to the next.
     *
     * @param root sum over all segments of the step; only read
     * @throws TrainingFailedException if it is not finite; the parameters are then those before the update
     */
    public void apply(PartialGradient root) {
        start();
        int stepSamples = spec.samplesOfStep(stepInEpoch);
        if (root.weightSum() != stepSamples) {
            throw new IllegalStateException("step does not add up: epoch=" + epoch + ", step=" + (step + 1)
                    + ", samples=" + stepSamples + ", found=" + root.weightSum());
        }
        double meanLoss = root.lossSum() / root.weightSum();
        checkFinite(root, meanLoss);
        optimizer.update(parameters, root.gradient(), (float) (1 / root.weightSum()));
        step++;
        samples += stepSamples;
        epochLossSum += root.lossSum();
        epochWeightSum += root.weightSum();
        epochCorrectSum += root.correctSum();
        listener.onStep(epoch, step, samples, meanLoss);
        stepInEpoch++;
        if (stepInEpoch == spec.stepsPerEpoch()) {
            endEpoch();
        }
    }

    /** Returns what the run leaves; {@code workers} is the number of worker actors at the end. */
    public TrainingResult result(int workers) {
        return new TrainingResult(parameters, lastEpoch, workers);
    }

    private void endEpoch() {
        double validationLoss = Double.NaN;
        double validationAccuracy = Double.NaN;
        boolean classes = isClassification();
        if (validation != null) {
            validation.run(parameters);
            validationLoss = validation.meanLoss();
            validationAccuracy = classes ? validation.accuracy() : Double.NaN;
        }
        lastEpoch = new EpochMetrics(
                epoch,
                step,
                samples,
                epochLossSum / epochWeightSum,
                classes ? epochCorrectSum / epochWeightSum : Double.NaN,
                validationLoss,
                validationAccuracy,
                (System.nanoTime() - startNs) / 1e9);
        epoch++;
        stepInEpoch = 0;
        epochLossSum = 0;
        epochWeightSum = 0;
        epochCorrectSum = 0;
        listener.onEpoch(lastEpoch);
    }

    private boolean isClassification() {
        return spec.network().loss() != Loss.SQUARED_ERROR;
    }

    private void checkFinite(PartialGradient root, double meanLoss) {
        int bad = Double.isFinite(meanLoss) ? firstNotFinite(root.gradient()) : 0;
        if (bad < 0) {
            return;
        }
        String what = Double.isFinite(meanLoss)
                ? "the gradient of layer " + layout.layerOf(bad) + " is " + root.gradient()[bad]
                : "the loss is " + meanLoss;
        throw new TrainingFailedException("training diverged: " + what + ": epoch " + epoch + ", step " + (step + 1)
                + ", samples " + (long) stepInEpoch * spec.samplesPerStep() + " to "
                + ((long) stepInEpoch * spec.samplesPerStep() + spec.samplesOfStep(stepInEpoch) - 1)
                + " of the epoch's order; a smaller --lr may help (it is "
                + spec.optimizer().learningRate() + ")");
    }

    /** Returns the index of the first NaN or infinity, or -1. Four chains: the check then runs at the speed of memory. */
    private static int firstNotFinite(float[] values) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        int i = 0;
        for (; i + 3 < values.length; i += 4) {
            sum0 = Math.fma(values[i], 0f, sum0);
            sum1 = Math.fma(values[i + 1], 0f, sum1);
            sum2 = Math.fma(values[i + 2], 0f, sum2);
            sum3 = Math.fma(values[i + 3], 0f, sum3);
        }
        for (; i < values.length; i++) {
            sum0 = Math.fma(values[i], 0f, sum0);
        }
        if (sum0 + sum1 + sum2 + sum3 == 0) {
            return -1;
        }
        int index = 0;
        while (Float.isFinite(values[index])) {
            index++;
        }
        return index;
    }

    /** Loss and accuracy of samples that are not trained on. */
    private static final class Validation {
        private final Dataset data;
        private final GradientKernel kernel;
        private final MiniBatch batch = new MiniBatch();
        private final PartialGradient sums = new PartialGradient(0);
        private final int[] rows;
        private double lossSum;
        private double correctSum;

        Validation(TrainingSpec spec, Dataset data) {
            this.data = data;
            this.kernel = Kernels.create(spec.network(), Math.min(VALIDATION_BLOCK, data.samples()));
            this.rows = new int[data.samples()];
            for (int row = 0; row < rows.length; row++) {
                rows[row] = row;
            }
        }

        void run(float[] parameters) {
            lossSum = 0;
            correctSum = 0;
            for (int from = 0; from < data.samples(); from += VALIDATION_BLOCK) {
                int count = Math.min(VALIDATION_BLOCK, data.samples() - from);
                sums.reset(0, (count + VALIDATION_SEGMENT - 1) / VALIDATION_SEGMENT);
                kernel.evaluate(parameters, batch.wrap(data, rows, from, count), VALIDATION_SEGMENT, sums);
                lossSum += sums.lossSum();
                correctSum += sums.correctSum();
            }
        }

        double meanLoss() {
            return lossSum / data.samples();
        }

        double accuracy() {
            return correctSum / data.samples();
        }
    }
}
