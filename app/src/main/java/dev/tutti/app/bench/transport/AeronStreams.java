package dev.tutti.app.bench.transport;

import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.FrameSender;
import dev.tutti.transport.FrameSource;
import dev.tutti.transport.StepIdleStrategy;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TermLengths;
import dev.tutti.transport.UdpEndpoint;
import dev.tutti.transport.VectorSender;
import dev.tutti.wire.GenerationId;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.concurrent.IdleStrategy;

/** Streams over UDP through a media driver of this process's own, as a cluster opens them. */
final class AeronStreams implements BenchStreams {
    private final AeronNode node;
    private final Subscription subscription;
    private final FrameReceiver frames;
    private final IdleStrategy idle = new StepIdleStrategy();
    private ExclusivePublication publication;
    private VectorSender vectors;

    private AeronStreams(
            AeronNode node,
            Subscription subscription,
            int senders,
            GenerationId generation,
            FrameReceiver.Handler handler) {
        this.node = node;
        this.subscription = subscription;
        this.frames = new FrameReceiver(subscription, senders, generation, new FaultCounters(), handler);
    }

    /** What a generation with such vectors would have. */
    static Streams streams(String endpoint, int mtuBytes, int vectorBytes) {
        return new Streams(
                Carriers.UDP, endpoint, "", mtuBytes, TermLengths.of(vectorBytes, 0), Streams.IDS_PER_GENERATION);
    }

    /** Begins to receive from so many; nothing is sent yet. */
    static AeronStreams open(
            String host, int streamId, int senders, GenerationId generation, FrameReceiver.Handler handler) {
        AeronNode node = AeronNode.launch(null);
        try {
            Subscription subscription = node.aeron().addSubscription(Streams.udpSubscription(host + ":0"), streamId);
            return new AeronStreams(node, subscription, senders, generation, handler);
        } catch (RuntimeException e) {
            CloseHelper.quietClose(node);
            throw e;
        }
    }

    /** Where this side receives. */
    String endpoint() {
        return UdpEndpoint.await(subscription);
    }

    /** Begins to send to all members. */
    void toMembers(Streams streams, GenerationId generation, List<String> endpoints) {
        publication = node.aeron()
                .addExclusivePublication(streams.weightsPublication(endpoints.size()), streams.weightsStreamId());
        endpoints.forEach(endpoint -> publication.addDestination(Streams.destination(endpoint)));
        vectors = new VectorSender(publication, generation);
    }

    /** Begins to send to the coordinator. */
    void toCoordinator(Streams streams, GenerationId generation, int member) {
        publication = node.aeron().addExclusivePublication(streams.gradientPublication(), streams.gradientStreamId());
        vectors = new VectorSender(publication, generation);
        vectors.header().member(member);
    }

    @Override
    public FrameSender sender() {
        return vectors;
    }

    @Override
    public FrameSource source() {
        return frames;
    }

    @Override
    public IdleStrategy idle() {
        return idle;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(publication, subscription, node);
    }
}
