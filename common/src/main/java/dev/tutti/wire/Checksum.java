package dev.tutti.wire;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;

/** CRC-32C of two runs of bytes in a buffer, by the JDK's intrinsic. Owned by one thread. */
final class Checksum {
    private final CRC32C crc = new CRC32C();
    private ByteBuffer owner;
    private ByteBuffer view;

    int of(DirectBuffer buffer, int start, int length, int secondStart, int secondLength) {
        crc.reset();
        update(buffer, start, length);
        update(buffer, secondStart, secondLength);
        return (int) crc.getValue();
    }

    private void update(DirectBuffer buffer, int start, int length) {
        if (buffer.byteArray() != null) {
            crc.update(
                    buffer.byteArray(), (int) (buffer.addressOffset() - BufferUtil.ARRAY_BASE_OFFSET) + start, length);
        } else {
            int position = buffer.wrapAdjustment() + start;
            crc.update(viewOf(buffer.byteBuffer()).limit(position + length).position(position));
        }
    }

    /** A view with a position of its own; made again only when the buffer is another, once per term of a stream. */
    @SuppressWarnings("ReferenceEquality")
    private ByteBuffer viewOf(ByteBuffer bytes) {
        if (bytes != owner) {
            owner = bytes;
            view = bytes.duplicate();
        }
        return view;
    }
}
