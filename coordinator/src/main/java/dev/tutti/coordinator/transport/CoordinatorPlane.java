package dev.tutti.coordinator.transport;

import dev.tutti.config.Endpoint;
import dev.tutti.data.Dataset;
import dev.tutti.protocol.JobDescription;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.FrameSender;
import dev.tutti.transport.FrameSource;
import dev.tutti.transport.GrowingSender;
import dev.tutti.transport.NodeReceiver;
import dev.tutti.transport.RootReceiver;
import dev.tutti.transport.SharedMemory;
import dev.tutti.transport.SharedVectors;
import dev.tutti.transport.Shares;
import dev.tutti.transport.StreamClosedException;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TermLengths;
import dev.tutti.transport.UdpEndpoint;
import dev.tutti.transport.VectorSender;
import dev.tutti.transport.tcp.TcpFrameSource;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.transport.tcp.TcpPeer;
import dev.tutti.transport.tcp.TcpSettings;
import dev.tutti.transport.tcp.Waiting;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.IdleStrategy;

/**
 * The coordinator's streams of one generation: weights and work out, gradients in. Opened in two steps by the job's actor,
 * because the members must be told where gradients go before they can say where they receive; then given to the step loop's
 * thread, which alone uses it.
 */
public final class CoordinatorPlane implements AutoCloseable {
    /** What the step loop is asked and told while it polls. */
    public interface Events extends NodeReceiver.Sink {
        /** Whether a node is wanted that a member of this process hands over, with its buffer. */
        boolean accepts(long step, int firstSegment, int segmentCount);

        /** A buffer that is not needed now, in return for one that was handed over; it belongs to the caller. Null if there is none. */
        PartialGradient spare();

        /** A member has computed so many segments, and took so long, where nodes do not show it. */
        void onComputed(int member, int segmentCount, float seconds);

        /** A member has work for a step whose weights did not arrive whole, or that is over. */
        void onResendRequest(int member, long step);
    }

    private static final int FRAMES_PER_POLL = 64;
    private static final float[] NO_FLOATS = {};

    private final Aeron aeron;
    private final GenerationId generation;
    private final Streams streams;
    private final int members;
    private final FrameKind gradientKind;
    private final FaultCounters faults;
    private final Subscription gradientSubscription;
    private final SharedVectors.Generation shared;
    private final TcpLinks links;
    private final IdleStrategy idle;
    private final FrameSource gradientFrames;
    private final TcpFrameSource gradientLinks;
    private final Shares shares;
    private final RootReceiver roots;
    private final List<TcpFrameSource> rootFrames = new ArrayList<>();
    private final ArrayDeque<float[]> state = new ArrayDeque<>();
    private final List<ExclusivePublication> publications = new ArrayList<>();
    private final List<WorkSender> work = new ArrayList<>();
    private final long[] rootFramesFrom;
    private final List<Integer> lost = new ArrayList<>();
    private String lostBecause = "";
    private long framesSent;
    private FrameSender weights;
    private GrowingSender rootSender;
    private float[] replica;
    private int arrays;
    private int epoch;
    private long step;
    private GradientReceiver gradients;

    private CoordinatorPlane(
            AeronNode node,
            GenerationId generation,
            int members,
            Carriers carriers,
            String host,
            int port,
            int mtuBytes,
            JobDescription job,
            Shares shares,
            SharedVectors shared) {
        this.generation = generation;
        this.members = members;
        this.shares = shares;
        this.rootFramesFrom = new long[members];
        this.gradientKind = FrameKind.gradient(job.spec().wire().bytes());
        this.shared = shared == null ? null : shared.open(generation, members);
        this.faults = new FaultCounters();
        this.aeron = node.aeron();
        int baseStreamId = generation.number() * Streams.IDS_PER_GENERATION;
        TermLengths terms = job.termLengths(carriers);
        Streams draft = new Streams(carriers, "", "", mtuBytes, terms, baseStreamId);
        TcpLinks opened = null;
        Subscription subscription = null;
        try {
            String tcpEndpoint = "";
            if (carriers.anyTcp()) {
                TcpSettings settings = TcpSettings.ofCoordinator(job.vectorBytes() / Float.BYTES, shares);
                opened = TcpLinks.open(
                        host, port, generation, TcpLinks.COORDINATOR, settings, faults, this::onMemberLost);
                tcpEndpoint = opened.endpoint().toString();
            }
            String gradientEndpoint = "";
            if (carriers.vectorsByTcp()) {
                int[] from = IntStream.range(0, members).toArray();
                gradientLinks = opened.source(draft.gradientStreamId(), from, this::onGradientFrame);
                gradientFrames = gradientLinks;
            } else {
                subscription = aeron.addSubscription(draft.subscription(host + ":" + port), draft.gradientStreamId());
                gradientEndpoint = carriers.ipc() ? "" : UdpEndpoint.await(subscription);
                gradientLinks = null;
                gradientFrames = new FrameReceiver(subscription, members, generation, faults, this::onGradientFrame);
            }
            streams = new Streams(carriers, gradientEndpoint, tcpEndpoint, mtuBytes, terms, baseStreamId);
            roots = shares == null
                    ? null
                    : receiveRoots(opened, FrameKind.root(job.spec().wire().bytes()));
        } catch (RuntimeException e) {
            CloseHelper.quietCloseAll(subscription, opened);
            throw e;
        }
        links = opened;
        gradientSubscription = subscription;
        idle = Waiting.on(carriers, job.vectorBytes(), links);
    }

