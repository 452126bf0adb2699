package dev.tutti.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sender and a receiver over real streams, with terms that are much shorter than the vectors. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VectorStreamTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final GenerationId GENERATION = new GenerationId(1, 2, 3);
    private static final TermLengths SHORT_TERMS = new TermLengths(1 << 16, 1 << 16, 1 << 16);
    private static final int FLOATS = 200_000;

    @TempDir
    static Path folder;

    private static AeronNode node;

    private final FaultCounters faults = new FaultCounters();

    @BeforeAll
    static void launch() {
        node = AeronNode.launch(folder);
    }

    @AfterAll
    static void close() {
        node.close();
    }

    /** Twelve terms' worth of floats, of which no more than half a term is on its way: the sender must find no room. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCarryVectorsLongerThanTheWindow(boolean ipc) {
        float[] sent = vector();
        float[] received = new float[FLOATS];
        int[] at = new int[1];
        try (Stream stream = new Stream(ipc, (session, frame) -> {
            assertThat(frame.partOffset()).isEqualTo(at[0]);
            frame.copyTo(received, at[0]);
            at[0] += frame.partLength();
            return null;
        })) {
            int backPressured = 0;
            for (int vector = 0; vector < 3; vector++) {
                at[0] = 0;
                sent[vector] = -1;
                stream.sender.header().set(FrameKind.WEIGHTS, 1, vector, 0, 0, FLOATS);
                stream.sender.begin(sent, 0);
                assertThatThrownBy(() -> stream.sender.begin(sent, 0)).isInstanceOf(IllegalStateException.class);
                while (at[0] < FLOATS) {
                    int frames = stream.sender.doWork();
                    backPressured += frames == 0 && !stream.sender.isIdle() ? 1 : 0;
                    // Nothing is read while there is room: the window fills.
                    if (frames == 0) {
                        stream.receiver.poll(4);
                    }
                }
                assertThat(stream.sender.isIdle()).isTrue();
                assertThat(received).as("seed %d", SEED).isEqualTo(sent);
            }
            assertThat(backPressured).as("turns without room").isGreaterThan(20);
            assertThat(faults.total()).isZero();
        }
    }

    /** Aeron logs what a handler throws and goes on: a node of the tree would be missing, and nobody would know why. */
    @Test
    void shouldFailWithWhatAHandlerThrows() {
        int[] handled = new int[1];
        RuntimeException bug = new IllegalStateException("bug");
        try (Stream stream = new Stream(true, (session, frame) -> {
            handled[0]++;
            throw bug;
        })) {
            stream.sender.header().set(FrameKind.WEIGHTS, 1, 0, 0, 0, 6_000);
            stream.sender.begin(new float[6_000], 0);
            assertThat(stream.sender.doWork()).isGreaterThan(1);
            assertThatThrownBy(() -> pollForEver(stream)).isSameAs(bug);
            assertThat(handled[0]).isOne();
            assertThatThrownBy(() -> stream.receiver.poll(64)).isSameAs(bug);
            assertThat(handled[0]).isOne();
        }
    }

    @Test
    void shouldSayThatAStreamIsClosed() {
        Stream stream = new Stream(true, (session, frame) -> null);
        assertThat(stream.receiver.isConnected()).isTrue();
        assertThat(stream.receiver.poll(1)).isZero();
        stream.close();
        assertThatThrownBy(() -> stream.receiver.poll(1))
                .isInstanceOf(StreamClosedException.class)
                .hasMessageContaining("generation 2 of job 1 is closed");
        stream.sender.header().set(FrameKind.WEIGHTS, 1, 0, 0, 0, 1);
        stream.sender.begin(new float[1], 0);
        assertThatThrownBy(stream.sender::doWork).isInstanceOf(StreamClosedException.class);
    }

    @Test
    void shouldCountWhatItDrops() {
        try (Stream stream = new Stream(true, (session, frame) -> FrameFault.UNEXPECTED)) {
            stream.sender.header().set(FrameKind.WEIGHTS, 1, 0, 0, 0, 1);
            stream.sender.begin(new float[1], 0);
            stream.sender.doWork();
            while (stream.receiver.poll(1) == 0) {
                Thread.yield();
            }
            assertThat(faults.get(FrameFault.UNEXPECTED)).isOne();
            assertThat(faults.toString()).contains("unexpected=1");
        }
    }

    /** Until something is thrown: a stream takes a moment to be seen by its receiver. */
    private static void pollForEver(Stream stream) {
        while (true) {
            stream.receiver.poll(64);
            Thread.yield();
        }
    }

    private static float[] vector() {
        Random random = new Random(SEED);
        float[] vector = new float[FLOATS];
        for (int i = 0; i < FLOATS; i++) {
            vector[i] = random.nextFloat();
        }
        return vector;
    }

    /** Both ends of a stream. */
    private final class Stream implements AutoCloseable {
        private final Subscription subscription;
        private final ExclusivePublication publication;
        final VectorSender sender;
        final FrameReceiver receiver;

        Stream(boolean ipc, FrameReceiver.Handler handler) {
            Carriers carriers = ipc ? Carriers.IPC : Carriers.UDP;
            Streams draft = new Streams(carriers, "", "", 1408, SHORT_TERMS, 0);
            subscription = node.aeron().addSubscription(draft.subscription("127.0.0.1:0"), draft.gradientStreamId());
            String endpoint = ipc ? "" : UdpEndpoint.await(subscription);
            Streams streams = new Streams(carriers, endpoint, "", 1408, SHORT_TERMS, 0);
            publication =
                    node.aeron().addExclusivePublication(streams.gradientPublication(), streams.gradientStreamId());
            assertThat(publication.maxPayloadLength() + 32).isEqualTo(ipc ? SHORT_TERMS.gradients() / 8 : 1408);
            sender = new VectorSender(publication, GENERATION);
            receiver = new FrameReceiver(subscription, GENERATION, faults, handler);
            while (!sender.isConnected() || !subscription.isConnected()) {
                Thread.yield();
            }
        }

        @Override
        public void close() {
            publication.close();
            subscription.close();
        }
    }
}
