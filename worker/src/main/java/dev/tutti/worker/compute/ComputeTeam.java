package dev.tutti.worker.compute;

import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.FinalParts;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.PerSample;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import dev.tutti.reduce.SummationTree;
import dev.tutti.reduce.TreeSum;
import dev.tutti.train.TrainingSpec;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The compute threads of one process, one for each worker actor, working on one piece of work at a time. Thread 0 leads: it
 * hands out the segments, computes its own, and adds the results as far as the summation tree allows. Each thread goes through
 * its segments in slices, so that work that is not wanted any more can be abandoned between two of them.
 */
public final class ComputeTeam implements SharedLoop {
    /** Most samples of a slice, unless one segment has more: as many as a kernel works on together. */
    static final int SLICE_SAMPLES = 512;

    private static final int SPINS = 500;
    private static final long SPIN_NS = 20_000;

    /** As {@link dev.tutti.transport.StepIdleStrategy}, for the same reasons; after that the leader wakes who sleeps. */
    private static final long AWAKE_NS = 1_000_000;

    /** Below this, waking the others takes longer than adding. */
    static final int SHORT_VECTOR = 1 << 15;

    /** Elements of a turn: the same as of the update, so that a thread has them in its caches then. */
    private static final int BLOCK = 4096;

    private static final long PARK_NS = 1_000_000;

    private final TrainingSpec spec;
    private final PerSample perSample;
    private final int parameterCount;
    private final SampleSource source;
    private final Member[] members;
    private final ArrayDeque<PartialGradient> pool = new ArrayDeque<>();
    private final TreeSum sum = new TreeSum(pool::push, this::addTogether);
    private final AtomicInteger ticket = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final FinalParts finalParts = this::onFinal;
    private final Body addBlock = (thread, block) -> addBlock(block);
    private final int sliceSegments;
    private float[] parameters;
    private BooleanSupplier isStillWanted;
    private NodeParts parts;
    private int segments;
    private float[] addend;
    private float[] added;
    /** What is done in the turns of a loop; null while gradients are computed. */
    private Body body;

    private int turns;
    private volatile boolean abandoned;
    private volatile boolean closed;
    private volatile RuntimeException failure;

    /**
     * @param spec the job's settings
     * @param source where the samples are
     * @param threads number of compute threads
     */
    public ComputeTeam(TrainingSpec spec, SampleSource source, int threads) {
        this.spec = spec;
        this.source = source;
        this.perSample = spec.perSample();
        this.parameterCount = new ParameterLayout(spec.network()).parameterCount();
        this.members = new Member[threads];
        this.sliceSegments = Math.max(1, SLICE_SAMPLES / spec.segmentSize());
        int kernelSamples = Math.min(SLICE_SAMPLES, (spec.samplesPerStep() + threads - 1) / threads);
        for (int thread = 0; thread < threads; thread++) {
            int number = thread;
            members[thread] =
                    new Member(spec.newKernel(kernelSamples + spec.segmentSize(), () -> goesOn(members[number])));
        }
    }

    /** Is told of a node that is being computed, on thread 0. */
    @FunctionalInterface
    public interface NodeParts {
        /** Nobody wants to know. */
        NodeParts NONE = (node, from) -> {};

        /** The gradient of a node is final from {@code from} to its end, and so are its other sums; see {@link FinalParts}. */
        void onFinal(PartialGradient node, int from);
    }

    /** Number of compute threads. */
    @Override
    public int threads() {
        return members.length;
    }

