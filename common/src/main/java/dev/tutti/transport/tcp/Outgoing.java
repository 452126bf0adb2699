package dev.tutti.transport.tcp;

import dev.tutti.wire.FrameFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** A connection to one receiver: made, greeted, then written to by its {@link TcpVectorSender}. */
final class Outgoing extends Link {
    private enum State {
        CONNECTING,
        SAYING_HELLO,
        AWAITING_WELCOME,
        OPEN
    }

    private final TcpLinks links;
    private final Handshake handshake;
    private final ByteBuffer hello;
    private final ByteBuffer answer = Handshake.buffer();
    private final long deadlineNs;
    private final ByteBuffer view;
    private State state = State.CONNECTING;
    private boolean blocked;
    private long blockedSinceNs;

    /**
     * @param buffer the sender's, of which this has a view with a position of its own
     */
    Outgoing(TcpLinks links, Handshake handshake, ByteBuffer buffer, SocketChannel channel, long deadlineNs) {
        super(channel);
        this.links = links;
        this.handshake = handshake;
        this.hello = handshake.encode(Handshake.HELLO);
        this.view = buffer.duplicate().limit(0);
        this.deadlineNs = deadlineNs;
    }

    int receiver() {
        return handshake.receiver();
    }

    boolean isOpen() {
        return state == State.OPEN && !isClosed();
    }

    /** Whether something is left of what was {@linkplain #offer offered}. */
    boolean hasUnsent() {
        return view.hasRemaining();
    }

    /** Whether the peer takes nothing at the moment. */
    boolean isBlocked() {
        return blocked && !isClosed();
    }

    /** What is to be written: the first {@code length} bytes of the sender's buffer. */
    void offer(int length) {
        view.limit(length).position(0);
    }

    /** Writes what the kernel takes; returns the number of bytes. */
    int flush() {
        if (isClosed() || !view.hasRemaining()) {
            return 0;
        }
        try {
            int count = channel.write(view);
            if (count > 0) {
                blocked = false;
            }
            if (view.hasRemaining() && !blocked) {
                blocked = true;
                blockedSinceNs = links.nanoTime();
            }
            return count;
        } catch (IOException e) {
            lose(FrameFault.UNEXPECTED, e.getMessage());
            return 0;
        }
    }

    @Override
    void onReady() {
        try {
            if (state == State.CONNECTING && channel.finishConnect()) {
                state = State.SAYING_HELLO;
            }
            if (state == State.SAYING_HELLO) {
                channel.write(hello);
                if (!hello.hasRemaining()) {
                    state = State.AWAITING_WELCOME;
                    key.interestOps(SelectionKey.OP_READ);
                }
            }
            if (state == State.AWAITING_WELCOME) {
                awaitWelcome();
            } else if (state == State.OPEN) {
                listen();
            }
        } catch (IOException e) {
            lose(
                    FrameFault.UNEXPECTED,
                    state == State.CONNECTING ? "it cannot be reached: " + e.getMessage() : e.getMessage());
        }
    }

    private void awaitWelcome() throws IOException {
        if (channel.read(answer) < 0) {
            lose(FrameFault.UNEXPECTED, "it refused the connection");
        } else if (!answer.hasRemaining()) {
            FrameFault fault = Handshake.check(answer, Handshake.WELCOME, links.generation());
            if (fault == null && !Handshake.decode(answer).equals(handshake)) {
                fault = FrameFault.UNEXPECTED;
            }
            if (fault == null) {
                state = State.OPEN;
            } else {
                lose(fault, "its answer is " + fault);
            }
        }
    }

    /** Receivers say nothing more, so this is the end of the connection, or rubbish. */
    private void listen() throws IOException {
        answer.clear();
        int count = channel.read(answer);
        if (count < 0) {
            lose(view.hasRemaining() ? FrameFault.UNEXPECTED : null, "it closed the connection");
        } else if (count > 0) {
            lose(FrameFault.MALFORMED, "it sent rubbish");
        }
    }

    @Override
    void onTick(long nowNs) {
        if (state != State.OPEN) {
            if (nowNs - deadlineNs > 0) {
                lose(FrameFault.UNEXPECTED, "it cannot be reached, or does not answer");
            }
        } else if (blocked
                && nowNs - blockedSinceNs
                        > links.settings().of(receiver()).full().toNanos()
                && flush() == 0) {
            // Tried once more: this side may have been away itself.
            lose(FrameFault.UNEXPECTED, "it takes nothing any more");
        }
    }

    private void lose(FrameFault fault, String reason) {
        links.lose(receiver(), fault, reason);
    }
}
