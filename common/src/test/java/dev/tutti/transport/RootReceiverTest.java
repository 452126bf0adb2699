package dev.tutti.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.Frames;
import dev.tutti.wire.GenerationId;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class RootReceiverTest {
    private static final GenerationId GENERATION = new GenerationId(1, 2, 3);
    private static final long STEP = 7;

    private final RootReceiver roots = new RootReceiver(FrameKind.ROOT, 2);
    private final FrameReceiver.Handler first = roots.from(0, 0, 3);
    private final FrameReceiver.Handler second = roots.from(1, 3, 2);
    private final PartialGradient sum = new PartialGradient(5);

    @Test
    void shouldPutTheSharesTogether() {
        assertThat(roots.awaits(0)).as("before a step").isFalse();
        assertThat(roots.isComplete()).isFalse();
        roots.begin(STEP, sum);
        second.onFrame(0, frame(STEP, new float[] {4, 5}, 0));
        assertThat(roots.awaits(1)).isFalse();
        assertThat(roots.awaits(0)).isTrue();
        first.onFrame(0, frame(STEP, new float[] {1, 2, 3}, 0));
        assertThat(roots.isComplete()).as("half a share").isFalse();
        first.onFrame(0, frame(STEP, new float[] {1, 2, 3}, 1));
        assertThat(roots.isComplete()).as("without the own share").isFalse();
        roots.putOwn(own(0), 5);
        assertThat(roots.isComplete()).isTrue();
        assertThat(sum.gradient()).containsExactly(1, 2, 3, 4, 5);
        assertThat(sum.lossSum()).isEqualTo(0.5);
        assertThat(sum.weightSum()).isEqualTo(8);
        assertThat(sum.correctSum()).isEqualTo(6);
        roots.begin(STEP + 1, sum);
        assertThat(roots.isComplete()).isFalse();
        assertThat(roots.awaits(1)).isTrue();
    }

    @Test
    void shouldPutTheOwnShareInItsPlace() {
        RootReceiver three = new RootReceiver(FrameKind.ROOT, 1);
        FrameReceiver.Handler other = three.from(0, 0, 3);
        three.begin(STEP, sum);
        assertThat(three.hasOwn()).isFalse();
        three.putOwn(own(2), 3);
        assertThat(three.hasOwn()).isTrue();
        assertThat(three.isComplete()).isFalse();
        other.onFrame(0, frame(STEP, new float[] {1, 2, 3}, 0));
        other.onFrame(0, frame(STEP, new float[] {1, 2, 3}, 1));
        assertThat(three.isComplete()).isTrue();
        assertThat(sum.gradient()).containsExactly(1, 2, 3, 10, 11);
        three.begin(STEP + 1, sum);
        assertThat(three.hasOwn()).isFalse();
    }

    /** What goes on at once is what is there from the end without a gap. */
    @Test
    void shouldSayHowMuchIsThereFromTheEnd() {
        RootReceiver three = new RootReceiver(FrameKind.ROOT, 2);
        FrameReceiver.Handler low = three.from(0, 0, 3);
        FrameReceiver.Handler high = three.from(1, 6, 3);
        three.own(3, 3);
        three.begin(STEP, new PartialGradient(9));
        assertThat(three.ready()).isZero();
        three.putOwn(own(1), 5, false);
        assertThat(three.ready()).as("a gap at the end").isZero();
        high.onFrame(0, frame(STEP, new float[] {1, 2, 3}, 0));
        assertThat(three.ready()).isEqualTo(2);
        low.onFrame(0, frame(STEP, new float[] {1, 2, 3}, 0));
        low.onFrame(0, frame(STEP, new float[] {1, 2, 3}, 1));
        assertThat(three.ready()).isEqualTo(2);
        high.onFrame(0, frame(STEP, new float[] {1, 2, 3}, 1));
        assertThat(three.ready()).as("the last share and a part of the own").isEqualTo(4);
        three.putOwn(own(2), 3, true);
        assertThat(three.ready()).isEqualTo(9);
        three.begin(STEP + 1, new PartialGradient(9));
        assertThat(three.ready()).isZero();
    }

    /** A share may be empty where there are more owners than parameters. */
    @Test
    void shouldPassEmptySharesOver() {
        RootReceiver three = new RootReceiver(FrameKind.ROOT, 2);
        FrameReceiver.Handler low = three.from(0, 0, 0);
        FrameReceiver.Handler high = three.from(1, 3, 0);
        three.own(0, 3);
        three.begin(STEP, new PartialGradient(3));
        three.putOwn(own(3), 0, true);
        assertThat(three.isComplete()).isFalse();
        low.onFrame(0, frame(STEP, new float[] {}, 0));
        high.onFrame(0, frame(STEP, new float[] {}, 0));
        assertThat(three.isComplete()).isTrue();
        assertThat(three.ready()).isEqualTo(3);
    }

    @Test
    void shouldTakeNothingElse() {
        roots.begin(STEP, sum);
        roots.putOwn(own(0), 5);
        assertThat(first.onFrame(0, frame(STEP - 1, new float[] {1, 2, 3}, 0))).isEqualTo(FrameFault.UNEXPECTED);
        assertThat(first.onFrame(0, frame(STEP + 1, new float[] {1, 2, 3}, 0))).isEqualTo(FrameFault.UNEXPECTED);
        assertThat(first.onFrame(0, frame(STEP, new float[] {1, 2, 3}, 1)))
                .as("the second part first")
                .isEqualTo(FrameFault.UNEXPECTED);
        assertThat(first.onFrame(0, frame(STEP, new float[] {1, 2}, 0)))
                .as("another length")
                .isEqualTo(FrameFault.OUT_OF_RANGE);
        second.onFrame(0, frame(STEP, new float[] {4, 5}, 0));
        assertThat(second.onFrame(0, frame(STEP, new float[] {6, 7}, 0)))
                .as("twice")
                .isEqualTo(FrameFault.UNEXPECTED);
        assertThat(sum.gradient()).containsExactly(0, 0, 0, 4, 5);
        assertThat(roots.isComplete()).isFalse();
    }

    private static PartialGradient own(int length) {
        PartialGradient own = new PartialGradient(length).reset(0, 4);
        own.sums(0.5, 8, 6);
        for (int i = 0; i < length; i++) {
            own.gradient()[i] = 10 + i;
        }
        return own;
    }

    /** Two floats in a frame, the last two in the first. */
    private static FrameFlyweight frame(long step, float[] share, int part) {
        FrameHeader header = new FrameHeader()
                .set(FrameKind.ROOT, 1, step, 0, 0, share.length)
                .sums(0.5, 8, 6);
        float[] asSent = share.length == 3 ? new float[] {share[1], share[2], share[0]} : share;
        List<byte[]> frames = Frames.of(GENERATION, header, asSent, 2);
        byte[] bytes = frames.get(part);
        return new FrameFlyweight().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
    }
}
