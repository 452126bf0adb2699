package dev.tutti.worker.transport;

import dev.tutti.config.Endpoint;
import dev.tutti.data.Dataset;
import dev.tutti.model.ParameterLayout;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.FrameSender;
import dev.tutti.transport.FrameSource;
import dev.tutti.transport.SharedMemory;
import dev.tutti.transport.SharedVectors;
import dev.tutti.transport.Shares;
import dev.tutti.transport.StreamClosedException;
import dev.tutti.transport.Streams;
import dev.tutti.transport.UdpEndpoint;
import dev.tutti.transport.VectorSender;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.transport.tcp.TcpPeer;
import dev.tutti.transport.tcp.TcpSettings;
import dev.tutti.transport.tcp.Waiting;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import dev.tutti.worker.compute.WorkItem;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker process's streams of one generation: weights and work in, gradients out. Opened by the worker's actor, then used by
 * the leading compute thread alone until that has ended.
 */
public final class WorkerPlane implements AutoCloseable {
    private static final int FRAMES_PER_POLL = 64;
    private static final float[] NO_FLOATS = {};

    /** So often a member shows that it is there, where it may be waited for while it waits itself. */
    private static final long ALIVE_NS = 500_000_000L;

    /** So long the coordinator has to find out that a peer is lost. */
    private static final long TELL_AFTER_NS = 2_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(WorkerPlane.class);
    private static final int[] FROM_COORDINATOR = {TcpLinks.COORDINATOR};

    private final PrepareGeneration prepare;
    private final Streams streams;
    private final FaultCounters faults = new FaultCounters();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final WeightsReceiver weights;
    private final WorkReceiver work;
    private final String weightsEndpoint;
    private final String workEndpoint;
    private final TcpLinks links;
    private final IdleStrategy idle;
    private final FrameSource weightsFrames;
    private final FrameSource workFrames;
    private final FrameSource samplesFrames;
    private final FrameSender gradients;
    private final FrameKind gradientKind;
    private final SharedVectors.Generation shared;
    private final TcpPeerStreams peers;
    private final PeerExchange exchange;
    private final PeerTrouble trouble;
    private volatile List<String> peerEndpoints;
    private boolean parted;
    private boolean reachedPeers;
    private String lostPeer;
    private long lostPeerNs;
    private boolean toldOfPeers;
    private final float[] seconds = new float[1];
    private long aliveNs = System.nanoTime();

