package dev.tutti.app.bench;

import com.sun.management.ThreadMXBean;
import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.Dropout;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.kernel.MultiplyAdds;
import dev.tutti.model.Activation;
import dev.tutti.model.InitialWeights;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Optimizer;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Sgd;
import dev.tutti.random.Philox;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures the kernel on this machine: what the processor could do, products of matrices, training steps. Times are the
 * best of many short rounds after a warm-up, since other programs can only make a round slower. Not for concurrent use.
 */
public final class KernelBench {
    /** Short enough to fall between other programs' turns, long enough for the clock. */
    private static final long ROUND_NS = 10_000_000;
    /** Rounds of a measurement, however long they are. */
    private static final int MIN_ROUNDS = 8;

    /** How long to wait for code that runs seldom to be compiled. */
    private static final int COMPILE_SECONDS = 20;

    private static final long CHAIN_LENGTH = 200_000;
    /** Mini-batches of random samples that are trained on in turn. */
    public static final int BATCHES = 8;

    private static final long MAX_CHECK_FLOPS = 1_000_000_000L;

    private final double seconds;
    private final Dropout dropout;

    /**
     * @param seconds how long to measure one line, warm-up included
     * @param dropout of hidden units in training steps
     */
    public KernelBench(double seconds, Dropout dropout) {
        this.seconds = seconds;
        this.dropout = dropout;
    }

    /**
     * A measured training step (forward, backward, update by plain SGD).
     *
     * @param samplesPerSecond of all threads together
     * @param gflops arithmetic of the products, 10^9 operations per second; a fused multiply-add is two
     * @param nsPerParameterAndSample time of one thread for a sample, divided by the parameters
     * @param bytesAllocatedPerStep on the Java heap, once warm
     * @param wrong gradient values that differ from the scalar kernel's by a bit
     */
    public record Step(
            double samplesPerSecond,
            double gflops,
            double nsPerParameterAndSample,
            long bytesAllocatedPerStep,
            long wrong) {}

    /** Returns a network of hidden layers with this activation, and the outputs that go with the loss. */
    public static NetworkSpec network(List<Integer> sizes, Activation hidden, Loss loss) {
        List<Activation> activations = new ArrayList<>(Collections.nCopies(Math.max(0, sizes.size() - 2), hidden));
        activations.add(loss.usualOutput());
        return new NetworkSpec(sizes, activations, loss);
    }

    /** Measures the most fused multiply-adds one thread can do, in GFLOP/s: chains in registers, no memory. */
    public double peakGflops() {
        return best(() -> MultiplyAdds.run(CHAIN_LENGTH) / 1e9);
    }

    /**
     * Measures the product of an {@code m x k} and a {@code k x n} matrix by one thread, packing included, in GFLOP/s.
     */
    public double productGflops(int m, int n, int k) {
        NetworkSpec network = new NetworkSpec(List.of(k, m), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);
        Kernels.warmUp(network, Dropout.NONE);
        GradientKernel kernel = Kernels.createWarm(network, Dropout.NONE, n);
        float[] parameters = InitialWeights.create(network, Initialization.HE, 0, 1);
        Dataset dataset = new Dataset(noise(n * k), k, new float[n * m], m, n);
        MiniBatch batch = new MiniBatch().wrap(dataset, rows(n), 0, n);
        float[] outputs = new float[n * m];
        return best(() -> {
            kernel.outputs(parameters, batch, outputs);
            return 2e-9 * m * n * k;
        });
    }

