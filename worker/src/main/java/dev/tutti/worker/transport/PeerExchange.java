package dev.tutti.worker.transport;

import dev.tutti.kernel.Kernels;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.reduce.OwnedShare;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import dev.tutti.train.ParameterUpdate;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.FrameSender;
import dev.tutti.transport.GrowingSender;
import dev.tutti.transport.RootReceiver;
import dev.tutti.transport.Shares;
import dev.tutti.transport.Streams;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A worker process's part of the averaging, where the members do it: sends each owner its share of the nodes that are computed here,
 * adds what is this member's share, block by block as it comes, sends each block's sum to all others at once, and makes the update
 * when all sums of a step are there. So
 * every member goes from step to step by itself, and all to the same bits. Owned by the leading compute thread.
 *
 * <p>A peer's share is of the step that is added here or of one that is over: it begins a step only when it has the sum of the one
 * before, from here too. Of sums the reverse is true, see {@link RootReceiver}.
 */
final class PeerExchange {
    /** Few, so that what is complete goes on before more is taken. */
    private static final int FRAMES_PER_POLL = 8;

    private final TrainingSpec spec;
    private final Shares shares;
    private final Streams streams;
    private final int self;
    private final PeerStreams network;
    private final ParameterUpdate update;
    private final OwnedShare owned;
    private final RootReceiver roots;
    private final FrameKind gradientKind;
    private final PeerStreams.Frames shareFrames;
    private final List<PeerStreams.Frames> rootFrames = new ArrayList<>();
    private final PartialGradient[] sums = new PartialGradient[2];
    private final GrowingSender[] shareSenders;
    private GrowingSender rootSender;
    private GrowingSender reportSender;
    private GrowingSender feedSender;
    private boolean connected;
    private int now;
    private PartialGradient node;
    private long nodeStep;
    private int ownBlocks;
    private boolean feeding;
    private long step = -1;

