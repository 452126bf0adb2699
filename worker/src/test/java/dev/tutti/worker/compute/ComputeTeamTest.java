package dev.tutti.worker.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tutti.data.Dataset;
import dev.tutti.data.EpochOrder;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Sgd;
import dev.tutti.reduce.BFloat16;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.TreeSum;
import dev.tutti.train.LocalSteps;
import dev.tutti.train.Refinements;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ComputeTeamTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final int SAMPLES = 101;
    private static final int FEATURES = 5;
    private static final NetworkSpec NETWORK =
            new NetworkSpec(List.of(FEATURES, 7, 3), List.of(Activation.TANH, Activation.SOFTMAX), Loss.CROSS_ENTROPY);

    /** So many parameters that all threads add two gradients together. */
    private static final NetworkSpec WIDE_NETWORK = new NetworkSpec(
            List.of(FEATURES, 128, 256, 3),
            List.of(Activation.TANH, Activation.RELU, Activation.SOFTMAX),
            Loss.CROSS_ENTROPY);

    private final Random random = new Random(SEED);

    @ParameterizedTest
    @CsvSource({
        "1, false, 8, 32, STEP",
        "1, true, 3, 32, STEP",
        "2, false, 5, 33, STEP",
        "2, true, 1, 20, STEP",
        "3, false, 1, 40, STEP",
        "3, true, 4, 30, EPOCH",
        "4, false, 7, 50, STEP",
        "4, true, 13, 50, STEP",
        "5, false, 2, 16, EPOCH",
        "5, true, 2, 64, STEP",
    })
    void shouldAddTheSegmentsOfAnyPieceToTheBitsOfTheTree(
            int threads, boolean samplesComeAlong, int segment, int batch, Sync sync) {
        for (NodePrecision wire : NodePrecision.values()) {
            TrainingSpec spec = spec(NETWORK, segment, batch, sync, wire, SAMPLES);
            shouldAddToTheBitsOfTheTree(spec, threads, samplesComeAlong, 40);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, true", "3, false"})
    void shouldAddLongVectorsTogether(int threads, boolean samplesComeAlong) {
        assertThat(new ParameterLayout(WIDE_NETWORK).parameterCount()).isGreaterThan(ComputeTeam.SHORT_VECTOR);
        for (NodePrecision wire : NodePrecision.values()) {
            TrainingSpec spec = spec(WIDE_NETWORK, 1, 13, Sync.STEP, wire, SAMPLES);
            shouldAddToTheBitsOfTheTree(spec, threads, samplesComeAlong, 12);
        }
    }

    /** A thread's part is then several slices, which begin and end anywhere in the tree. */
    @ParameterizedTest
    @CsvSource({"1, false, 3", "2, true, 64", "3, false, 17", "2, false, 600", "1, true, 1200"})
    void shouldAddSlicesToTheBitsOfTheTree(int threads, boolean samplesComeAlong, int segment) {
        int samples = 5 * ComputeTeam.SLICE_SAMPLES + 7;
        for (NodePrecision wire : NodePrecision.values()) {
            TrainingSpec spec = spec(NETWORK, segment, samples, Sync.STEP, wire, samples);
            shouldAddToTheBitsOfTheTree(spec, threads, samplesComeAlong, 6);
        }
    }

    private void shouldAddToTheBitsOfTheTree(TrainingSpec spec, int threads, boolean samplesComeAlong, int rounds) {
        Dataset data = data(spec.samples());
        float[] parameters = floats(new ParameterLayout(spec.network()).parameterCount());
        SampleSource source = new SampleSource(spec, FEATURES, 1, samplesComeAlong ? null : data);
        try (Running team = new Running(new ComputeTeam(spec, source, threads))) {
            Reference reference = new Reference(spec, data, parameters);
            WorkItem item = new WorkItem();
            for (int round = 0; round < rounds; round++) {
                int step = random.nextInt(spec.stepsPerEpoch() * spec.epochs());
                int epoch = 1 + step / spec.stepsPerEpoch();
                int segments = spec.segmentsOfStep(step % spec.stepsPerEpoch());
                int first = random.nextInt(segments);
                int count = 1 + random.nextInt(segments - first);
                reference.begin(epoch, step % spec.stepsPerEpoch());
                float[] block = samplesComeAlong ? reference.block(first, count) : new float[0];
                item.set(epoch, step, first, count, block.length);
                System.arraycopy(block, 0, item.block(), 0, block.length);

                List<PartialGradient> told = new ArrayList<>();
                int[] least = {parameters.length};
                TreeSum sum = team.team.compute(item, parameters, () -> true, (node, from) -> {
                    assertThat(from).isLessThan(least[0]);
                    least[0] = from;
                    told.add(node);
                });

                assertThat(sum.coveredSegments()).isEqualTo(count);
                if (!told.isEmpty()) {
                    assertThat(threads).isEqualTo(1);
                    assertThat(told).containsOnly(sum.nodeAt(first));
                    assertThat(sum.nodeAt(first).segmentCount()).isEqualTo(count);
                    assertThat(least[0]).isZero();
                }
                for (int at = first; at < first + count; ) {
                    PartialGradient node = sum.nodeAt(at);
                    PartialGradient expected = reference.node(at, node.endSegment());
                    String name = "seed " + SEED + ", round " + round + ", segment " + at;
                    assertThat(node.gradient()).as(name).isEqualTo(expected.gradient());
                    assertThat(node.lossSum()).as(name).isEqualTo(expected.lossSum());
                    assertThat(node.weightSum()).as(name).isEqualTo(expected.weightSum());
                    assertThat(node.correctSum()).as(name).isEqualTo(expected.correctSum());
                    at = node.endSegment();
                }
            }
        }
    }

    /** A row that does not exist makes a kernel throw, on the thread whose part of the work it is in. */
    @ParameterizedTest
    @CsvSource({"1, 0", "3, 0", "3, 1", "3, 2", "4, 3"})
    void shouldEndWithTheExceptionOfAnyThread(int threads, int throwing) {
        int batch = 12;
        TrainingSpec spec = spec(NETWORK, 1, batch, Sync.STEP, SAMPLES);
        Dataset data = data(SAMPLES);
        float[] parameters = floats(new ParameterLayout(NETWORK).parameterCount());
        Dataset cut = new Dataset(
                Arrays.copyOf(data.features(), (SAMPLES - 1) * FEATURES), FEATURES, data.targets(), 1, SAMPLES - 1);
        int epoch = 0;
        int place;
        do {
            epoch++;
            place = placeOf(SAMPLES - 1, spec, epoch);
        } while (place % batch * threads / batch != throwing || place / batch == SAMPLES / batch);
        WorkItem item = new WorkItem();
        item.set(epoch, (epoch - 1L) * spec.stepsPerEpoch() + place / batch, 0, batch, 0);
        try (Running team = new Running(new ComputeTeam(spec, new SampleSource(spec, FEATURES, 1, cut), threads))) {
            assertThatThrownBy(() -> team.team.compute(item, parameters, () -> true, ComputeTeam.NodeParts.NONE))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    /** Weights of the next step are being written over those that are computed with, so the result is worth nothing. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldAbandonWorkThatIsNotWanted(int threads) {
        int samples = 6 * threads * ComputeTeam.SLICE_SAMPLES;
        TrainingSpec spec = spec(NETWORK, 64, samples, Sync.STEP, samples);
        Dataset data = data(samples);
        float[] parameters = floats(new ParameterLayout(NETWORK).parameterCount());
        WorkItem item = new WorkItem();
        int segments = spec.segmentsOfStep(0);
        item.set(1, 0, 0, segments, 0);
        Reference reference = new Reference(spec, data, parameters);
        reference.begin(1, 0);
        float[] expected = reference.node(0, segments).gradient();
        try (Running team = new Running(new ComputeTeam(spec, new SampleSource(spec, FEATURES, 1, data), threads))) {
            for (int wanted = 0; wanted < 5; wanted++) {
                int[] asked = {wanted};
                assertThat(team.team.compute(item, parameters, () -> asked[0]-- > 0, ComputeTeam.NodeParts.NONE))
                        .isNull();
                assertThat(asked[0]).isNegative();
                TreeSum sum = team.team.compute(item, parameters, () -> true, ComputeTeam.NodeParts.NONE);
                assertThat(sum.nodeAt(0).gradient()).as("seed %d", SEED).isEqualTo(expected);
            }
        }
    }

    /** A replica may take long, and the streams are to be polled meanwhile. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldAbandonAReplicaBetweenItsSteps(int threads) {
        TrainingSpec spec = local(3, 60, NodePrecision.FLOAT32);
        assertThat(spec.segmentsOfStep(0)).isEqualTo(3);
        assertThat(spec.segmentSize()).as("steps").isEqualTo(60);
        float[] parameters = floats(new ParameterLayout(NETWORK).parameterCount());
        WorkItem item = new WorkItem();
        item.set(1, 0, 0, 3, 0);
        SampleSource source = new SampleSource(spec, FEATURES, 1, data(spec.samples()));
        try (Running team = new Running(new ComputeTeam(spec, source, threads))) {
            float[] expected = team.team
                    .compute(item, parameters, () -> true, ComputeTeam.NodeParts.NONE)
                    .nodeAt(0)
                    .gradient()
                    .clone();
            for (int wanted : new int[] {0, 1, 17, 40}) {
                int[] asked = {wanted};
                assertThat(team.team.compute(item, parameters, () -> asked[0]-- > 0, ComputeTeam.NodeParts.NONE))
                        .isNull();
                TreeSum sum = team.team.compute(item, parameters, () -> true, ComputeTeam.NodeParts.NONE);
                assertThat(sum.nodeAt(0).gradient()).as("seed %d", SEED).isEqualTo(expected);
            }
        }
    }

    private static TrainingSpec local(int replicas, int steps, NodePrecision wire) {
        LocalSteps local = new LocalSteps(replicas, steps);
        return new TrainingSpec(
                NETWORK,
                new Sgd.Settings(0.1f, 0.5f),
                3,
                1,
                1,
                Sync.LOCAL,
                local,
                7,
                true,
                0f,
                wire,
                Refinements.NONE,
                replicas * steps);
    }

    @ParameterizedTest
    @EnumSource(NodePrecision.class)
    void shouldAllocateNothingOnceWarm(NodePrecision wire) {
        int samples = 3 * ComputeTeam.SLICE_SAMPLES;
        shouldAllocateNothingOnceWarm(spec(NETWORK, 64, samples, Sync.STEP, wire, samples), 20);
    }

    @ParameterizedTest
    @EnumSource(NodePrecision.class)
    void shouldAllocateNothingWithReplicasOnceWarm(NodePrecision wire) {
        shouldAllocateNothingOnceWarm(local(4, 9, wire), 2);
    }

    private void shouldAllocateNothingOnceWarm(TrainingSpec spec, int segments) {
        int samples = spec.samples();
        float[] parameters = floats(new ParameterLayout(NETWORK).parameterCount());
        ComputeTeam team = scalarTeam(spec, new SampleSource(spec, FEATURES, 1, data(samples)));
        WorkItem item = new WorkItem();
        BooleanSupplier wanted = () -> true;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            item.set(1, 0, round % 3, segments, 0);
            team.compute(item, parameters, wanted, ComputeTeam.NodeParts.NONE);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }

    /** The other kernel allocates until it is compiled, which it may be or not be by now. */
    private static ComputeTeam scalarTeam(TrainingSpec spec, SampleSource source) {
        String kernel = System.getProperty(Kernels.KERNEL_PROPERTY, "auto");
        System.setProperty(Kernels.KERNEL_PROPERTY, "scalar");
        try {
            return new ComputeTeam(spec, source, 1);
        } finally {
            System.setProperty(Kernels.KERNEL_PROPERTY, kernel);
        }
    }

    private static int placeOf(int row, TrainingSpec spec, int epoch) {
        int[] order = new int[SAMPLES];
        EpochOrder.fill(order, spec.seed(), epoch, true);
        int place = 0;
        while (order[place] != row) {
            place++;
        }
        return place;
    }

    private static TrainingSpec spec(NetworkSpec network, int segment, int batch, Sync sync, int samples) {
        return spec(network, segment, batch, sync, NodePrecision.FLOAT32, samples);
    }

    private static TrainingSpec spec(
            NetworkSpec network, int segment, int batch, Sync sync, NodePrecision wire, int samples) {
        return new TrainingSpec(
                network,
                new Sgd.Settings(0.1f, 0),
                3,
                batch,
                segment,
                sync,
                LocalSteps.NONE,
                7,
                true,
                0f,
                wire,
                Refinements.NONE,
                samples);
    }

    private Dataset data(int samples) {
        float[] targets = new float[samples];
        for (int row = 0; row < samples; row++) {
            targets[row] = random.nextInt(3);
        }
        return new Dataset(floats(samples * FEATURES), FEATURES, targets, 1, samples);
    }

    private float[] floats(int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }

    /** A team with its threads, none of which may outlive it. */
    private static final class Running implements AutoCloseable {
        private final ComputeTeam team;
        private final List<Thread> threads = new ArrayList<>();

        Running(ComputeTeam team) {
            this.team = team;
            for (int i = 1; i < team.threads(); i++) {
                int number = i;
                Thread thread = new Thread(() -> team.serve(number), "compute-" + i);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
        }

        @Override
        public void close() {
            team.close();
            for (Thread thread : threads) {
                try {
                    thread.join(10_000);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    /** Each segment on its own, added by the tree as seen from the top. */
    private final class Reference {
        private final TrainingSpec spec;
        private final Dataset data;
        private final GradientKernel kernel;
        private final float[] parameters;
        private final int[] order;
        private int stepInEpoch;

        Reference(TrainingSpec spec, Dataset data, float[] parameters) {
            this.spec = spec;
            this.data = data;
            this.parameters = parameters;
            this.order = new int[spec.samples()];
            this.kernel = Kernels.create(spec.network(), spec.segmentSize());
        }

        void begin(int epoch, int stepInEpoch) {
            EpochOrder.fill(order, spec.seed(), epoch, spec.shuffle());
            this.stepInEpoch = stepInEpoch;
        }

        PartialGradient node(int first, int end) {
            PartialGradient node = new PartialGradient(parameters.length).reset(first, end - first);
            if (end - first == 1) {
                MiniBatch batch = new MiniBatch().wrap(data, order, firstSample(first), samples(first, 1));
                kernel.gradients(parameters, batch, spec.segmentSize(), new PartialGradient[] {node}, 1);
                for (int i = 0; i < parameters.length; i++) {
                    node.gradient()[i] = rounded(node.gradient()[i]);
                }
                return node;
            }
            int middle = first + Integer.highestOneBit(end - first - 1);
            PartialGradient left = node(first, middle);
            PartialGradient right = node(middle, end);
            for (int i = 0; i < parameters.length; i++) {
                node.gradient()[i] = rounded(left.gradient()[i] + right.gradient()[i]);
            }
            node.sums(
                    left.lossSum() + right.lossSum(),
                    left.weightSum() + right.weightSum(),
                    left.correctSum() + right.correctSum());
            return node;
        }

        private float rounded(float value) {
            return spec.wire() == NodePrecision.BFLOAT16 ? BFloat16.round(value) : value;
        }

        float[] block(int first, int count) {
            int samples = samples(first, count);
            float[] block = new float[samples * (FEATURES + 1)];
            for (int i = 0; i < samples; i++) {
                int row = order[firstSample(first) + i];
                System.arraycopy(data.features(), row * FEATURES, block, i * FEATURES, FEATURES);
                block[samples * FEATURES + i] = data.targets()[row];
            }
            return block;
        }

        private int firstSample(int segment) {
            return stepInEpoch * spec.samplesPerStep() + segment * spec.segmentSize();
        }

        private int samples(int first, int count) {
            int left = spec.samplesOfStep(stepInEpoch) - first * spec.segmentSize();
            return Math.min(count * spec.segmentSize(), left);
        }
    }
}
