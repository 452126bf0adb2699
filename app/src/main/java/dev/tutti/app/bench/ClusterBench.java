package dev.tutti.app.bench;

import dev.tutti.app.cluster.EmbeddedCluster;
import dev.tutti.data.Dataset;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.InitialWeights;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.Placement;
import dev.tutti.random.Philox;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.TransportKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Measures how fast trainers train one network on random samples, each for the same time after a warm-up. */
public final class ClusterBench {
    /**
     * What was measured of one trainer.
     *
     * @param workers number of compute threads; 0 for the reference trainer
     * @param samplesPerSecond samples trained on in a second
     * @param stepsPerSecond updates in a second
     */
    public record Row(int workers, double samplesPerSecond, double stepsPerSecond) {}

    /** One way to train. */
    @FunctionalInterface
    private interface Trainer {
        void train(TrainingListener listener) throws InterruptedException;
    }

    /** Mini-batches of random samples of an epoch. */
    public static final int STEPS_PER_EPOCH = 64;

    private final Placement placement;
    private final TransportKind transport;
    private final double seconds;
    private final TrainingJob job;

    /**
     * @param sizes inputs, hidden layers, outputs
     * @param batch number of samples of a mini-batch
     * @param segment number of samples of a segment; 0 for the default
     * @param placement where the workers find the samples
     * @param transport what carries the bulk data
     * @param seconds how long to measure
     */
    public ClusterBench(
            List<Integer> sizes, int batch, int segment, Placement placement, TransportKind transport, double seconds) {
        this.placement = placement;
        this.transport = transport;
        this.seconds = seconds;
        List<Activation> activations = new ArrayList<>();
        for (int layer = 0; layer < sizes.size() - 2; layer++) {
            activations.add(Activation.RELU);
        }
        activations.add(Activation.SOFTMAX);
        NetworkSpec network = new NetworkSpec(sizes, activations, Loss.CROSS_ENTROPY);
        int samples = STEPS_PER_EPOCH * batch;
        TrainingSpec spec = new TrainingSpec(
                network,
                new Sgd.Settings(0.01f, 0),
                Integer.MAX_VALUE,
                batch,
                segment == 0 ? TrainingSpec.defaultSegmentSize(batch) : segment,
                Sync.STEP,
                1,
                true,
                0f,
                samples);
        this.job = new TrainingJob(
                "bench",
                spec,
                randomSamples(samples, network.inputs(), network.outputs()),
                new Dataset(new float[0], network.inputs(), new float[0], 1, 0),
                InitialWeights.create(network, Initialization.HE, 0, 1));
    }

    /** Number of samples of a segment. */
    public int segmentSize() {
        return job.spec().segmentSize();
    }

    /** Which kernel computes. */
    public String kernel() {
        return Kernels.description();
    }

    /** Measures the reference trainer. */
    public Row reference() throws InterruptedException {
        return measure(0, listener -> ReferenceTrainer.train(job, listener));
    }

    /** Measures the embedded cluster. */
    public Row embedded(int workers) throws InterruptedException {
        return measure(
                workers, listener -> EmbeddedCluster.train(job, "bench", workers, placement, transport, listener));
    }

    private Row measure(int workers, Trainer trainer) throws InterruptedException {
        Progress progress = new Progress();
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        trainer.train(progress);
                    } catch (InterruptedException e) {
                        // That is how it ends.
                    } catch (RuntimeException e) {
                        failure.set(e);
                    }
                },
                "bench");
        thread.start();
        try {
            Thread.sleep((long) (1000 * warmUpSeconds()));
            long steps = progress.steps;
            long samples = progress.samples;
            long startNs = System.nanoTime();
            Thread.sleep((long) (1000 * seconds));
            double measured = (System.nanoTime() - startNs) / 1e9;
            Row row = new Row(workers, (progress.samples - samples) / measured, (progress.steps - steps) / measured);
            if (failure.get() != null) {
                throw failure.get();
            }
            return row;
        } finally {
            thread.interrupt();
            thread.join();
        }
    }

    /** The kernel is compiled meanwhile. */
    private double warmUpSeconds() {
        return Math.max(4, seconds / 2);
    }

    private static Dataset randomSamples(int samples, int inputs, int classes) {
        float[] features = new float[samples * inputs];
        for (int i = 0; i < features.length; i++) {
            features[i] = 2 * Philox.uniform(1, Philox.Purpose.NOISE, 0, i) - 1;
        }
        float[] targets = new float[samples];
        for (int i = 0; i < samples; i++) {
            targets[i] = Philox.below(classes, 1, Philox.Purpose.NOISE, 1, i);
        }
        return new Dataset(features, inputs, targets, 1, samples);
    }

    /** How far the training is; written by its thread, read by the one that measures. */
    private static final class Progress implements TrainingListener {
        private volatile long steps;
        private volatile long samples;

        @Override
        public void onStep(int epoch, long step, long allSamples, double meanLoss) {
            steps = step;
            samples = allSamples;
        }
    }
}
