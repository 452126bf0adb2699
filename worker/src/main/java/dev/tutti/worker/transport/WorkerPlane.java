package dev.tutti.worker.transport;

import dev.tutti.data.Dataset;
import dev.tutti.model.ParameterLayout;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.SharedMemory;
import dev.tutti.transport.SharedVectors;
import dev.tutti.transport.Streams;
import dev.tutti.transport.UdpEndpoint;
import dev.tutti.transport.VectorSender;
import dev.tutti.wire.FrameKind;
import dev.tutti.worker.compute.WorkItem;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import org.agrona.CloseHelper;

/**
 * A worker process's streams of one generation: weights and work in, gradients out. Opened by the worker's actor, then used by
 * the leading compute thread alone until that has ended.
 */
public final class WorkerPlane implements AutoCloseable {
    private static final int FRAMES_PER_POLL = 64;
    private static final float[] NO_FLOATS = {};

    private final Subscription weightsSubscription;
    private final Subscription workSubscription;
    private final ExclusivePublication gradientPublication;
    private final String weightsEndpoint;
    private final String workEndpoint;
    private final FaultCounters faults = new FaultCounters();
    private final WeightsReceiver weights;
    private final WorkReceiver work;
    private final FrameReceiver weightsFrames;
    private final FrameReceiver workFrames;
    private final VectorSender gradients;
    private final SharedVectors.Generation shared;
    private final int member;

    private WorkerPlane(
            PrepareGeneration prepare,
            SharedVectors.Generation shared,
            Subscription weightsSubscription,
            Subscription workSubscription,
            ExclusivePublication gradientPublication) {
        this.weightsSubscription = weightsSubscription;
        this.workSubscription = workSubscription;
        this.gradientPublication = gradientPublication;
        Streams streams = prepare.streams();
        weightsEndpoint = streams.ipc() ? "" : UdpEndpoint.await(weightsSubscription);
        workEndpoint = streams.ipc() ? "" : UdpEndpoint.await(workSubscription);
        TrainingSpec spec = prepare.job().spec();
        this.shared = shared;
        member = prepare.member();
        weights = new WeightsReceiver(spec, new ParameterLayout(spec.network()).parameterCount(), shared);
        work = new WorkReceiver(prepare.member(), prepare.job());
        weightsFrames = new FrameReceiver(weightsSubscription, prepare.generation(), faults, weights);
        workFrames = new FrameReceiver(workSubscription, prepare.generation(), faults, work);
        gradients = new VectorSender(gradientPublication, prepare.generation());
        gradients.header().member(prepare.member());
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
        Aeron aeron = node.aeron();
        Streams streams = prepare.streams();
        SharedMemory.awaitRoom(
                node.directory(), streams.terms().workerBytes(streams.ipc()), "a worker's streams of this network");
        // A subscription at port 0 has a socket of its own, so the two streams have two addresses.
        String anyPort = streams.subscription(host + ":0");
        Subscription weights = null;
        Subscription work = null;
        ExclusivePublication gradients = null;
        try {
            weights = aeron.addSubscription(anyPort, streams.weightsStreamId());
            work = aeron.addSubscription(anyPort, streams.workStreamId(prepare.member()));
            gradients = aeron.addExclusivePublication(streams.gradientPublication(), streams.gradientStreamId());
            return new WorkerPlane(prepare, shared, weights, work, gradients);
        } catch (RuntimeException | Error e) {
            CloseHelper.quietCloseAll(gradients, weights, work);
            throw e;
        }
    }

    /** Where this worker receives weights, {@code host:port}; empty with ipc. */
    public String weightsEndpoint() {
        return weightsEndpoint;
    }

    /** Where this worker receives work, {@code host:port}; empty with ipc. */
    public String workEndpoint() {
        return workEndpoint;
    }

    /**
     * Takes what has arrived; returns the number of frames. The weights change while somebody computes with them only if
     * {@link #isOver} then says that it is in vain.
     *
     * @throws dev.tutti.transport.StreamClosedException if the streams are of no further use
     */
    public int poll() {
        return workFrames.poll(FRAMES_PER_POLL) + weightsFrames.poll(FRAMES_PER_POLL);
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
        return shared == null ? null : shared.takeBack(member);
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
                .set(
                        FrameKind.GRADIENT,
                        item.epoch(),
                        item.step(),
                        node.firstSegment(),
                        node.segmentCount(),
                        sent.length)
                .sums(node.lossSum(), node.weightSum(), node.correctSum());
        if (shared != null && !shared.give(member, node)) {
            throw new IllegalStateException("more nodes than a step has: member=" + member);
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
        return gradients.doWork();
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
        CloseHelper.quietCloseAll(gradientPublication, weightsSubscription, workSubscription);
    }
}
