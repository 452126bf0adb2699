package dev.tutti.app.bench;

import dev.tutti.app.advice.StepModel;
import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.cluster.EmbeddedCluster;
import dev.tutti.config.Endpoint;
import dev.tutti.data.Dataset;
import dev.tutti.kernel.Dropout;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.InitialWeights;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.Placement;
import dev.tutti.random.Philox;
import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.StepTimes;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.Averaging;
import dev.tutti.transport.TransportKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;

/**
 * Measures how fast trainers train one network on random samples: several starts of each, in turn, so that a machine that becomes slower
 * or busy meanwhile does so for all. Each start counts by the median of short windows of time.
 */
public final class ClusterBench {
    /**
     * What was measured of one trainer.
     *
     * @param workers number of compute threads; 0 for the reference trainer
     * @param samplesPerSecond samples trained on in a second
     * @param stepsPerSecond updates in a second
     * @param stepMicrosP50 length of a step, median
     * @param stepMicrosP99 length of a step, which one in a hundred is above
     * @param averaging who added the gradients: coordinator or members
     * @param phases where the time of a step went, as shares of it by name; empty for the reference trainer
     * @param processes number of worker processes; 0 for the reference trainer
     * @param sampleSeconds seconds that the fastest of them computes for a sample; NaN where it was not measured
     */
    public record Row(
            int workers,
            double samplesPerSecond,
            double stepsPerSecond,
            double stepMicrosP50,
            double stepMicrosP99,
            String averaging,
            Map<String, Double> phases,
            int processes,
            double sampleSeconds) {}

    /** One way to train. */
    @FunctionalInterface
    private interface Trainer {
        void train(TrainingListener listener) throws InterruptedException;
    }

    /** Mini-batches of random samples of an epoch. */
    public static final int STEPS_PER_EPOCH = 64;

    private static final int FIRST_STEPS = 20;
    private static final long WARM_UP_MS = 500;
    private static final long WINDOW_MS = 100;

    /** The samples of an epoch are sent to each process. */
    private static final int STEPS_PER_EPOCH_OF_PROCESSES = 16;

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Placement placement;
    private final TransportKind transport;
    private final Averaging averaging;
    private final double seconds;
    private final int rounds;
    private final boolean processes;
    private final TrainingJob job;

    /**
     * @param sizes inputs, hidden layers, outputs
     * @param batch number of samples of a mini-batch
     * @param segment number of samples of a segment; 0 for the default
     * @param placement where the workers find the samples
     * @param transport what carries the bulk data
     * @param averaging who adds the gradients of worker processes
     * @param seconds how long to measure each trainer, over all its starts
     * @param rounds how often to start each trainer of this process
     * @param processes whether workers will be processes of their own
     */
    public ClusterBench(
            List<Integer> sizes,
            int batch,
            int segment,
            Placement placement,
            TransportKind transport,
            Averaging averaging,
            double seconds,
            int rounds,
            boolean processes) {
        this.processes = processes;
        this.placement = placement;
        this.transport = transport;
        this.averaging = averaging;
        this.seconds = seconds;
        this.rounds = rounds;
        List<Activation> activations = new ArrayList<>();
        for (int layer = 0; layer < sizes.size() - 2; layer++) {
            activations.add(Activation.RELU);
        }
        activations.add(Activation.SOFTMAX);
        NetworkSpec network = new NetworkSpec(sizes, activations, Loss.CROSS_ENTROPY);
        int samples = (processes ? STEPS_PER_EPOCH_OF_PROCESSES : STEPS_PER_EPOCH) * batch;
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

    /**
     * Measures.
     *
     * @param workers numbers of compute threads of the embedded cluster
     * @return the reference trainer, then the embedded clusters
     */
    public List<Row> measure(int... workers) throws InterruptedException {
        Kernels.warmUp(job.spec().network(), Dropout.NONE);
        List<List<Row>> starts = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            for (int trainer = 0; trainer <= workers.length; trainer++) {
                if (round == 0) {
                    starts.add(new ArrayList<>());
                }
                Row row = trainer == 0 ? reference() : embedded(workers[trainer - 1]);
                // In the first round the rest of the code is compiled.
                if (round > 0) {
                    starts.get(trainer).add(row);
                }
            }
        }
        return starts.stream().map(ClusterBench::median).toList();
    }

