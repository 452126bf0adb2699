package dev.tutti.transport.tcp;

import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.GenerationId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The first bytes of a connection, little-endian: whoever connects says hello, and the same comes back as a welcome.
 *
 * <pre>
 *   0  "TUTTITCP"
 *   8  version of this layout, version of the frames, 1 hello or 2 welcome, 0
 *  12  CRC-32C of bytes 16.., then 0..11
 *  16  token of the generation
 *  24  job, generation
 *  32  stream
 *  36  member that sends, member that receives (16 bits each)
 *  40  length of the largest frame in bytes
 *  44  length of the tag behind each frame: 0
 *  48  counter: 0
 *  56  nonce: 0
 *  64  authentication tag, 32 bytes: 0
 * </pre>
 *
 * The zeros are room for authentication; whoever sends something else there is of another version.
 *
 * @param generation whose stream it is
 * @param stream number of the stream
 * @param sender member that sends on it: the one that connects
 * @param receiver member that receives
 * @param largestFrameBytes length of the largest frame
 */
record Handshake(GenerationId generation, int stream, int sender, int receiver, int largestFrameBytes) {
    static final int BYTES = 96;
    static final byte VERSION = 1;
    static final byte HELLO = 1;
    static final byte WELCOME = 2;

    private static final long MAGIC = 0x5043_5449_5454_5554L;
    private static final int VERSION_OFFSET = 8;
    private static final int CHECKSUM_OFFSET = 12;
    private static final int TOKEN_OFFSET = 16;
    private static final int RESERVED_OFFSET = 44;

    /** Returns the bytes, ready to be written to a channel. */
    ByteBuffer encode(byte kind) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC)
                .put(VERSION)
                .put(FrameFlyweight.VERSION)
                .put(kind)
                .put((byte) 0)
                .putInt(0)
                .putLong(generation.token())
                .putInt(generation.job())
                .putInt(generation.number())
                .putInt(stream)
                .putShort((short) sender)
                .putShort((short) receiver)
                .putInt(largestFrameBytes);
        bytes.putInt(CHECKSUM_OFFSET, checksum(bytes));
        return bytes.clear();
    }

    /**
     * Checks all that can be checked without knowing the streams, cheapest first.
     *
     * @param bytes {@link #BYTES} bytes
     * @return null if {@link #decode} may be used, else why not
     */
    static FrameFault check(ByteBuffer bytes, byte kind, GenerationId generation) {
        if (bytes.getLong(0) != MAGIC
                || bytes.get(VERSION_OFFSET) != VERSION
                || bytes.get(VERSION_OFFSET + 1) != FrameFlyweight.VERSION
                || bytes.get(VERSION_OFFSET + 2) != kind
                || bytes.get(VERSION_OFFSET + 3) != 0) {
            return FrameFault.MALFORMED;
        }
        Handshake found = decode(bytes);
        if (!found.generation.equals(generation)) {
            return FrameFault.OTHER_GENERATION;
        }
        for (int i = RESERVED_OFFSET; i < BYTES; i++) {
            if (bytes.get(i) != 0) {
                return FrameFault.OUT_OF_RANGE;
            }
        }
        return bytes.getInt(CHECKSUM_OFFSET) == checksum(bytes) ? null : FrameFault.CORRUPT;
    }

    static Handshake decode(ByteBuffer bytes) {
        return new Handshake(
                new GenerationId(bytes.getInt(24), bytes.getInt(28), bytes.getLong(TOKEN_OFFSET)),
                bytes.getInt(32),
                bytes.getShort(36) & 0xFFFF,
                bytes.getShort(38) & 0xFFFF,
                bytes.getInt(40));
    }

    /** An empty buffer for one. */
    static ByteBuffer buffer() {
        return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), TOKEN_OFFSET, BYTES - TOKEN_OFFSET);
        crc.update(bytes.array(), 0, CHECKSUM_OFFSET);
        return (int) crc.getValue();
    }
}
