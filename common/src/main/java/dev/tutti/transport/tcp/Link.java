package dev.tutti.transport.tcp;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.agrona.CloseHelper;

/** One connection, from the first byte to its end. Owned by the thread of its {@link TcpLinks}. */
abstract class Link {
    final SocketChannel channel;
    SelectionKey key;
    /** Waits to be served. */
    boolean queued;

    private boolean closed;

    Link(SocketChannel channel) {
        this.channel = channel;
    }

    /** The channel is ready for something; reads and writes at most a little. */
    abstract void onReady();

    /** Called every now and then, also where nothing is ready: gives up what takes too long. */
    abstract void onTick(long nowNs);

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
        CloseHelper.quietClose(channel);
    }
}
