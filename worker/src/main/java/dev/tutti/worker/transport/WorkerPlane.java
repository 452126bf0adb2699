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
import dev.tutti.transport.StreamClosedException;
import dev.tutti.transport.Streams;
import dev.tutti.transport.UdpEndpoint;
import dev.tutti.transport.VectorSender;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.transport.tcp.TcpPeer;
import dev.tutti.transport.tcp.TcpSettings;
import dev.tutti.transport.tcp.Waiting;
import dev.tutti.wire.FrameKind;
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
    private boolean parted;

    private WorkerPlane(AeronNode node, PrepareGeneration prepare, String host, SharedVectors.Generation shared) {
        this.prepare = prepare;
        this.streams = prepare.streams();
        this.shared = shared;
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
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        gradients.header().member(prepare.member());
        gradientKind = FrameKind.gradient(spec.wire().bytes());
        idle = Waiting.on(carriers, prepare.job().vectorBytes(), links);
    }

    /** Opens the streams to the coordinator of another process; see {@link #open(AeronNode, PrepareGeneration, String, SharedVectors.Generation)}. */
    public static WorkerPlane open(AeronNode node, PrepareGeneration prepare, String host) {
        return open(node, prepare, host, null);
    }

    /**
     * Opens the streams; where that fails, none is left open.
     *
     * @param node the way to Aeron
     * @param prepare what the coordinator said
     * @param host this machine's address as the coordinator sees it; unused with ipc
     * @param shared what is shared with the coordinator, where it is of this process; else null
     * @throws dev.tutti.transport.NoRoomException if there is too little shared memory, after waiting some seconds for that of
     *     earlier streams
     */
    public static WorkerPlane open(
            AeronNode node, PrepareGeneration prepare, String host, SharedVectors.Generation shared) {
        Streams streams = prepare.streams();
        SharedMemory.awaitRoom(
                node.directory(), streams.terms().workerBytes(streams.ipc()), "a worker's streams of this network");
        return new WorkerPlane(node, prepare, host, shared);
    }

    private TcpLinks openLinks(String host) {
        TcpLinks made = TcpLinks.open(
                host, 0, prepare.generation(), prepare.member(), TcpSettings.ofWorker(), faults, this::onParted);
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
        return frames;
    }

    /** The step whose weights are complete, or -1. */
    public long weightsStep() {
        return weights.completeStep();
    }

    /** Whether this step is over: weights of a later one have begun to arrive. */
    public boolean isOver(long step) {
        return step < weights.latestStep();
    }

    /** Number of frames of weights that have arrived so far. */
    public long weightsFrames() {
        return weights.frames();
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

    /** Does the coordinator's part of the steps, where it is of this process: see {@link SharedVectors}. */
    public int doSteps(SharedLoop threads) {
        return shared == null ? 0 : shared.doSteps(threads);
    }

    /**
     * Begins to send a node of the summation tree, which must not change until {@link #isSent}; where it is handed over, it is the
     * coordinator's from now on.
     */
    public void beginGradient(WorkItem item, PartialGradient node) {
        float[] sent = shared == null ? node.gradient() : NO_FLOATS;
        gradients
                .header()
                .set(gradientKind, item.epoch(), item.step(), node.firstSegment(), node.segmentCount(), sent.length)
                .sums(node.lossSum(), node.weightSum(), node.correctSum());
        if (shared != null && !shared.give(prepare.member(), node)) {
            throw new IllegalStateException("more nodes than a step has: member=" + prepare.member());
        }
        gradients.begin(sent, 0);
    }

    /** Requests the weights of a step again, or shows that this worker is there, where the step is over. */
    public void beginWeightsRequest(WorkItem item) {
        gradients.header().set(FrameKind.RESEND_WEIGHTS, item.epoch(), item.step(), 0, 0, 0);
        gradients.begin(NO_FLOATS, 0);
    }

    /** Sends what the stream takes now; returns the number of frames. */
    public int send() {
        try {
            return parted ? 0 : gradients.doWork();
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
        if (!parted) {
            throw e;
        }
    }

    private void onParted(int peer, String reason) {
        parted = true;
        LOG.info("{}: the connection to the coordinator has ended: {}", prepare.generation(), reason);
    }

    /** Whether nothing is left to be sent. */
    public boolean isSent() {
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
