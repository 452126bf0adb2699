package dev.tutti.app.bench.transport;

import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import dev.tutti.transport.Streams;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.transport.tcp.TcpPeer;
import dev.tutti.wire.GenerationId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The side that is bound: waits for its peers, leads, measures. */
public final class BenchHost {
    /** The version of what is said between the two sides. */
    static final String HELLO = "tutti-bench-transport-1";

    static final long ANSWER_MS = 20_000;
    private static final int ACCEPT_MS = 200;

    private final Endpoint bind;
    private final int peerCount;
    private final List<ControlLine> peers = new ArrayList<>();
    private BenchOptions options;

    /**
     * @param bind where peers find it
     * @param peerCount how many to wait for
     * @param options what to measure
     */
    public BenchHost(Endpoint bind, int peerCount, BenchOptions options) {
        this.bind = bind;
        this.peerCount = peerCount;
        this.options = options;
    }

    /**
     * Measures, once all peers are there.
     *
     * @param rows takes each line of the table as it is measured
     * @throws PeerLostException if a peer goes away
     * @throws InputException if the address cannot be bound
     * @throws InterruptedException if this thread is interrupted; the peers are told
     */
    public void run(Consumer<BenchRow> rows) throws InterruptedException {
        try {
            awaitPeers();
            options = options.or(BenchOptions.DEFAULT);
            for (Carrier carrier : options.carriers().orElseThrow()) {
                measure(carrier, rows);
            }
            peers.forEach(peer -> peer.send("done"));
        } catch (InterruptedException e) {
            peers.forEach(peer -> peer.stop("interrupted"));
            throw e;
        } catch (RuntimeException e) {
            peers.forEach(peer -> peer.stop(String.valueOf(e.getMessage()).replaceAll("\\R", " ")));
            throw e;
        } finally {
            peers.forEach(ControlLine::close);
        }
    }

    /** Peers that go away while others are awaited are forgotten. */
    private void awaitPeers() throws InterruptedException {
        try (ServerSocket server = new ServerSocket()) {
            bind(server);
            server.setSoTimeout(ACCEPT_MS);
            while (peers.size() < peerCount) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                peers.removeIf(BenchHost::isGone);
                accept(server);
            }
        } catch (IOException e) {
            throw new InputException("peers cannot be accepted on " + bind + ": " + e.getMessage(), e);
        }
        for (int member = 0; member < peerCount; member++) {
            peers.get(member).send("member " + member);
        }
    }

    private void bind(ServerSocket server) {
        try {
            server.bind(new InetSocketAddress(bind.host(), bind.port()));
        } catch (IOException e) {
            throw new InputException(
                    "cannot listen on " + bind + ": " + e.getMessage()
                            + "; give --bind an address of this machine and a free port",
                    e);
        }
    }

    private void accept(ServerSocket server) throws IOException, InterruptedException {
        Socket socket;
        try {
            socket = server.accept();
        } catch (SocketTimeoutException e) {
            return;
        }
        ControlLine peer =
                new ControlLine(socket, "peer " + socket.getInetAddress().getHostAddress());
        try {
            options = options.or(BenchOptions.parse(peer.await(HELLO, 5_000)));
            peers.add(peer);
        } catch (RuntimeException e) {
            // Somebody else, or of another version: it is told, and need not be believed.
            peer.stop("not a bench transport of this version");
            peer.close();
        }
    }

    private static boolean isGone(ControlLine peer) {
        try {
            peer.check();
            return false;
        } catch (PeerLostException e) {
            peer.close();
            return true;
        }
    }

    private void measure(Carrier carrier, Consumer<BenchRow> rows) throws InterruptedException {
        Arrivals arrivals = new Arrivals(peerCount);
        GenerationId generation = new GenerationId(1, 1 + carrier.ordinal(), new SecureRandom().nextLong());
        try (BenchStreams streams = carrier == Carrier.UDP ? udp(generation, arrivals) : tcp(generation, arrivals)) {
            Exchange exchange = new Exchange(streams, arrivals, peers);
            exchange.connect();
            for (int bytes : options.bytes().orElseThrow()) {
                for (Direction direction : Direction.values()) {
                    exchange.prepare(bytes);
                    peers.forEach(peer -> peer.send("row " + bytes + " " + direction));
                    for (ControlLine peer : peers) {
                        peer.await("ready", ANSWER_MS);
                    }
                    BenchRow row =
                            exchange.lead(carrier, direction, options.seconds().orElseThrow());
                    peers.forEach(peer -> peer.send("result " + row.line()));
                    rows.accept(row);
                }
            }
            peers.forEach(peer -> peer.send("close"));
            for (ControlLine peer : peers) {
                peer.await("closing", ANSWER_MS);
            }
        }
    }

    private BenchStreams udp(GenerationId generation, Arrivals arrivals) throws InterruptedException {
        int mtu = options.udpMtu().orElseThrow();
        int longest = options.bytes().orElseThrow().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0);
        Streams draft = AeronStreams.streams("", mtu, longest);
        AeronStreams streams = AeronStreams.open(host(), draft.gradientStreamId(), peerCount, generation, arrivals);
        try {
            String endpoint = streams.endpoint();
            peers.forEach(peer -> peer.send("open " + Carrier.UDP + " " + generation.number() + " " + generation.token()
                    + " " + endpoint + " " + mtu + " " + longest));
            streams.toMembers(AeronStreams.streams(endpoint, mtu, longest), generation, endpoints());
            return streams;
        } catch (RuntimeException | InterruptedException e) {
            streams.close();
            throw e;
        }
    }

    private BenchStreams tcp(GenerationId generation, Arrivals arrivals) throws InterruptedException {
        int[] members = IntStream.range(0, peerCount).toArray();
        TcpStreams streams = TcpStreams.open(
                host(),
                generation,
                TcpLinks.COORDINATOR,
                members,
                arrivals,
                member -> peers.get(member).name());
        try {
            peers.forEach(peer -> peer.send("open " + Carrier.TCP + " " + generation.number() + " " + generation.token()
                    + " " + streams.endpoint() + " 0 0"));
            List<String> endpoints = endpoints();
            streams.connect(IntStream.range(0, peerCount)
                    .mapToObj(member -> new TcpPeer(member, Endpoint.parse(endpoints.get(member))))
                    .toList());
            return streams;
        } catch (RuntimeException | InterruptedException e) {
            streams.close();
            throw e;
        }
    }

    private List<String> endpoints() throws InterruptedException {
        List<String> endpoints = new ArrayList<>();
        for (ControlLine peer : peers) {
            endpoints.add(peer.await("opened", ANSWER_MS));
        }
        return endpoints;
    }

    /** This machine's address as its peers see it. */
    private String host() {
        try {
            InetAddress address = InetAddress.getByName(bind.host());
            return address.isAnyLocalAddress() ? peers.get(0).localHost() : address.getHostAddress();
        } catch (IOException e) {
            throw new InputException("unknown host: " + bind, e);
        }
    }
}
