package dev.tutti.transport.tcp;

import static dev.tutti.transport.tcp.Ends.STREAM;
import static dev.tutti.transport.tcp.Ends.begin;
import static dev.tutti.transport.tcp.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tutti.reduce.BFloat16;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.FrameSender;
import dev.tutti.transport.tcp.Ends.End;
import dev.tutti.transport.tcp.Ends.Vectors;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Vectors over real sockets on loopback: what goes in comes out. */
@Timeout(60)
class TcpVectorsTest {
    private static final long SEED = 20261121;
    private static final int BACK = STREAM + 1;

    @Test
    void shouldCarryVectorsOfOddSizesBothWaysAtOnce() {
        Random random = new Random(SEED);
        List<float[]> there = vectors(random, 120);
        List<float[]> back = vectors(random, 120);
        Vectors atMember = new Vectors();
        Vectors atCoordinator = new Vectors();
        try (End coordinator = new End(TcpLinks.COORDINATOR);
                End member = new End(7)) {
            TcpFrameSource weights = member.links.source(STREAM, new int[] {TcpLinks.COORDINATOR}, atMember);
            TcpFrameSource gradients = coordinator.links.source(BACK, new int[] {7}, atCoordinator);
            TcpVectorSender out = coordinator.links.sender(STREAM, List.of(member.as(7)));
            TcpVectorSender in = member.links.sender(BACK, List.of(coordinator.as(TcpLinks.COORDINATOR)));
            until(
                    "all vectors",
                    () -> atMember.whole.size() == there.size() && atCoordinator.whole.size() == back.size(),
                    sending(out, there),
                    sending(in, back),
                    () -> weights.poll(1 + random.nextInt(8)),
                    () -> gradients.poll(1 + random.nextInt(8)));
            assertThat(out.isConnected() && in.isConnected() && weights.isConnected() && gradients.isConnected())
                    .isTrue();
            assertThat(member.faults.total() + coordinator.faults.total()).isZero();
        }
        assertSame(atMember, there);
        assertSame(atCoordinator, back);
    }

    @Test
    void shouldCarryAVectorToSeveralReceiversAndFromSeveralSenders() {
        Random random = new Random(SEED);
        List<float[]> vectors = vectors(random, 30);
        Vectors atMember = new Vectors();
        Vectors atOther = new Vectors();
        Vectors[] atCoordinator = {new Vectors(), new Vectors()};
        try (End coordinator = new End(TcpLinks.COORDINATOR);
                End member = new End(0);
                End other = new End(1)) {
            TcpFrameSource weights = member.links.source(STREAM, new int[] {TcpLinks.COORDINATOR}, atMember);
            TcpFrameSource otherWeights = other.links.source(STREAM, new int[] {TcpLinks.COORDINATOR}, atOther);
            TcpFrameSource gradients = coordinator.links.source(
                    BACK, new int[] {0, 1}, (session, frame) -> atCoordinator[frame.member()].onFrame(session, frame));
            TcpVectorSender out = coordinator.links.sender(STREAM, List.of(member.as(0), other.as(1)));
            TcpVectorSender in = member.links.sender(BACK, List.of(coordinator.as(TcpLinks.COORDINATOR)));
            TcpVectorSender otherIn = other.links.sender(BACK, List.of(coordinator.as(TcpLinks.COORDINATOR)));
            until(
                    "all vectors",
                    () -> atMember.whole.size() == 30
                            && atOther.whole.size() == 30
                            && atCoordinator[0].whole.size() == 30
                            && atCoordinator[1].whole.size() == 30,
                    sending(out, vectors),
                    sending(in, vectors),
                    sending(otherIn, vectors),
                    () -> weights.poll(10),
                    () -> otherWeights.poll(random.nextInt(3) == 0 ? 1 : 0),
                    () -> gradients.poll(5));
        }
        assertSame(atMember, vectors);
        assertSame(atOther, vectors);
        assertSame(atCoordinator[0], vectors);
        assertSame(atCoordinator[1], vectors);
        assertThat(atCoordinator[0].sessions.get(0)).isNotEqualTo(atCoordinator[1].sessions.get(0));
    }

