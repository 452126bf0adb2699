package dev.tutti.wire;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;

/** CRC-32C of a run of bytes in a buffer, by the JDK's intrinsic. Owned by one thread. */
final class Checksum {
    private final CRC32C crc = new CRC32C();
    private ByteBuffer owner;
    private ByteBuffer view;

    int of(DirectBuffer buffer, int start, int length) {
        crc.reset();
        if (buffer.byteArray() != null) {
            crc.update(
                    buffer.byteArray(), (int) (buffer.addressOffset() - BufferUtil.ARRAY_BASE_OFFSET) + start, length);
        } else {
            int position = buffer.wrapAdjustment() + start;
            crc.update(viewOf(buffer.byteBuffer()).limit(position + length).position(position));
        }
        return (int) crc.getValue();
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
