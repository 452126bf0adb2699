package dev.tutti.worker.transport;

import dev.tutti.coordinator.plan.Orders;
import dev.tutti.coordinator.plan.StepMachine;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Adam;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Schedule;
import dev.tutti.optim.Sgd;
import dev.tutti.optim.UpdateRules;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.reduce.BFloat16;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import dev.tutti.reduce.SummationTree;
import dev.tutti.reduce.TreeSum;
import dev.tutti.train.LocalSteps;
import dev.tutti.train.ParameterUpdate;
import dev.tutti.train.Refinements;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.FrameSender;
import dev.tutti.transport.GrowingSender;
import dev.tutti.transport.NodeReceiver;
import dev.tutti.transport.RootReceiver;
import dev.tutti.transport.Shares;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TermLengths;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A cluster whose members average, on one thread: real exchanges and a real step machine, with streams that carry any number of
 * frames at any time. Members die at any point, join, are late and get their work done by others; after a while nothing bad happens
 * any more. Whatever a member makes of its weights must be what one process makes of them, step by step. All follows from a seed.
 */
final class SimulatedMembers {
    private static final int SEGMENT = 2;
    private static final int FAULTS_UNTIL = 3_000;
    private static final int MOST_TURNS = 2_000_000;
    private static final int FLOATS_PER_FRAME = 5;
    private static final int MOST_UNDER_WAY = 3;
    private static final int FLOATS_OF_SHARE = 16;
    private static final int MOST_QUIET_TURNS = 10_000;
    private static final int NO_QUIET_CLUSTER = -2;

    private final long seed;
    private final SplittableRandom random;
    private final TrainingSpec spec;
    private final int parameters;
    private final long steps;
    private final List<float[]> expected = new ArrayList<>();
    private final StepMachine machine;
    private final ParameterUpdate run;
    /** What needs the whole sum, and the number of the step. */
    private static final Refinements CLIPPED = new Refinements(
            new UpdateRules(new Schedule(Schedule.Kind.COSINE, new Schedule.Span(3, 0), 1, 1), 0, 0, 0, 0, 0.5f),
            0,
            0,
            0);

    private final PartialGradient root;
    private final List<Member> present = new ArrayList<>();
    private Generation generation;
    private int generations;
    private long step;
    private long nowNs;
    private int deaths;
    private int again;
    private int begun;
    private int awayUntil;
    private int feeder = NO_QUIET_CLUSTER;
    private boolean owns;

    SimulatedMembers(long seed) {
        this(seed, new SplittableRandom(seed));
    }

    private SimulatedMembers(long seed, SplittableRandom random) {
        this(
                seed,
                random,
                1 + random.nextInt(random.nextBoolean() ? 20 : 120),
                spec(
                        random.nextBoolean()
                                ? new Sgd.Settings(0.1f, 0.9f)
                                : new Adam.Settings(0.01f, 0.9f, 0.999f, 1e-8f),
                        1 + random.nextInt(2),
                        SEGMENT * (1 + random.nextInt(12)),
                        random.nextInt(3) == 0 ? NodePrecision.BFLOAT16 : NodePrecision.FLOAT32,
                        seed % 2 == 0 ? Refinements.NONE : CLIPPED,
                        SEGMENT * (8 + random.nextInt(40)) - random.nextInt(2)));
    }

    private SimulatedMembers(long seed, SplittableRandom random, int parameters, TrainingSpec spec) {
        this.seed = seed;
        this.random = random;
        this.parameters = parameters;
        this.spec = spec;
        steps = (long) spec.epochs() * spec.stepsPerEpoch();
        machine = new StepMachine(parameters, spec.wire());
        run = spec.newUpdate(start());
        root = new PartialGradient(parameters);
        ParameterUpdate alone = spec.newUpdate(start());
        for (long of = 0; of < steps; of++) {
            expected.add(alone.parameters().clone());
            TreeSum sum = new TreeSum(node -> {}, spec.wire());
            sum.begin(segments(of));
            for (int segment = 0; segment < segments(of); segment++) {
                sum.add(gradient(of, segment, alone.parameters()));
            }
            alone.run(of, sum.nodeAt(0).gradient(), sum.nodeAt(0).weightSum(), SharedLoop.ALONE);
        }
        expected.add(alone.parameters().clone());
    }

