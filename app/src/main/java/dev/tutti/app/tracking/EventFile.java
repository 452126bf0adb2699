package dev.tutti.app.tracking;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of events that TensorBoard reads: records of TFRecord, each an {@code Event} of TensorFlow's protocol buffers, of which only
 * scalars are written.
 *
 * <pre>
 * record:  length (8 bytes), masked CRC-32C of these (4), data, masked CRC-32C of the data (4); all little-endian
 * Event:   1 wall_time (double), 2 step (int64), 3 file_version (string) or 5 summary (message)
 * Summary: 1 value (message, repeated); Value: 1 tag (string), 2 simple_value (float)
 * </pre>
 */
final class EventFile implements AutoCloseable {
    private static final String VERSION = "brain.Event:2";
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final OutputStream out;

    /**
     * Makes a file that begins with the version of the format.
     *
     * @param file must not be there yet
     * @param seconds since 1970
     */
    EventFile(Path file, double seconds) throws IOException {
        out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
        try {
            Message event = new Message();
            event.put(1, seconds);
            event.put(3, VERSION.getBytes(StandardCharsets.UTF_8));
            write(event.bytes());
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    /**
     * Adds an event.
     *
     * @param seconds since 1970
     * @param step of the run
     * @param scalars by tag
     */
    void add(double seconds, long step, Map<String, Double> scalars) throws IOException {
        Message summary = new Message();
        scalars.forEach((tag, value) -> {
            Message scalar = new Message();
            scalar.put(1, tag.getBytes(StandardCharsets.UTF_8));
            scalar.put(2, value.floatValue());
            summary.put(1, scalar.bytes());
        });
        Message event = new Message();
        event.put(1, seconds);
        event.put(2, step);
        event.put(5, summary.bytes());
        write(event.bytes());
    }

    /** A whole record at once, so that who reads meanwhile sees none that is cut. */
    private void write(byte[] data) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedCrc(record.array(), 0, Long.BYTES));
        record.put(data);
        record.putInt(maskedCrc(data, 0, data.length));
        out.write(record.array());
        out.flush();
    }

    /** Sums of data that has sums inside would be weak; so they are stored rotated and shifted. */
    static int maskedCrc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** Fields of a protocol buffer, in the order in which they are put. */
    private static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream fields = new DataOutputStream(bytes);

        void put(int field, double value) {
            tag(field, FIXED64);
            fixed(Double.doubleToLongBits(value), Long.BYTES);
        }

        void put(int field, float value) {
            tag(field, FIXED32);
            fixed(Float.floatToIntBits(value), Integer.BYTES);
        }

        void put(int field, long value) {
            tag(field, VARINT);
            varint(value);
        }

        void put(int field, byte[] value) {
            tag(field, BYTES);
            varint(value.length);
            try {
                fields.write(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void tag(int field, int type) {
            varint((long) field << 3 | type);
        }

        private void fixed(long value, int length) {
            for (int i = 0; i < length; i++) {
                bytes.write((int) (value >>> 8 * i));
            }
        }

        private void varint(long value) {
            long rest = value;
            while (rest < 0 || rest > 0x7f) {
                bytes.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }
}