    /**
     * Computes the gradients of a piece of work; on thread 0 only.
     *
     * @param item what to do
     * @param parameters the weights of its step
     * @param isStillWanted asked on thread 0 between slices and while it waits for the others; the parameters may be changed
     *     as soon as it says no
     * @param parts is told, where one thread computes a piece of work that is one node, which parts of it are final; down to 0, and
     *     the node is the only one of the result then
     * @return the nodes, added as far as the tree allows, valid until the next call; null if the work was abandoned
     */
    public TreeSum compute(WorkItem item, float[] parameters, BooleanSupplier isStillWanted, NodeParts parts) {
        this.parts = parts;
        this.parameters = parameters;
        this.isStillWanted = isStillWanted;
        abandoned = false;
        source.prepare(item);
        segments = spec.segmentsOfStep((int) (item.step() % spec.stepsPerEpoch()));
        sum.begin(segments);
        assign(item);
        runTogether();
        if (abandoned || closed) {
            return null;
        }
        for (Member member : members) {
            member.handOver();
        }
        return sum;
    }

    /** Takes a buffer in return for a node of a sum that was given away; on thread 0 only. */
    public void takeBack(PartialGradient buffer) {
        pool.push(buffer);
    }

    /** {@inheritDoc} On thread 0 only, and not while it computes. */
    @Override
    public void run(int turns, Body body) {
        if (members.length == 1 || turns < 2) {
            ALONE.run(turns, body);
            return;
        }
        this.turns = turns;
        this.body = body;
        try {
            runTogether();
        } finally {
            this.body = null;
        }
    }

    /** What threads 1 and up do, until {@link #close}. */
    public void serve(int thread) {
        Member member = members[thread];
        member.thread = Thread.currentThread();
        int seen = 0;
        while (member.awaitTicket(seen)) {
            seen++;
            try {
                doPart(thread);
            } catch (RuntimeException e) {
                failure = e;
            } catch (Throwable e) {
                // Whatever it is, the leader must hear of it rather than wait.
                failure = new IllegalStateException("compute thread " + thread + ": " + e, e);
            }
            unfinished.decrementAndGet();
        }
    }

    /** Lets the other threads return from {@link #serve}. */
    public void close() {
        closed = true;
        for (Member member : members) {
            member.wake();
        }
    }

    /** Has each thread do its part of what the fields say, and waits for all. */
    private void runTogether() {
        unfinished.set(members.length - 1);
        ticket.incrementAndGet();
        for (int thread = 1; thread < members.length; thread++) {
            members[thread].wake();
        }
        doPart(0);
        awaitOthers();
        if (failure != null) {
            throw failure;
        }
    }

    private void doPart(int thread) {
        if (body == null) {
            computePart(members[thread]);
            return;
        }
        int end = (int) ((long) turns * (thread + 1) / members.length);
        for (int turn = (int) ((long) turns * thread / members.length); turn < end; turn++) {
            body.run(thread, turn);
        }
    }

    /** Long vectors are added by all threads together; the sum of two numbers is the same whoever adds. */
    private void addTogether(float[] sum, float[] values) {
        if (members.length == 1 || sum.length < SHORT_VECTOR) {
            spec.wire().add(sum, values);
            return;
        }
        added = sum;
        addend = values;
        run((sum.length + BLOCK - 1) / BLOCK, addBlock);
        added = null;
        addend = null;
    }

    private void addBlock(int block) {
        int from = block * BLOCK;
        spec.wire().addRange(added, addend, from, Math.min(from + BLOCK, added.length));
    }

    /** Shares the item's segments among the threads, in order. */
    private void assign(WorkItem item) {
        int threads = members.length;
        for (int thread = 0; thread < threads; thread++) {
            int first = item.firstSegment() + (int) ((long) item.segmentCount() * thread / threads);
            int end = item.firstSegment() + (int) ((long) item.segmentCount() * (thread + 1) / threads);
            members[thread].begin(first, end);
        }
    }

    private void computePart(Member member) {
        int end;
        for (int first = member.firstSegment; first < member.endSegment; first = end) {
            if (first > member.firstSegment && !goesOn(member)) {
                return;
            }
            end = sliceEnd(first, member.endSegment);
            member.prepareNodes(first, end);
            MiniBatch batch = source.select(member.batch, first, end - first);
            boolean inParts = members.length == 1
                    && first == member.firstSegment
                    && end == member.endSegment
                    && member.nodeCount == 1;
            member.kernel.gradients(
                    parameters,
                    batch,
                    spec.segmentSize(),
                    member.nodes,
                    member.nodeCount,
                    perSample,
                    inParts ? finalParts : FinalParts.NONE);
            member.addNodes();
        }
    }