    private static TrainingSpec spec(
            OptimizerSettings optimizer,
            int epochs,
            int batch,
            NodePrecision wire,
            Refinements refinements,
            int samples) {
        return new TrainingSpec(
                new NetworkSpec(List.of(1, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR),
                optimizer,
                epochs,
                batch,
                SEGMENT,
                Sync.STEP,
                LocalSteps.NONE,
                1,
                true,
                0f,
                wire,
                refinements,
                samples);
    }

    /**
     * A cluster to which nothing happens: each member has one segment of each step, and each owner as many parameters.
     *
     * @param owns whether the coordinator owns a share; else one of the members tells it the sum
     */
    static SimulatedMembers quiet(int members, int steps, boolean owns, NodePrecision wire) {
        int owners = owns ? members + 1 : members;
        SimulatedMembers quiet = new SimulatedMembers(
                members,
                new SplittableRandom(members),
                FLOATS_OF_SHARE * owners,
                spec(
                        new Sgd.Settings(0.1f, 0),
                        1,
                        SEGMENT * members,
                        wire,
                        Refinements.NONE,
                        SEGMENT * members * steps));
        quiet.owns = owns;
        quiet.feeder = owns ? Shares.NONE : 0;
        for (int i = 0; i < members; i++) {
            quiet.present.add(quiet.new Member());
        }
        return quiet;
    }

    /** Runs to the end, with everybody in turn. */
    void runQuietly() {
        machine.newStep(segments(0));
        form(new Shares(parameters, present.size(), owns, feeder));
        for (int turn = 0; step < steps; turn++) {
            check(turn < MOST_QUIET_TURNS, "it does not end");
            present.forEach(Member::turn);
            generation.network.transferAll();
            coordinate();
        }
    }

    /** Number of parameters. */
    int parameters() {
        return parameters;
    }

    /** Bytes of vectors that went from a process over its link: not what it told another process of its machine. */
    long sentBytes(int process) {
        return generation.network.bytes(name -> name[1] == process);
    }

    /** Bytes of vectors that went to a process over its link. */
    long receivedBytes(int process) {
        return generation.network.bytes(name -> name[2] == process);
    }

    /** Runs to the end; returns how many members died. */
    int run() {
        machine.newStep(segments(0));
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            present.add(new Member());
        }
        form();
        for (int turn = 0; step < steps; turn++) {
            check(turn < MOST_TURNS, "it does not end");
            nowNs += random.nextInt(1_000_000);
            if (turn < FAULTS_UNTIL && random.nextInt(60) == 0) {
                disturb(turn);
            }
            if (turn == FAULTS_UNTIL) {
                formAnew();
            }
            switch (random.nextInt(4)) {
                case 0 -> generation.network.transfer();
                case 1 -> {
                    if (turn >= awayUntil) {
                        coordinate();
                    }
                }
                default -> present.get(random.nextInt(present.size())).turn();
            }
        }
        long segments = 0;
        for (long of = 0; of < steps; of++) {
            segments += segments(of);
        }
        check(
                machine.ledger().issued() == segments,
                "issued " + machine.ledger().issued() + " of " + segments);
        check(machine.ledger().done() == segments, "done " + machine.ledger().done() + " of " + segments);
        return deaths;
    }

    /** Number of times that what others were asked for was handed out to somebody else. */
    int reissued() {
        return again;
    }

    /** Number of nodes of which parts were sent while the rest was computed. */
    int sentInParts() {
        return begun;
    }

    private void disturb(int turn) {
        switch (random.nextInt(6)) {
            case 0 -> {
                present.get(random.nextInt(present.size())).dead = true;
                deaths++;
            }
            case 1 -> formAnew();
            // As while it evaluates a model.
            case 2 -> awayUntil = turn + 200 + random.nextInt(500);
            // Long enough for everybody to be late.
            default -> nowNs += 3_000_000_000L;
        }
    }

    private void formAnew() {
        present.removeIf(member -> member.dead);
        if (present.size() < 6 && random.nextBoolean() || present.isEmpty()) {
            present.add(new Member());
        }
        form();
    }

    // The coordinator

    private void form() {
        int members = present.size();
        int feeds = random.nextBoolean() ? random.nextInt(members) : Shares.NONE;
        form(new Shares(parameters, members, feeds == Shares.NONE && random.nextBoolean(), feeds));
    }

