package dev.tutti.worker.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.config.Endpoint;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameSender;
import dev.tutti.transport.FrameSource;
import dev.tutti.transport.StreamClosedException;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TermLengths;
import dev.tutti.transport.VectorSender;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.transport.tcp.TcpPeer;
import dev.tutti.transport.tcp.TcpSettings;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import dev.tutti.worker.compute.WorkItem;
import io.aeron.ExclusivePublication;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker's streams over a real media driver; the test is the coordinator. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkerPlaneTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final GenerationId GENERATION = new GenerationId(1, 2, 3);
    private static final TermLengths SHORT_TERMS = new TermLengths(1 << 16, 1 << 16, 1 << 16);
    private static final String HOST = "127.0.0.1";
    private static final TrainingSpec SPEC = new TrainingSpec(
            new NetworkSpec(List.of(300, 200, 100), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY),
            new Sgd.Settings(0.1f, 0),
            2,
            8,
            2,
            Sync.STEP,
            1,
            true,
            0f,
            80);
    private static final int PARAMETERS = new ParameterLayout(SPEC.network()).parameterCount();

    private static final JobDescription JOB = new JobDescription(1, "test", SPEC, 300, 1, Placement.REPLICATE, "data");

    @TempDir
    Path folder;

    private AeronNode node;

    @BeforeEach
    void launch() {
        node = AeronNode.launch(folder);
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** Five terms' worth of weights: they arrive in many polls, and those of the next step begin in the middle of a poll. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldPutWeightsTogetherOverManyPolls(boolean ipc) {
        assertThat(PARAMETERS * Float.BYTES).isGreaterThan(4 * SHORT_TERMS.weights());
        try (WorkerPlane plane = WorkerPlane.open(node, prepare(ipc, ipc ? "" : HOST + ":9"), HOST);
                ExclusivePublication publication = weightsTo(plane, ipc)) {
            VectorSender sender = new VectorSender(publication, GENERATION);
            float[] weights = random(1);
            send(sender, 1, 4, weights);
            int polls = 0;
            int pollsWithFrames = 0;
            long framesBefore = 0;
            while (plane.weightsStep() != 4) {
                sender.doWork();
                assertThat(plane.weightsStep()).isEqualTo(-1);
                plane.poll();
                pollsWithFrames += plane.weightsFrames() > framesBefore ? 1 : 0;
                framesBefore = plane.weightsFrames();
                polls++;
            }
            assertThat(pollsWithFrames).as("of %d polls", polls).isGreaterThan(3);
            assertThat(plane.weights()).as("seed %d", SEED).isEqualTo(weights);
            assertThat(plane.isOver(3)).isTrue();
            assertThat(plane.isOver(4)).isFalse();

            // Sent again because another worker lacks them: they stay complete.
            send(sender, 1, 4, weights);
            while (!sender.isIdle()) {
                sender.doWork();
                plane.poll();
                assertThat(plane.weightsStep()).isEqualTo(4);
            }

            // The first frame of the next step says that this one is over.
            float[] next = random(2);
            send(sender, 1, 5, next);
            while (!plane.isOver(4)) {
                sender.doWork();
                plane.poll();
            }
            while (plane.weightsStep() != 5) {
                sender.doWork();
                plane.poll();
            }
            assertThat(plane.weights()).as("seed %d", SEED).isEqualTo(next);
            assertThat(plane.faults().total()).isZero();
        }
    }

    /** The end of its connections is how a generation ends in good order, so it waits for what it is told next. */
    @Test
    void shouldTakeWeightsOverTcpAndWaitWhenTheCoordinatorHasParted() {
        FaultCounters faults = new FaultCounters();
        List<Integer> from = new ArrayList<>();
        TcpLinks links = TcpLinks.open(
                HOST,
                0,
                GENERATION,
                TcpLinks.COORDINATOR,
                TcpSettings.ofCoordinator(PARAMETERS, null),
                faults,
                (peer, reason) -> {});
        try {
            Streams streams = new Streams(
                    Carriers.TCP,
                    "",
                    links.endpoint().toString(),
                    1408,
                    SHORT_TERMS.but(Carriers.TCP),
                    2 * Streams.IDS_PER_GENERATION);
            FrameSource gradients = links.source(streams.gradientStreamId(), new int[] {0}, (session, frame) -> {
                from.add(frame.member());
                return null;
            });
            PrepareGeneration prepare = new PrepareGeneration(GENERATION, 0, JOB, streams, null, null);
            try (WorkerPlane plane = WorkerPlane.open(node, prepare, HOST)) {
                assertThat(plane.weightsEndpoint()).isEmpty();
                TcpPeer worker = new TcpPeer(0, Endpoint.parse(plane.tcpEndpoint()));
                FrameSender sender = links.sender(streams.weightsStreamId(), List.of(worker));
                float[] weights = random(1);
                send(sender, 1, 4, weights);
                while (plane.weightsStep() != 4) {
                    sender.doWork();
                    plane.poll();
                }
                assertThat(plane.weights()).as("seed %d", SEED).isEqualTo(weights);
                WorkItem item = new WorkItem();
                item.set(1, 4, 0, 1, 0);
                plane.beginWeightsRequest(item);
                while (from.isEmpty()) {
                    plane.send();
                    plane.poll();
                    gradients.poll(10);
                }
                assertThat(from).containsExactly(0);

                links.close();
                plane.beginGradient(item, new PartialGradient(PARAMETERS));
                while (plane.send() > 0 || !plane.hasParted()) {
                    plane.poll();
                }
                assertThat(plane.poll()).isZero();
                assertThat(plane.weightsStep()).isEqualTo(4);
            }
        } finally {
            links.close();
        }
        assertThat(faults.total()).isZero();
    }

    /** So that a worker which is asked again and again does not fill the machine with sockets. */
    @Test
    void shouldLeaveNothingOpenWhereItCannotOpenAll() {
        assertThatThrownBy(() -> WorkerPlane.open(node, prepare(false, "no endpoint at all"), HOST))
                .isInstanceOf(RuntimeException.class);
        awaitNoSockets();
        assertThatThrownBy(() -> WorkerPlane.open(node, prepare(false, HOST + ":9"), "no host at all"))
                .isInstanceOf(RuntimeException.class);
        awaitNoSockets();
    }

    /** Aeron closes a client whose process stood still for too long. */
    @Test
    void shouldSayThatItsStreamsAreClosed() {
        try (WorkerPlane plane = WorkerPlane.open(node, prepare(true, ""), HOST)) {
            assertThat(plane.poll()).isZero();
            node.aeron().close();
            assertThatThrownBy(plane::poll).isInstanceOf(StreamClosedException.class);
        }
    }

    /** Counters of the driver whose label says that they belong to a socket that receives. */
    private void awaitNoSockets() {
        int[] sockets = new int[1];
        do {
            sockets[0] = 0;
            node.aeron().countersReader().forEach((id, label) -> sockets[0] += label.startsWith("rcv-channel") ? 1 : 0);
            Thread.yield();
        } while (sockets[0] > 0);
    }

    @Test
    void shouldHaveSocketsWhileItIsOpen() {
        try (WorkerPlane plane = WorkerPlane.open(node, prepare(false, HOST + ":9"), HOST)) {
            int[] sockets = new int[1];
            node.aeron().countersReader().forEach((id, label) -> sockets[0] += label.startsWith("rcv-channel") ? 1 : 0);
            assertThat(sockets[0]).isEqualTo(2);
            assertThat(plane.weightsEndpoint()).isNotEqualTo(plane.workEndpoint());
        }
        awaitNoSockets();
    }

    private ExclusivePublication weightsTo(WorkerPlane plane, boolean ipc) {
        Streams streams = prepare(ipc, "").streams();
        ExclusivePublication publication =
                node.aeron().addExclusivePublication(streams.weightsPublication(1), streams.weightsStreamId());
        if (!ipc) {
            publication.addDestination(Streams.destination(plane.weightsEndpoint()));
        }
        while (!publication.isConnected()) {
            Thread.yield();
        }
        return publication;
    }

    private static void send(FrameSender sender, int epoch, long step, float[] weights) {
        sender.header().set(FrameKind.WEIGHTS, epoch, step, 0, 0, weights.length);
        sender.begin(weights, 0);
    }

    private static PrepareGeneration prepare(boolean ipc, String gradientEndpoint) {
        Streams streams = new Streams(
                ipc ? Carriers.IPC : Carriers.UDP,
                gradientEndpoint,
                "",
                1408,
                SHORT_TERMS,
                2 * Streams.IDS_PER_GENERATION);
        return new PrepareGeneration(GENERATION, 0, JOB, streams, null, null);
    }

    private static float[] random(int number) {
        Random random = new Random(SEED + number);
        float[] floats = new float[PARAMETERS];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = random.nextFloat();
        }
        return floats;
    }
}