    /** @param parameters the weights, which are changed in place */
    PeerExchange(PrepareGeneration prepare, PeerStreams network, float[] parameters) {
        this.spec = prepare.job().spec();
        this.shares = prepare.shares();
        this.streams = prepare.streams();
        this.self = prepare.member();
        this.network = network;
        update = spec.newUpdate(parameters);
        owned = new OwnedShare(shares.length(self), network.floatsPerFrame(), Kernels.sum(spec.wire()));
        gradientKind = FrameKind.gradient(spec.wire().bytes());
        shareSenders = new GrowingSender[shares.members()];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = new PartialGradient(parameters.length);
        }
        shareFrames = shares.members() == 1 ? null : network.source(streams.shareStreamId(), peers(), this::onShare);
        List<Integer> rootOwners = IntStream.range(0, shares.owners())
                .filter(one -> one != self)
                .boxed()
                .toList();
        roots = new RootReceiver(FrameKind.root(spec.wire().bytes()), rootOwners.size());
        roots.own(shares.start(self), shares.length(self));
        for (int i = 0; i < rootOwners.size(); i++) {
            int owner = rootOwners.get(i);
            FrameReceiver.Handler handler = roots.from(i, shares.start(owner), shares.length(owner));
            int sender = owner == shares.coordinator() ? TcpLinks.COORDINATOR : owner;
            rootFrames.add(network.source(streams.rootStreamId(owner), new int[] {sender}, handler));
        }
    }

    /** What the optimizer remembers, to be set before the first step. */
    Iterable<float[]> state() {
        return update.state().values();
    }

    /** Connects to all that something is sent to. */
    void connect() {
        for (int peer : peers()) {
            shareSenders[peer] = network.sender(streams.shareStreamId(), peer);
        }
        int rootStream = streams.rootStreamId(self);
        rootSender = shares.members() == 1 ? null : network.sender(rootStream, peers());
        // Apart from the others, who would wait in the middle of a vector while the coordinator is away.
        reportSender = shares.feeder() == Shares.NONE ? network.sender(rootStream, TcpLinks.COORDINATOR) : null;
        feedSender = shares.feeder() == self ? network.sender(streams.feedStreamId(), TcpLinks.COORDINATOR) : null;
        connected = true;
    }

    private int[] peers() {
        return IntStream.range(0, shares.members()).filter(one -> one != self).toArray();
    }

    /** Whether all other members are there. */
    boolean isConnected() {
        if (!connected || !isConnected(rootSender)) {
            return false;
        }
        for (FrameSender sender : shareSenders) {
            if (!isConnected(sender)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isConnected(FrameSender sender) {
        return sender == null || sender.isConnected();
    }

    private static boolean isIdle(FrameSender sender) {
        return sender == null || sender.isIdle();
    }

    private static int send(FrameSender sender) {
        return sender == null ? 0 : sender.doWork();
    }

    /** The weights of the generation's first step, and what the optimizer remembers, are there. */
    void start(long firstStep) {
        step = firstStep;
        beginOwned(step);
        roots.begin(step, sum());
    }

    /** Whether {@link #start} was called. */
    boolean isStarted() {
        return step >= 0;
    }

    /** The step whose weights are there; -1 before {@link #start}. */
    long step() {
        return step;
    }

    /** Whether all have computed what there is to compute of the step. */
    boolean isOver(long of) {
        return of < step || of == step && roots.isComplete();
    }

    /** Takes what has arrived and sends what is taken; returns the number of frames. */
    int doWork() {
        if (!connected) {
            return 0;
        }
        network.doWork();
        int frames = shareFrames == null ? 0 : shareFrames.pollReady(FRAMES_PER_POLL);
        for (int i = 0; i < rootFrames.size(); i++) {
            while (roots.awaits(i) && rootFrames.get(i).pollReady(1) > 0) {
                frames++;
            }
        }
        takeOwnSum();
        feed();
        return frames + send();
    }

    /** Sends what is taken now; returns the number of frames. */
    int send() {
        int frames = 0;
        // The next one first, so that not all send to the same.
        for (int i = 1; i < shareSenders.length; i++) {
            frames += send(shareSenders[(self + i) % shareSenders.length]);
        }
        return frames + send(rootSender) + send(reportSender) + send(feedSender);
    }

    /** Begins to send each owner its share of a node, which must not change until {@link #isSent}. */
    void beginNode(int epoch, long of, PartialGradient node) {
        beginNode(epoch, of, node, 0);
    }

    /**
     * The same of a node that is still being computed, whose rest follows by {@link #ready}.
     *
     * @param from from here to the end the gradient is final
     */
    void beginNode(int epoch, long of, PartialGradient node, int from) {
        for (int owner = 0; owner < shareSenders.length; owner++) {
            GrowingSender sender = shareSenders[owner];
            if (sender != null) {
                sender.header()
                        .set(gradientKind, epoch, of, node.firstSegment(), node.segmentCount(), shares.length(owner))
                        .sums(node.lossSum(), node.weightSum(), node.correctSum());
                sender.begin(node.gradient(), shares.start(owner), readyOf(owner, from));
            }
        }
        this.node = node;
        nodeStep = of;
        ownBlocks = 0;
        deliverOwn(from);
    }

    /** More of the node that was begun last is final: from {@code from} to the end. */
    void ready(int from) {
        for (int owner = 0; owner < shareSenders.length; owner++) {
            if (shareSenders[owner] != null) {
                shareSenders[owner].ready(readyOf(owner, from));
            }
        }
        deliverOwn(from);
    }

    private void deliverOwn(int from) {
        ownBlocks = owned.deliver(nodeStep, node, shares.start(self), ownBlocks, readyOf(self, from));
        takeOwnSum();
    }

    /** How much of an owner's share is there, if all is from parameter {@code from} on. */
    private int readyOf(int owner, int from) {
        int end = shares.start(owner) + shares.length(owner);
        return Math.min(Math.max(0, end - from), shares.length(owner));
    }

    /** Whether all shares of the last node are sent, as far as this can be told without {@link #send}. */
    boolean isSent() {
        for (FrameSender sender : shareSenders) {
            if (!isIdle(sender)) {
                return false;
            }
        }
        return connected;
    }

    /** Makes the update if the sum is there, and goes on to the next step; returns 1 if so. */
    int advance(SharedLoop threads) {
        // Whoever waits for this member's share cannot go on, and while this thread computes it is sent in small
        // pieces.
        if (!roots.isComplete() || !isIdle(rootSender) || !feed()) {
            return 0;
        }
        PartialGradient sum = sum();
        // Whether it is finite is for the coordinator to find out, which ends the job if it is not.
        update.run(step, sum.gradient(), sum.weightSum(), threads);
        step++;
        feeding = false;
        now = 1 - now;
        roots.begin(step, sum());
        takeOwnSum();
        return 1 + send();
    }

    /**
     * What is there of the sum goes to the coordinator, as soon as that has taken the one before, which lies in the other array; false
     * where it has not.
     */
    private boolean feed() {
        if (feedSender == null || !isStarted()) {
            return true;
        }
        int ready = roots.ready();
        if (feeding) {
            feedSender.ready(ready);
        } else if (ready > 0 && isIdle(feedSender)) {
            feeding = true;
            roots.send(feedSender, epochOf(step), 0, shares.parameters(), ready);
        }
        return feeding;
    }

    /** A peer's node may be there before the weights: it had them sooner. All begin with the same step. */
    private void beginOwned(long of) {
        if (owned.step() < 0) {
            owned.begin(of, segmentsOf(of));
        }
    }

    private PartialGradient sum() {
        return sums[now];
    }

    /**
     * What is complete of the own share's sum goes to all others, as soon as they have taken the one before, which lies in the other
     * array.
     */
    private void takeOwnSum() {
        boolean begins = owned.taken() == 0;
        if (!connected || owned.step() != step || begins && !(isIdle(rootSender) && isIdle(reportSender))) {
            return;
        }
        int before = owned.taken();
        int end = shares.start(self) + shares.length(self);
        for (PartialGradient block = owned.takeNext(); block != null; block = owned.takeNext()) {
            roots.putOwn(block, end - owned.taken(), owned.isTaken());
            owned.release(block);
            sendOwn(rootSender, before);
            sendOwn(reportSender, before);
            before = owned.taken();
        }
        if (owned.isTaken()) {
            owned.begin(step + 1, segmentsOf(step + 1));
        }
    }

    /** Begins to send the own share's sum, or goes on. */
    private void sendOwn(GrowingSender to, int before) {
        if (to != null && before == 0) {
            roots.send(to, epochOf(step), shares.start(self), shares.length(self), owned.taken());
        } else if (to != null) {
            to.ready(owned.taken());
        }
    }

    private int segmentsOf(long of) {
        return spec.segmentsOfStep((int) (of % spec.stepsPerEpoch()));
    }

    private int epochOf(long of) {
        return (int) (1 + of / spec.stepsPerEpoch());
    }

    /** A frame of a peer's node, which is a block of this member's share. The connection has checked who sends. */
    private FrameFault onShare(int sessionId, FrameFlyweight frame) {
        int block = owned.blockOf(frame.partOffset(), frame.partLength());
        if (frame.kind() != gradientKind
                || frame.vectorLength() != shares.length(self)
                || block < 0
                || !Steps.contain(spec, frame.epoch(), frame.step())
                || !Steps.containSegments(spec, frame.step(), frame.firstSegment(), frame.segmentCount())) {
            return FrameFault.OUT_OF_RANGE;
        }
        beginOwned(frame.step());
        PartialGradient node = owned.acquire(frame.step(), block, frame.firstSegment(), frame.segmentCount());
        if (node == null) {
            // Others have done the work; the coordinator counts it.
            return FrameFault.UNEXPECTED;
        }
        node.sums(frame.lossSum(), frame.weightSum(), frame.correctSum());
        frame.copyTo(node.gradient(), 0);
        owned.deliver(block, node);
        return null;
    }
}
