package dev.tutti.transport.tcp;

import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.GenerationId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process's TCP connections of one generation: those on which it receives, which others make to it, and those on
 * which it sends, one for each direction, stream and peer.
 *
 * <p>A peer that resets, closes, stalls, or sends half a frame or rubbish is lost: all its connections are closed,
 * the fault is counted, and the {@link Listener} is told once. It cannot come back; a new generation, with new links,
 * can have it again. A stranger, who does not say hello in time or says it wrongly, is turned away without an answer,
 * and counted.
 *
 * <p>Opened by any thread, then owned by one, which also uses the senders and sources; nothing waits but {@link
 * #await}. Sources and senders do the work of these links as they are used.
 */
public final class TcpLinks implements AutoCloseable {
    /** The coordinator's number as a peer; members have smaller ones. */
    public static final int COORDINATOR = 0xFFFF;

    /** Is told what happens to peers, on the thread that owns the links, while it polls or sends. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A peer is lost; told once for each.
         *
         * @param peer its number in the generation, or {@link #COORDINATOR}
         * @param reason what it did, such as "it closed the connection", which is also how a generation ends in good
         *     order
         */
        void onLost(int peer, String reason);
    }

    private static final Logger LOG = LoggerFactory.getLogger(TcpLinks.class);

    /** Most connections that have not said hello; the oldest makes room for the next. */
    private static final int MOST_ARRIVALS = 256;

    private static final int BACKLOG = 1024;
    private static final long TICK_NS = 20_000_000L;
    private static final long NAP_NS = 50_000;

    private final GenerationId generation;
    private final int self;
    private final TcpSettings settings;
    private final FaultCounters faults;
    private final Listener listener;
    private final NanoClock clock;
    private final Selector selector;
    private final ServerSocketChannel server;
    private final Int2ObjectHashMap<TcpFrameSource> sources = new Int2ObjectHashMap<>();
    private final List<TcpFrameSource> sourceList = new ArrayList<>();
    private final List<TcpVectorSender> senders = new ArrayList<>();
    private final List<Arrival> arrivals = new ArrayList<>();
    private final List<Peered> links = new ArrayList<>();
    private final BitSet lost = new BitSet();
    private final List<Link> ready = new ArrayList<>();
    private final Consumer<SelectionKey> onKey = this::onKey;
    private boolean acceptable;
    private boolean working;
    private int sessions;
    private long tickedNs;
    private long lastVectorBytes;
    private boolean closed;

    /** A connection and whose it is. */
    private record Peered(int peer, Link link) {}

    private TcpLinks(
            GenerationId generation,
            int self,
            TcpSettings settings,
            FaultCounters faults,
            Listener listener,
            NanoClock clock,
            Selector selector,
            ServerSocketChannel server) {
        this.generation = generation;
        this.self = self;
        this.settings = settings;
        this.faults = faults;
        this.listener = listener;
        this.clock = clock;
        this.selector = selector;
        this.server = server;
        this.tickedNs = clock.nanoTime();
    }

    /**
     * Begins to listen.
     *
     * @param host this machine's address as its peers see it
     * @param port where to listen; 0 for any
     * @param generation whose streams these are
     * @param self this process's number in it, or {@link #COORDINATOR}
     * @param settings sizes and limits
     * @param faults counts what is dropped
     * @param listener is told what happens to peers
     * @throws InputException if the address cannot be bound
     */
    public static TcpLinks open(
            String host,
            int port,
            GenerationId generation,
            int self,
            TcpSettings settings,
            FaultCounters faults,
            Listener listener) {
        return open(host, port, generation, self, settings, faults, listener, SystemNanoClock.INSTANCE);
    }

    static TcpLinks open(
            String host,
            int port,
            GenerationId generation,
            int self,
            TcpSettings settings,
            FaultCounters faults,
            Listener listener,
            NanoClock clock) {
        Selector selector = null;
        ServerSocketChannel server = null;
        try {
            selector = Selector.open();
            server = ServerSocketChannel.open();
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(new InetSocketAddress(host, port), BACKLOG);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            return new TcpLinks(generation, self, settings, faults, listener, clock, selector, server);
        } catch (IOException | UnresolvedAddressException e) {
            CloseHelper.quietCloseAll(server, selector);
            throw new InputException(
                    "cannot listen for vectors on " + host + ":" + port + ": " + e.getMessage()
                            + "; give an address of this machine and a free port",
                    e);
        }
    }

    /** Where peers connect to. */
    public Endpoint endpoint() {
        try {
            InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
            return new Endpoint(address.getAddress().getHostAddress(), address.getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Begins to receive a stream; before anybody is told the {@link #endpoint}, for who connects to an unknown stream
     * is turned away.
     *
     * @param stream its number, the same on both sides
     * @param from the members that will send on it, each on a connection of its own
     * @param handler takes the frames
     */
    public TcpFrameSource source(int stream, int[] from, FrameReceiver.Handler handler) {
        if (sources.containsKey(stream) || from.length == 0) {
            throw new IllegalArgumentException("a stream has one source and at least one sender: " + stream);
        }
        TcpFrameSource source = new TcpFrameSource(this, stream, from, handler);
        sources.put(stream, source);
        sourceList.add(source);
        return source;
    }

    /**
     * Begins to connect to the receivers of a stream.
     *
     * @param stream its number, the same on both sides
     * @param to the receivers; all get the same vectors
     */
    public TcpVectorSender sender(int stream, List<TcpPeer> to) {
        TcpVectorSender sender = new TcpVectorSender(this, stream);
        if (self != COORDINATOR) {
            sender.header().member(self);
        }
        List<Outgoing> connections = new ArrayList<>();
        for (TcpPeer peer : to) {
            connections.add(connect(stream, peer, sender.bytes()));
        }
        sender.connect(connections);
        senders.add(sender);
        return sender;
    }

    /** Accepts, greets, and gives up what takes too long; never waits. Sources and senders call it. */
    public void doWork() {
        // Not again from within a listener.
        if (closed || working) {
            return;
        }
        working = true;
        try {
            select(0);
            serve();
            long nowNs = clock.nanoTime();
            if (nowNs - tickedNs > TICK_NS) {
                tickedNs = nowNs;
                tick(nowNs);
            }
        } finally {
            working = false;
        }
    }

    /**
     * Waits until bytes come or can be sent, or something else happens to a connection, at most for {@code limitMs}
     * ms, rounded up to 1. Where bytes that were there before have not been polled it takes a short nap.
     */
    public void await(long limitMs) {
        if (closed || hasUnread()) {
            LockSupport.parkNanos(this, NAP_NS);
            return;
        }
        boolean writing = wantWritable();
        select(Math.max(1, limitMs));
        if (writing) {
            unwantWritable();
        }
    }

    /** Length of the vector that was last begun to be sent, or of which a frame arrived last; of those that are not empty. */
    public long lastVectorBytes() {
        return lastVectorBytes;
    }

    /** Whether {@code peer} was given up. */
    public boolean isLost(int peer) {
        return lost.get(peer);
    }

    /** Whether these links are of no further use. */
    public boolean isClosed() {
        return closed;
    }

    /** Closes all connections, which for the peers is the end of the generation or the loss of this process. */
    @Override
    public void close() {
        closed = true;
        arrivals.forEach(Link::close);
        links.forEach(one -> one.link().close());
        CloseHelper.quietCloseAll(server, selector);
    }

    GenerationId generation() {
        return generation;
    }

    /** Sizes and limits. */
    public TcpSettings settings() {
        return settings;
    }

    FaultCounters faults() {
        return faults;
    }

    long nanoTime() {
        return clock.nanoTime();
    }

    /** Frames without values, such as orders, say nothing of how long the next vector is. */
    void vectorSeen(long bytes) {
        if (bytes > 0) {
            lastVectorBytes = bytes;
        }
    }

    /** A peer is given up, whichever connection showed it; {@code fault} is null where it left in good order. */
    void lose(int peer, FrameFault fault, String reason) {
        if (closed || lost.get(peer)) {
            return;
        }
        lost.set(peer);
        for (int i = links.size() - 1; i >= 0; i--) {
            if (links.get(i).peer() == peer) {
                links.get(i).link().close();
                links.remove(i);
            }
        }
        if (fault != null) {
            faults.count(fault);
        }
        LOG.debug("{} of {} is lost: {}", peer == COORDINATOR ? "coordinator" : "member " + peer, generation, reason);
        listener.onLost(peer, reason);
    }

    /** A stranger. */
    void turnAway(Arrival arrival, FrameFault fault, String reason) {
        arrivals.remove(arrival);
        arrival.close();
        faults.count(fault);
        LOG.debug("a connection was turned away: {}, {}", fault, reason);
    }

    /** The hello is there: the stranger becomes a peer, or is turned away. */
    void identify(Arrival arrival, ByteBuffer hello) throws IOException {
        FrameFault fault = Handshake.check(hello, Handshake.HELLO, generation);
        if (fault != null) {
            turnAway(arrival, fault, "wrong hello");
            return;
        }
        Handshake handshake = Handshake.decode(hello);
        TcpFrameSource source = sources.get(handshake.stream());
        if (source == null
                || handshake.receiver() != self
                || handshake.largestFrameBytes() != settings.largestFrameBytes()) {
            turnAway(arrival, FrameFault.OUT_OF_RANGE, handshake.toString());
            return;
        }
        if (!source.awaits(handshake.sender()) || lost.get(handshake.sender())) {
            turnAway(arrival, FrameFault.UNEXPECTED, handshake.toString());
            return;
        }
        // The kernel has room: nothing was written on this connection before.
        arrival.channel.write(handshake.encode(Handshake.WELCOME));
        arrivals.remove(arrival);
        Incoming incoming = new Incoming(this, source.handler(), handshake.sender(), ++sessions, arrival.channel);
        incoming.key = arrival.key;
        incoming.key.attach(incoming);
        links.add(new Peered(handshake.sender(), incoming));
        source.connect(handshake.sender(), incoming);
    }

    private Outgoing connect(int stream, TcpPeer peer, ByteBuffer buffer) {
        Handshake handshake = new Handshake(generation, stream, self, peer.member(), settings.largestFrameBytes());
        long deadlineNs =
                clock.nanoTime() + settings.of(peer.member()).handshake().toNanos();
        try {
            SocketChannel channel = SocketChannel.open();
            Outgoing outgoing = new Outgoing(this, handshake, buffer, channel, deadlineNs);
            links.add(new Peered(peer.member(), outgoing));
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            outgoing.key = channel.register(selector, SelectionKey.OP_CONNECT | SelectionKey.OP_WRITE, outgoing);
            startConnecting(channel, peer);
            return outgoing;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What goes wrong here shows when the connection is looked at the next time, as it does where it goes wrong
     * later.
     */
    private static void startConnecting(SocketChannel channel, TcpPeer peer) {
        try {
            channel.connect(new InetSocketAddress(
                    peer.endpoint().host(), peer.endpoint().port()));
        } catch (IOException | UnresolvedAddressException e) {
            LOG.debug("cannot connect to {}", peer, e);
            CloseHelper.quietClose(channel);
        }
    }

    private void select(long limitMs) {
        try {
            if (limitMs == 0) {
                selector.selectNow(onKey);
            } else {
                selector.select(onKey, limitMs);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Only notes it: what follows may close or add connections. */
    private void onKey(SelectionKey key) {
        if (key.attachment() instanceof Link link) {
            if (!link.queued) {
                link.queued = true;
                ready.add(link);
            }
        } else {
            acceptable = true;
        }
    }

    private void serve() {
        for (int i = 0; i < ready.size(); i++) {
            Link link = ready.get(i);
            link.queued = false;
            if (!link.isClosed()) {
                link.onReady();
            }
        }
        ready.clear();
        if (acceptable) {
            acceptable = false;
            accept();
        }
    }

    private void accept() {
        try {
            SocketChannel channel = server.accept();
            while (channel != null) {
                welcome(channel);
                channel = server.accept();
            }
        } catch (IOException e) {
            // Such as too many open files: those that wait are accepted later.
            LOG.debug("cannot accept a connection", e);
        }
    }

    private void welcome(SocketChannel channel) {
        Arrival arrival = new Arrival(
                this, channel, clock.nanoTime() + settings.arrivalLimit().toNanos());
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            arrival.key = channel.register(selector, SelectionKey.OP_READ, arrival);
        } catch (IOException e) {
            turnAway(arrival, FrameFault.MALFORMED, e.getMessage());
            return;
        }
        if (arrivals.size() == MOST_ARRIVALS) {
            turnAway(arrivals.get(0), FrameFault.UNEXPECTED, "too many connections have not said hello");
        }
        arrivals.add(arrival);
    }

    private void tick(long nowNs) {
        for (int i = arrivals.size() - 1; i >= 0; i--) {
            arrivals.get(i).onTick(nowNs);
        }
        // Losing a peer removes links, perhaps several.
        for (int i = links.size() - 1; i >= 0; i--) {
            if (i < links.size()) {
                tick(links.get(i), nowNs);
            }
        }
    }

    private void tick(Peered one, long nowNs) {
        if (!one.link().channel.isOpen()) {
            lose(one.peer(), FrameFault.UNEXPECTED, "it cannot be reached");
        } else {
            one.link().onTick(nowNs);
        }
    }

    /** Whether a frame has begun to arrive whose rest is not here. */
    boolean isWithinFrame() {
        for (int i = 0; i < sourceList.size(); i++) {
            if (sourceList.get(i).isWithinFrame()) {
                return true;
            }
        }
        return false;
    }

    private boolean hasUnread() {
        for (int i = 0; i < sourceList.size(); i++) {
            if (sourceList.get(i).isReadable()) {
                return true;
            }
        }
        return false;
    }

    private boolean wantWritable() {
        boolean any = false;
        for (int i = 0; i < senders.size(); i++) {
            for (Outgoing receiver : senders.get(i).receivers()) {
                if (receiver.isBlocked() && receiver.isOpen()) {
                    receiver.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                    any = true;
                }
            }
        }
        return any;
    }

    private void unwantWritable() {
        for (int i = 0; i < senders.size(); i++) {
            for (Outgoing receiver : senders.get(i).receivers()) {
                if (receiver.isOpen()) {
                    receiver.key.interestOps(SelectionKey.OP_READ);
                }
            }
        }
    }
}
