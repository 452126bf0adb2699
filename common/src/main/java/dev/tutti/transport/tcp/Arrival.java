package dev.tutti.transport.tcp;

import dev.tutti.wire.FrameFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A connection that was accepted and has not yet said whose it is. Nothing is believed of it, and it is told nothing.
 */
final class Arrival extends Link {
    private final TcpLinks links;
    private final long deadlineNs;
    private final ByteBuffer hello = Handshake.buffer();

    Arrival(TcpLinks links, SocketChannel channel, long deadlineNs) {
        super(channel);
        this.links = links;
        this.deadlineNs = deadlineNs;
    }

    @Override
    void onReady() {
        try {
            if (channel.read(hello) < 0) {
                links.turnAway(this, FrameFault.MALFORMED, "it closed before it had said hello");
            } else if (!hello.hasRemaining()) {
                links.identify(this, hello);
            }
        } catch (IOException e) {
            links.turnAway(this, FrameFault.MALFORMED, e.getMessage());
        }
    }

    @Override
    void onTick(long nowNs) {
        if (nowNs - deadlineNs > 0) {
            links.turnAway(this, FrameFault.MALFORMED, "it took too long to say hello");
        }
    }
}
