package dev.tutti.coordinator.transport;

import dev.tutti.data.Dataset;
import dev.tutti.protocol.JobDescription;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.SharedMemory;
import dev.tutti.transport.SharedVectors;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TermLengths;
import dev.tutti.transport.UdpEndpoint;
import dev.tutti.transport.VectorSender;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;

/**
 * The coordinator's streams of one generation: weights and work out, gradients in. Opened in two steps by the job's actor,
 * because the members must be told where gradients go before they can say where they receive; then given to the step loop's
 * thread, which alone uses it.
 */
public final class CoordinatorPlane implements AutoCloseable {
    /** What the step loop is asked and told while it polls. */
    public interface Events {
        /**
         * A node of the summation tree begins to arrive.
         *
         * @return a buffer for it, or null if it is not wanted (another step, a duplicate)
         */
        PartialGradient acquire(long step, int firstSegment, int segmentCount);

        /** Whether a node is wanted that a member of this process hands over, with its buffer. */
        boolean accepts(long step, int firstSegment, int segmentCount);

        /** A buffer that is not needed now, in return for one that was handed over; it belongs to the caller. Null if there is none. */
        PartialGradient spare();

        /** A node has arrived whole; the buffer changes owner. */
        void onGradient(int member, long step, PartialGradient node);

        /** A node of the summation tree came from a member that {@link #acquire} did not want. */
        void onRefused(int member, int segmentCount);

        /** A buffer is not needed any more: the rest of its node did not arrive. */
        void release(PartialGradient node);

        /** A member has work for a step whose weights did not arrive whole, or that is over. */
        void onResendRequest(int member, long step);
    }

    private static final int FRAMES_PER_POLL = 64;
    private static final float[] NO_FLOATS = {};

    private final Aeron aeron;
    private final GenerationId generation;
    private final Streams streams;
    private final int members;
    private final FaultCounters faults = new FaultCounters();
    private final Subscription gradientSubscription;
    private final SharedVectors.Generation shared;
    private final List<ExclusivePublication> publications = new ArrayList<>();
    private final List<WorkSender> work = new ArrayList<>();
    private long framesSent;
    private VectorSender weights;
    private GradientReceiver gradients;
    private FrameReceiver gradientFrames;

    private CoordinatorPlane(
            Aeron aeron,
            GenerationId generation,
            int members,
            Streams streams,
            Subscription gradientSubscription,
            SharedVectors.Generation shared) {
        this.aeron = aeron;
        this.generation = generation;
        this.members = members;
        this.streams = streams;
        this.gradientSubscription = gradientSubscription;
        this.shared = shared;
    }

    /**
     * First step: opens the stream of gradients.
     *
     * @param node the way to Aeron
     * @param generation the new generation
     * @param members number of its members
     * @param ipc whether all members share the coordinator's media driver
     * @param host this machine's address as workers see it, for UDP
     * @param port UDP port for gradients; 0 for any
     * @param mtuBytes largest datagram's payload, for UDP
     * @param job what the streams carry
     * @param shared what is shared with the members, where they are of this process; else null
     * @throws dev.tutti.transport.NoRoomException if there is too little shared memory, after waiting some seconds for that of
     *     earlier streams
     */
    public static CoordinatorPlane open(
            AeronNode node,
            GenerationId generation,
            int members,
            boolean ipc,
            String host,
            int port,
            int mtuBytes,
            JobDescription job,
            SharedVectors shared) {
        TermLengths terms = job.termLengths();
        int baseStreamId = generation.number() * Streams.IDS_PER_GENERATION;
        Streams draft = new Streams(ipc, "", mtuBytes, terms, baseStreamId);
        SharedMemory.awaitRoom(
                node.directory(), terms.coordinatorBytes(members), "the streams of " + members + " workers");
        Subscription subscription =
                node.aeron().addSubscription(draft.subscription(host + ":" + port), draft.gradientStreamId());
        String endpoint;
        try {
            endpoint = ipc ? "" : UdpEndpoint.await(subscription);
        } catch (RuntimeException e) {
            CloseHelper.quietClose(subscription);
            throw e;
        }
        return new CoordinatorPlane(
                node.aeron(),
                generation,
                members,
                new Streams(ipc, endpoint, mtuBytes, terms, baseStreamId),
                subscription,
                shared == null ? null : shared.open(generation, members));
    }

    /**
     * Number of members for whose streams there is room on this machine.
     *
     * @param node the way to Aeron
     * @param job what the streams carry
     * @param earlierMembers number of members of the generation whose streams will be gone; 0 for none
     */
    public static int roomFor(AeronNode node, JobDescription job, int earlierMembers) {
        TermLengths terms = job.termLengths();
        long earlier = earlierMembers == 0 ? 0 : terms.coordinatorBytes(earlierMembers);
        return terms.mostMembers(SharedMemory.freeBytes(node.directory()) + earlier);
    }

