package dev.tutti.app.bench.transport;

import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.FrameSender;
import dev.tutti.transport.FrameSource;
import dev.tutti.transport.tcp.TcpFrameSource;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.transport.tcp.TcpPeer;
import dev.tutti.transport.tcp.TcpSettings;
import dev.tutti.transport.tcp.TcpVectorSender;
import dev.tutti.transport.tcp.TransferIdleStrategy;
import dev.tutti.wire.GenerationId;
import java.util.List;
import java.util.function.IntFunction;
import org.agrona.concurrent.IdleStrategy;

/** Streams over TCP. */
final class TcpStreams implements BenchStreams {
    private static final int STREAM = 1;

    private final TcpLinks links;
    private final TcpFrameSource source;
    private final IdleStrategy idle;
    private TcpVectorSender sender;

    private TcpStreams(TcpLinks links, int[] from, FrameReceiver.Handler handler) {
        this.links = links;
        this.source = links.source(STREAM, from, handler);
        this.idle = new TransferIdleStrategy(links);
    }

    /**
     * Begins to listen.
     *
     * @param names how people are told of a peer that is lost
     */
    static TcpStreams open(
            String host,
            GenerationId generation,
            int self,
            int[] from,
            FrameReceiver.Handler handler,
            IntFunction<String> names) {
        TcpLinks links =
                TcpLinks.open(host, 0, generation, self, TcpSettings.DEFAULT, new FaultCounters(), (peer, reason) -> {
                    throw new PeerLostException(names.apply(peer) + " is lost: " + reason + "; the bench is over");
                });
        return new TcpStreams(links, from, handler);
    }

    String endpoint() {
        return links.endpoint().toString();
    }

    void connect(List<TcpPeer> peers) {
        sender = links.sender(STREAM, peers);
    }

    @Override
    public FrameSender sender() {
        return sender;
    }

    @Override
    public FrameSource source() {
        return source;
    }

    @Override
    public IdleStrategy idle() {
        return idle;
    }

    @Override
    public void close() {
        links.close();
    }
}