    private WorkerPlane(
            AeronNode node,
            PrepareGeneration prepare,
            String host,
            SharedVectors.Generation shared,
            PeerTrouble trouble) {
        this.prepare = prepare;
        this.streams = prepare.streams();
        this.shared = shared;
        this.trouble = trouble;
        TrainingSpec spec = prepare.job().spec();
        Carriers carriers = streams.carriers();
        weights = new WeightsReceiver(spec, new ParameterLayout(spec.network()).parameterCount(), shared);
        work = new WorkReceiver(prepare.member(), prepare.job());
        try {
            int workStream = streams.workStreamId(prepare.member());
            links = carriers.anyTcp() ? openLinks(host) : null;
            samplesFrames = carriers.samplesByTcp() ? links.source(workStream, FROM_COORDINATOR, work) : null;
            // A subscription at port 0 has a socket of its own, so the two streams have two addresses.
            Subscription workSubscription = subscribe(node.aeron(), host, workStream);
            workFrames = new FrameReceiver(workSubscription, prepare.generation(), faults, work);
            workEndpoint = endpoint(workSubscription);
            if (carriers.vectorsByTcp()) {
                weightsFrames = links.source(streams.weightsStreamId(), FROM_COORDINATOR, weights);
                weightsEndpoint = "";
                gradients = links.sender(streams.gradientStreamId(), List.of(coordinator()));
            } else {
                Subscription weightsSubscription = subscribe(node.aeron(), host, streams.weightsStreamId());
                weightsFrames = new FrameReceiver(weightsSubscription, prepare.generation(), faults, weights);
                weightsEndpoint = endpoint(weightsSubscription);
                gradients = gradientSender(node.aeron());
            }
            peers = prepare.shares() == null ? null : new TcpPeerStreams(links, coordinator());
            exchange = peers == null ? null : new PeerExchange(prepare, peers, weights.weights());
            if (exchange != null) {
                weights.expect(exchange.state());
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        gradients.header().member(prepare.member());
        gradientKind = FrameKind.gradient(spec.wire().bytes());
        idle = Waiting.on(carriers, prepare.job().vectorBytes(), links);
    }

    /** Is told, on the leading compute thread, of trouble with other members. */
    @FunctionalInterface
    public interface PeerTrouble {
        /**
         * A connection to another member has ended, or could not be made, and no other generation has come of it.
         *
         * @param reached whether all connections had been made
         * @param reason one line
         */
        void onPeersLost(boolean reached, String reason);
    }

    /** Opens the streams to the coordinator of another process, which averages. */
    public static WorkerPlane open(AeronNode node, PrepareGeneration prepare, String host) {
        return open(node, prepare, host, null, (reached, reason) -> {});
    }

    /**
     * Opens the streams; where that fails, none is left open.
     *
     * @param node the way to Aeron
     * @param prepare what the coordinator said
     * @param host this machine's address as the coordinator sees it; unused with ipc
     * @param shared what is shared with the coordinator, where it is of this process; else null
     * @param trouble is told of trouble with other members
     * @throws dev.tutti.transport.NoRoomException if there is too little shared memory, after waiting some seconds for that of
     *     earlier streams
     */
    public static WorkerPlane open(
            AeronNode node,
            PrepareGeneration prepare,
            String host,
            SharedVectors.Generation shared,
            PeerTrouble trouble) {
        Streams streams = prepare.streams();
        SharedMemory.awaitRoom(
                node.directory(), streams.terms().workerBytes(streams.ipc()), "a worker's streams of this network");
        return new WorkerPlane(node, prepare, host, shared, trouble);
    }

    private TcpLinks openLinks(String host) {
        TcpSettings settings = TcpSettings.ofWorker(prepare.job().vectorBytes() / Float.BYTES, prepare.shares());
        TcpLinks made =
                TcpLinks.open(host, 0, prepare.generation(), prepare.member(), settings, faults, this::onParted);
        opened.add(made);
        return made;
    }

    private Subscription subscribe(Aeron aeron, String host, int stream) {
        Subscription subscription = aeron.addSubscription(streams.subscription(host + ":0"), stream);
        opened.add(subscription);
        return subscription;
    }

    private String endpoint(Subscription subscription) {
        return streams.ipc() ? "" : UdpEndpoint.await(subscription);
    }

    private VectorSender gradientSender(Aeron aeron) {
        ExclusivePublication publication =
                aeron.addExclusivePublication(streams.gradientPublication(), streams.gradientStreamId());
        opened.add(publication);
        return new VectorSender(publication, prepare.generation());
    }

    private TcpPeer coordinator() {
        return new TcpPeer(TcpLinks.COORDINATOR, Endpoint.parse(streams.tcpEndpoint()));
    }

    /** The generation. */
    public GenerationId generation() {
        return prepare.generation();
    }

    /**
     * All members can be connected to, where they average; from any thread.
     *
     * @param endpoints where, {@code host:port}, in the order of their numbers
     */
    public void connectPeers(List<String> endpoints) {
        peerEndpoints = List.copyOf(endpoints);
    }

    /** Where this worker receives weights over UDP, {@code host:port}; empty where they come otherwise. */
    public String weightsEndpoint() {
        return weightsEndpoint;
    }

    /** Where this worker receives work over UDP, {@code host:port}; empty with ipc. */
    public String workEndpoint() {
        return workEndpoint;
    }

    /** Where the coordinator connects to over TCP, {@code host:port}; empty where nothing comes so. */
    public String tcpEndpoint() {
        return links == null ? "" : links.endpoint().toString();
    }

    /** How the leading compute thread waits for what comes on these streams. */
    public IdleStrategy idle() {
        return idle;
    }

    /**
     * Takes what has arrived; returns the number of frames. The weights change while somebody computes with them only if
     * {@link #isOver} then says that it is in vain.
     *
     * @throws dev.tutti.transport.StreamClosedException if the streams are of no further use
     */
    public int poll() {
        int frames = workFrames.poll(FRAMES_PER_POLL);
        try {
            if (!parted) {
                frames += weightsFrames.poll(FRAMES_PER_POLL);
                frames += samplesFrames == null ? 0 : samplesFrames.poll(FRAMES_PER_POLL);
            }
        } catch (StreamClosedException e) {
            checkParted(e);
        }
        return exchange == null ? frames : frames + exchange(System.nanoTime());
    }

    private int exchange(long nowNs) {
        if (parted) {
            return 0;
        }
        int frames = 0;
        try {
            sayAlive(nowNs);
            if (lostPeer != null) {
                tellOfPeers(nowNs);
                return 0;
            }
            connectPeers();
            if (!exchange.isStarted() && weights.completeStep() >= 0) {
                exchange.start(weights.completeStep());
            }
            frames = exchange.doWork();
        } catch (StreamClosedException e) {
            checkParted(e);
        }
        return frames;
    }

    private void sayAlive(long nowNs) {
        if (nowNs - aliveNs > ALIVE_NS && gradients.isIdle()) {
            aliveNs = nowNs;
            gradients.header().set(FrameKind.ALIVE, 1, 0, 0, 0, 0);
            gradients.begin(NO_FLOATS, 0);
            gradients.doWork();
        }
    }

    private void connectPeers() {
        List<String> endpoints = peerEndpoints;
        if (endpoints != null) {
            peerEndpoints = null;
            peers.endpoints(endpoints);
            exchange.connect();
        } else if (!reachedPeers) {
            reachedPeers = exchange.isConnected();
        }
    }

    /** Where a member has ended, the coordinator says so first. */
    private void tellOfPeers(long nowNs) {
        if (!toldOfPeers && nowNs - lostPeerNs > TELL_AFTER_NS) {
            toldOfPeers = true;
            trouble.onPeersLost(reachedPeers, lostPeer);
        }
    }

    /** The step whose weights are complete, or -1. */
    public long weightsStep() {
        return exchange == null ? weights.completeStep() : exchange.step();
    }

    /** Whether this step is over: weights of a later one have begun to arrive, or can be made here. */
    public boolean isOver(long step) {
        return exchange == null ? step < weights.latestStep() : exchange.isOver(step);
    }

    /** Number of frames of weights that have arrived so far. */
    public long weightsFrames() {
        return weights.frames();
    }

    /** Whether nodes of this step can be sent: any, but where the members average none before its weights are here. */
    public boolean takesNodesOf(long step) {
        return exchange == null || exchange.step() == step;
    }

    /** The weights; complete for {@link #weightsStep()}. */
    public float[] weights() {
        return weights.weights();
    }

    /** The next piece of work, of the earliest step, or null; it stays here. */
    public WorkItem nextWork() {
        return work.peek();
    }

    /** Gives out what {@link #nextWork} shows; it belongs to the caller until {@link #release}. */
    public WorkItem takeWork() {
        return work.take();
    }

    /** Takes a piece of work back, to be used again. */
    public void release(WorkItem item) {
        work.release(item);
    }

    /** The training set once it has arrived whole, else null. */
    public Dataset takeTraining() {
        return work.takeTraining();
    }

    /** Whether nodes are handed over to the coordinator, and belong to it then. */
    public boolean handsOver() {
        return shared != null;
    }

    /** A buffer in return for a node that was handed over, or null; it belongs to the caller. */
    public PartialGradient takeBack() {
        return shared == null ? null : shared.takeBack(prepare.member());
    }

    /**
     * Does the coordinator's part of the steps, where it is of this process: see {@link SharedVectors}; or the update, where the
     * members average. Not while somebody computes.
     */
    public int doSteps(SharedLoop threads) {
        if (exchange == null) {
            return shared == null ? 0 : shared.doSteps(threads);
        }
        try {
            return parted || lostPeer != null ? 0 : exchange.advance(threads);
        } catch (StreamClosedException e) {
            checkParted(e);
            return 0;
        }
    }

    /**
     * Begins to send a node of the summation tree, which must not change until {@link #isSent}; where it is handed over, it is the
     * coordinator's from now on.
     */
    public void beginGradient(WorkItem item, PartialGradient node) {
        if (exchange != null) {
            exchange.beginNode(item.epoch(), item.step(), node);
        }
        tellOfGradient(item, node);
    }

    /** Whether other members take parts of a node while the rest is computed: see {@link #beginParts}. */
    public boolean takesParts() {
        return exchange != null && !parted && lostPeer == null && isSent();
    }

    /**
     * Begins to send other members a node that is being computed; to be followed by {@link #partsReady}, down to 0, and {@link
     * #tellOfGradient}.
     *
     * @param from from here to the end the gradient is final
     */
    public void beginParts(WorkItem item, PartialGradient node, int from) {
        exchange.beginNode(item.epoch(), item.step(), node, from);
    }

    /** More of the node is final: from {@code from} to the end. */
    public void partsReady(int from) {
        exchange.ready(from);
    }

    /** Begins to send the coordinator its part of a node, as {@link #beginGradient} does. */
    public void tellOfGradient(WorkItem item, PartialGradient node) {
        float[] sent = shared == null ? node.gradient() : NO_FLOATS;
        Shares shares = prepare.shares();
        int start = shares == null ? 0 : shares.start(shares.coordinator());
        int length = shares == null ? sent.length : shares.length(shares.coordinator());
        gradients
                .header()
                .set(gradientKind, item.epoch(), item.step(), node.firstSegment(), node.segmentCount(), length)
                .sums(node.lossSum(), node.weightSum(), node.correctSum());
        if (shared != null && !shared.give(prepare.member(), node)) {
            throw new IllegalStateException("more nodes than a step has: member=" + prepare.member());
        }
        gradients.begin(sent, start);
    }

    /** Whether the members average, so that the coordinator is told what else it sees: see {@link #beginComputed}. */
    public boolean tellsTimes() {
        return exchange != null;
    }

    /** Tells how long a piece of work took, before its nodes. */
    public void beginComputed(WorkItem item, long ns) {
        seconds[0] = ns / 1e9f;
        gradients
                .header()
                .set(FrameKind.COMPUTED, item.epoch(), item.step(), item.firstSegment(), item.segmentCount(), 1);
        gradients.begin(seconds, 0);
    }

    /** Requests the weights of a step again, or shows that this worker is there, where the step is over. */
    public void beginWeightsRequest(WorkItem item) {
        gradients.header().set(FrameKind.RESEND_WEIGHTS, item.epoch(), item.step(), 0, 0, 0);
        gradients.begin(NO_FLOATS, 0);
    }

    /** Sends what the stream takes now; returns the number of frames. */
    public int send() {
        try {
            int frames = parted ? 0 : gradients.doWork();
            return exchange == null || parted || lostPeer != null ? frames : frames + exchange.send();
        } catch (StreamClosedException e) {
            checkParted(e);
            return 0;
        }
    }

    /** Whether the coordinator has ended the connections: nothing more comes or goes, and what comes next it says elsewhere. */
    public boolean hasParted() {
        return parted;
    }

    private void checkParted(StreamClosedException e) {
        if (!parted && lostPeer == null) {
            throw e;
        }
    }

    private void onParted(int peer, String reason) {
        if (peer != TcpLinks.COORDINATOR) {
            if (lostPeer == null) {
                lostPeer = "the connection to worker process " + peer + " of the generation: " + reason;
                lostPeerNs = System.nanoTime();
                LOG.info("{}: {}", prepare.generation(), lostPeer);
            }
            return;
        }
        parted = true;
        LOG.info("{}: the connection to the coordinator has ended: {}", prepare.generation(), reason);
    }

    /** Whether nothing is left to be sent. */
    public boolean isSent() {
        return gradients.isIdle() && (exchange == null || exchange.isSent());
    }

    /** Whether nothing is left to be sent to the coordinator. */
    public boolean isTold() {
        return gradients.isIdle();
    }

    /** What was dropped, by the reason. */
    public FaultCounters faults() {
        return faults;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(opened);
    }
}
