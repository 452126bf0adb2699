package dev.tutti.train;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.data.TargetUnit;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import dev.tutti.reduce.SummationTree;
import java.util.Arrays;

/**
 * Measures a network on samples: the loss, and the metrics that say in terms of the data how good it is. The one place where that
 * is done, for validation while training and for {@code eval}. Sums are taken in double by the summation tree (rule 6 of the
 * contract), so they have the same bits on every machine, and whoever computes them. Used again and again; owned by one thread, which
 * others may help.
 */
public final class Evaluation {
    /** Number of samples whose sums make one tree, and that are evaluated with one call of the kernel where one thread does all. */
    private static final int BLOCK = 1024;

    /** Number of samples of a segment of the tree. */
    private static final int SEGMENT = 64;

    /** So many pieces for each thread, where the samples suffice: they are not done with at the same time. */
    private static final int PIECES_PER_THREAD = 4;

    private final NetworkSpec network;
    private final Dataset data;
    private final TargetUnit unit;
    private final int outputCount;
    private final int[] rows;
    private final SharedLoop.Body measurePiece = this::measurePiece;
    private Worker[] workers;
    private float[] parameters;

    /** Segments of a piece: a power of two, so that pieces are nodes of a block's tree. */
    private int span;

    private double[] losses = {};
    private double[] corrects = {};
    private double[] squaredErrors = {};
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

    /** What a thread needs for itself. */
    private final class Worker {
        final GradientKernel kernel;
        final MiniBatch batch = new MiniBatch();
        final PartialGradient sums = new PartialGradient(0);
        float[] outputs = {};

        Worker(int samples) {
            kernel = Kernels.create(network, samples);
        }

        float[] outputs(float[] parameters) {
            int length = Math.multiplyExact(batch.count(), outputCount);
            outputs = outputs.length < length ? new float[length] : outputs;
            kernel.outputs(parameters, batch, outputs);
            return outputs;
        }
    }

    /**
     * @param network the network
     * @param data the samples
     * @param unit what their targets stand for
     */
    public Evaluation(NetworkSpec network, Dataset data, TargetUnit unit) {
        this.network = network;
        this.data = data;
        this.unit = unit;
        outputCount = network.outputs();
        rows = new int[data.samples()];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = row;
        }
        // Here already, so that a lack of memory shows before there is something to lose.
        workers = new Worker[] {new Worker(Math.min(BLOCK, data.samples()))};
    }

    /** Measures the network with these parameters, on this thread alone. */
    public void run(float[] parameters) {
        run(parameters, SharedLoop.ALONE);
    }

    /** Measures the network with these parameters; the threads share the samples. */
    public void run(float[] parameters, SharedLoop threads) {
        begin(parameters, threads);
        threads.run(pieces(), measurePiece);
        sumUp();
    }

    /** Measures the network with these parameters, and hands over its outputs. */
    public <E extends Exception> void runWithOutputs(float[] parameters, Outputs<E> to) throws E {
        begin(parameters, SharedLoop.ALONE);
        for (int piece = 0; piece < pieces(); piece++) {
            measurePiece(0, piece);
            Worker worker = workers[0];
            float[] outputs = unit.classes() ? worker.outputs(parameters) : worker.outputs;
            to.take(firstSample(piece), worker.batch.count(), outputs);
        }
        sumUp();
    }

    private void begin(float[] parameters, SharedLoop threads) {
        this.parameters = parameters;
        span = BLOCK / SEGMENT;
        while (threads.threads() > 1 && span > 1 && pieces() < PIECES_PER_THREAD * threads.threads()) {
            span /= 2;
        }
        if (losses.length < pieces()) {
            losses = new double[pieces()];
            corrects = new double[pieces()];
            squaredErrors = new double[pieces()];
        }
        if (workers.length < threads.threads()) {
            workers = Arrays.copyOf(workers, threads.threads());
        }
        for (int thread = 0; thread < workers.length; thread++) {
            if (workers[thread] == null) {
                workers[thread] = new Worker(Math.min(span * SEGMENT, data.samples()));
            }
        }
    }

    private int pieces() {
        int samples = span * SEGMENT;
        return (data.samples() + samples - 1) / samples;
    }

    private int firstSample(int piece) {
        return piece * span * SEGMENT;
    }

    private void measurePiece(int thread, int piece) {
        Worker worker = workers[thread];
        int from = firstSample(piece);
        int count = Math.min(span * SEGMENT, data.samples() - from);
        int segments = SummationTree.segments(count, SEGMENT);
        worker.batch.wrap(data, rows, from, count);
        worker.sums.reset(0, segments);
        worker.kernel.evaluate(parameters, worker.batch, SEGMENT, worker.sums);
        losses[piece] = worker.sums.lossSum();
        corrects[piece] = worker.sums.correctSum();
        if (!unit.classes()) {
            squaredErrors[piece] = squaredErrors(worker.outputs(parameters), from, count, 0, segments);
        }
    }

    /** Adds the pieces: those of a block by its tree, the blocks in order. */
    private void sumUp() {
        lossSum = 0;
        correctSum = 0;
        squaredErrorSum = 0;
        int perBlock = BLOCK / SEGMENT / span;
        for (int piece = 0; piece < pieces(); piece += perBlock) {
            int count = Math.min(perBlock, pieces() - piece);
            lossSum += node(losses, piece, count);
            correctSum += node(corrects, piece, count);
            squaredErrorSum += unit.classes() ? 0 : node(squaredErrors, piece, count);
        }
    }

    private static double node(double[] sums, int first, int count) {
        if (count == 1) {
            return sums[first];
        }
        int left = SummationTree.leftHalf(count);
        return node(sums, first, left) + node(sums, first + left, count - left);
    }

    /** Sum over segments of the piece that begins at sample {@code first}: a node of the tree. */
    private double squaredErrors(float[] outputs, int first, int samples, int segment, int segments) {
        if (segments > 1) {
            int left = SummationTree.leftHalf(segments);
            return squaredErrors(outputs, first, samples, segment, left)
                    + squaredErrors(outputs, first, samples, segment + left, segments - left);
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