    /**
     * First step: opens what members connect or send to.
     *
     * @param node the way to Aeron
     * @param generation the new generation
     * @param members number of its members
     * @param carriers what carries its streams
     * @param host this machine's address as workers see it, for UDP and TCP
     * @param port UDP port for gradients and TCP port; 0 for any
     * @param mtuBytes largest datagram's payload, for UDP
     * @param job what the streams carry
     * @param shares who adds what, where the members average over TCP; null where the coordinator does
     * @param shared what is shared with the members, where they are of this process; else null
     * @throws dev.tutti.transport.NoRoomException if there is too little shared memory, after waiting some seconds for that of
     *     earlier streams
     */
    public static CoordinatorPlane open(
            AeronNode node,
            GenerationId generation,
            int members,
            Carriers carriers,
            String host,
            int port,
            int mtuBytes,
            JobDescription job,
            Shares shares,
            SharedVectors shared) {
        SharedMemory.awaitRoom(
                node.directory(),
                job.termLengths(carriers).coordinatorBytes(members),
                "the streams of " + members + " workers");
        return new CoordinatorPlane(node, generation, members, carriers, host, port, mtuBytes, job, shares, shared);
    }

    private RootReceiver receiveRoots(TcpLinks from, FrameKind kind) {
        if (shares.feeder() != Shares.NONE) {
            RootReceiver all = new RootReceiver(kind, 1);
            rootFrames.add(from.source(
                    streams.feedStreamId(), new int[] {shares.feeder()}, all.from(0, 0, shares.parameters())));
            return all;
        }
        RootReceiver parts = new RootReceiver(kind, members);
        for (int owner = 0; owner < members; owner++) {
            rootFrames.add(from.source(
                    streams.rootStreamId(owner),
                    new int[] {owner},
                    parts.from(owner, shares.start(owner), shares.length(owner))));
        }
        return parts;
    }

