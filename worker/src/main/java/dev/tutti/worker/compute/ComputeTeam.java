package dev.tutti.worker.compute;

import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import dev.tutti.reduce.TreeSum;
import dev.tutti.reduce.VectorSum;
import dev.tutti.train.TrainingSpec;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The compute threads of one process, one for each worker actor, working on one piece of work at a time. Thread 0 leads: it
 * hands out the segments, computes its own, and adds the results as far as the summation tree allows.
 */
public final class ComputeTeam {
    private static final int MAX_KERNEL_SAMPLES = 1024;
    private static final int SPINS = 500;
    private static final long SPIN_NS = 20_000;

    /** As {@link dev.tutti.transport.StepIdleStrategy}, for the same reasons; after that the leader wakes who sleeps. */
    private static final long AWAKE_NS = 1_000_000;

    /** Below this, waking the others takes longer than adding. */
    private static final int SHORT_VECTOR = 1 << 15;

    private static final long PARK_NS = 1_000_000;

    private final TrainingSpec spec;
    private final int parameterCount;
    private final SampleSource source;
    private final Member[] members;
    private final ArrayDeque<PartialGradient> pool = new ArrayDeque<>();
    private final TreeSum sum = new TreeSum(pool::push, this::addTogether);
    private final AtomicInteger ticket = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();
    private float[] parameters;
    private float[] addend;
    private float[] added;
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
        this.parameterCount = new ParameterLayout(spec.network()).parameterCount();
        this.members = new Member[threads];
        int kernelSamples = Math.min(MAX_KERNEL_SAMPLES, (spec.samplesPerStep() + threads - 1) / threads);
        for (int thread = 0; thread < threads; thread++) {
            members[thread] = new Member(spec.newKernel(kernelSamples + spec.segmentSize()));
        }
    }

    /** Number of compute threads. */
    public int threads() {
        return members.length;
    }

    /**
     * Computes the gradients of a piece of work; on thread 0 only.
     *
     * @param item what to do
     * @param parameters the weights of its step
     * @return the nodes, added as far as the tree allows; valid until the next call
     */
    public TreeSum compute(WorkItem item, float[] parameters) {
        this.parameters = parameters;
        source.prepare(item);
        int segments = spec.segmentsOfStep((int) (item.step() % spec.stepsPerEpoch()));
        sum.begin(segments);
        assign(item, segments);
        runTogether();
        for (Member member : members) {
            for (int node = 0; node < member.nodeCount; node++) {
                sum.add(member.nodes[node]);
            }
        }
        return sum;
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
        if (added == null) {
            computePart(members[thread]);
        } else {
            int from = (int) ((long) added.length * thread / members.length);
            int end = (int) ((long) added.length * (thread + 1) / members.length);
            VectorSum.addRange(added, addend, from, end);
        }
    }

    /** Long vectors are added by all threads together; the sum of two numbers is the same whoever adds. */
    private void addTogether(float[] sum, float[] values) {
        if (members.length == 1 || sum.length < SHORT_VECTOR) {
            VectorSum.SERIAL.add(sum, values);
            return;
        }
        added = sum;
        addend = values;
        runTogether();
        added = null;
        addend = null;
    }

    /** Shares the item's segments among the threads, in order. */
    private void assign(WorkItem item, int segments) {
        int threads = members.length;
        for (int thread = 0; thread < threads; thread++) {
            int first = item.firstSegment() + (int) ((long) item.segmentCount() * thread / threads);
            int end = item.firstSegment() + (int) ((long) item.segmentCount() * (thread + 1) / threads);
            Member member = members[thread];
            member.nodeCount = 0;
            member.firstSegment = first;
            member.segmentCount = end - first;
            for (int segment = first; segment < end; ) {
                int count = SummationTree.largestNode(segment, end, segments);
                PartialGradient node = pool.isEmpty() ? new PartialGradient(parameterCount) : pool.pop();
                member.addNode(node.reset(segment, count));
                segment += count;
            }
        }
    }

    private void computePart(Member member) {
        if (member.segmentCount > 0) {
            MiniBatch batch = source.select(member.batch, member.firstSegment, member.segmentCount);
            member.kernel.gradients(parameters, batch, spec.segmentSize(), member.nodes, member.nodeCount);
        }
    }

    private void awaitOthers() {
        for (int turn = 0; unfinished.get() > 0; turn++) {
            if (turn < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** One compute thread's own things. */
    private final class Member {
        final GradientKernel kernel;
        final MiniBatch batch = new MiniBatch();
        PartialGradient[] nodes = new PartialGradient[8];
        int nodeCount;
        int firstSegment;
        int segmentCount;
        volatile Thread thread;
        private volatile boolean parked;

        Member(GradientKernel kernel) {
            this.kernel = kernel;
        }

        void addNode(PartialGradient node) {
            if (nodeCount == nodes.length) {
                nodes = Arrays.copyOf(nodes, 2 * nodeCount);
            }
            nodes[nodeCount++] = node;
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
