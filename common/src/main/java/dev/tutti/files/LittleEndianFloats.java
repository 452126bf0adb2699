package dev.tutti.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;

/** Numbers as files and fingerprints have them: float32, little-endian. */
public final class LittleEndianFloats {
    private static final int CHUNK = 1 << 14;

    private LittleEndianFloats() {}

    /** Where some bytes go. */
    @FunctionalInterface
    private interface Sink<E extends Exception> {
        void take(ByteBuffer bytes) throws E;
    }

    /** Writes values to a channel. */
    public static void write(WritableByteChannel channel, float[] values) throws IOException {
        inChunks(values, values.length, bytes -> writeAll(channel, bytes));
    }

    /** Writes all bytes that are left in {@code bytes}. */
    public static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Adds the first {@code count} values to a digest. */
    public static void update(MessageDigest digest, float[] values, int count) {
        inChunks(values, count, digest::update);
    }

    private static <E extends Exception> void inChunks(float[] values, int count, Sink<E> sink) throws E {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < count; from += CHUNK) {
            int length = Math.min(CHUNK, count - from);
            chunk.clear();
            chunk.asFloatBuffer().put(values, from, length);
            sink.take(chunk.limit(length * Float.BYTES));
        }
    }
}
