package dev.tutti.transport.tcp;

import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.FrameSource;
import dev.tutti.transport.StreamClosedException;
import java.util.Arrays;

/** The frames of one stream, from one sender or several. Owned by the thread of its {@link TcpLinks}. */
public final class TcpFrameSource implements FrameSource {
    private final TcpLinks links;
    private final int stream;
    private final int[] senders;
    private final FrameReceiver.Handler handler;
    private final Incoming[] connections;
    private int connected;
    private int next;

    TcpFrameSource(TcpLinks links, int stream, int[] senders, FrameReceiver.Handler handler) {
        this.links = links;
        this.stream = stream;
        this.senders = senders.clone();
        this.handler = handler;
        this.connections = new Incoming[senders.length];
    }

    /** Whether {@code sender} is awaited: each may connect once, and never again. */
    boolean awaits(int sender) {
        int place = placeOf(sender);
        return place >= 0 && connections[place] == null;
    }

    FrameReceiver.Handler handler() {
        return handler;
    }

    void connect(int sender, Incoming connection) {
        connections[placeOf(sender)] = connection;
        connected++;
    }

    boolean isReadable() {
        for (Incoming connection : connections) {
            if (connection != null && connection.isReadable()) {
                return true;
            }
        }
        return false;
    }

    boolean isWithinFrame() {
        for (Incoming connection : connections) {
            if (connection != null && connection.isWithinFrame()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int poll(int limit) {
        links.doWork();
        return pollReady(limit);
    }

    /** The same, of what the last {@link TcpLinks#doWork} has shown to be there, for who polls several sources. */
    public int pollReady(int limit) {
        int frames = 0;
        for (int i = 0; i < connections.length && frames < limit; i++) {
            Incoming connection = connections[(next + i) % connections.length];
            if (connection != null) {
                frames += connection.poll(limit - frames);
            }
        }
        // Another one first the next time, so that a fast sender does not starve the others.
        next = (next + 1) % connections.length;
        if (frames == 0) {
            checkOpen();
        }
        return frames;
    }

    @Override
    public boolean isConnected() {
        if (connected < connections.length) {
            links.doWork();
        }
        for (Incoming connection : connections) {
            if (connection == null || connection.isClosed()) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code sender} is there. */
    public boolean isConnected(int sender) {
        Incoming connection = connections[placeOf(sender)];
        return connection != null && !connection.isClosed();
    }

    private void checkOpen() {
        boolean lost = true;
        for (int i = 0; i < connections.length && lost; i++) {
            lost = connections[i] == null ? links.isLost(senders[i]) : connections[i].isClosed();
        }
        if (lost || links.isClosed()) {
            throw new StreamClosedException(
                    "stream " + stream + " of " + links.generation() + " is closed: no sender is left");
        }
    }

    private int placeOf(int sender) {
        for (int i = 0; i < senders.length; i++) {
            if (senders[i] == sender) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public String toString() {
        return "stream " + stream + " from " + Arrays.toString(senders);
    }
}
