package dev.tutti.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/** Copies floats between arrays and buffers, whole runs at a time; the bytes are little-endian. */
final class FloatBytes {
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(float[].class);

    static {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("only little-endian machines are supported");
        }
    }

    private FloatBytes() {}

    static void put(MutableDirectBuffer buffer, int index, float[] source, int from, int count) {
        check(source.length, from, count);
        buffer.boundsCheck(index, count * Float.BYTES);
        UnsafeApi.copyMemory(
                source,
                ARRAY_BASE + (long) from * Float.BYTES,
                buffer.byteArray(),
                buffer.addressOffset() + index,
                (long) count * Float.BYTES);
    }

    static void get(DirectBuffer buffer, int index, float[] target, int from, int count) {
        check(target.length, from, count);
        buffer.boundsCheck(index, count * Float.BYTES);
        UnsafeApi.copyMemory(
                buffer.byteArray(),
                buffer.addressOffset() + index,
                target,
                ARRAY_BASE + (long) from * Float.BYTES,
                (long) count * Float.BYTES);
    }

    private static void check(int length, int from, int count) {
        if (from < 0 || count < 0 || from > length - count) {
            throw new IndexOutOfBoundsException(
                    "floats out of range: from=" + from + ", count=" + count + ", length=" + length);
        }
    }
}
