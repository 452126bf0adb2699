package dev.tutti.coordinator.plan;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.TreeSum;
import dev.tutti.reduce.VectorSum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/**
 * The current step of a job, through all its generations, apart from time, threads and network: the sum of its gradients and the
 * buffers for them, who has what of it, what is missing, what to hand out again. Whatever it decides, the sum is the same; it can
 * only be late.
 *
 * <p>A member that is late is suspect: it gets no new work until it is heard of, so a dead one costs the others one deadline
 * and not one for each step until the cluster has found out. One that stays silent while others are heard of is lost, even
 * if the control plane still reaches it: flow control would have all the others wait for it. Time does not run while
 * what members need is on its way and moves. Owned by one thread.
 */
public final class StepMachine {
    /** So long, or twice the deadline of a step, a member may be silent while others are heard of. */
    private static final long MOST_SILENT_NS = 8_000_000_000L;

    /** A member from which frames came so lately is sending, and not late. */
    private static final long SENDING_NS = 500_000_000L;

    /** How much longer it may be that nothing moves. */
    private static final long STALL_NS = 2_000_000_000L;

    /** For a node that was handed over whole. */
    private static final long NOT_BEGUN = Long.MIN_VALUE;

    private int length;
    private final ArrayDeque<PartialGradient> pool = new ArrayDeque<>();
    private final TreeSum sum;
    private final Ledger ledger = new Ledger();
    private final StepDeadline deadline = new StepDeadline();
    private final List<PartialGradient> early = new ArrayList<>();
    private int[] earlyFrom = new int[8];
    private final BitSet suspects = new BitSet();
    private final BitSet heard = new BitSet();
    private final BitSet silent = new BitSet();
    private long[] heardAtNs = {};
    private long[] silentSinceNs = {};
    private long[] signsBefore = {};
    private long signsOfOthers;
    private Orders orders = new Orders();
    private Orders ordersAhead = new Orders();
    private final Orders ordersAgain = new Orders();
    private final Orders inHand = new Orders();
    private final BitSet handedOut = new BitSet();
    private final BitSet taken = new BitSet();
    private List<String> names = List.of();
    private Speeds speeds = new Speeds(new int[0]);
    private SteadyCuts steady = new SteadyCuts(0);
    private boolean regular;
    private long[] begunNs = {};
    private double[] shares = {};
    private int[] held = {};
    private long inHandStep = -1;
    private long aheadStep = -1;
    private long stepSinceNs;
    private int buffers;
    private long movedAtNs;
    private long lateAtNs;

    /**
     * @param length number of floats of a gradient, or of a share of it
     * @param vectors adds two gradients, and rounds their sum
     */
    public StepMachine(int length, VectorSum vectors) {
        this.length = length;
        sum = new TreeSum(pool::push, vectors);
    }

    /**
     * A new generation begins; what has been received of the current step stays.
     *
     * @param names names of the members
     * @param threads number of compute threads of each
     * @param nowNs the time
     */
    public void enter(List<String> names, int[] threads, long nowNs) {
        pool.addAll(early);
        early.clear();
        this.names = List.copyOf(names);
        speeds = new Speeds(threads);
        steady = new SteadyCuts(threads.length);
        shares = new double[threads.length];
        held = new int[threads.length];
        suspects.clear();
        heard.clear();
        silent.clear();
        heardAtNs = new long[threads.length];
        silentSinceNs = new long[threads.length];
        signsBefore = new long[threads.length];
        for (int member = 0; member < threads.length; member++) {
            heardAtNs[member] = nowNs - SENDING_NS;
        }
        orders.clear();
        inHand.clear();
        inHandStep = -1;
        aheadStep = -1;
    }

    /**
     * A member computes, or has just computed, work of the generation before; between {@link #enter} and {@link #begin}. What
     * counts is the latest step that members tell of.
     */
    public void holds(int member, long step, int firstSegment, int segmentCount) {
        if (step < inHandStep) {
            return;
        }
        if (step > inHandStep) {
            inHand.clear();
            inHandStep = step;
        }
        inHand.add(member, firstSegment, segmentCount);
    }

    /** The next step begins, of {@code segments} segments; all that was received of the last one is released. */
    public void newStep(int segments) {
        sum.begin(segments);
        handedOut.clear();
        if (begunNs.length < segments) {
            begunNs = new long[segments];
        }
        Arrays.fill(begunNs, 0, segments, NOT_BEGUN);
    }

