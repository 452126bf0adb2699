package dev.tutti.worker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.Dataset;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.Frames;
import dev.tutti.wire.GenerationId;
import dev.tutti.worker.compute.WorkItem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Frames lost, repeated, out of order, damaged or forged: a vector arrives right or not at all, and nothing throws. */
class ReceiversTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final int ROUNDS = 400;
    private static final GenerationId GENERATION = new GenerationId(1, 2, 3);
    private static final int MEMBER = 2;
    private static final int FEATURES = 3;
    private static final int SAMPLES = 22;
    private static final int WEIGHTS = 17;
    private static final TrainingSpec SPEC = new TrainingSpec(
            new NetworkSpec(List.of(FEATURES, 2), List.of(Activation.SOFTMAX), Loss.CROSS_ENTROPY),
            new Sgd.Settings(0.1f, 0),
            3,
            8,
            2,
            Sync.STEP,
            1,
            true,
            0f,
            SAMPLES);

    private final FrameFlyweight frame = new FrameFlyweight();

    @Test
    void shouldDeliverWeightsWholeOrNotAtAll() {
        int complete = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            WeightsReceiver receiver = new WeightsReceiver(SPEC, WEIGHTS, null);
            List<byte[]> frames = new ArrayList<>();
            for (int step = 0; step < 8; step++) {
                FrameHeader header =
                        new FrameHeader().set(FrameKind.WEIGHTS, 1 + step / SPEC.stepsPerEpoch(), step, 0, 0, WEIGHTS);
                frames.addAll(Frames.of(GENERATION, header, vector(WEIGHTS, step, 0, 0), 1 + random.nextInt(WEIGHTS)));
            }
            for (byte[] bytes : Frames.disturbed(random, frames)) {
                give(receiver, bytes);
                if (receiver.completeStep() >= 0) {
                    complete++;
                    assertThat(receiver.weights())
                            .as("seed %d", SEED + round)
                            .isEqualTo(vector(WEIGHTS, receiver.completeStep(), 0, 0));
                }
            }
        }
        assertThat(complete).isGreaterThan(ROUNDS);
    }

    @Test
    void shouldDeliverWorkWholeOrNotAtAll() {
        int delivered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            WorkReceiver receiver = new WorkReceiver(MEMBER, job(Placement.STREAM));
            for (byte[] bytes : Frames.disturbed(random, workFrames(random, true))) {
                give(receiver, bytes);
                WorkItem item = receiver.peek();
                if (item != null) {
                    delivered++;
                    assertThat(Arrays.copyOf(item.block(), item.blockLength()))
                            .as("seed %d, step %d", SEED + round, item.step())
                            .isEqualTo(block(item.step(), item.firstSegment(), item.segmentCount()));
                    if (random.nextInt(3) > 0) {
                        receiver.release(receiver.take());
                    }
                }
            }
        }
        assertThat(delivered).isGreaterThan(ROUNDS);
    }

    @Test
    void shouldDeliverTheTrainingSetWholeOrNotAtAll() {
        int delivered = 0;
        float[] features = vector(SAMPLES * FEATURES, 1, 0, 0);
        float[] targets = vector(SAMPLES, 2, 0, 0);
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            WorkReceiver receiver = new WorkReceiver(MEMBER, job(Placement.REPLICATE));
            List<byte[]> frames = new ArrayList<>();
            for (int copies = 1 + random.nextInt(2); copies > 0; copies--) {
                int part = 1 + random.nextInt(SAMPLES);
                FrameHeader header = new FrameHeader()
                        .set(FrameKind.FEATURES, 0, 0, 0, 0, features.length)
                        .member(MEMBER);
                frames.addAll(Frames.of(GENERATION, header, features, part));
                frames.addAll(workFrames(random, false));
                header.set(FrameKind.TARGETS, 0, 0, 0, 0, targets.length);
                frames.addAll(Frames.of(GENERATION, header, targets, part));
            }
            for (byte[] bytes : Frames.disturbed(random, frames)) {
                give(receiver, bytes);
                Dataset training = receiver.takeTraining();
                if (training != null) {
                    delivered++;
                    assertThat(training.features()).as("seed %d", SEED + round).isEqualTo(features);
                    assertThat(training.targets()).as("seed %d", SEED + round).isEqualTo(targets);
                }
            }
        }
        assertThat(delivered).isGreaterThan(ROUNDS / 8);
    }

    @Test
    void shouldStandForgedFrames() {
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            boolean stream = random.nextBoolean();
            WorkReceiver work = new WorkReceiver(MEMBER, job(stream ? Placement.STREAM : Placement.REPLICATE));
            WeightsReceiver weights = new WeightsReceiver(SPEC, WEIGHTS, null);
            List<byte[]> frames = workFrames(random, stream);
            frames.addAll(Frames.of(
                    GENERATION, new FrameHeader().set(FrameKind.WEIGHTS, 1, 0, 0, 0, WEIGHTS), new float[WEIGHTS], 5));
            for (int i = 0; i < 200; i++) {
                byte[] bytes = frames.get(random.nextInt(frames.size()));
                byte[] sent = random.nextBoolean() ? Frames.forged(random, bytes) : bytes;
                give(work, sent);
                give(weights, sent);
                work.takeTraining();
                WorkItem item = work.peek();
                if (item != null) {
                    int segments = SPEC.segmentsOfStep((int) (item.step() % SPEC.stepsPerEpoch()));
                    assertThat(item.segmentCount()).as("seed %d", SEED + round).isPositive();
                    assertThat(item.firstSegment() + item.segmentCount())
                            .as("seed %d", SEED + round)
                            .isLessThanOrEqualTo(segments);
                    assertThat(item.epoch()).isEqualTo((int) (1 + item.step() / SPEC.stepsPerEpoch()));
                    work.release(work.take());
                }
            }
        }
    }

    @Test
    void shouldRefuseTheWorkOfAnother() {
        WorkReceiver receiver = new WorkReceiver(MEMBER, job(Placement.REPLICATE));
        FrameHeader header =
                new FrameHeader().set(FrameKind.WORK, 1, 0, 0, 1, 0).member(MEMBER + 1);
        assertThat(give(receiver, Frames.of(GENERATION, header, new float[0], 1).get(0)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
        assertThat(receiver.peek()).isNull();
    }

    @Test
    void shouldRefuseWeightsOfStepsThatTheRunDoesNotHave() {
        WeightsReceiver receiver = new WeightsReceiver(SPEC, WEIGHTS, null);
        int steps = SPEC.stepsPerEpoch();
        long[][] bad = {{SPEC.epochs() + 1, (long) SPEC.epochs() * steps}, {1, steps}, {2, 0}, {1, Long.MAX_VALUE}};
        for (long[] place : bad) {
            FrameHeader header = new FrameHeader().set(FrameKind.WEIGHTS, (int) place[0], place[1], 0, 0, WEIGHTS);
            assertThat(give(
                            receiver,
                            Frames.of(GENERATION, header, new float[WEIGHTS], WEIGHTS)
                                    .get(0)))
                    .as("epoch %d, step %d", place[0], place[1])
                    .isEqualTo(FrameFault.OUT_OF_RANGE);
        }
        assertThat(receiver.latestStep()).isEqualTo(-1);
    }

    @Test
    void shouldKeepABoundedNumberOfPieces() {
        WorkReceiver receiver = new WorkReceiver(MEMBER, job(Placement.REPLICATE));
        FrameHeader header =
                new FrameHeader().set(FrameKind.WORK, 1, 0, 0, 1, 0).member(MEMBER);
        byte[] bytes = Frames.of(GENERATION, header, new float[0], 1).get(0);
        int taken = 0;
        for (int i = 0; i < 10_000; i++) {
            taken += give(receiver, bytes) == null ? 1 : 0;
        }
        assertThat(taken).isEqualTo(256);
        for (; receiver.peek() != null; taken--) {
            receiver.release(receiver.take());
        }
        assertThat(taken).isZero();
        assertThat(give(receiver, bytes)).isNull();
    }

    @Test
    void shouldGiveWorkOfEarlierStepsFirst() {
        WorkReceiver receiver = new WorkReceiver(MEMBER, job(Placement.REPLICATE));
        for (int step : new int[] {2, 0, 1, 0, 2}) {
            FrameHeader header =
                    new FrameHeader().set(FrameKind.WORK, 1, step, 0, 1, 0).member(MEMBER);
            give(receiver, Frames.of(GENERATION, header, new float[0], 1).get(0));
        }
        List<Long> steps = new ArrayList<>();
        for (; receiver.peek() != null; receiver.release(receiver.take())) {
            steps.add(receiver.peek().step());
        }
        assertThat(steps).containsExactly(0L, 0L, 1L, 2L, 2L);
    }

    /** As a stream's receiver does. */
    private FrameFault give(FrameReceiver.Handler handler, byte[] bytes) {
        frame.wrap(new UnsafeBuffer(bytes), 0, bytes.length);
        FrameFault fault = frame.check(GENERATION);
        return fault == null ? handler.onFrame(1, frame) : fault;
    }

    private static List<byte[]> workFrames(Random random, boolean samplesComeAlong) {
        List<byte[]> frames = new ArrayList<>();
        for (int step = 0; step < SPEC.stepsPerEpoch() * SPEC.epochs(); step++) {
            int segments = SPEC.segmentsOfStep(step % SPEC.stepsPerEpoch());
            for (int first = 0; first < segments; ) {
                int count = 1 + random.nextInt(segments - first);
                float[] block = samplesComeAlong ? block(step, first, count) : new float[0];
                FrameHeader header = new FrameHeader()
                        .set(FrameKind.WORK, 1 + step / SPEC.stepsPerEpoch(), step, first, count, block.length)
                        .member(MEMBER);
                frames.addAll(Frames.of(GENERATION, header, block, 1 + random.nextInt(8)));
                first += count;
            }
        }
        return frames;
    }

    private static float[] block(long step, int first, int count) {
        int from = first * SPEC.segmentSize();
        int samples =
                Math.min(count * SPEC.segmentSize(), SPEC.samplesOfStep((int) (step % SPEC.stepsPerEpoch())) - from);
        return vector(samples * (FEATURES + 1), step, first, count);
    }

    private static float[] vector(int length, long step, int first, int count) {
        float[] vector = new float[length];
        for (int i = 0; i < length; i++) {
            vector[i] = 1 + i + 100 * first + 10_000 * count + 1_000_000 * step;
        }
        return vector;
    }

    private static JobDescription job(Placement placement) {
        return new JobDescription(1, "test", SPEC, FEATURES, 1, placement, "data");
    }
}
