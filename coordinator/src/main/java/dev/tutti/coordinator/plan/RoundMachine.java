package dev.tutti.coordinator.plan;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.TreeSum;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Who has what, what is missing, what to hand out again: all decisions about the work of the steps of a job, through all its
 * generations, apart from time, threads and network. Whatever it decides, the sum of a step is the same; it can only be late.
 *
 * <p>A member that is late is suspect: it gets no new work until it is heard of, so a dead one costs the others one deadline
 * and not one for each step until the cluster has found out. One that stays silent while others are heard of is lost, even
 * if the control plane still reaches it: flow control would have all the others wait for it. Owned by one thread.
 */
public final class RoundMachine {
    /** So long, or twice the deadline of a step, a member may be silent while others are heard of. */
    private static final long MOST_SILENT_NS = 8_000_000_000L;

    private final TreeSum sum;
    private final Ledger ledger = new Ledger();
    private final StepDeadline deadline = new StepDeadline();
    private final BitSet suspects = new BitSet();
    private final BitSet heard = new BitSet();
    private final BitSet silent = new BitSet();
    private long[] silentSinceNs = {};
    private long[] signsBefore = {};
    private long signsOfOthers;
    private Orders orders = new Orders();
    private Orders ordersAhead = new Orders();
    private final Orders ordersAgain = new Orders();
    private final BitSet handedOut = new BitSet();
    private final BitSet taken = new BitSet();
    private List<String> names = List.of();
    private Speeds speeds = new Speeds(new int[0]);
    private double[] shares = {};
    private long aheadStep = -1;
    private long stepSinceNs;
    private long lateAtNs;

    /** @param sum where the gradients of the current step are added */
    public RoundMachine(TreeSum sum) {
        this.sum = sum;
    }

    /**
     * A new generation begins; what has been received of the current step stays.
     *
     * @param names what people call the members
     * @param threads number of worker actors of each
     */
    public void enter(List<String> names, int[] threads) {
        this.names = List.copyOf(names);
        speeds = new Speeds(threads);
        shares = new double[threads.length];
        suspects.clear();
        heard.clear();
        silent.clear();
        silentSinceNs = new long[threads.length];
        signsBefore = new long[threads.length];
        orders.clear();
        aheadStep = -1;
    }

    /** A step begins whose sum is still empty. */
    public void newStep() {
        handedOut.clear();
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
        }
        return handOut();
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

    /**
     * A node has arrived whole.
     *
     * @return whether it was taken; if not, its segments are there already
     */
    public boolean deliver(int member, PartialGradient node, long nowNs) {
        int segments = node.segmentCount();
        heardOf(member);
        int added = sum.add(node);
        ledger.done(added);
        ledger.duplicate(segments - added);
        if (added > 0) {
            speeds.onDelivered(member, added, nowNs);
        }
        return added > 0;
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
        long mostNs = Math.max(MOST_SILENT_NS, 2 * deadline.deadlineNs());
        for (int member = silent.nextSetBit(0); member >= 0; member = silent.nextSetBit(member + 1)) {
            if (signsOfOthers > signsBefore[member] && nowNs - silentSinceNs[member] > mostNs) {
                return member;
            }
        }
        return -1;
    }

    /** The sum of the current step is complete and has been used. */
    public void endStep(long nowNs) {
        deadline.onStep(nowNs - stepSinceNs);
        signsOfOthers++;
        speeds.onStep(stepSinceNs);
    }

    /** Whether the current step takes longer than it should. */
    public boolean isLate(long nowNs) {
        return nowNs >= lateAtNs;
    }

    /**
     * Hands what is missing of a late step to members that are not late, or to all again if all are, and sets the next
     * deadline.
     *
     * @return what must be sent
     */
    public Orders reissue(long nowNs) {
        lateAtNs = nowNs + 2 * deadline.deadlineNs();
        for (int i = 0; i < orders.size(); i++) {
            if (isMissing(orders.firstSegment(i), orders.segmentCount(i))) {
                suspect(orders.member(i), nowNs);
            }
        }
        if (suspects.cardinality() == names.size()) {
            suspects.clear();
        }
        markReceived();
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

    /** The members whose work of the current step is missing, as people call them. */
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

    /** Share of the work that member {@code member} gets now. */
    public double share(int member) {
        double[] capacity = speeds.capacity();
        double total = 0;
        for (double one : capacity) {
            total += one;
        }
        return capacity[member] / total;
    }

    /** When the current step began. */
    public long stepSinceNs() {
        return stepSinceNs;
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
        for (int member = 0; member < shares.length; member++) {
            shares[member] = suspects.get(member) ? 0 : capacity[member];
        }
        WorkSplit.split(segments, taken, shares, into);
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