    private void form(Shares shares) {
        int members = present.size();
        generation = new Generation(new GenerationId(1, ++generations, random.nextLong()), shares);
        machine.forget(shares.length(shares.coordinator()));
        machine.enter(
                present.stream().map(member -> "w").toList(),
                present.stream()
                        .mapToInt(member -> feeder == NO_QUIET_CLUSTER ? 1 + random.nextInt(3) : 1)
                        .toArray(),
                nowNs);
        for (int number = 0; number < members; number++) {
            Member member = present.get(number);
            if (member.sum != null) {
                machine.holds(number, member.sumStep, member.sumFirst, member.sumCount);
            }
            member.join(generation, number);
        }
        generation.fresh = true;
        beginStep();
    }

    private void beginStep() {
        issue(machine.begin(step, nowNs), step);
        generation.roots.begin(step, root.reset(0, machine.segments()));
        if (generation.fresh) {
            generation.fresh = false;
            float[] weights = run.parameters().clone();
            List<float[]> state =
                    run.state().values().stream().map(float[]::clone).toList();
            present.forEach(member -> {
                member.firstStep = step;
                member.firstWeights = weights;
                member.firstState = state;
            });
        }
        machine.takeKept(nowNs);
        if (step + 1 < steps) {
            issue(machine.ahead(step + 1, segments(step + 1)), step + 1);
        }
    }

    private void issue(Orders orders, long of) {
        for (int i = 0; i < orders.size(); i++) {
            present.get(orders.member(i)).orders.add(new long[] {of, orders.firstSegment(i), orders.segmentCount(i)});
        }
    }

    private void coordinate() {
        Generation of = generation;
        of.poll();
        if (machine.isComplete()) {
            of.takeOwnSum(machine.total());
            if (of.roots.isComplete() && of.isSent()) {
                machine.endStep(nowNs);
                run.run(step, root.gradient(), root.weightSum(), SharedLoop.ALONE);
                step++;
                check(
                        Arrays.equals(run.parameters(), expected.get((int) step)),
                        "the coordinator's weights of " + step);
                if (step < steps) {
                    machine.newStep(segments(step));
                    beginStep();
                }
            }
        } else if (machine.isLate(nowNs)) {
            again++;
            issue(machine.reissue(nowNs), step);
        }
    }

    /** What the coordinator has of a generation. */
    private final class Generation implements NodeReceiver.Sink {
        private final GenerationId id;
        private final Shares shares;
        private final Network network = new Network();
        private final Streams streams;
        private final RootReceiver roots;
        private final List<PeerStreams.Frames> rootFrames = new ArrayList<>();
        private final PeerStreams.Frames gradientFrames;
        private final GrowingSender rootSender;
        private boolean fresh;

        Generation(GenerationId id, Shares shares) {
            this.id = id;
            this.shares = shares;
            network.generation = id;
            streams = new Streams(Carriers.TCP, "", "", 1408, new TermLengths(1 << 16, 1 << 16, 1 << 16), 0);
            PeerStreams own = network.of(TcpLinks.COORDINATOR);
            int[] all = java.util.stream.IntStream.range(0, shares.members()).toArray();
            NodeReceiver[] nodes = new NodeReceiver[shares.members()];
            Arrays.setAll(nodes, member -> new NodeReceiver(shares.length(shares.coordinator()), this));
            gradientFrames = own.source(
                    streams.gradientStreamId(),
                    all,
                    (session, frame) -> nodes[frame.member()].onFrame(frame.member(), session, frame));
            FrameKind kind = FrameKind.root(spec.wire().bytes());
            boolean fed = shares.feeder() != Shares.NONE;
            roots = new RootReceiver(kind, fed ? 1 : shares.members());
            if (fed) {
                rootFrames.add(
                        own.source(streams.feedStreamId(), new int[] {shares.feeder()}, roots.from(0, 0, parameters)));
            } else {
                for (int owner : all) {
                    rootFrames.add(own.source(
                            streams.rootStreamId(owner),
                            new int[] {owner},
                            roots.from(owner, shares.start(owner), shares.length(owner))));
                }
            }
            rootSender = shares.coordinatorOwns() ? own.sender(streams.rootStreamId(shares.coordinator()), all) : null;
        }

        void poll() {
            gradientFrames.pollReady(random.nextInt(4));
            for (int i = 0; i < rootFrames.size(); i++) {
                while (roots.awaits(i) && rootFrames.get(i).pollReady(1) > 0) {}
            }
            if (rootSender != null) {
                rootSender.doWork();
            }
        }

