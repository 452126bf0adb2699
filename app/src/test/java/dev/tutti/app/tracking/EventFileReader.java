package dev.tutti.app.tracking;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Reads event files by their published format; whatever it does not know, or whose sums are wrong, is an error. */
final class EventFileReader {
    /** An event; {@code version} is empty but for the first. */
    record Event(double seconds, long step, String version, Map<String, Float> scalars) {}

    private EventFileReader() {}

    static List<Event> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            long length = in.getLong(in.position());
            byte[] head = bytes(in, Long.BYTES);
            require(unmasked(in.getInt()) == crc(head), "sum of the length");
            byte[] data = bytes(in, Math.toIntExact(length));
            require(unmasked(in.getInt()) == crc(data), "sum of the data");
            events.add(event(buffer(data)));
        }
        return events;
    }

    /** As TensorFlow's documentation of TFRecord has it, the other way round. */
    private static int unmasked(int masked) {
        int rotated = masked - 0xa282ead8;
        return rotated >>> 17 | rotated << 15;
    }

    private static int crc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return (int) crc.getValue();
    }

    private static Event event(ByteBuffer in) {
        double seconds = 0;
        long step = 0;
        String version = "";
        Map<String, Float> scalars = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            switch ((int) varint(in)) {
                case 1 << 3 | 1 -> seconds = in.getDouble();
                case 2 << 3 -> step = varint(in);
                case 3 << 3 | 2 -> version = new String(bytes(in), StandardCharsets.UTF_8);
                case 5 << 3 | 2 -> summary(buffer(bytes(in)), scalars);
                default -> throw new AssertionError("unknown field of an event");
            }
        }
        return new Event(seconds, step, version, scalars);
    }

    private static void summary(ByteBuffer in, Map<String, Float> scalars) {
        while (in.hasRemaining()) {
            require(varint(in) == (1 << 3 | 2), "field of a summary");
            ByteBuffer value = buffer(bytes(in));
            require(varint(value) == (1 << 3 | 2), "tag of a value");
            String tag = new String(bytes(value), StandardCharsets.UTF_8);
            require(varint(value) == (2 << 3 | 5), "simple value");
            scalars.put(tag, value.getFloat());
            require(!value.hasRemaining(), "end of a value");
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static byte[] bytes(ByteBuffer in) {
        return bytes(in, Math.toIntExact(varint(in)));
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("wrong: " + what);
        }
    }
}
