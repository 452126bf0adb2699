package dev.tutti.app.bench.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private final Arrivals arrivals = new Arrivals(2);

    @Test
    void shouldWaitForAllSenders() {
        arrivals.reset(3);
        assertThat(take(0, 0, 0)).isNull();
        assertThat(arrivals.areThere(0)).isFalse();
        assertThat(take(1, 0, 0)).isNull();
        assertThat(arrivals.areThere(0)).isTrue();
        assertThat(arrivals.areThere(1)).isFalse();
        arrivals.reset(3);
        assertThat(arrivals.areThere(0)).isFalse();
        assertThat(take(2, 0, 0)).isEqualTo(FrameFault.OUT_OF_RANGE);
    }

    @Test
    void shouldNotEndARoundEarlyWhereTheLastIsThereAsWell() {
        arrivals.reset(3);
        take(0, 4, 0);
        take(0, 5, Exchange.LAST);
        assertThat(arrivals.isLast(4)).isFalse();
        assertThat(arrivals.isLast(5)).isTrue();
    }

    private FrameFault take(int member, long step, int last) {
        byte[] bytes = new byte[FrameFlyweight.HEADER_LENGTH + 3 * Float.BYTES];
        FrameFlyweight frame = new FrameFlyweight().wrapForWriting(new UnsafeBuffer(bytes), 0, bytes.length);
        FrameHeader header =
                new FrameHeader().set(FrameKind.GRADIENT, 1, step, 0, last, 3).member(member);
        frame.write(new GenerationId(1, 1, 1), header, new float[3], 0, 0, 3);
        return arrivals.onFrame(1, frame);
    }
}
