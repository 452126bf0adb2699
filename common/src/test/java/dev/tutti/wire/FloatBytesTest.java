package dev.tutti.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FloatBytesTest {
    private static final int BYTES = 64;

    private final ByteBuffer memory = ByteBuffer.allocate(BYTES + 16).order(ByteOrder.LITTLE_ENDIAN);
    private final UnsafeBuffer buffer = new UnsafeBuffer(memory, 8, BYTES);

    @Test
    void shouldPutLittleEndianFloatsThatItGetsBackToTheBit() {
        float[] source = {7, 1.5f, -0f, Float.MIN_VALUE, Float.NEGATIVE_INFINITY, Float.intBitsToFloat(0x7FC12345)};
        FloatBytes.put(buffer, 4, source, 1, 5);
        for (int i = 1; i < source.length; i++) {
            assertThat(memory.getInt(8 + 4 * i)).isEqualTo(Float.floatToRawIntBits(source[i]));
        }
        float[] target = new float[8];
        FloatBytes.get(buffer, 4, target, 2, 5);
        for (int i = 1; i < source.length; i++) {
            assertThat(Float.floatToRawIntBits(target[i + 1])).isEqualTo(Float.floatToRawIntBits(source[i]));
        }
        assertThat(target[0]).isZero();
        assertThat(target[1]).isZero();
        assertThat(target[7]).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 11})
    void shouldPutUpperHalvesThatItGetsBack(int count) {
        float[] source = new float[count + 1];
        for (int i = 0; i < source.length; i++) {
            source[i] = Float.intBitsToFloat((0x8765 + 0x1357 * i & 0xffff) << 16);
        }
        FloatBytes.putUpperHalves(buffer, 6, source, 1, count);
        for (int i = 0; i < count; i++) {
            assertThat(memory.getShort(8 + 6 + 2 * i)).isEqualTo((short) (0x8765 + 0x1357 * (i + 1)));
        }
        assertThat(memory.getShort(8 + 6 + 2 * count)).isZero();
        float[] target = new float[count + 4];
        FloatBytes.getUpperHalves(buffer, 6, target, 2, count);
        for (int i = 0; i < count; i++) {
            assertThat(Float.floatToRawIntBits(target[i + 2])).isEqualTo(Float.floatToRawIntBits(source[i + 1]));
        }
        assertThat(target[0] + target[1] + target[count + 2] + target[count + 3])
                .isZero();
    }

    @Test
    void shouldRefuseToLeaveArrayOrBufferWithUpperHalves() {
        float[] floats = new float[40];
        assertThatThrownBy(() -> FloatBytes.putUpperHalves(buffer, 0, floats, 0, BYTES / 2 + 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> FloatBytes.getUpperHalves(buffer, 2, floats, 0, BYTES / 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> FloatBytes.putUpperHalves(buffer, 0, floats, 39, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> FloatBytes.getUpperHalves(buffer, 0, floats, -1, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldTakeNothingFromNothing() {
        FloatBytes.put(buffer, BYTES, new float[0], 0, 0);
        FloatBytes.get(buffer, BYTES, new float[3], 3, 0);
        assertThat(memory.array()).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0, 1",
        "61, 0, 1",
        "64, 0, 1",
        "0, 0, 17",
        "4, 0, 16",
        "0, -1, 1",
        "0, 0, -1",
        "0, 20, 1",
        "0, 19, 2",
        "0, 2147483647, 1",
        "0, 2147483647, 2147483647",
        "0, 0, 2147483647",
        "2147483647, 0, 1",
        "-2147483648, 0, 1",
    })
    void shouldRefuseToLeaveArrayOrBuffer(int index, int from, int count) {
        float[] floats = new float[20];
        assertThatThrownBy(() -> FloatBytes.put(buffer, index, floats, from, count))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> FloatBytes.get(buffer, index, floats, from, count))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(memory.array()).containsOnly(0);
        assertThat(floats).containsOnly(0);
    }
}
