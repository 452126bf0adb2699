package dev.tutti.app.bench.transport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Lines of text between the two sides of a bench, beside the vectors. A thread of its own reads them, so that the end
 * of the other side shows at once. What is said: first a command, then its arguments.
 */
final class ControlLine implements AutoCloseable {
    /** Longest line; whoever sends a longer one is no bench. */
    private static final int LONGEST = 4096;

    private static final String END = "";
    private static final String STOP = "stop ";

    private final Socket socket;
    private final String name;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String end;

    /**
     * @param socket connected
     * @param name how people are told of the other side
     */
    ControlLine(Socket socket, String name) throws SocketException {
        this.socket = socket;
        this.name = name;
        socket.setTcpNoDelay(true);
        Thread reader = new Thread(this::read, "bench-control");
        reader.setDaemon(true);
        reader.start();
    }

    String name() {
        return name;
    }

    /** This machine's address as the other side sees it. */
    String localHost() {
        return socket.getLocalAddress().getHostAddress();
    }

    /** Sends a line; that the other side is gone shows when something is awaited of it. */
    void send(String line) {
        try {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            end = end == null ? "is gone: " + e.getMessage() : end;
        }
    }

    /** Says why this side ends before it is done. */
    void stop(String reason) {
        send(STOP + reason);
    }

    /** @throws PeerLostException if the other side is gone, or has ended the bench */
    void check() {
        if (end != null) {
            throw new PeerLostException(name + " " + end + "; the bench is over");
        }
    }

    /** Waits for the end of the other side, at most for {@code limitMs}: it says why it ends after its streams have. */
    void awaitEnd(long limitMs) throws InterruptedException {
        if (ended.await(limitMs, TimeUnit.MILLISECONDS)) {
            check();
        }
    }

    /**
     * Waits for a line that begins with {@code command}, and returns the rest of it.
     *
     * @throws PeerLostException if the other side is gone, says something else, or nothing in time
     */
    String await(String command, long limitMs) throws InterruptedException {
        String line = lines.poll(limitMs, TimeUnit.MILLISECONDS);
        if (line == null) {
            throw new PeerLostException(name + " does not answer for " + limitMs / 1000 + " s; the bench is over");
        }
        if (line.equals(END)) {
            check();
        }
        if (!line.startsWith(command)) {
            throw new PeerLostException(name + " said \"" + line + "\" instead of \"" + command + "\";"
                    + " run the same version of Tutti on all hosts");
        }
        return line.substring(command.length()).strip();
    }

    /** Returns the next line, waiting for it however long. */
    String next() throws InterruptedException {
        String line = lines.take();
        if (line.equals(END)) {
            check();
        }
        return line;
    }

    private void read() {
        try {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next >= 0 && line.length() < LONGEST; next = in.read()) {
                if (next != '\n') {
                    line.append((char) next);
                } else if (line.indexOf(STOP) == 0) {
                    finish("has ended the bench: " + line.substring(STOP.length()));
                    return;
                } else {
                    lines.add(line.toString());
                    line.setLength(0);
                }
            }
            finish("is gone");
        } catch (IOException e) {
            finish("is gone: " + e.getMessage());
        }
    }

    /** Closing one's own end shows here, too. */
    private void finish(String how) {
        end = how;
        ended.countDown();
        lines.add(END);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no further use in any case.
        }
    }
}