    private void onFinal(int from) {
        parts.onFinal(members[0].nodes[0], from);
    }

    /** Slices end where large nodes of the tree do, so that few are cut. */
    private int sliceEnd(int first, int end) {
        int most = first + sliceSegments;
        return most >= end ? end : most - most % Integer.highestOneBit(sliceSegments);
    }

    private boolean goesOn(Member member) {
        if (member == members[0]) {
            abandonIfUnwanted();
        }
        return !abandoned && !closed;
    }

    private void abandonIfUnwanted() {
        if (!isStillWanted.getAsBoolean()) {
            abandoned = true;
        }
    }

    private void awaitOthers() {
        for (int turn = 0; unfinished.get() > 0; turn++) {
            if (turn < SPINS) {
                Thread.onSpinWait();
            } else {
                if (body == null) {
                    abandonIfUnwanted();
                }
                Thread.yield();
            }
        }
    }

    /** One compute thread's own things. */
    private final class Member {
        final GradientKernel kernel;
        final MiniBatch batch = new MiniBatch();
        private final ArrayDeque<PartialGradient> ownPool = new ArrayDeque<>();
        private final TreeSum ownSum = new TreeSum(ownPool::push, spec.wire());
        PartialGradient[] nodes = new PartialGradient[8];
        int nodeCount;
        int firstSegment;
        int endSegment;
        private int handedOver;
        volatile Thread thread;
        private volatile boolean parked;

        Member(GradientKernel kernel) {
            this.kernel = kernel;
        }

        /** On thread 0: says what comes next, and gives back as many buffers as were handed over last time. */
        void begin(int first, int end) {
            for (; handedOver > 0 && !pool.isEmpty(); handedOver--) {
                ownPool.push(pool.pop());
            }
            handedOver = 0;
            ownSum.begin(segments);
            firstSegment = first;
            endSegment = end;
        }

        /** Finds buffers for the largest nodes that are the segments {@code first} to {@code end - 1}. */
        void prepareNodes(int first, int end) {
            nodeCount = 0;
            for (int segment = first; segment < end; segment += nodes[nodeCount - 1].segmentCount()) {
                if (nodeCount == nodes.length) {
                    nodes = Arrays.copyOf(nodes, 2 * nodeCount);
                }
                PartialGradient node = ownPool.isEmpty() ? new PartialGradient(parameterCount) : ownPool.pop();
                nodes[nodeCount++] = node.reset(segment, SummationTree.largestNode(segment, end, segments));
            }
        }

        void addNodes() {
            for (int node = 0; node < nodeCount; node++) {
                ownSum.add(nodes[node]);
            }
        }

        /** On thread 0: adds what this thread has computed to the sum of all. */
        void handOver() {
            for (int segment = firstSegment; segment < endSegment; ) {
                PartialGradient node = ownSum.take(segment);
                segment = node.endSegment();
                handedOver++;
                sum.add(node);
            }
        }

        /** Waits for work: awake for about as long as a step takes on a small network, then asleep. */
        boolean awaitTicket(int seen) {
            long sinceNs = System.nanoTime();
            while (ticket.get() == seen && !closed) {
                long waitedNs = System.nanoTime() - sinceNs;
                if (waitedNs < SPIN_NS) {
                    Thread.onSpinWait();
                } else if (waitedNs < AWAKE_NS) {
                    Thread.yield();
                } else {
                    parked = true;
                    if (ticket.get() == seen && !closed) {
                        LockSupport.parkNanos(this, PARK_NS);
                    }
                    parked = false;
                }
            }
            return !closed;
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(thread);
            }
        }
    }
}
