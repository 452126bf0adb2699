package dev.tutti.transport.tcp;

import dev.tutti.transport.FrameReceiver;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A connection on which a member sends frames. Bytes are taken from the kernel when frames are polled, and no sooner.
 */
final class Incoming extends Link {
    private static final int PREFIX_BYTES = TcpSettings.PREFIX_BYTES;

    private final TcpLinks links;
    private final FrameReceiver.Handler handler;
    private final int sender;
    private final int sessionId;
    private final ByteBuffer bytes;
    private final UnsafeBuffer buffer;
    // Of its own: the flyweight keeps a view of one buffer.
    private final FrameFlyweight frame = new FrameFlyweight();
    private int head;
    private int counter;
    private long remainingBytes;
    private boolean readable;
    private boolean stalled;
    private long stalledSinceNs;

    Incoming(TcpLinks links, FrameReceiver.Handler handler, int sender, int sessionId, SocketChannel channel) {
        super(channel);
        this.links = links;
        this.handler = handler;
        this.sender = sender;
        this.sessionId = sessionId;
        this.bytes = ByteBuffer.allocateDirect(links.settings().bufferBytes()).order(ByteOrder.LITTLE_ENDIAN);
        this.buffer = new UnsafeBuffer(bytes);
    }

    @Override
    void onReady() {
        readable = true;
    }

    /** Whether there are bytes to be had. */
    boolean isReadable() {
        return readable && !isClosed();
    }

    /** Whether the rest of a frame is on its way. */
    boolean isWithinFrame() {
        return head != bytes.position() && !readable && !isClosed() && !hasWholeFrame();
    }

    /** How much of the vector that is arriving is still to come. */
    long remainingBytes() {
        return remainingBytes;
    }

    int poll(int limit) {
        int frames = 0;
        while (frames < limit && !isClosed()) {
            int length = nextFrame();
            if (length > 0) {
                frames++;
                take(length);
            } else if (length < 0 || !read()) {
                break;
            }
        }
        return frames;
    }

    /** Length of the frame that lies whole in the buffer, 0 where there is none, -1 where the peer was given up. */
    private int nextFrame() {
        int available = bytes.position() - head;
        if (available < PREFIX_BYTES) {
            return 0;
        }
        int length = bytes.getInt(head);
        if (length < FrameFlyweight.HEADER_LENGTH || length > links.settings().largestFrameBytes()) {
            lose(FrameFault.OUT_OF_RANGE, "it sent rubbish: a frame of " + length + " bytes");
            return -1;
        }
        if (bytes.getInt(head + Integer.BYTES) != counter) {
            lose(FrameFault.UNEXPECTED, "it sent rubbish: a frame out of its order");
            return -1;
        }
        return available < PREFIX_BYTES + length ? 0 : length;
    }

    private void take(int length) {
        frame.wrap(buffer, head + PREFIX_BYTES, length);
        FrameFault fault = frame.check(links.generation());
        if (fault == null && sender != TcpLinks.COORDINATOR && frame.member() != sender) {
            fault = FrameFault.OUT_OF_RANGE;
        }
        if (fault != null) {
            lose(fault, "it sent rubbish: a frame that is " + fault);
            return;
        }
        head += PREFIX_BYTES + length;
        counter++;
        long valueBytes = frame.kind().valueBytes();
        long vectorBytes = frame.vectorLength() * valueBytes;
        remainingBytes = vectorBytes - (frame.partOffset() + frame.partLength()) * valueBytes;
        links.vectorSeen(vectorBytes);
        FrameFault refusal = handler.onFrame(sessionId, frame);
        if (refusal != null) {
            links.faults().count(refusal);
        }
    }

    /** Returns whether bytes came. */
    private boolean read() {
        if (!readable) {
            return false;
        }
        makeRoom();
        try {
            int room = bytes.remaining();
            int count = channel.read(bytes);
            // A short read has taken all there was; the selector tells when there is more.
            readable = count == room;
            if (count > 0) {
                stalled = false;
                return true;
            }
            if (count < 0) {
                onEnd();
            }
        } catch (IOException e) {
            lose(FrameFault.UNEXPECTED, e.getMessage());
        }
        return false;
    }

    /** Moves the beginning of a frame to the buffer's, where the rest of a frame might not fit behind it. */
    private void makeRoom() {
        int needed = PREFIX_BYTES + links.settings().largestFrameBytes();
        if (head == bytes.position()) {
            bytes.clear();
            head = 0;
        } else if (bytes.capacity() - head < needed) {
            bytes.limit(bytes.position()).position(head);
            bytes.compact();
            head = 0;
        }
    }

    private void onEnd() {
        if (head != bytes.position()) {
            lose(FrameFault.MALFORMED, "it closed the connection within a frame");
        } else if (remainingBytes > 0) {
            lose(FrameFault.UNEXPECTED, "it closed the connection within a vector");
        } else {
            lose(null, "it closed the connection");
        }
    }

    /** A peer is slow only where bytes that it owes are not there: what waits to be polled is not its fault. */
    @Override
    void onTick(long nowNs) {
        boolean owes = !readable && (head != bytes.position() || remainingBytes > 0) && !hasWholeFrame();
        if (!owes) {
            stalled = false;
        } else if (!stalled) {
            stalled = true;
            stalledSinceNs = nowNs;
        } else if (nowNs - stalledSinceNs > links.settings().of(sender).stall().toNanos()) {
            lose(FrameFault.UNEXPECTED, "it stopped in the middle of a vector");
        }
    }

    private boolean hasWholeFrame() {
        int available = bytes.position() - head;
        return available >= PREFIX_BYTES && available >= PREFIX_BYTES + bytes.getInt(head);
    }

    private void lose(FrameFault fault, String reason) {
        links.lose(sender, fault, reason);
    }
}