    /**
     * What was received of the current step is worth nothing any more, and is asked for again: other shares of it are added
     * elsewhere, and those are gone. Between two generations.
     *
     * @param length number of floats of a gradient that are added here from now on
     */
    public void forget(int length) {
        ledger.done(-sum.coveredSegments());
        sum.begin(sum.segments());
        pool.clear();
        early.clear();
        buffers = 0;
        this.length = length;
    }

    /**
     * Hands out what is missing of the current step.
     *
     * @param step number of the step in the run
     * @param nowNs the time
     * @return what must be sent; nothing if that was done ahead
     */
    public Orders begin(long step, long nowNs) {
        stepSinceNs = nowNs;
        movedAtNs = nowNs;
        lateAtNs = nowNs + deadline.deadlineNs();
        markReceived();
        if (aheadStep == step) {
            Orders swap = orders;
            orders = ordersAhead;
            ordersAhead = swap;
            for (int i = 0; i < orders.size(); i++) {
                if (!suspects.get(orders.member(i))) {
                    take(orders.firstSegment(i), orders.segmentCount(i));
                }
            }
            count(orders);
        } else {
            orders.clear();
            if (inHandStep == step) {
                takeInHand();
                count(orders);
            }
        }
        int brought = inHand.size() == 0 ? 0 : orders.size();
        inHand.clear();
        boolean whole = taken.isEmpty();
        boolean ahead = orders.size() > 0;
        handOut();
        regular = ahead ? ordersAgain.size() == 0 : whole;
        for (int i = 0; i < brought; i++) {
            ordersAgain.add(orders.member(i), orders.firstSegment(i), orders.segmentCount(i));
        }
        return ordersAgain;
    }

    /** What members brought along of this step is asked of them, where it is still missing: they need not begin anew. */
    private void takeInHand() {
        for (int i = 0; i < inHand.size(); i++) {
            int end = Math.min(inHand.firstSegment(i) + inHand.segmentCount(i), sum.segments());
            int first = taken.nextClearBit(inHand.firstSegment(i));
            while (first < end) {
                int next = taken.nextSetBit(first);
                int count = (next < 0 ? end : Math.min(next, end)) - first;
                orders.add(inHand.member(i), first, count);
                held[inHand.member(i)] += count;
                take(first, count);
                first = taken.nextClearBit(first);
            }
        }
    }

    /**
     * Hands out a step before the one before it is over.
     *
     * @param step number of the step in the run
     * @param segments number of its segments
     * @return what must be sent
     */
    public Orders ahead(long step, int segments) {
        taken.clear();
        split(segments, ordersAhead);
        aheadStep = step;
        return ordersAhead;
    }

    /** Weights, work or data are still on their way to members, and move: time runs only from when they do not. */
    public void moves(long nowNs) {
        movedAtNs = nowNs;
        lateAtNs = Math.max(lateAtNs, nowNs + deadline.deadlineNs());
    }

    /** Whether what is on its way to the members has not moved for so long that {@link #lostMember} would know who is lost. */
    public boolean isStalled(long nowNs) {
        return nowNs - movedAtNs > deadline.deadlineNs() + mostSilentNs() + STALL_NS;
    }

    /**
     * A node of the current step begins to arrive.
     *
     * @param nowNs the time
     * @return a buffer for it, to be given to {@link #deliver} or {@link #release}; null if the node is not wanted
     */
    public PartialGradient acquire(int firstSegment, int segmentCount, long nowNs) {
        if (!sum.accepts(firstSegment, segmentCount)) {
            return null;
        }
        begunNs[firstSegment] = nowNs;
        return acquireAhead();
    }

    /** A buffer for a node of the next step, which a member began before this one is over here; for {@link #keep} or {@link #release}. */
    public PartialGradient acquireAhead() {
        if (pool.isEmpty()) {
            buffers++;
            return new PartialGradient(length);
        }
        return pool.pop();
    }

    /** A node of the next step has arrived whole; the buffer is the machine's again. */
    public void keep(int member, PartialGradient node) {
        heardOf(member);
        if (early.size() == earlyFrom.length) {
            earlyFrom = Arrays.copyOf(earlyFrom, 2 * earlyFrom.length);
        }
        earlyFrom[early.size()] = member;
        early.add(node);
    }

    /** Takes what has arrived of the step that has begun now. */
    public void takeKept(long nowNs) {
        for (int i = 0; i < early.size(); i++) {
            deliver(earlyFrom[i], early.get(i), nowNs);
        }
        early.clear();
    }