    /** The generation. */
    public GenerationId generation() {
        return generation;
    }

    /** The streams, as the members are told. */
    public Streams streams() {
        return streams;
    }

    /** Number of members. */
    public int members() {
        return members;
    }

    /**
     * Second step: opens the streams to the members.
     *
     * @param weightsEndpoints where each member receives weights, in the order of their numbers
     * @param workEndpoints where each member receives work
     */
    public void connect(List<String> weightsEndpoints, List<String> workEndpoints) {
        ExclusivePublication weightsPublication =
                aeron.addExclusivePublication(streams.weightsPublication(members), streams.weightsStreamId());
        publications.add(weightsPublication);
        if (!streams.ipc()) {
            weightsEndpoints.forEach(endpoint -> weightsPublication.addDestination(Streams.destination(endpoint)));
        }
        weights = sender(weightsPublication);
        for (int member = 0; member < members; member++) {
            ExclusivePublication publication = aeron.addExclusivePublication(
                    streams.workPublication(workEndpoints.get(member)), streams.workStreamId(member));
            publications.add(publication);
            VectorSender sender = sender(publication);
            sender.header().member(member);
            work.add(new WorkSender(sender));
        }
    }

    /** Third step, on the step loop's thread: says who takes what arrives. */
    public void attach(int parameterCount, Events events) {
        gradients = new GradientReceiver(parameterCount, members, shared, events);
        gradientFrames = new FrameReceiver(gradientSubscription, generation, faults, gradients);
    }

    /**
     * Whether all members are there.
     *
     * @throws dev.tutti.transport.StreamClosedException if the streams are of no further use
     */
    public boolean isConnected() {
        gradientFrames.checkOpen();
        if (!weights.isConnected() || gradientSubscription.imageCount() < members) {
            return false;
        }
        for (int member = 0; member < members; member++) {
            if (!reaches(member)) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code member} is there to receive, as far as this side can tell of it alone. */
    public boolean reaches(int member) {
        return work.get(member).isConnected();
    }

    /** Whether the last weights are sent. */
    public boolean areWeightsSent() {
        return weights.isIdle();
    }

    /** Begins to broadcast the weights of a step; they must not change until {@link #areWeightsSent}. */
    public void broadcastWeights(int epoch, long step, float[] parameters) {
        if (shared != null) {
            shared.weights(parameters);
        }
        float[] sent = shared == null ? parameters : NO_FLOATS;
        weights.header().set(FrameKind.WEIGHTS, epoch, step, 0, 0, sent.length);
        weights.begin(sent, 0);
    }

    /** Gives {@code member} a piece of work whose samples it holds. */
    public void sendRange(int member, int epoch, long step, int firstSegment, int segmentCount) {
        work.get(member).addRange(epoch, step, firstSegment, segmentCount);
    }

    /**
     * Gives {@code member} a piece of work with its samples.
     *
     * @return a block of at least {@code length} floats, to be filled with the samples before the next call of this plane
     */
    public float[] sendBlock(int member, int epoch, long step, int firstSegment, int segmentCount, int length) {
        return work.get(member).addBlock(epoch, step, firstSegment, segmentCount, length);
    }

    /** Sends {@code member} the training set. */
    public void sendTraining(int member, Dataset training) {
        WorkSender sender = work.get(member);
        sender.addTraining(FrameKind.FEATURES, training.features(), training.samples() * training.featureCount());
        sender.addTraining(FrameKind.TARGETS, training.targets(), training.samples() * training.targetCount());
    }

    /**
     * Sends what the streams take and takes what has arrived; returns the number of frames.
     *
     * @throws dev.tutti.transport.StreamClosedException if the streams are of no further use
     */
    public int doWork() {
        gradients.giveBack();
        int sent = 0;
        for (int member = 0; member < members; member++) {
            WorkSender sender = work.get(member);
            int frames = sender.doWork();
            sent += frames;
            framesSent += sender.isSendingTraining() ? 0 : frames;
        }
        int weightsFrames = weights.doWork();
        sent += weightsFrames;
        framesSent += weightsFrames;
        return sent + gradientFrames.poll(FRAMES_PER_POLL);
    }

    /**
     * Number of frames of weights and work sent in the life of these streams. The training set does not count: its way to one
     * member is no reason for the others to wait.
     */
    public long framesSent() {
        return framesSent;
    }

    /** Number of good frames received from {@code member} in the life of these streams. */
    public long framesFrom(int member) {
        return gradients.framesFrom(member);
    }

    /** What was dropped, by the reason. */
    public FaultCounters faults() {
        return faults;
    }

    @Override
    public void close() {
        if (gradients != null) {
            gradients.close();
        }
        CloseHelper.quietCloseAll(publications);
        CloseHelper.quietClose(gradientSubscription);
    }

    private VectorSender sender(ExclusivePublication publication) {
        return new VectorSender(publication, generation);
    }
}