        boolean isSent() {
            return rootSender == null || rootSender.isIdle();
        }

        void takeOwnSum(PartialGradient own) {
            if (roots.hasOwn()) {
                return;
            }
            int start = shares.start(shares.coordinator());
            roots.putOwn(own, start);
            if (rootSender != null) {
                roots.send(rootSender, epoch(step), start, own.gradient().length);
            }
        }

        @Override
        public PartialGradient acquire(long of, int firstSegment, int segmentCount) {
            check(of <= step + 1, "a node of a step that is too far ahead");
            if (of == step + 1) {
                return machine.acquireAhead();
            }
            return of == step ? machine.acquire(firstSegment, segmentCount, nowNs) : null;
        }

        @Override
        public void onGradient(int member, long of, PartialGradient node) {
            if (of == step) {
                machine.deliver(member, node, nowNs);
            } else if (of == step + 1) {
                machine.keep(member, node);
            } else {
                machine.release(node);
            }
        }

        @Override
        public void onRefused(int member, int segmentCount) {
            machine.refuse(member, segmentCount);
        }

        @Override
        public void release(PartialGradient node) {
            machine.release(node);
        }
    }

    // The members

    private final class Member {
        private final List<long[]> orders = new ArrayList<>();
        private PeerExchange exchange;
        private FrameSender gradients;
        private Generation of;
        private float[] weights;
        private long firstStep;
        private float[] firstWeights;
        private List<float[]> firstState;
        private TreeSum sum;
        private long sumStep;
        private int sumFirst;
        private int sumCount;
        private long[] sending;
        private int next;
        private PartialGradient partial;
        private PartialGradient whole;
        private int from;
        private boolean connected;
        private boolean dead;

        void join(Generation generation, int number) {
            of = generation;
            weights = new float[parameters];
            orders.clear();
            firstWeights = null;
            sending = null;
            partial = null;
            connected = false;
            PeerStreams network = generation.network.of(number);
            JobDescription job = new JobDescription(1, "job", spec, 1, 1, Placement.REPLICATE, "data");
            exchange = new PeerExchange(
                    new PrepareGeneration(generation.id, number, job, generation.streams, generation.shares, null),
                    network,
                    weights);
            gradients = network.sender(generation.streams.gradientStreamId(), TcpLinks.COORDINATOR);
        }

        void turn() {
            if (dead) {
                return;
            }
            if (!connected && random.nextInt(5) == 0) {
                connected = true;
                exchange.connect();
            }
            if (!exchange.isStarted() && firstWeights != null && random.nextInt(5) == 0) {
                System.arraycopy(firstWeights, 0, weights, 0, parameters);
                int array = 0;
                for (float[] to : exchange.state()) {
                    System.arraycopy(firstState.get(array++), 0, to, 0, parameters);
                }
                exchange.start(firstStep);
            }
            gradients.doWork();
            if (partial != null) {
                // The leading thread computes, and does nothing else.
                computeOn();
                return;
            }
            exchange.doWork();
            switch (random.nextInt(3)) {
                case 0 -> work();
                case 1 -> sendNext();
                default -> advance();
            }
        }

        private void advance() {
            if (exchange.advance(SharedLoop.ALONE) > 0) {
                check(
                        Arrays.equals(weights, expected.get((int) exchange.step())),
                        "a member's weights of step " + exchange.step());
            }
        }

        private void work() {
            if (sending != null || orders.isEmpty() || !exchange.isSent() || !gradients.isIdle()) {
                return;
            }
            long[] order = orders.get(0);
            if (exchange.isOver(order[0])) {
                orders.remove(0);
                return;
            }
            if (order[0] != exchange.step()) {
                return;
            }
            int first = (int) order[1];
            int count = (int) order[2];
            boolean isHere =
                    sum != null && sumStep == order[0] && sumFirst <= first && sumFirst + sumCount >= first + count;
            if (!isHere) {
                sumStep = order[0];
                sumFirst = first;
                sumCount = count;
                sum = new TreeSum(node -> {}, spec.wire());
                sum.begin(segments(sumStep));
                for (int segment = first; segment < first + count; segment++) {
                    sum.add(gradient(sumStep, segment, weights));
                }
            }
            orders.remove(0);
            sending = order;
            next = sumFirst;
            boolean isOneNode = sum.nodeAt(sumFirst).segmentCount() == sumCount;
            if (!isHere && isOneNode && exchange.isConnected() && random.nextBoolean()) {
                beginParts();
            }
        }