    @Test
    void shouldCarryVectorsOfHalfTheBytes() {
        Random random = new Random(SEED);
        List<float[]> vectors = vectors(random, 40);
        for (float[] vector : vectors) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] = BFloat16.round(vector[i]);
            }
        }
        Vectors arrived = new Vectors();
        int[] begun = {0};
        try (End coordinator = new End(TcpLinks.COORDINATOR);
                End member = new End(7)) {
            TcpFrameSource gradients = coordinator.links.source(BACK, new int[] {7}, arrived);
            TcpVectorSender out = member.links.sender(BACK, List.of(coordinator.as(TcpLinks.COORDINATOR)));
            until("all vectors", () -> arrived.whole.size() == vectors.size(), () -> gradients.poll(8), () -> {
                if (out.isIdle() && begun[0] < vectors.size()) {
                    float[] vector = vectors.get(begun[0]);
                    out.header().set(FrameKind.GRADIENT_BFLOAT16, 1, begun[0]++, 0, 1, vector.length);
                    out.begin(vector, 0);
                    assertThat(out.unsentBytes()).isEqualTo(2L * vector.length);
                }
                out.doWork();
            });
            assertThat(member.faults.total() + coordinator.faults.total()).isZero();
        }
        assertSame(arrived, vectors);
    }

    /** A vector that grows goes from its end to its beginning, in whole frames, and no further than it is there. */
    @Test
    void shouldSendWhatIsThereOfAVectorThatGrows() {
        Random random = new Random(SEED);
        int frame = Ends.SMALL.floatsPerFrame();
        float[] vector = random(random, 5 * frame + 7);
        float[] arrived = new float[vector.length];
        int[] received = {0};
        FrameReceiver.Handler handler = (session, part) -> {
            assertThat(part.partOffset()).isEqualTo(received[0]);
            received[0] += part.partLength();
            part.copyTo(arrived, vector.length - received[0]);
            return null;
        };
        try (End coordinator = new End(TcpLinks.COORDINATOR);
                End member = new End(0)) {
            TcpFrameSource source = coordinator.links.source(BACK, new int[] {0}, handler);
            TcpVectorSender out = member.links.sender(BACK, List.of(coordinator.as(TcpLinks.COORDINATOR)));
            float[] growing = new float[vector.length + 3];
            Arrays.fill(growing, Float.NaN);
            out.header().set(FrameKind.GRADIENT, 1, 2, 0, 1, vector.length);
            out.begin(growing, 3, 0);
            int there = 0;
            while (there < vector.length) {
                int more = Math.min(vector.length - there, 1 + random.nextInt(2 * frame));
                there += more;
                int from = vector.length - there;
                System.arraycopy(vector, from, growing, 3 + from, more);
                out.ready(there);
                int whole = there == vector.length ? there : there / frame * frame;
                until("what is there", () -> received[0] == whole, out::doWork, () -> source.poll(3));
                assertThat(out.doWork()).as("part of a frame").isZero();
                assertThat(out.isIdle()).isEqualTo(there == vector.length);
            }
            float[] forwards = random(random, 2 * frame);
            received[0] = 0;
            begin(out, 3, forwards);
            until("another", () -> received[0] == forwards.length, out::doWork, () -> source.poll(3));
            assertThat(Arrays.copyOfRange(arrived, vector.length - frame, vector.length))
                    .isEqualTo(Arrays.copyOf(forwards, frame));
        }
        assertThat(Arrays.copyOf(arrived, vector.length - 2 * frame))
                .isEqualTo(Arrays.copyOf(vector, vector.length - 2 * frame));
    }

    @Test
    void shouldHoldTheSenderBackWhileTheReceiverDoesNotRead() {
        float[] vector = random(new Random(SEED), 16 << 20);
        Vectors arrived = new Vectors();
        try (End coordinator = new End(TcpLinks.COORDINATOR, TcpSettings.DEFAULT);
                End member = new End(0, TcpSettings.DEFAULT)) {
            TcpFrameSource weights = member.links.source(STREAM, new int[] {TcpLinks.COORDINATOR}, arrived);
            TcpVectorSender out = coordinator.links.sender(STREAM, List.of(member.as(0)));
            until("connection", out::isConnected, member.links::doWork);
            begin(out, 1, vector);
            int[] idleTurns = {0};
            until("nothing more is taken", () -> idleTurns[0] == 1000, () -> {
                idleTurns[0] = out.doWork() == 0 ? idleTurns[0] + 1 : 0;
                member.links.doWork();
            });
            assertThat(out.isIdle()).isFalse();
            assertThat(out.unsentBytes()).isPositive();
            assertThat(arrived.whole).isEmpty();
            assertThatThrownBy(() -> out.begin(vector, 0)).isInstanceOf(IllegalStateException.class);
            until("the vector", () -> arrived.whole.size() == 1, out::doWork, () -> weights.poll(1));
            assertThat(out.isIdle()).isTrue();
            assertThat(coordinator.lost).isEmpty();
        }
        assertThat(arrived.whole.get(0)).isEqualTo(vector);
    }

    @Test
    void shouldWakeUpWhenBytesComeOrCanBeSent() {
        float[] vector = random(new Random(SEED), 8 << 20);
        Vectors arrived = new Vectors();
        try (End coordinator = new End(TcpLinks.COORDINATOR, TcpSettings.DEFAULT);
                End member = new End(0, TcpSettings.DEFAULT)) {
            TcpFrameSource weights = member.links.source(STREAM, new int[] {TcpLinks.COORDINATOR}, arrived);
            TcpVectorSender out = coordinator.links.sender(STREAM, List.of(member.as(0)));
            begin(out, 1, vector);
            TransferIdleStrategy waiting = new TransferIdleStrategy(member.links);
            Thread sender = new Thread(() -> {
                TransferIdleStrategy sending = new TransferIdleStrategy(coordinator.links);
                until("sent", out::isIdle, () -> sending.idle(out.doWork()));
            });
            sender.start();
            until("the vector", () -> arrived.whole.size() == 1, () -> waiting.idle(weights.poll(64)));
            join(sender);
        }
        assertThat(arrived.whole.get(0)).isEqualTo(vector);
    }

    @Test
    void shouldAllocateNothingOnceWarm() {
        float[] vector = random(new Random(SEED), 300_001);
        float[] target = new float[vector.length];
        int[] received = {0, 0};
        try (End coordinator = new End(TcpLinks.COORDINATOR, TcpSettings.DEFAULT);
                End member = new End(0, TcpSettings.DEFAULT)) {
            TcpFrameSource weights = member.links.source(STREAM, new int[] {TcpLinks.COORDINATOR}, (session, frame) -> {
                received[0]++;
                return take(frame, target);
            });
            TcpFrameSource gradients = coordinator.links.source(BACK, new int[] {0}, (session, frame) -> {
                received[1]++;
                return take(frame, target);
            });
            TcpVectorSender out = coordinator.links.sender(STREAM, List.of(member.as(0)));
            TcpVectorSender in = member.links.sender(BACK, List.of(coordinator.as(TcpLinks.COORDINATOR)));
            TransferIdleStrategy waiting = new TransferIdleStrategy(member.links);
            int framesPerVector = (vector.length - 1) / TcpSettings.DEFAULT.floatsPerFrame() + 1;
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long allocated = Long.MAX_VALUE;
            // The interpreter and the compiler's guesses may box; the best of some rounds is what it costs.
            for (int round = 0; round < 20 && allocated > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 30; i++) {
                    received[0] = 0;
                    received[1] = 0;
                    begin(out, i, vector);
                    begin(in, i, vector);
                    while (received[0] < framesPerVector || received[1] < framesPerVector) {
                        int work = out.doWork() + in.doWork() + weights.poll(64) + gradients.poll(64);
                        waiting.idle(work);
                    }
                    while (!out.isIdle() || !in.isIdle()) {
                        out.doWork();
                        in.doWork();
                    }
                }
                allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(allocated).as("bytes for 30 vectors each way").isZero();
        }
    }

    private static FrameFault take(FrameFlyweight frame, float[] target) {
        frame.copyTo(target, frame.partOffset());
        return null;
    }

    /** Sends vectors in order; their steps count them. */
    private static Runnable sending(FrameSender sender, List<float[]> vectors) {
        int[] begun = {0};
        return () -> {
            if (sender.isIdle() && begun[0] < vectors.size()) {
                begin(sender, begun[0], vectors.get(begun[0]));
                begun[0]++;
            }
            sender.doWork();
        };
    }

    private static void assertSame(Vectors found, List<float[]> expected) {
        assertThat(found.whole).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.whole.get(i)).as("vector %d, seed %d", i, SEED).isEqualTo(expected.get(i));
            assertThat(found.steps.get(i)).isEqualTo(i);
        }
    }

    private static List<float[]> vectors(Random random, int count) {
        int part = Ends.SMALL.floatsPerFrame();
        int[] edges = {0, 1, part - 1, part, part + 1, 2 * part, 5 * part + 1};
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            vectors.add(random(random, i < edges.length ? edges[i] : random.nextInt(20_000)));
        }
        return vectors;
    }

    private static float[] random(Random random, int length) {
        float[] vector = new float[length];
        for (int i = 0; i < length; i++) {
            vector[i] = random.nextFloat() - 0.5f;
        }
        return vector;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
