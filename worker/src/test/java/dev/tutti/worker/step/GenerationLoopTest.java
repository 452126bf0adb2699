package dev.tutti.worker.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.Dataset;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkInHand;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.train.LocalSteps;
import dev.tutti.train.Refinements;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.SharedVectors;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TermLengths;
import dev.tutti.transport.VectorSender;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import dev.tutti.worker.compute.ComputeTeam;
import dev.tutti.worker.compute.SampleSource;
import dev.tutti.worker.compute.WorkItem;
import dev.tutti.worker.transport.WorkerPlane;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of work when one generation follows another; the test is the coordinator. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GenerationLoopTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final int FEATURES = 5;
    private static final int SEGMENTS = 4;
    private static final int SAMPLES = 8;
    private static final TermLengths TERMS = new TermLengths(1 << 16, 1 << 16, 1 << 16);
    private static final TrainingSpec SPEC = new TrainingSpec(
            new NetworkSpec(List.of(FEATURES, 4, 3), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY),
            new Sgd.Settings(0.1f, 0),
            2,
            SAMPLES,
            2,
            Sync.STEP,
            1,
            true,
            0f,
            SAMPLES);
    private static final int PARAMETERS = new ParameterLayout(SPEC.network()).parameterCount();

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final Dataset data = data();
    private final float[] weights = floats(PARAMETERS);
    private final ComputeTeam team = new ComputeTeam(SPEC, new SampleSource(SPEC, FEATURES, 1, data), 2);
    private final Thread second = new Thread(() -> team.serve(1), "second");
    private final List<Generation> generations = new ArrayList<>();
    private AeronNode node;
    private GenerationLoop loop;
    private Thread first;

    @BeforeEach
    void start() {
        node = AeronNode.launch(folder);
        Generation generation = generation();
        loop = new GenerationLoop(generation.plane, team, training -> team, training -> {});
        first = new Thread(loop::run, "first");
        first.start();
        generation.send(FrameKind.WEIGHTS, weights);
        generation.send(FrameKind.WORK, new float[0]);
    }

    @AfterEach
    void stop() throws InterruptedException {
        loop.stop();
        first.join();
        second.join();
        generations.forEach(Generation::close);
        node.close();
    }

    /** The new streams never bring the weights: what comes by them was computed with those of the old ones. */
    @Test
    void shouldSendByTheNextStreamsWhatWasBeingComputed() {
        awaitComputing();
        assertThat(loop.leave()).isEqualTo(new WorkInHand(0, 0, SEGMENTS));
        Generation next = generation();
        loop.continueWith(next.plane);
        next.send(FrameKind.WORK, new float[0]);

        second.start();

        assertThat(next.receive()).as("seed %d", SEED).isEqualTo(expected());
    }

    @Test
    void shouldSendAgainWhatTheLastStreamsMayHaveLost() {
        second.start();
        assertThat(generations.get(0).receive()).as("seed %d", SEED).isEqualTo(expected());
        assertThat(loop.leave()).isEqualTo(new WorkInHand(0, 0, SEGMENTS));
        Generation next = generation();
        loop.continueWith(next.plane);
        next.send(FrameKind.WORK, new float[0]);
        assertThat(next.receive()).as("seed %d", SEED).isEqualTo(expected());
    }

    /** Others had done what lies between before the generation changed. */
    @Test
    void shouldSendEveryPieceThatIsStillMissing() {
        second.start();
        Generation before = generations.get(0);
        before.receive();
        before.send(FrameKind.WEIGHTS, 1, 0, 0, weights);
        before.send(FrameKind.WORK, 1, 0, 3, new float[0]);
        before.receive(3);
        assertThat(loop.leave()).isEqualTo(new WorkInHand(1, 0, 3));
        Generation next = generation();
        loop.continueWith(next.plane);
        next.send(FrameKind.WORK, 1, 0, 1, new float[0]);
        next.send(FrameKind.WORK, 1, 2, 1, new float[0]);
        next.receive(2);
    }

    /** In one process the node is the coordinator's once it was handed over: nothing is kept that others change. */
    @Test
    void shouldComputeAgainWhatItHandedOver() {
        second.start();
        generations.get(0).receive();
        loop.leave();
        SharedVectors shared = new SharedVectors();
        Generation next = generation(shared);
        next.shared.weights(weights);
        loop.continueWith(next.plane);
        next.send(FrameKind.WEIGHTS, 1, 0, 0, new float[0]);
        for (int time = 0; time < 3; time++) {
            next.send(FrameKind.WORK, 1, 0, SEGMENTS, new float[0]);
            PartialGradient node = next.awaitNode();
            assertThat(node.segmentCount()).isEqualTo(SEGMENTS);
            assertThat(node.gradient()).as("seed %d, time %d", SEED, time).isEqualTo(expected(2, 1));
            Arrays.fill(node.gradient(), Float.NaN);
            next.shared.giveBack(0, node);
        }
    }

    @Test
    void shouldHoldNothingBeforeThereWasWork() {
        GenerationLoop idle = new GenerationLoop(generation().plane, team, training -> team, training -> {});
        assertThat(idle.leave()).isEqualTo(WorkInHand.NONE);
        idle.close();
        second.start();
    }

    @Test
    void shouldCloseStreamsThatItNeverUsed() {
        awaitComputing();
        assertThat(loop.leave().segmentCount()).isEqualTo(SEGMENTS);
        Generation skipped = generation();
        loop.continueWith(skipped.plane);
        loop.leave();
        Generation next = generation();
        loop.continueWith(next.plane);
        next.send(FrameKind.WORK, new float[0]);
        second.start();
        assertThat(next.receive()).as("seed %d", SEED).isEqualTo(expected());
        while (skipped.weights.isConnected()) {
            Thread.yield();
        }
    }

    /** There are none between two generations, and the replica ends then: its sum is what the next streams ask for. */
    @Test
    void shouldEndAReplicaWhileThereAreNoStreams() throws InterruptedException {
        second.start();
        int steps = 30_000;
        TrainingSpec local = new TrainingSpec(
                SPEC.network(),
                new Sgd.Settings(0.01f, 0),
                1,
                1,
                1,
                Sync.LOCAL,
                new LocalSteps(1, steps),
                1,
                false,
                0f,
                NodePrecision.FLOAT32,
                Refinements.NONE,
                steps);
        Dataset samples = new Dataset(floats(steps * FEATURES), FEATURES, new float[steps], 1, steps);
        ComputeTeam alone = new ComputeTeam(local, new SampleSource(local, FEATURES, 1, samples), 1);
        Generation before = generation(local);
        GenerationLoop replicas = new GenerationLoop(before.plane, alone, training -> alone, training -> {});
        Thread thread = new Thread(replicas::run, "replicas");
        thread.start();
        before.send(FrameKind.WEIGHTS, weights);
        before.send(FrameKind.WORK, 0, 0, 1, new float[0]);
        while (!isIn(thread, "replica")) {
            Thread.onSpinWait();
        }
        assertThat(replicas.leave()).isEqualTo(new WorkInHand(0, 0, 1));
        while (isIn(thread, "replica")) {
            Thread.onSpinWait();
        }
        Generation next = generation(local);
        replicas.continueWith(next.plane);
        next.send(FrameKind.WORK, 0, 0, 1, new float[0]);
        float[] found = next.receive().clone();
        replicas.stop();
        thread.join();

        ComputeTeam again = new ComputeTeam(local, new SampleSource(local, FEATURES, 1, samples), 1);
        WorkItem item = new WorkItem();
        item.set(1, 0, 0, 1, 0);
        assertThat(found)
                .as("seed %d", SEED)
                .isEqualTo(again.compute(item, weights, () -> true, ComputeTeam.NodeParts.NONE)
                        .nodeAt(0)
                        .gradient());
    }

    private static boolean isIn(Thread thread, String method) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    /** The leading thread cannot go on until the second serves. */
    private void awaitComputing() {
        while (Arrays.stream(first.getStackTrace())
                .noneMatch(frame -> frame.getMethodName().equals("awaitOthers"))) {
            Thread.yield();
        }
    }

    private float[] expected() {
        return expected(1, 0);
    }

    private float[] expected(int epoch, int step) {
        ComputeTeam alone = new ComputeTeam(SPEC, new SampleSource(SPEC, FEATURES, 1, data), 1);
        WorkItem item = new WorkItem();
        item.set(epoch, step, 0, SEGMENTS, 0);
        return alone.compute(item, weights, () -> true, ComputeTeam.NodeParts.NONE)
                .nodeAt(0)
                .gradient();
    }

    private Generation generation() {
        return generation(SPEC, null);
    }

    private Generation generation(SharedVectors shared) {
        return generation(SPEC, shared);
    }

    private Generation generation(TrainingSpec spec) {
        return generation(spec, null);
    }

    private Generation generation(TrainingSpec spec, SharedVectors shared) {
        Generation generation = new Generation(generations.size() + 1, spec, shared);
        generations.add(generation);
        return generation;
    }

    private Dataset data() {
        float[] targets = new float[SAMPLES];
        for (int row = 0; row < SAMPLES; row++) {
            targets[row] = random.nextInt(3);
        }
        return new Dataset(floats(SAMPLES * FEATURES), FEATURES, targets, 1, SAMPLES);
    }

    private float[] floats(int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = random.nextFloat() - 0.5f;
        }
        return floats;
    }

    /** Both ends of the streams of a generation with one member. */
    private final class Generation implements FrameReceiver.Handler {
        private final GenerationId id;
        private final float[] gradient = new float[PARAMETERS];
        private int received;
        final ExclusivePublication weights;
        private final ExclusivePublication work;
        private final Subscription gradients;
        private final FrameReceiver frames;
        final WorkerPlane plane;

        final SharedVectors.Generation shared;

        Generation(int number, TrainingSpec spec, SharedVectors with) {
            id = new GenerationId(1, number, number);
            shared = with == null ? null : with.open(id, 1);
            Streams streams = new Streams(Carriers.IPC, "", "", 1408, TERMS, number * Streams.IDS_PER_GENERATION);
            JobDescription job = new JobDescription(1, "test", spec, FEATURES, 1, Placement.REPLICATE, "data");
            gradients = node.aeron().addSubscription(streams.subscription(""), streams.gradientStreamId());
            frames = new FrameReceiver(gradients, id, new FaultCounters(), this);
            plane = WorkerPlane.open(
                    node, new PrepareGeneration(id, 0, job, streams, null, null), "", shared, (reached, reason) -> {});
            weights = node.aeron().addExclusivePublication(streams.weightsPublication(1), streams.weightsStreamId());
            work = node.aeron().addExclusivePublication(streams.workPublication(""), streams.workStreamId(0));
        }

        void send(FrameKind kind, float[] vector) {
            send(kind, 0, 0, kind == FrameKind.WORK ? SEGMENTS : 0, vector);
        }

        /** Each epoch has one step. */
        void send(FrameKind kind, int step, int firstSegment, int segmentCount, float[] vector) {
            VectorSender sender = new VectorSender(kind == FrameKind.WORK ? work : weights, id);
            sender.header().set(kind, 1 + step, step, firstSegment, segmentCount, vector.length);
            sender.begin(vector, 0);
            while (!sender.isIdle()) {
                sender.doWork();
            }
        }

        /** Waits for a node that is handed over. */
        PartialGradient awaitNode() {
            while (true) {
                frames.poll(16);
                PartialGradient node = shared.take(0);
                if (node != null) {
                    return node;
                }
                Thread.onSpinWait();
            }
        }

        float[] receive() {
            return receive(1);
        }

        /** Waits until there have been so many nodes; returns the last. */
        float[] receive(int nodes) {
            while (received < nodes * PARAMETERS) {
                frames.poll(16);
            }
            return gradient;
        }

        @Override
        public FrameFault onFrame(int sessionId, FrameFlyweight frame) {
            frame.copyTo(gradient, frame.partOffset());
            received += frame.partLength();
            return null;
        }

        void close() {
            CloseHelper.quietCloseAll(weights, work, gradients);
        }
    }
}