        /** Other members get the end of the gradient while its beginning is computed. */
        private void beginParts() {
            whole = sum.nodeAt(sumFirst);
            from = random.nextInt(parameters + 1);
            partial = new PartialGradient(parameters).reset(whole.firstSegment(), whole.segmentCount());
            partial.sums(whole.lossSum(), whole.weightSum(), whole.correctSum());
            Arrays.fill(partial.gradient(), 0, from, Float.NaN);
            System.arraycopy(whole.gradient(), from, partial.gradient(), from, parameters - from);
            exchange.beginNode(epoch(sumStep), sumStep, partial, from);
            exchange.send();
        }

        private void computeOn() {
            int to = from;
            from = random.nextInt(from + 1);
            System.arraycopy(whole.gradient(), from, partial.gradient(), from, to - from);
            exchange.ready(from);
            exchange.send();
            if (from == 0) {
                partial = null;
                next = whole.endSegment();
                tell(whole);
                begun++;
            }
        }

        /** As the leading compute thread does: one node after the other, and none that nobody wants. */
        private void sendNext() {
            if (sending == null || !exchange.isSent() || !gradients.isIdle()) {
                return;
            }
            while (next < sending[1] + sending[2] && !exchange.isOver(sending[0])) {
                PartialGradient node = sum.nodeAt(next);
                next = node.endSegment();
                if (next > sending[1]) {
                    exchange.beginNode(epoch(sumStep), sumStep, node);
                    tell(node);
                    return;
                }
            }
            sending = null;
        }

        private void tell(PartialGradient node) {
            Shares shares = of.shares;
            gradients
                    .header()
                    .set(
                            FrameKind.gradient(spec.wire().bytes()),
                            epoch(sumStep),
                            sumStep,
                            node.firstSegment(),
                            node.segmentCount(),
                            shares.length(shares.coordinator()))
                    .sums(node.lossSum(), node.weightSum(), node.correctSum());
            gradients.begin(node.gradient(), shares.start(shares.coordinator()));
        }
    }

    // What is computed

    private float[] start() {
        float[] weights = new float[parameters];
        for (int i = 0; i < parameters; i++) {
            weights[i] = (i % 17 - 8) / 7f;
        }
        return weights;
    }

    private PartialGradient gradient(long of, int segment, float[] weights) {
        PartialGradient node = new PartialGradient(parameters).reset(segment, 1);
        int samples = Math.min(SEGMENT, samples(of) - segment * SEGMENT);
        for (int i = 0; i < parameters; i++) {
            float value = (float) Math.abs((of * 31 + segment * 7 + i * 3) % 23 - 11) / 9 + weights[i] / (segment + 3);
            node.gradient()[i] = spec.wire() == NodePrecision.BFLOAT16 ? BFloat16.round(value) : value;
        }
        node.sums(of / 3.0 + segment / 7.0, samples, samples / 2.0);
        return node;
    }

    private int samples(long of) {
        return spec.samplesOfStep((int) (of % spec.stepsPerEpoch()));
    }

    private int segments(long of) {
        return SummationTree.segments(samples(of), SEGMENT);
    }

    private int epoch(long of) {
        return (int) (1 + of / spec.stepsPerEpoch());
    }

    private void check(boolean holds, String problem) {
        if (!holds) {
            throw new AssertionError(problem + ": step " + step + " of " + steps + ", again with -Dtutti.seed=" + seed);
        }
    }

    // The streams

    /** Ordered connections, each of which carries as much as it likes at any time. */
    private final class Network {
        private final Map<String, Wire> wires = new HashMap<>();
        private final List<Wire> all = new ArrayList<>();
        private GenerationId generation;

        private Wire wire(int stream, int from, int to) {
            return wires.computeIfAbsent(stream + " " + from + " " + to, name -> {
                Wire wire = new Wire(new int[] {stream, from, to});
                all.add(wire);
                return wire;
            });
        }

        void transfer() {
            for (int i = 1 + random.nextInt(10); i > 0 && !all.isEmpty(); i--) {
                Wire wire = all.get(random.nextInt(all.size()));
                byte[] frame = wire.flying.poll();
                if (frame != null) {
                    wire.arrived.add(frame);
                }
            }
        }