    /** A member says how long it took to compute so many segments. */
    public void onComputed(int member, int segmentCount, long ns) {
        if (ns > 0 && segmentCount <= sum.segments()) {
            speeds.onComputed(member, segmentCount, ns);
        }
    }

    /** Whether {@link #acquire} would give a buffer for this node. */
    public boolean accepts(int firstSegment, int segmentCount) {
        return sum.accepts(firstSegment, segmentCount);
    }

    /** Gives away a buffer that is in nobody's hands; null if there is none. */
    public PartialGradient spare() {
        return pool.poll();
    }

    /** Takes back a buffer whose node did not arrive whole, or is of a step that is over. */
    public void release(PartialGradient node) {
        pool.push(node);
    }

    /**
     * A node of the current step has arrived whole; the buffer is the machine's again.
     *
     * @return whether it was wanted; if not, its segments are there already
     */
    public boolean deliver(int member, PartialGradient node, long nowNs) {
        int first = node.firstSegment();
        int segments = node.segmentCount();
        heardOf(member);
        int added = sum.add(node);
        ledger.done(added);
        ledger.duplicate(segments - added);
        if (added > 0 && length == 0) {
            speeds.onTold(member, added, nowNs);
        } else if (added > 0) {
            speeds.onDelivered(member, added, begunNs[first] == NOT_BEGUN ? nowNs : begunNs[first], nowNs);
        } else {
            release(node);
        }
        return added > 0;
    }

    /** Whether all segments of the current step are there. */
    public boolean isComplete() {
        return sum.isComplete();
    }

    /** The sum of a step that is complete; valid until the next {@link #newStep}. */
    public PartialGradient total() {
        return sum.nodeAt(0);
    }

    /** Number of segments of the current step that are there. */
    public int receivedSegments() {
        return sum.coveredSegments();
    }

    /** Number of segments of the current step. */
    public int segments() {
        return sum.segments();
    }

    /** A node begins to arrive that is not wanted any more: its step is over, or others have done the work. */
    public void refuse(int member, int segments) {
        heardOf(member);
        ledger.duplicate(segments);
    }

    /** A member shows a sign of life. */
    public void heardOf(int member) {
        suspects.clear(member);
        silent.clear(member);
        heard.set(member);
    }

    /** Something has arrived from a member, be it only a part: it is sending. */
    public void hears(int member, long nowNs) {
        heardOf(member);
        heardAtNs[member] = nowNs;
    }

    /** A member waits for weights that did not arrive whole. */
    public void waitsForWeights(int member) {
        heardOf(member);
        signsOfOthers++;
    }

    /**
     * The member that is silent for too long, although meanwhile others finished a step without it, or wait for weights that flow
     * control holds back; -1 if there is none. A step that merely takes long makes nobody lost, nor is one lost that has not been
     * heard of yet in this generation, as the training set may be on its way.
     */
    public int lostMember(long nowNs) {
        long mostNs = mostSilentNs();
        for (int member = silent.nextSetBit(0); member >= 0; member = silent.nextSetBit(member + 1)) {
            if (signsOfOthers > signsBefore[member] && nowNs - silentSinceNs[member] > mostNs) {
                return member;
            }
        }
        return -1;
    }

    private long mostSilentNs() {
        return Math.max(MOST_SILENT_NS, 2 * deadline.deadlineNs());
    }

    /** The sum of the current step is complete and has been used. */
    public void endStep(long nowNs) {
        deadline.onStep(nowNs - stepSinceNs);
        signsOfOthers++;
        speeds.onStep(stepSinceNs, regular);
    }