    /**
     * Measures training steps, one kernel for each thread, each on batches of its own.
     *
     * @param network the network
     * @param batch number of samples of a step
     * @param segmentSize number of samples of a segment
     * @param threads number of threads, at least 1
     */
    public Step step(NetworkSpec network, int batch, int segmentSize, int threads) throws InterruptedException {
        Kernels.warmUp(network, dropout);
        List<Trainer> trainers = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            trainers.add(new Trainer(network, dropout, batch, segmentSize));
        }
        double samplesPerSecond = threads == 1 ? best(trainers.get(0)::steps) : together(trainers);
        double flops = flopsPerSample(network);
        int parameters = trainers.get(0).parameters.length;
        return new Step(
                samplesPerSecond,
                samplesPerSecond * flops / 1e9,
                1e9 * threads / samplesPerSecond / parameters,
                trainers.get(0).allocatedPerStep(COMPILE_SECONDS * 1_000_000_000L),
                wrong(network, batch, segmentSize));
    }

    /** All threads at once: the sum of what each does in the same time. */
    private double together(List<Trainer> trainers) throws InterruptedException {
        double[] rates = new double[trainers.size()];
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < rates.length; i++) {
            int index = i;
            Thread thread = new Thread(() -> rates[index] = best(trainers.get(index)::steps), "bench-" + i);
            threads.add(thread);
            thread.start();
        }
        double sum = 0;
        for (int i = 0; i < rates.length; i++) {
            threads.get(i).join();
            sum += rates[i];
        }
        return sum;
    }

    /** Work that can be repeated; returns how much it was. */
    @FunctionalInterface
    private interface Work {
        double run();
    }

    /** Returns the most work done in a second: the best of many short rounds, the first half of the time a warm-up. */
    private double best(Work work) {
        long startNs = System.nanoTime();
        long warmNs = startNs + (long) (0.5e9 * seconds);
        long endNs = startNs + (long) (1e9 * seconds);
        double best = 0;
        long repeats = 1;
        for (int round = 0; round < MIN_ROUNDS || System.nanoTime() < endNs || best == 0; round++) {
            double done = 0;
            long roundNs = System.nanoTime();
            for (long i = 0; i < repeats; i++) {
                done += work.run();
            }
            long ns = Math.max(1, System.nanoTime() - roundNs);
            if (roundNs > warmNs && round >= MIN_ROUNDS / 2) {
                best = Math.max(best, 1e9 * done / ns);
            }
            repeats = ns < ROUND_NS / 2 ? 2 * repeats : Math.max(1, ns > 2 * ROUND_NS ? repeats / 2 : repeats);
        }
        return best;
    }

    /** Operations of the products of a training step: the first layer has no backward product to its inputs. */
    static double flopsPerSample(NetworkSpec network) {
        double flops = 0;
        for (int layer = 0; layer < network.layers(); layer++) {
            flops += (layer == 0 ? 4.0 : 6.0) * network.inputs(layer) * network.outputs(layer);
        }
        return flops;
    }

    /** Compares gradients with the scalar kernel's, on as many samples as it computes in about a second. */
    private long wrong(NetworkSpec network, int batch, int segmentSize) {
        int samples = (int) Math.max(1, Math.min(batch, MAX_CHECK_FLOPS / flopsPerSample(network)));
        Trainer trainer = new Trainer(network, dropout, samples, Math.min(segmentSize, samples));
        float[] actual = trainer.gradient(trainer.kernel).clone();
        float[] expected = trainer.gradient(Kernels.createReference(network, dropout));
        long wrong = 0;
        for (int i = 0; i < expected.length; i++) {
            wrong += Float.floatToRawIntBits(expected[i]) == Float.floatToRawIntBits(actual[i]) ? 0 : 1;
        }
        return wrong;
    }

    private static float[] noise(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 2 * Philox.uniform(1, Philox.Purpose.NOISE, 0, i) - 1;
        }
        return values;
    }

    private static int[] rows(int count) {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = i;
        }
        return rows;
    }

    /** Trains one network on random samples. */
    private static final class Trainer {
        final GradientKernel kernel;
        final float[] parameters;
        private final int batchSize;
        private final int segmentSize;
        private final Dataset dataset;
        private final int[] rows;
        private final MiniBatch batch = new MiniBatch();
        private final PartialGradient[] node;
        private static final OptimizerSettings SETTINGS = new Sgd.Settings(0.01f, 0);
        private final Optimizer optimizer;
        private int step;

        Trainer(NetworkSpec network, Dropout dropout, int batchSize, int segmentSize) {
            this.batchSize = batchSize;
            this.segmentSize = segmentSize;
            kernel = Kernels.createWarm(network, dropout, batchSize);
            parameters = InitialWeights.create(network, Initialization.HE, 0, 1);
            int samples = BATCHES * batchSize;
            int targetCount = network.loss().targetCount(network.outputs());
            float[] targets = new float[samples * targetCount];
            int classes = network.loss() == Loss.CROSS_ENTROPY ? network.outputs() : 2;
            for (int i = 0; i < targets.length; i++) {
                targets[i] = Philox.below(classes, 1, Philox.Purpose.NOISE, 1, i);
            }
            dataset = new Dataset(noise(samples * network.inputs()), network.inputs(), targets, targetCount, samples);
            rows = rows(samples);
            node = new PartialGradient[] {new PartialGradient(parameters.length)};
            optimizer = SETTINGS.create(parameters.length);
        }

        double steps() {
            gradient(kernel);
            optimizer.update(0, SETTINGS.learningRate(), parameters, node[0].gradient(), 1f / batchSize);
            step = (step + 1) % BATCHES;
            return batchSize;
        }

        float[] gradient(GradientKernel gradientKernel) {
            batch.wrap(dataset, rows, step * batchSize, batchSize).inEpoch(1, step * batchSize);
            node[0].reset(0, SummationTree.segments(batchSize, segmentSize));
            gradientKernel.gradients(parameters, batch, segmentSize, node, 1);
            return node[0].gradient();
        }

        /** The least of several rounds: code that runs seldom is compiled late, and allocates until then. */
        long allocatedPerStep(long limitNs) {
            long endNs = System.nanoTime() + limitNs;
            long least = Long.MAX_VALUE;
            while (least > 0 && (least == Long.MAX_VALUE || System.nanoTime() < endNs)) {
                least = Math.min(least, allocatedBy(20) / 20);
            }
            return least;
        }

        private long allocatedBy(int steps) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < steps; i++) {
                steps();
            }
            return threads.getCurrentThreadAllocatedBytes() - before;
        }
    }
}
