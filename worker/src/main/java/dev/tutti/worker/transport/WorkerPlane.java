package dev.tutti.worker.transport;

import dev.tutti.data.Dataset;
import dev.tutti.model.ParameterLayout;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
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

    private WorkerPlane(AeronNode node, PrepareGeneration prepare, String host) {
        Aeron aeron = node.aeron();
        Streams streams = prepare.streams();
        int parameterCount = new ParameterLayout(prepare.job().spec().network()).parameterCount();
        // A subscription at port 0 has a socket of its own, so the two streams have two addresses.
        String anyPort = streams.subscription(host + ":0");
        weightsSubscription = aeron.addSubscription(anyPort, streams.weightsStreamId());
        workSubscription = aeron.addSubscription(anyPort, streams.workStreamId(prepare.member()));
        weightsEndpoint = streams.ipc() ? "" : UdpEndpoint.await(weightsSubscription);
        workEndpoint = streams.ipc() ? "" : UdpEndpoint.await(workSubscription);
        gradientPublication = aeron.addExclusivePublication(
                streams.publication(streams.gradientEndpoint()), streams.gradientStreamId());
        weights = new WeightsReceiver(parameterCount);
        work = new WorkReceiver(prepare.job(), prepare.job().placement() == Placement.STREAM);
        weightsFrames = new FrameReceiver(weightsSubscription, prepare.generation(), faults, weights);
        workFrames = new FrameReceiver(workSubscription, prepare.generation(), faults, work);
        gradients = new VectorSender(gradientPublication, prepare.generation(), streams.floatsPerFrame());
        gradients.header().member(prepare.member());
    }

    /**
     * Opens the streams.
     *
     * @param node the way to Aeron
     * @param prepare what the coordinator said
     * @param host this machine's address as the coordinator sees it; unused with ipc
     */
    public static WorkerPlane open(AeronNode node, PrepareGeneration prepare, String host) {
        return new WorkerPlane(node, prepare, host);
    }

    /** Where this worker receives weights, {@code host:port}; empty with ipc. */
    public String weightsEndpoint() {
        return weightsEndpoint;
    }

    /** Where this worker receives work, {@code host:port}; empty with ipc. */
    public String workEndpoint() {
        return workEndpoint;
    }

    /** Takes what has arrived; returns the number of frames. The weights change: not while somebody computes with them. */
    public int poll() {
        return workFrames.poll(FRAMES_PER_POLL) + weightsFrames.poll(FRAMES_PER_POLL);
    }

    /** The step whose weights are complete, or -1. */
    public long weightsStep() {
        return weights.completeStep();
    }

    /** The weights; complete for {@link #weightsStep()}. */
    public float[] weights() {
        return weights.weights();
    }

    /** The next piece of work, or null. */
    public WorkItem nextWork() {
        return work.peek();
    }

    /** The piece of work that {@link #nextWork} gave is done with. */
    public void workDone() {
        work.done();
    }

    /** The training set once it has arrived whole, else null. */
    public Dataset takeTraining() {
        return work.takeTraining();
    }

    /** Begins to send a node of the summation tree, which must not change until {@link #isSent}. */
    public void beginGradient(WorkItem item, PartialGradient node) {
        gradients
                .header()
                .set(
                        FrameKind.GRADIENT,
                        item.epoch(),
                        item.step(),
                        node.firstSegment(),
                        node.segmentCount(),
                        node.gradient().length)
                .sums(node.lossSum(), node.weightSum(), node.correctSum());
        gradients.begin(node.gradient(), 0);
    }

    /** Asks for the weights of a step again, or shows that it is too late for that. */
    public void beginResendRequest(WorkItem item) {
        gradients.header().set(FrameKind.RESEND_WEIGHTS, item.epoch(), item.step(), 0, 0, 0);
        gradients.begin(weights.weights(), 0);
    }

    /** Sends what the stream takes now; returns the number of frames. */
    public int send() {
        return gradients.doWork();
    }

    /** Whether nothing is left to be sent. */
    public boolean isSent() {
        return gradients.isIdle();
    }

    /** Whether this side still has its streams. */
    public boolean isClosed() {
        return weightsSubscription.isClosed() || workSubscription.isClosed() || gradientPublication.isClosed();
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
