package dev.tutti.worker.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TermLengths;
import dev.tutti.transport.VectorSender;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import dev.tutti.worker.compute.ComputeTeam;
import dev.tutti.worker.compute.SampleSource;
import dev.tutti.worker.transport.WorkerPlane;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker with one compute thread, and an epoch as one piece of work that takes it minutes; the test is the coordinator. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StaleWorkTest {
    private static final GenerationId GENERATION = new GenerationId(1, 2, 3);
    private static final int FEATURES = 2;
    private static final int SAMPLES = 1_000_000;
    private static final TrainingSpec SPEC = new TrainingSpec(
            new NetworkSpec(
                    List.of(FEATURES, 256, 256, 2),
                    List.of(Activation.RELU, Activation.RELU, Activation.SOFTMAX),
                    Loss.CROSS_ENTROPY),
            new Sgd.Settings(0.1f, 0),
            3,
            64,
            64,
            Sync.EPOCH,
            1,
            true,
            0f,
            SAMPLES);
    private static final JobDescription JOB =
            new JobDescription(1, "test", SPEC, FEATURES, 1, Placement.REPLICATE, "data");
    private static final float[] WEIGHTS = new float[new ParameterLayout(SPEC.network()).parameterCount()];
    private static final Streams STREAMS = new Streams(
            Carriers.IPC, "", "", 1408, new TermLengths(1 << 16, 1 << 16, 1 << 16), 2 * Streams.IDS_PER_GENERATION);

    @TempDir
    Path folder;

    private final List<String> answers = new ArrayList<>();
    private final AtomicInteger segmentsBegun = new AtomicInteger();
    private AeronNode node;
    private Subscription gradients;
    private ExclusivePublication weights;
    private ExclusivePublication work;
    private WorkerPlane plane;
    private GenerationLoop loop;
    private Thread thread;
    private FrameReceiver receiver;
    private VectorSender weightsSender;

    @BeforeEach
    void begin() {
        node = AeronNode.launch(folder);
        gradients = node.aeron().addSubscription(STREAMS.subscription(""), STREAMS.gradientStreamId());
        plane = WorkerPlane.open(node, new PrepareGeneration(GENERATION, 0, JOB, STREAMS, null, null), "");
        weights = node.aeron().addExclusivePublication(STREAMS.weightsPublication(1), STREAMS.weightsStreamId());
        work = node.aeron().addExclusivePublication(STREAMS.workPublication(""), STREAMS.workStreamId(0));
        weightsSender = new VectorSender(weights, GENERATION);
        receiver = new FrameReceiver(gradients, GENERATION, new FaultCounters(), (session, frame) -> {
            answers.add(frame.kind() + " of step " + frame.step());
            return null;
        });
        Dataset data = new Dataset(new float[SAMPLES * FEATURES], FEATURES, new float[SAMPLES], 1, SAMPLES);
        SampleSource source = new SampleSource(SPEC, FEATURES, 1, data) {
            @Override
            public MiniBatch select(MiniBatch batch, int firstSegment, int segmentCount) {
                segmentsBegun.addAndGet(segmentCount);
                return super.select(batch, firstSegment, segmentCount);
            }
        };
        ComputeTeam team = new ComputeTeam(SPEC, source, 1);
        loop = new GenerationLoop(plane, team, training -> team, training -> {});
        thread = new Thread(loop::run, "leader");
        thread.start();
    }

    @AfterEach
    void end() throws InterruptedException {
        loop.stop();
        thread.join();
        plane.close();
        node.close();
    }

    /**
     * Others have done a slow worker's work, and the coordinator goes on. The weights are several windows long, so a worker that
     * reads nothing while it computes in vain would hold all others up.
     */
    @Test
    void shouldReadWhileItComputesAndDropWhatIsOver() {
        assertThat(WEIGHTS.length * Float.BYTES)
                .isGreaterThan(3 * STREAMS.terms().weights());
        sendWork(0);
        sendWeights(0);
        awaitComputing();
        sendWeights(1);
        while (answers.isEmpty()) {
            receiver.poll(1);
        }
        assertThat(answers).containsExactly("RESEND_WEIGHTS of step 0");
    }

    @Test
    void shouldDropWorkThatIsOverBeforeItBegins() {
        sendWeights(2);
        sendWork(0);
        sendWork(1);
        while (answers.size() < 2) {
            receiver.poll(1);
        }
        assertThat(answers).containsExactly("RESEND_WEIGHTS of step 0", "RESEND_WEIGHTS of step 1");
    }

    @Test
    void shouldStopInTheMiddleOfAPiece() throws InterruptedException {
        sendWork(0);
        sendWeights(0);
        awaitComputing();
        loop.stop();
        thread.join();
        assertThat(segmentsBegun.get()).isPositive().isLessThan(SPEC.segmentsOfStep(0));
        assertThat(receiver.poll(1)).isZero();
    }

    private void sendWork(long step) {
        VectorSender sender = new VectorSender(work, GENERATION);
        sender.header().set(FrameKind.WORK, 1 + (int) step, step, 0, SPEC.segmentsOfStep(0), 0);
        sender.begin(WEIGHTS, 0);
        while (!sender.isIdle()) {
            sender.doWork();
        }
    }

    private void sendWeights(long step) {
        weightsSender.header().set(FrameKind.WEIGHTS, 1 + (int) step, step, 0, 0, WEIGHTS.length);
        weightsSender.begin(WEIGHTS, 0);
        while (!weightsSender.isIdle()) {
            weightsSender.doWork();
        }
    }

    private void awaitComputing() {
        while (Arrays.stream(thread.getStackTrace())
                .noneMatch(frame -> frame.getMethodName().equals("gradients"))) {
            Thread.yield();
        }
    }
}
