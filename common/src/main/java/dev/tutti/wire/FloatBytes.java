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

    /** Writes the upper halves of floats whose lower halves are 0, four at a time. */
    static void putUpperHalves(MutableDirectBuffer buffer, int index, float[] source, int from, int count) {
        check(source.length, from, count);
        buffer.boundsCheck(index, count * Short.BYTES);
        byte[] bytes = buffer.byteArray();
        long address = buffer.addressOffset() + index;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            long four = upperHalf(source[from + i])
                    | upperHalf(source[from + i + 1]) << 16
                    | upperHalf(source[from + i + 2]) << 32
                    | upperHalf(source[from + i + 3]) << 48;
            UnsafeApi.putLong(bytes, address + (long) i * Short.BYTES, four);
        }
        for (; i < count; i++) {
            UnsafeApi.putShort(bytes, address + (long) i * Short.BYTES, (short) upperHalf(source[from + i]));
        }
    }

    /** Reads what {@link #putUpperHalves} wrote. */
    static void getUpperHalves(DirectBuffer buffer, int index, float[] target, int from, int count) {
        check(target.length, from, count);
        buffer.boundsCheck(index, count * Short.BYTES);
        byte[] bytes = buffer.byteArray();
        long address = buffer.addressOffset() + index;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            long four = UnsafeApi.getLong(bytes, address + (long) i * Short.BYTES);
            target[from + i] = Float.intBitsToFloat((int) four << 16);
            target[from + i + 1] = Float.intBitsToFloat((int) four & 0xffff0000);
            target[from + i + 2] = Float.intBitsToFloat((int) (four >>> 16) & 0xffff0000);
            target[from + i + 3] = Float.intBitsToFloat((int) (four >>> 32) & 0xffff0000);
        }
        for (; i < count; i++) {
            target[from + i] = Float.intBitsToFloat(UnsafeApi.getShort(bytes, address + (long) i * Short.BYTES) << 16);
        }
    }

    private static long upperHalf(float value) {
        return Integer.toUnsignedLong(Float.floatToRawIntBits(value)) >>> 16;
    }

    private static void check(int length, int from, int count) {
        if (from < 0 || count < 0 || from > length - count) {
            throw new IndexOutOfBoundsException(
                    "floats out of range: from=" + from + ", count=" + count + ", length=" + length);
        }
    }
}
