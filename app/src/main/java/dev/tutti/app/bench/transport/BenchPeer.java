package dev.tutti.app.bench.transport;

import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import dev.tutti.transport.Streams;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.transport.tcp.TcpPeer;
import dev.tutti.wire.GenerationId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The side that connects: does what the host says. */
public final class BenchPeer {
    private static final int CONNECT_MS = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long PAUSE_MS = 200;

    private final Endpoint host;
    private final BenchOptions options;
    private final Duration patience;

    /**
     * @param host where the host is bound
     * @param options what to measure, where the host does not say otherwise
     */
    public BenchPeer(Endpoint host, BenchOptions options) {
        this(host, options, PATIENCE);
    }

    BenchPeer(Endpoint host, BenchOptions options, Duration patience) {
        this.host = host;
        this.options = options;
        this.patience = patience;
    }

    /**
     * Takes part until the host is done.
     *
     * @param rows takes each line of the table, as the host has measured it
     * @throws PeerLostException if the host goes away
     * @throws InputException if it cannot be reached for 10 s
     * @throws InterruptedException if this thread is interrupted; the host is told
     */
    public void run(Consumer<BenchRow> rows) throws InterruptedException {
        try (ControlLine control = connect()) {
            try {
                control.send(BenchHost.HELLO + " " + options.line());
                follow(control, rows);
            } catch (InterruptedException e) {
                control.stop("interrupted");
                throw e;
            } catch (RuntimeException e) {
                control.stop(String.valueOf(e.getMessage()).replaceAll("\\R", " "));
                throw e;
            }
        }
    }

    /** The host may be about to start. */
    private ControlLine connect() throws InterruptedException {
        long endNs = System.nanoTime() + patience.toNanos();
        while (true) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(host.host(), host.port()), CONNECT_MS);
                return new ControlLine(socket, "host " + host);
            } catch (IOException e) {
                closeQuietly(socket);
                if (System.nanoTime() - endNs > 0) {
                    throw new InputException(
                            host + " cannot be reached: " + e.getMessage()
                                    + "; start there first: tutti bench transport --bind HOST:PORT",
                            e);
                }
                Thread.sleep(PAUSE_MS);
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Never connected.
        }
    }

    private void follow(ControlLine control, Consumer<BenchRow> rows) throws InterruptedException {
        String line = control.next();
        int member = Integer.parseInt(words(line)[1]);
        line = control.next();
        while (!line.equals("done")) {
            takePart(control, member, words(line), rows);
            line = control.next();
        }
    }

    private static void takePart(ControlLine control, int member, String[] open, Consumer<BenchRow> rows)
            throws InterruptedException {
        Carrier carrier = Carrier.valueOf(open[1]);
        GenerationId generation = new GenerationId(1, Integer.parseInt(open[2]), Long.parseLong(open[3]));
        Arrivals arrivals = new Arrivals(1);
        try (BenchStreams streams = carrier == Carrier.UDP
                ? udp(control, generation, member, open, arrivals)
                : tcp(control, generation, member, open[4], arrivals)) {
            Exchange exchange = new Exchange(streams, arrivals, List.of(control));
            exchange.connect();
            String line = control.next();
            while (!line.equals("close")) {
                String[] row = words(line);
                exchange.prepare(Integer.parseInt(row[1]));
                control.send("ready");
                exchange.follow(Direction.valueOf(row[2]));
                rows.accept(BenchRow.parse(control.await("result", BenchHost.ANSWER_MS)));
                line = control.next();
            }
            control.send("closing");
        }
    }

    private static BenchStreams udp(
            ControlLine control, GenerationId generation, int member, String[] open, Arrivals arrivals) {
        Streams peers = AeronStreams.streams(open[4], Integer.parseInt(open[5]), Integer.parseInt(open[6]));
        AeronStreams streams = AeronStreams.open(control.localHost(), peers.weightsStreamId(), 1, generation, arrivals);
        try {
            streams.toCoordinator(peers, generation, member);
            control.send("opened " + streams.endpoint());
            return streams;
        } catch (RuntimeException e) {
            streams.close();
            throw e;
        }
    }

    private static BenchStreams tcp(
            ControlLine control, GenerationId generation, int member, String endpoint, Arrivals arrivals) {
        TcpStreams streams = TcpStreams.open(
                control.localHost(),
                generation,
                member,
                new int[] {TcpLinks.COORDINATOR},
                arrivals,
                peer -> control.name());
        try {
            streams.connect(List.of(new TcpPeer(TcpLinks.COORDINATOR, Endpoint.parse(endpoint))));
            control.send("opened " + streams.endpoint());
            return streams;
        } catch (RuntimeException e) {
            streams.close();
            throw e;
        }
    }

    private static String[] words(String line) {
        return line.split(" ", -1);
    }
}
