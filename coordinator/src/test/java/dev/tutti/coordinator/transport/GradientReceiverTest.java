package dev.tutti.coordinator.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import dev.tutti.transport.SharedVectors;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.Frames;
import dev.tutti.wire.GenerationId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Frames lost, repeated, out of order, damaged or forged: a node arrives right or not at all, and no buffer is lost. */
class GradientReceiverTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final int ROUNDS = 400;
    private static final GenerationId GENERATION = new GenerationId(1, 2, 3);
    private static final int MEMBERS = 3;
    private static final int SEGMENTS = 11;
    private static final int STEPS = 4;
    private static final int PARAMETERS = 13;

    private final FrameFlyweight frame = new FrameFlyweight();

    @Test
    void shouldDeliverNodesWholeOrNotAtAll() {
        int delivered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            Loop loop = new Loop("seed " + (SEED + round), true);
            GradientReceiver receiver = new GradientReceiver(PARAMETERS, FrameKind.GRADIENT, MEMBERS, null, loop);
            List<byte[]> frames = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                frames.addAll(interleaved(random, step));
            }
            for (byte[] bytes : Frames.disturbed(random, frames)) {
                loop.step = random.nextInt(20) == 0 ? random.nextInt(STEPS) : loop.step;
                give(receiver, bytes);
                assertThat(loop.out).as(loop.name).hasSizeLessThanOrEqualTo(MEMBERS);
            }
            receiver.close();
            assertThat(loop.out).as(loop.name).isEmpty();
            delivered += loop.delivered;
        }
        assertThat(delivered).isGreaterThan(ROUNDS);
    }

    @Test
    void shouldStandForgedFrames() {
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            Loop loop = new Loop("seed " + (SEED + round), false);
            GradientReceiver receiver = new GradientReceiver(PARAMETERS, FrameKind.GRADIENT, MEMBERS, null, loop);
            for (byte[] bytes : interleaved(random, 0)) {
                refused += give(receiver, Frames.forged(random, bytes)) == null ? 0 : 1;
                give(receiver, bytes);
                assertThat(loop.out).as(loop.name).hasSizeLessThanOrEqualTo(MEMBERS);
            }
            receiver.close();
            assertThat(loop.out).as(loop.name).isEmpty();
            assertThat(loop.created).as(loop.name).isLessThanOrEqualTo(MEMBERS);
        }
        assertThat(refused).isGreaterThan(ROUNDS);
    }

    @Test
    void shouldTakeGradientsOfItsKindAlone() {
        Loop loop = new Loop("kinds", false);
        loop.step = 3;
        for (FrameKind wanted : List.of(FrameKind.GRADIENT, FrameKind.GRADIENT_BFLOAT16)) {
            GradientReceiver receiver = new GradientReceiver(PARAMETERS, wanted, MEMBERS, null, loop);
            for (FrameKind sent : List.of(FrameKind.GRADIENT, FrameKind.GRADIENT_BFLOAT16)) {
                FrameHeader header =
                        new FrameHeader().set(sent, 1, 3, 0, 1, PARAMETERS).sums(1, 1, 1);
                byte[] bytes = Frames.of(GENERATION, header, new float[PARAMETERS], PARAMETERS)
                        .get(0);
                assertThat(give(receiver, bytes)).isEqualTo(sent == wanted ? null : FrameFault.OUT_OF_RANGE);
            }
            receiver.close();
        }
    }

    @Test
    void shouldPassOnRequestsAndSignsOfLife() {
        Loop loop = new Loop("requests", true);
        GradientReceiver receiver = new GradientReceiver(PARAMETERS, FrameKind.GRADIENT, MEMBERS, null, loop);
        FrameHeader header =
                new FrameHeader().set(FrameKind.RESEND_WEIGHTS, 1, 5, 0, 0, 0).member(2);
        assertThat(give(receiver, Frames.of(GENERATION, header, new float[0], 1).get(0)))
                .isNull();
        assertThat(loop.asked).containsExactly("2:5");

        header.set(FrameKind.GRADIENT, 1, 3, 0, 1, PARAMETERS).member(1);
        assertThat(give(
                        receiver,
                        Frames.of(GENERATION, header, new float[PARAMETERS], PARAMETERS)
                                .get(0)))
                .isEqualTo(FrameFault.UNEXPECTED);
        assertThat(loop.alive).containsExactly(1);

        header.member(MEMBERS);
        assertThat(give(
                        receiver,
                        Frames.of(GENERATION, header, new float[PARAMETERS], PARAMETERS)
                                .get(0)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
    }

    /** Nodes of a member of this process come by reference; for each a buffer goes back, and none is lost. */
    @Test
    void shouldTakeNodesOverAndGiveABufferBackForEach() {
        Random random = new Random(SEED);
        SharedVectors.Generation shared = new SharedVectors().open(GENERATION, MEMBERS);
        Loop loop = new Loop("seed " + SEED, false);
        GradientReceiver receiver = new GradientReceiver(PARAMETERS, FrameKind.GRADIENT, MEMBERS, shared, loop);
        Set<PartialGradient> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
        int[] given = new int[MEMBERS];
        for (int round = 0; round < ROUNDS; round++) {
            int member = random.nextInt(MEMBERS);
            int first = random.nextInt(SEGMENTS);
            int count = SummationTree.largestNode(first, SEGMENTS, SEGMENTS);
            boolean current = random.nextBoolean();
            PartialGradient back = shared.takeBack(member);
            PartialGradient node = back == null ? new PartialGradient(PARAMETERS) : back;
            given[member] -= back == null ? 0 : 1;
            buffers.add(node.reset(first, count));
            int delivered = loop.delivered;
            assertThat(shared.give(member, node)).isTrue();
            given[member]++;

            FrameFault fault = give(receiver, handedOver(member, current ? 0 : 1, first, count));

            assertThat(fault).as(loop.name).isEqualTo(current ? null : FrameFault.UNEXPECTED);
            assertThat(loop.delivered - delivered).isEqualTo(current ? 1 : 0);
            receiver.giveBack();
        }
        for (int member = 0; member < MEMBERS; member++) {
            for (; given[member] > 0; given[member]--) {
                assertThat(shared.takeBack(member))
                        .as("%s, member %d", loop.name, member)
                        .isIn(buffers);
            }
            assertThat(shared.takeBack(member)).isNull();
        }
        assertThat(loop.created).as("buffers of the loop's own").isZero();
        assertThat(buffers).hasSizeLessThanOrEqualTo(MEMBERS);
    }

    @Test
    void shouldNotBelieveFramesThatTellOfNoNode() {
        SharedVectors.Generation shared = new SharedVectors().open(GENERATION, MEMBERS);
        Loop loop = new Loop("forged", false);
        GradientReceiver receiver = new GradientReceiver(PARAMETERS, FrameKind.GRADIENT, MEMBERS, shared, loop);
        assertThat(give(receiver, handedOver(1, 0, 0, 1))).isEqualTo(FrameFault.UNEXPECTED);
        PartialGradient node = new PartialGradient(PARAMETERS).reset(2, 1);
        shared.give(1, node);
        assertThat(give(receiver, handedOver(1, 0, 3, 1))).isEqualTo(FrameFault.UNEXPECTED);
        assertThat(shared.takeBack(1)).as("the node goes back to its owner").isSameAs(node);
        FrameHeader copied = new FrameHeader()
                .set(FrameKind.GRADIENT, 1, 0, 0, 1, PARAMETERS)
                .member(1)
                .sums(0, 1, 0);
        assertThat(give(
                        receiver,
                        Frames.of(GENERATION, copied, new float[PARAMETERS], PARAMETERS)
                                .get(0)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
        assertThat(loop.delivered).isZero();
    }

    private static byte[] handedOver(int member, long step, int first, int count) {
        FrameHeader header = new FrameHeader()
                .set(FrameKind.GRADIENT, 1, step, first, count, 0)
                .member(member)
                .sums(0, count, 0);
        return Frames.of(GENERATION, header, new float[0], 1).get(0);
    }

    private FrameFault give(GradientReceiver receiver, byte[] bytes) {
        frame.wrap(new UnsafeBuffer(bytes), 0, bytes.length);
        FrameFault fault = frame.check(GENERATION);
        return fault == null ? receiver.onFrame(frame.member(), frame) : fault;
    }

    /** All nodes of a random cut of a step, from random members whose frames come mixed, but each member's in order. */
    private static List<byte[]> interleaved(Random random, int step) {
        List<ArrayDeque<byte[]>> queues = new ArrayList<>();
        for (int member = 0; member < MEMBERS; member++) {
            queues.add(new ArrayDeque<>());
        }
        for (int first = 0; first < SEGMENTS; ) {
            int end = first + 1 + random.nextInt(SEGMENTS - first);
            int count = SummationTree.largestNode(first, end, SEGMENTS);
            int member = random.nextInt(MEMBERS);
            FrameHeader header = new FrameHeader()
                    .set(FrameKind.GRADIENT, 1, step, first, count, PARAMETERS)
                    .member(member)
                    .sums(first, count, step);
            queues.get(member).addAll(Frames.of(GENERATION, header, node(step, first, count), 1 + random.nextInt(6)));
            first += count;
        }
        List<byte[]> frames = new ArrayList<>();
        while (queues.stream().anyMatch(queue -> !queue.isEmpty())) {
            byte[] next = queues.get(random.nextInt(MEMBERS)).poll();
            if (next != null) {
                frames.add(next);
            }
        }
        return frames;
    }

    private static float[] node(long step, int first, int count) {
        float[] node = new float[PARAMETERS];
        for (int i = 0; i < PARAMETERS; i++) {
            node[i] = 1 + i + 100 * first + 10_000 * count + 1_000_000 * step;
        }
        return node;
    }

    /** Stands for the step loop; keeps account of the buffers. */
    private static final class Loop implements CoordinatorPlane.Events {
        final String name;
        private final boolean honest;
        private final ArrayDeque<PartialGradient> pool = new ArrayDeque<>();
        final Set<PartialGradient> out = Collections.newSetFromMap(new IdentityHashMap<>());
        final List<String> asked = new ArrayList<>();
        final List<Integer> alive = new ArrayList<>();
        long step;
        int created;
        int delivered;

        Loop(String name, boolean honest) {
            this.name = name;
            this.honest = honest;
        }

        @Override
        public PartialGradient acquire(long ofStep, int firstSegment, int segmentCount) {
            if (ofStep != step || !SummationTree.isNode(firstSegment, segmentCount, SEGMENTS)) {
                return null;
            }
            created += pool.isEmpty() ? 1 : 0;
            PartialGradient node = pool.isEmpty() ? new PartialGradient(PARAMETERS) : pool.pop();
            assertThat(out.add(node)).as(name).isTrue();
            return node;
        }

        @Override
        public boolean accepts(long ofStep, int firstSegment, int segmentCount) {
            return ofStep == step && SummationTree.isNode(firstSegment, segmentCount, SEGMENTS);
        }

        @Override
        public PartialGradient spare() {
            return pool.poll();
        }

        @Override
        public void onGradient(int member, long ofStep, PartialGradient node) {
            delivered++;
            if (honest) {
                assertThat(node.gradient()).as(name).isEqualTo(node(ofStep, node.firstSegment(), node.segmentCount()));
                assertThat(node.lossSum()).as(name).isEqualTo(node.firstSegment());
                assertThat(node.weightSum()).as(name).isEqualTo(node.segmentCount());
                assertThat(node.correctSum()).as(name).isEqualTo(ofStep);
            }
            // One that was handed over was not given out here.
            out.add(node);
            release(node);
        }

        @Override
        public void onRefused(int member, int segmentCount) {
            alive.add(member);
        }

        @Override
        public void release(PartialGradient node) {
            assertThat(out.remove(node)).as(name).isTrue();
            pool.push(node);
        }

        @Override
        public void onComputed(int member, int segmentCount, float seconds) {}

        @Override
        public void onResendRequest(int member, long ofStep) {
            asked.add(member + ":" + ofStep);
        }
    }
}