    /** Whether the current step takes longer than it should, and that not only because members are still sending. */
    public boolean isLate(long nowNs) {
        if (nowNs < lateAtNs) {
            return false;
        }
        for (int i = 0; i < orders.size(); i++) {
            if (!isSending(orders.member(i), nowNs) && isMissing(orders.firstSegment(i), orders.segmentCount(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean isSending(int member, long nowNs) {
        return nowNs - heardAtNs[member] < SENDING_NS;
    }

    /**
     * Hands what is missing of a late step to members that are not late, or to all again if all are, and sets the next
     * deadline. What members are sending stays theirs.
     *
     * @return what must be sent
     */
    public Orders reissue(long nowNs) {
        lateAtNs = nowNs + 2 * deadline.deadlineNs();
        regular = false;
        markReceived();
        for (int i = 0; i < orders.size(); i++) {
            if (isMissing(orders.firstSegment(i), orders.segmentCount(i))) {
                if (isSending(orders.member(i), nowNs)) {
                    take(orders.firstSegment(i), orders.segmentCount(i));
                } else {
                    suspect(orders.member(i), nowNs);
                }
            }
        }
        if (suspects.cardinality() == names.size()) {
            suspects.clear();
        }
        return handOut();
    }

    private void suspect(int member, long nowNs) {
        suspects.set(member);
        if (heard.get(member) && !silent.get(member)) {
            silent.set(member);
            silentSinceNs[member] = nowNs;
            signsBefore[member] = signsOfOthers;
        }
    }

    /** Names of the members whose work of the current step is missing. */
    public List<String> waitingFor() {
        List<String> late = new ArrayList<>();
        for (int i = 0; i < orders.size(); i++) {
            String name = names.get(orders.member(i));
            if (isMissing(orders.firstSegment(i), orders.segmentCount(i)) && !late.contains(name)) {
                late.add(name);
            }
        }
        return late;
    }

    /** What became of the segments handed out. */
    public Ledger ledger() {
        return ledger;
    }

    /** How long the others of this generation had to wait for member {@code member} in total. */
    public long waitedNs(int member) {
        return speeds.waitedNs(member);
    }

    /** Share of a whole step that member {@code member} gets now; 0 before the first. */
    public double share(int member) {
        return steady.share(member);
    }

    /** Segments that member {@code member} computes in a second, as measured; 0 before. */
    public double segmentsPerSecond(int member) {
        return speeds.segmentsPerSecond(member);
    }

    /** When the current step began. */
    public long stepSinceNs() {
        return stepSinceNs;
    }

    /** The buffers that are in nobody's hands. */
    Collection<PartialGradient> pool() {
        return pool;
    }

    /** Number of buffers that were made. */
    int buffers() {
        return buffers;
    }

    /** Whether the sum holds a node that begins at {@code segment}. */
    boolean holdsNodeAt(int segment) {
        return sum.nodeAt(segment) != null;
    }

    /** Whether segment {@code segment} of the current step is there. */
    boolean covers(int segment) {
        return sum.covers(segment);
    }

    /** Hands out what is not taken of the current step. */
    private Orders handOut() {
        split(sum.segments(), ordersAgain);
        count(ordersAgain);
        for (int i = 0; i < ordersAgain.size(); i++) {
            orders.add(ordersAgain.member(i), ordersAgain.firstSegment(i), ordersAgain.segmentCount(i));
        }
        return ordersAgain;
    }

    private void split(int segments, Orders into) {
        double[] capacity = speeds.capacity();
        double total = 0;
        int inHands = 0;
        for (int member = 0; member < shares.length; member++) {
            shares[member] = suspects.get(member) ? 0 : capacity[member];
            total += shares[member];
            inHands += held[member];
        }
        if (taken.isEmpty() && inHands == 0) {
            steady.split(segments, shares, speeds.vectorTime(), speeds.revision(), into);
            return;
        }
        if (inHands > 0) {
            spareTheBusy(segments, total);
        }
        WorkSplit.split(segments, taken, shares, into);
    }

    /** Who brought work along gets so much less, at the first handing out of a generation. */
    private void spareTheBusy(int segments, double total) {
        double spared = 0;
        int open = segments - taken.cardinality();
        for (int one : held) {
            open += one;
        }
        for (int member = 0; member < shares.length; member++) {
            spared += Math.max(0, open * shares[member] / total - held[member]);
        }
        for (int member = 0; spared > 0 && member < shares.length; member++) {
            shares[member] = Math.max(0, open * shares[member] / total - held[member]);
        }
        Arrays.fill(held, 0);
    }

    private void markReceived() {
        taken.clear();
        for (int segment = 0; segment < sum.segments(); segment++) {
            taken.set(segment, sum.covers(segment));
        }
    }

    private void take(int first, int count) {
        taken.set(first, first + count);
    }

    /** Counts what is handed out of the current step: each segment as issued once, and as issued again from then on. */
    private void count(Orders handed) {
        for (int i = 0; i < handed.size(); i++) {
            int first = handed.firstSegment(i);
            for (int segment = first; segment < first + handed.segmentCount(i); segment++) {
                if (handedOut.get(segment)) {
                    ledger.reissued(1);
                } else {
                    ledger.issued(1);
                    handedOut.set(segment);
                }
            }
        }
    }

    private boolean isMissing(int first, int count) {
        for (int segment = first; segment < first + count; segment++) {
            if (!sum.covers(segment)) {
                return true;
            }
        }
        return false;
    }
}