    /**
     * Number of members for whose streams there is room on this machine.
     *
     * @param node the way to Aeron
     * @param job what the streams carry
     * @param carriers what carries them
     * @param earlierMembers number of members of the generation whose streams will be gone; 0 for none
     */
    public static int roomFor(AeronNode node, JobDescription job, Carriers carriers, int earlierMembers) {
        TermLengths terms = job.termLengths(carriers);
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
     * Second step: opens the streams to the members, whose addresses come in the order of their numbers.
     *
     * @param weightsEndpoints where each member receives weights over UDP
     * @param workEndpoints where each member receives work over UDP
     * @param tcpEndpoints where each member is connected to over TCP
     */
    public void connect(List<String> weightsEndpoints, List<String> workEndpoints, List<String> tcpEndpoints) {
        List<TcpPeer> peers = new ArrayList<>();
        if (links != null) {
            for (int member = 0; member < members; member++) {
                peers.add(new TcpPeer(member, Endpoint.parse(tcpEndpoints.get(member))));
            }
        }
        weights = streams.carriers().vectorsByTcp()
                ? links.sender(streams.weightsStreamId(), peers)
                : sender(weightsPublication(weightsEndpoints));
        for (int member = 0; member < members; member++) {
            ExclusivePublication publication = aeron.addExclusivePublication(
                    streams.workPublication(workEndpoints.get(member)), streams.workStreamId(member));
            publications.add(publication);
            FrameSender orders = sender(publication);
            FrameSender samples = streams.carriers().samplesByTcp()
                    ? links.sender(streams.workStreamId(member), List.of(peers.get(member)))
                    : orders;
            orders.header().member(member);
            samples.header().member(member);
            work.add(new WorkSender(orders, samples));
        }
        if (shares != null && shares.coordinatorOwns()) {
            rootSender = links.sender(streams.rootStreamId(shares.coordinator()), peers);
        }
    }

    private ExclusivePublication weightsPublication(List<String> endpoints) {
        ExclusivePublication publication =
                aeron.addExclusivePublication(streams.weightsPublication(members), streams.weightsStreamId());
        publications.add(publication);
        if (!streams.ipc()) {
            endpoints.forEach(endpoint -> publication.addDestination(Streams.destination(endpoint)));
        }
        return publication;
    }

    /** Third step, on the step loop's thread: says who takes what arrives. */
    public void attach(int parameterCount, Events events) {
        int length = shares == null ? parameterCount : shares.length(shares.coordinator());
        gradients = new GradientReceiver(length, gradientKind, members, shared, events);
    }

    /** Who adds what, where the members average; null where the coordinator does. */
    public Shares shares() {
        return shares;
    }

    /** How the step loop waits for what comes on these streams. */
    public IdleStrategy idle() {
        return idle;
    }

    /**
     * Whether all members are there.
     *
     * @throws MembersLostException if connections to some have ended
     * @throws StreamClosedException if the streams are of no further use
     */
    public boolean isConnected() {
        boolean connected = gradientFrames.isConnected() && weights.isConnected();
        for (int member = 0; member < members; member++) {
            connected &= work.get(member).isConnected();
        }
        for (FrameSource source : rootFrames) {
            connected &= source.isConnected();
        }
        connected &= rootSender == null || rootSender.isConnected();
        checkMembers();
        return connected;
    }

    /** Whether {@code member} is there, as far as this side can tell of it alone. */
    public boolean reaches(int member) {
        return work.get(member).isConnected() && (gradientLinks == null || gradientLinks.isConnected(member));
    }

    /** Whether the last weights are sent. */
    public boolean areWeightsSent() {
        return weights.isIdle() && replica == null;
    }

    /**
     * Begins to broadcast what every member needs to go on by itself, where the members average: what the optimizer remembers, then
     * the weights. Neither must change until {@link #areWeightsSent}.
     */
    public void broadcastReplica(int epoch, long step, float[] parameters, Collection<float[]> optimizerState) {
        state.addAll(optimizerState);
        replica = parameters;
        arrays = 0;
        this.epoch = epoch;
        this.step = step;
        sendReplica();
    }

    private void sendReplica() {
        if (replica == null || !weights.isIdle()) {
            return;
        }
        float[] array = state.poll();
        if (array != null) {
            weights.header().set(FrameKind.STATE, epoch, step, arrays++, 1, array.length);
            weights.begin(array, 0);
        } else {
            float[] parameters = replica;
            replica = null;
            broadcastWeights(epoch, step, parameters);
        }
    }

    /**
     * Begins to receive the sum of a step's gradients from its owners, where the members average.
     *
     * @param into takes it, share by share
     */
    public void beginSum(long step, PartialGradient into) {
        roots.begin(step, into);
    }

    /** Takes the sum of the coordinator's share, which may be empty, and sends it to all members. */
    public void takeOwnSum(int epoch, PartialGradient own) {
        int start = shares.start(shares.coordinator());
        roots.putOwn(own, start);
        if (rootSender != null) {
            roots.send(rootSender, epoch, start, own.gradient().length);
        }
    }

    /** Whether the sum of the step is there, in the array that {@link #beginSum} was given, which must not change until {@link #isSumSent}. */
    public boolean isSumComplete() {
        return roots.isComplete();
    }

    /** Whether all members have taken the sum of the coordinator's share. */
    public boolean isSumSent() {
        return rootSender == null || rootSender.isIdle();
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
     * @throws MembersLostException if connections to some members have ended
     * @throws StreamClosedException if the streams are of no further use
     */
    public int doWork() {
        gradients.giveBack();
        try {
            int frames = send() + gradientFrames.poll(FRAMES_PER_POLL) + pollRoots();
            if (links != null && gradientLinks == null) {
                links.doWork();
            }
            checkMembers();
            return frames;
        } catch (StreamClosedException e) {
            checkMembers();
            throw e;
        }
    }

    private int pollRoots() {
        int frames = 0;
        for (int i = 0; i < rootFrames.size(); i++) {
            while (roots.awaits(i) && rootFrames.get(i).pollReady(1) > 0) {
                frames++;
                rootFramesFrom[shares.feeder() == Shares.NONE ? i : shares.feeder()]++;
            }
        }
        return frames;
    }

    private int send() {
        int sent = 0;
        for (int member = 0; member < members; member++) {
            WorkSender sender = work.get(member);
            int frames = sender.doWork();
            sent += frames;
            framesSent += sender.isSendingTraining() ? 0 : frames;
        }
        int weightsFrames = weights.doWork();
        framesSent += weightsFrames;
        sendReplica();
        int rootFramesSent = rootSender == null ? 0 : rootSender.doWork();
        return sent + weightsFrames + rootFramesSent;
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
        return gradients.framesFrom(member) + rootFramesFrom[member];
    }

    /** The same with those that say nothing but that the member is there. */
    public long signsFrom(int member) {
        return gradients.signsFrom(member) + rootFramesFrom[member];
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
        CloseHelper.quietCloseAll(gradientSubscription, links);
    }

    private FrameFault onGradientFrame(int sessionId, FrameFlyweight frame) {
        return gradients.onFrame(sessionId, frame);
    }

    private void onMemberLost(int member, String reason) {
        lost.add(member);
        lostBecause = reason;
    }

    private void checkMembers() {
        if (!lost.isEmpty()) {
            throw new MembersLostException(List.copyOf(lost), lostBecause);
        }
    }

    private VectorSender sender(ExclusivePublication publication) {
        return new VectorSender(publication, generation);
    }
}