        void transferAll() {
            for (Wire wire : all) {
                wire.arrived.addAll(wire.flying);
                wire.flying.clear();
            }
        }

        long bytes(Predicate<int[]> of) {
            int feed = SimulatedMembers.this.generation.streams.feedStreamId();
            return all.stream()
                    .filter(wire -> wire.name[0] != feed && of.test(wire.name))
                    .mapToLong(wire -> wire.bytes)
                    .sum();
        }

        PeerStreams of(int self) {
            return new PeerStreams() {
                @Override
                public Frames source(int stream, int[] from, FrameReceiver.Handler handler) {
                    List<Wire> sources = new ArrayList<>();
                    for (int one : from) {
                        sources.add(wire(stream, one, self));
                    }
                    return limit -> take(sources, limit, handler);
                }

                @Override
                public GrowingSender sender(int stream, int... to) {
                    List<Wire> targets = new ArrayList<>();
                    for (int one : to) {
                        targets.add(wire(stream, self, one));
                    }
                    return new Sender(generation, self, targets);
                }

                @Override
                public int floatsPerFrame() {
                    return FLOATS_PER_FRAME;
                }

                @Override
                public void doWork() {
                    // Frames arrive by themselves.
                }
            };
        }

        private int take(List<Wire> sources, int limit, FrameReceiver.Handler handler) {
            int frames = 0;
            for (Wire wire : sources) {
                while (frames < limit && !wire.arrived.isEmpty()) {
                    byte[] bytes = wire.arrived.poll();
                    FrameFlyweight frame = new FrameFlyweight().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
                    FrameFault damaged = frame.check(generation);
                    check(damaged == null, "a frame is " + damaged);
                    FrameFault fault = handler.onFrame(0, frame);
                    // What nobody wants any more is refused, part by part.
                    check(fault == null || fault == FrameFault.UNEXPECTED, "a frame is refused: " + fault);
                    frames++;
                }
            }
            return frames;
        }
    }

    private static final class Wire {
        private final ArrayDeque<byte[]> flying = new ArrayDeque<>();
        private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
        private final int[] name;
        private long bytes;

        Wire(int[] name) {
            this.name = name;
        }

        boolean isFull() {
            return flying.size() + arrived.size() >= MOST_UNDER_WAY;
        }
    }

    /** Makes frames as it sends them, as the real ones do, so that a vector that changes too early is found. */
    private static final class Sender implements GrowingSender {
        private final GenerationId generation;
        private final List<Wire> targets;
        private final FrameHeader header = new FrameHeader();
        private float[] vector;
        private int start;
        private int ready;
        private boolean backwards;
        private int sent;

        Sender(GenerationId generation, int self, List<Wire> targets) {
            this.generation = generation;
            this.targets = targets;
            header.member(self);
        }

        @Override
        public FrameHeader header() {
            return header;
        }

        @Override
        public void begin(float[] vector, int start) {
            begin(vector, start, header.vectorLength());
            backwards = false;
        }

        @Override
        public void begin(float[] vector, int start, int ready) {
            if (!isIdle()) {
                throw new IllegalStateException("the last vector is still being sent");
            }
            this.vector = vector;
            this.start = start;
            this.ready = ready;
            backwards = true;
            sent = 0;
        }

        @Override
        public void ready(int floats) {
            ready = floats;
        }

        @Override
        public boolean isIdle() {
            return vector == null;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public int doWork() {
            if (vector == null || targets.stream().anyMatch(Wire::isFull)) {
                return 0;
            }
            int part = Math.min(FLOATS_PER_FRAME, header.vectorLength() - sent);
            if (sent + part > ready) {
                return 0;
            }
            int from = backwards ? header.vectorLength() - sent - part : sent;
            byte[] bytes = new byte[FrameFlyweight.HEADER_LENGTH + part * header.valueBytes()];
            new FrameFlyweight()
                    .wrapForWriting(new UnsafeBuffer(bytes), 0, bytes.length)
                    .write(generation, header, vector, start + from - sent, sent, part);
            for (Wire wire : targets) {
                wire.flying.add(bytes);
                wire.bytes += (long) part * header.valueBytes();
            }
            sent += part;
            if (sent == header.vectorLength()) {
                vector = null;
            }
            return 1;
        }
    }
}
