package dev.tutti.transport.tcp;

import dev.tutti.transport.GrowingSender;
import dev.tutti.transport.StreamClosedException;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends vectors over one connection to each receiver. Frames are made once, for all of them, in a buffer that is
 * filled again when the last has taken it. A receiver that is lost is left out; the stream is closed when none is
 * left. Owned by the thread of its {@link TcpLinks}.
 */
public final class TcpVectorSender implements GrowingSender {
    /** Buffers filled in one call at most, so that a fast receiver does not keep this thread from receiving. */
    private static final int FILLS_PER_CALL = 4;

    private final TcpLinks links;
    private final int stream;
    private final int floatsPerFrame;
    private final ByteBuffer bytes;
    private final UnsafeBuffer buffer;
    private final FrameHeader header = new FrameHeader();
    private final FrameFlyweight frame = new FrameFlyweight();
    private Outgoing[] receivers = {};
    private float[] vector;
    private int vectorStart;
    private int ready;
    private boolean backwards;
    private int encoded;
    private int sent;
    private int counter;
    private boolean flushed = true;

    TcpVectorSender(TcpLinks links, int stream) {
        TcpSettings settings = links.settings();
        this.links = links;
        this.stream = stream;
        this.floatsPerFrame = settings.floatsPerFrame();
        this.bytes = ByteBuffer.allocateDirect(settings.bufferBytes()).order(ByteOrder.LITTLE_ENDIAN);
        this.buffer = new UnsafeBuffer(bytes);
    }

    void connect(List<Outgoing> connections) {
        receivers = connections.toArray(Outgoing[]::new);
    }

    ByteBuffer bytes() {
        return bytes;
    }

    Outgoing[] receivers() {
        return receivers;
    }

    @Override
    public FrameHeader header() {
        return header;
    }

    @Override
    public void begin(float[] vector, int start) {
        begin(vector, start, header.vectorLength());
        backwards = false;
    }

    @Override
    public void begin(float[] vector, int start, int ready) {
        if (!isIdle()) {
            throw new IllegalStateException("the last vector is still being sent: encoded=" + encoded);
        }
        this.vector = vector;
        this.vectorStart = start;
        this.ready = ready;
        this.backwards = true;
        this.encoded = 0;
        this.sent = 0;
        links.vectorSeen((long) header.vectorLength() * header.valueBytes());
    }

    @Override
    public void ready(int floats) {
        ready = floats;
    }

    @Override
    public boolean isIdle() {
        return vector == null && flushed;
    }

    @Override
    public boolean isConnected() {
        for (Outgoing receiver : receivers) {
            if (!receiver.isOpen()) {
                links.doWork();
                return allOpen();
            }
        }
        return true;
    }

    /**
     * Sends what all receivers take now, at most some buffers full.
     *
     * @return number of frames begun, and at least 1 if any byte was taken; 0 when there is nothing to send or
     *     nothing is taken
     */
    @Override
    public int doWork() {
        if (isIdle()) {
            return 0;
        }
        if (!isEstablished()) {
            links.doWork();
            if (!isEstablished()) {
                return 0;
            }
        }
        int frames = 0;
        int taken = 0;
        for (int fills = 0; fills < FILLS_PER_CALL; fills++) {
            taken += flush();
            if (!flushed || !hasFrame()) {
                break;
            }
            frames += fill();
        }
        if (taken == 0 && !flushed) {
            links.doWork();
        }
        return Math.max(frames, Math.min(taken, 1));
    }

    /** How much of the vector some receiver has not yet taken, but for what is in the buffer. */
    long unsentBytes() {
        return isIdle() ? 0 : header.valueBytes() * (long) (header.vectorLength() - sent);
    }

    /** Whether all that are not lost have been greeted. */
    private boolean isEstablished() {
        int left = 0;
        for (Outgoing receiver : receivers) {
            if (receiver.isOpen()) {
                left++;
            } else if (!receiver.isClosed()) {
                return false;
            }
        }
        if (left == 0) {
            throw new StreamClosedException(
                    "stream " + stream + " of " + links.generation() + " is closed: no receiver is left");
        }
        return true;
    }

    private boolean allOpen() {
        for (Outgoing receiver : receivers) {
            if (!receiver.isOpen()) {
                return false;
            }
        }
        return true;
    }

    private int flush() {
        int taken = 0;
        boolean all = true;
        for (Outgoing receiver : receivers) {
            taken += receiver.flush();
            all &= receiver.isClosed() || !receiver.hasUnsent();
        }
        flushed = all;
        if (all) {
            sent = encoded;
        }
        return taken;
    }

    /** Whether the next frame's floats are there. */
    private boolean hasFrame() {
        return vector != null && encoded + nextPart() <= ready;
    }

    private int nextPart() {
        return Math.min(floatsPerFrame, header.vectorLength() - encoded);
    }

    /** Writes as many frames as fit, and the last one ends the vector. */
    private int fill() {
        int frames = 0;
        int position = 0;
        do {
            int part = nextPart();
            int length = FrameFlyweight.HEADER_LENGTH + part * header.valueBytes();
            if (position + TcpSettings.PREFIX_BYTES + length > bytes.capacity()) {
                break;
            }
            bytes.putInt(position, length).putInt(position + Integer.BYTES, counter++);
            frame.wrapForWriting(buffer, position + TcpSettings.PREFIX_BYTES, length);
            int from = backwards ? header.vectorLength() - encoded - part : encoded;
            frame.write(links.generation(), header, vector, vectorStart + from - encoded, encoded, part);
            position += TcpSettings.PREFIX_BYTES + length;
            encoded += part;
            frames++;
        } while (encoded < header.vectorLength() && hasFrame());
        if (encoded == header.vectorLength()) {
            vector = null;
        }
        for (Outgoing receiver : receivers) {
            receiver.offer(position);
        }
        flushed = false;
        return frames;
    }
}
