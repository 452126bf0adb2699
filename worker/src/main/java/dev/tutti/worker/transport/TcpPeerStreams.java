package dev.tutti.worker.transport;

import dev.tutti.config.Endpoint;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.GrowingSender;
import dev.tutti.transport.tcp.TcpFrameSource;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.transport.tcp.TcpPeer;
import java.util.List;
import java.util.stream.IntStream;

/** Over the TCP connections of a generation. */
final class TcpPeerStreams implements PeerStreams {
    private final TcpLinks links;
    private final TcpPeer coordinator;
    private List<String> endpoints = List.of();

    TcpPeerStreams(TcpLinks links, TcpPeer coordinator) {
        this.links = links;
        this.coordinator = coordinator;
    }

    /** Says where the members are connected to, by their numbers. */
    void endpoints(List<String> endpoints) {
        this.endpoints = endpoints;
    }

    @Override
    public Frames source(int stream, int[] from, FrameReceiver.Handler handler) {
        TcpFrameSource source = links.source(stream, from, handler);
        return source::pollReady;
    }

    @Override
    public GrowingSender sender(int stream, int... to) {
        return links.sender(stream, IntStream.of(to).mapToObj(this::peer).toList());
    }

    private TcpPeer peer(int number) {
        return number == TcpLinks.COORDINATOR
                ? coordinator
                : new TcpPeer(number, Endpoint.parse(endpoints.get(number)));
    }

    @Override
    public int floatsPerFrame() {
        return links.settings().floatsPerFrame();
    }

    @Override
    public void doWork() {
        links.doWork();
    }
}