    private static Row median(List<Row> starts) {
        return starts.stream()
                .sorted(Comparator.comparingDouble(Row::samplesPerSecond))
                .skip(starts.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    /** Measures the reference trainer, once. */
    public Row reference() throws InterruptedException {
        return measure(0, listener -> ReferenceTrainer.train(job, listener));
    }

    private Row embedded(int workers) throws InterruptedException {
        return measure(
                workers, listener -> EmbeddedCluster.train(job, "bench", workers, placement, transport, listener));
    }

    /** Starts a coordinator, for worker processes that come meanwhile. */
    public CoordinatorNode startCoordinator(Endpoint bind, Optional<Integer> udpMtu) {
        return CoordinatorNode.start(bind, transport, udpMtu, Optional.empty());
    }

    /** Measures so many worker processes, with as many threads as they have, once they are there. */
    public Row processes(CoordinatorNode coordinator, int waitWorkers) throws InterruptedException {
        return measure(
                waitWorkers,
                listener ->
                        coordinator.train(job, fingerprint(), placement, averaging, waitWorkers, PATIENCE, listener));
    }

    /** Random samples of other numbers are other samples: workers keep those they hold. */
    private String fingerprint() {
        return "bench of " + job.training().samples() + " samples of "
                + job.spec().network().shape();
    }

    /**
     * The formula of docs/scaling.md, fitted to a row of processes.
     *
     * @param measured of at least two processes
     * @param shortest of the same ones, training a network of a few weights: all of its steps is messages
     */
    public StepModel model(Row measured, Row shortest) {
        int batch = job.spec().batchSize();
        double stepSeconds = batch / measured.samplesPerSecond();
        double vectorBytes = (double) Float.BYTES * job.initialParameters().length;
        StepModel known = new StepModel(
                measured.sampleSeconds(),
                measured.phases().getOrDefault("updating", 0.0) * stepSeconds,
                vectorBytes,
                Double.NaN,
                shortest.stepMicrosP50() / 2e6,
                measured.averaging().equals(Averaging.MEMBERS.id()));
        return StepModel.fitted(measured.processes(), batch, stepSeconds, known);
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
            while (progress.steps < (processes ? 1 : FIRST_STEPS) && thread.isAlive()) {
                Thread.sleep(1);
            }
            Thread.sleep(processes ? (long) (500 * Math.max(8, seconds)) : WARM_UP_MS);
            progress.record();
            // Steps between machines may be longer than a window.
            double measured = processes ? seconds : seconds / rounds;
            int windows = processes ? 1 : (int) Math.max(3, Math.ceil(measured * 1000 / WINDOW_MS));
            long windowMs = processes ? (long) (measured * 1000) : WINDOW_MS;
            double[] rates = new double[windows];
            for (int window = 0; window < windows; window++) {
                long samples = progress.samples;
                long startNs = System.nanoTime();
                Thread.sleep(windowMs);
                rates[window] = (progress.samples - samples) / ((System.nanoTime() - startNs) / 1e9);
            }
            if (failure.get() != null) {
                throw failure.get();
            }
            thread.interrupt();
            thread.join();
            Arrays.sort(rates);
            double samplesPerSecond = rates[windows / 2];
            return new Row(
                    progress.workers == 0 ? workers : progress.workers,
                    samplesPerSecond,
                    samplesPerSecond / job.spec().batchSize(),
                    progress.stepNs.getValueAtPercentile(50) / 1e3,
                    progress.stepNs.getValueAtPercentile(99) / 1e3,
                    (progress.byMembers ? Averaging.MEMBERS : Averaging.COORDINATOR).id(),
                    progress.phases(),
                    progress.processes,
                    1 / (progress.segmentsPerSecond * job.spec().segmentSize()));
        } finally {
            thread.interrupt();
            thread.join();
        }
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

    /** In the order of {@link StepTimes}. */
    private static final List<String> PHASES = List.of("sending", "computing", "waiting", "adding", "updating");

    /** How far the training is; written by its thread, read by the one that measures. */
    private static final class Progress implements TrainingListener {
        private final Histogram stepNs = new Histogram(3);
        private final long[] phaseNs = new long[PHASES.size()];
        private volatile long steps;
        private volatile long samples;
        private volatile int workers;
        private volatile boolean byMembers;
        private volatile int processes;
        private volatile double segmentsPerSecond = Double.NaN;
        private volatile boolean recording;
        private boolean begun;
        private long lastNs;

        @Override
        public void onStep(int epoch, long step, long allSamples, double meanLoss) {
            steps = step;
            samples = allSamples;
            if (recording) {
                long nowNs = System.nanoTime();
                if (begun) {
                    stepNs.recordValue(nowNs - lastNs);
                }
                begun = true;
                lastNs = nowNs;
            }
        }

        @Override
        public void onCluster(ClusterMetrics metrics) {
            byMembers = metrics.averagedByMembers();
            processes = metrics.members().size();
            segmentsPerSecond = metrics.members().stream()
                    .mapToDouble(ClusterMetrics.Member::segmentsPerSecond)
                    .filter(speed -> speed > 0)
                    .max()
                    .orElse(Double.NaN);
        }

        @Override
        public void onStepTimes(StepTimes times) {
            if (recording) {
                phaseNs[0] += times.sendingNs();
                phaseNs[1] += times.computingNs();
                phaseNs[2] += times.waitingNs();
                phaseNs[3] += times.addingNs();
                phaseNs[4] += times.updatingNs();
            }
        }

        @Override
        public void onWorkers(int present, String event) {
            workers = present;
        }

        void record() {
            recording = true;
        }

        /** Once the training has ended. */
        Map<String, Double> phases() {
            Map<String, Double> shares = new LinkedHashMap<>();
            double total = Arrays.stream(phaseNs).sum();
            for (int phase = 0; total > 0 && phase < phaseNs.length; phase++) {
                shares.put(PHASES.get(phase), phaseNs[phase] / total);
            }
            return shares;
        }
    }
}
