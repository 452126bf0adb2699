package dev.tutti.coordinator.plan;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import dev.tutti.reduce.TreeSum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A cluster in virtual time around a {@link RoundMachine}: members that compute, or are slow, lose, repeat and reorder what
 * they deliver, die, are found out and replaced. All that happens follows from a seed. After a while nothing bad happens any
 * more, and then the run must end.
 */
final class SimulatedCluster {
    private static final int PARAMETERS = 3;
    private static final long MS = 1_000_000L;
    private static final long TICK_NS = 500 * MS;
    private static final long QUIET_NS = 60_000 * MS;
    private static final long END_NS = QUIET_NS + 600_000 * MS;

    private final long seed;
    private final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final ArrayDeque<PartialGradient> pool = new ArrayDeque<>();
    private final Set<PartialGradient> out = Collections.newSetFromMap(new IdentityHashMap<>());
    private final TreeSum sum = new TreeSum(this::giveBack);
    private final RoundMachine machine = new RoundMachine(sum);
    private final int[] segmentsOfStep;
    private final double lossOfPieces;
    private List<Member> members = new ArrayList<>();
    private final List<Member> joined = new ArrayList<>();
    private final BitSet suspects = new BitSet();
    private final BitSet inHands = new BitSet();
    private final List<int[]> piecesAhead = new ArrayList<>();
    private final List<int[]> pieces = new ArrayList<>();
    private int generation;
    private int step;
    private long nowNs;
    private long sequence;
    private long segmentsSoFar;
    private long handedOut;
    private long delivered;
    private int names;

    SimulatedCluster(long seed) {
        this.seed = seed;
        random = new SplittableRandom(seed);
        segmentsOfStep = new int[2 + random.nextInt(6)];
        int most = 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 12);
        for (int i = 0; i < segmentsOfStep.length; i++) {
            segmentsOfStep[i] = i == segmentsOfStep.length - 1 ? 1 + random.nextInt(most) : most;
        }
        lossOfPieces = random.nextInt(3) == 0 ? 0.3 * random.nextDouble() : 0;
    }

    /** Runs to the end; returns the number of events. */
    long run() {
        sum.begin(segmentsOfStep[0]);
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            join();
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            at(random.nextLong(QUIET_NS), this::joinAndForm);
        }
        at(TICK_NS, this::tick);
        form();
        while (step < segmentsOfStep.length) {
            Event event = events.poll();
            nowNs = event.atNs;
            check(nowNs < END_NS, "it does not end");
            event.action.run();
        }
        check(out.size() == 1 || out.isEmpty(), "buffers are lost: " + out.size());
        return sequence;
    }

    private void join() {
        Member member = new Member("w" + names++);
        joined.add(member);
        if (random.nextInt(3) == 0) {
            long deathNs = nowNs + random.nextLong(random.nextBoolean() ? 100 * MS : QUIET_NS);
            at(deathNs, () -> {
                member.dead = true;
                long foundOutNs = nowNs + random.nextLong(15_000 * MS);
                at(foundOutNs, () -> {
                    joined.remove(member);
                    form();
                });
            });
        }
    }

    private void joinAndForm() {
        join();
        form();
    }

    /** Forms a generation of those that have joined, as far as anybody knows. */
    private void form() {
        if (step == segmentsOfStep.length) {
            return;
        }
        generation++;
        if (joined.isEmpty()) {
            members = List.of();
            at(nowNs + random.nextLong(5_000 * MS), this::joinAndForm);
            return;
        }
        members = new ArrayList<>(joined);
        members.forEach(member -> member.waiting.clear());
        suspects.clear();
        piecesAhead.clear();
        pieces.clear();
        machine.enter(
                members.stream().map(member -> member.name).toList(),
                members.stream().mapToInt(member -> member.threads).toArray());
        beginStep();
    }

    private void beginStep() {
        pieces.clear();
        pieces.addAll(piecesAhead);
        piecesAhead.clear();
        for (int[] piece : pieces) {
            handedOut += piece[2];
        }
        Orders orders = machine.begin(step, nowNs);
        send(orders, step, pieces);
        assertMissingIsInGoodHands();
        for (Member member : members) {
            member.waiting.forEach(Runnable::run);
            member.waiting.clear();
        }
        if (step + 1 < segmentsOfStep.length && random.nextInt(8) != 0) {
            Orders ahead = machine.ahead(step + 1, segmentsOfStep[step + 1]);
            check(covered(ahead).cardinality() == segmentsOfStep[step + 1], "work ahead is not all of the step");
            for (int i = 0; i < ahead.size(); i++) {
                handedOut -= ahead.segmentCount(i);
            }
            send(ahead, step + 1, piecesAhead);
        }
    }

    private void tick() {
        int lost = members.isEmpty() ? -1 : machine.lostMember(nowNs);
        check(lost < 0 || nowNs - members.get(lost).heardNs > 8_000 * MS, "one is lost that was heard of");
        if (!members.isEmpty() && machine.isLate(nowNs)) {
            machine.waitingFor();
            for (int[] piece : pieces) {
                if (isMissing(piece[1], piece[2])) {
                    suspects.set(piece[0]);
                }
            }
            if (suspects.cardinality() == members.size()) {
                suspects.clear();
            }
            Orders again = machine.reissue(nowNs);
            BitSet missing = new BitSet();
            for (int segment = 0; segment < sum.segments(); segment++) {
                missing.set(segment, !sum.covers(segment));
            }
            check(covered(again).equals(missing), "not exactly what is missing is handed out again");
            check(!machine.isLate(nowNs), "late at once");
            send(again, step, pieces);
            assertMissingIsInGoodHands();
        }
        at(nowNs + TICK_NS, this::tick);
    }

    private void send(Orders orders, int ofStep, List<int[]> into) {
        for (int i = 0; i < orders.size(); i++) {
            int member = orders.member(i);
            check(!suspects.get(member), "work for a suspect");
            check(orders.segmentCount(i) > 0, "a piece without segments");
            handedOut += orders.segmentCount(i);
            into.add(new int[] {member, orders.firstSegment(i), orders.segmentCount(i)});
            int first = orders.firstSegment(i);
            int count = orders.segmentCount(i);
            int ofGeneration = generation;
            if (ofStep == step) {
                compute(member, ofGeneration, ofStep, first, count);
            } else {
                members.get(member).waiting.add(() -> compute(member, ofGeneration, ofStep, first, count));
            }
        }
    }

    /** A member works on one piece after the other; its nodes may then overtake each other. */
    private void compute(int number, int ofGeneration, int ofStep, int first, int count) {
        Member member = members.get(number);
        boolean quiet = nowNs > QUIET_NS;
        if (!quiet && random.nextDouble() < lossOfPieces) {
            return;
        }
        long stall = !quiet && random.nextInt(60) == 0 ? random.nextLong(12_000 * MS) : 0;
        member.busyUntilNs = Math.max(member.busyUntilNs, nowNs) + stall + count * member.nsPerSegment;
        int segments = segmentsOfStep[ofStep];
        for (int segment = first; segment < first + count; ) {
            int length = SummationTree.largestNode(segment, first + count, segments);
            for (int copies = random.nextInt(12) == 0 ? 2 : 1; copies > 0; copies--) {
                long atNs = member.busyUntilNs + random.nextLong(member.nsPerSegment * 4 + 1);
                int nodeFirst = segment;
                at(atNs, () -> arrive(member, number, ofGeneration, ofStep, nodeFirst, length));
            }
            segment += length;
        }
    }

    private void arrive(Member member, int number, int ofGeneration, int ofStep, int first, int count) {
        if (member.dead || ofGeneration != generation) {
            return;
        }
        suspects.clear(number);
        member.heardNs = nowNs;
        if (ofStep != step) {
            machine.heardOf(number);
            return;
        }
        PartialGradient node = pool.isEmpty() ? new PartialGradient(PARAMETERS) : pool.pop();
        check(out.add(node), "a buffer has two owners");
        fill(node, ofStep, first, count);
        boolean wanted = sum.accepts(first, count);
        delivered += count;
        check(machine.deliver(number, node, nowNs) == wanted, "taken or not");
        if (!wanted) {
            giveBack(node);
        }
        if (sum.isComplete()) {
            endStep();
        }
    }

    private void endStep() {
        PartialGradient expected = new PartialGradient(PARAMETERS);
        fill(expected, step, 0, segmentsOfStep[step]);
        PartialGradient root = sum.nodeAt(0);
        check(root.segmentCount() == segmentsOfStep[step], "no root");
        for (int i = 0; i < PARAMETERS; i++) {
            check(
                    Float.floatToIntBits(root.gradient()[i]) == Float.floatToIntBits(expected.gradient()[i]),
                    "other bits");
        }
        check(root.lossSum() == expected.lossSum(), "another loss");
        check(root.weightSum() == segmentsOfStep[step], "another number of samples");
        segmentsSoFar += segmentsOfStep[step];
        Ledger ledger = machine.ledger();
        check(ledger.issued() == segmentsSoFar, "issued " + ledger.issued() + " of " + segmentsSoFar);
        check(ledger.done() == segmentsSoFar, "done " + ledger.done() + " of " + segmentsSoFar);
        check(ledger.issued() + ledger.reissued() == handedOut, "handed out " + handedOut);
        check(ledger.done() + ledger.duplicates() == delivered, "delivered " + delivered);
        machine.endStep(nowNs);
        step++;
        if (step < segmentsOfStep.length) {
            sum.begin(segmentsOfStep[step]);
            machine.newStep();
            beginStep();
        }
    }

    private void assertMissingIsInGoodHands() {
        inHands.clear();
        for (int[] piece : pieces) {
            if (!suspects.get(piece[0])) {
                inHands.set(piece[1], piece[1] + piece[2]);
            }
        }
        for (int segment = 0; segment < sum.segments(); segment++) {
            check(sum.covers(segment) || inHands.get(segment), "segment " + segment + " is with nobody");
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

    private BitSet covered(Orders orders) {
        BitSet covered = new BitSet();
        for (int i = 0; i < orders.size(); i++) {
            int first = orders.firstSegment(i);
            int end = first + orders.segmentCount(i);
            int next = covered.nextSetBit(first);
            check(next < 0 || next >= end, "a segment is handed out twice at once");
            covered.set(first, end);
        }
        return covered;
    }

    private void giveBack(PartialGradient node) {
        check(out.remove(node), "a buffer is given back twice");
        pool.push(node);
    }

    private static void fill(PartialGradient node, int step, int first, int count) {
        node.reset(first, count);
        for (int i = 0; i < PARAMETERS; i++) {
            node.gradient()[i] = gradient(step, i, first, first + count);
        }
        node.sums(loss(step, first, first + count), count, 0);
    }

    private static float gradient(int step, int i, int first, int end) {
        if (end - first == 1) {
            int hash = (step * 31 + first) * 31 + i;
            return (hash * 0x9E3779B1 >> 8) * (1f / (1 << (first & 15)));
        }
        int middle = first + Integer.highestOneBit(end - first - 1);
        return gradient(step, i, first, middle) + gradient(step, i, middle, end);
    }

    private static double loss(int step, int first, int end) {
        if (end - first == 1) {
            return 1.0 / (3 + step + 7 * first);
        }
        int middle = first + Integer.highestOneBit(end - first - 1);
        return loss(step, first, middle) + loss(step, middle, end);
    }

    private void at(long atNs, Runnable action) {
        events.add(new Event(atNs, sequence++, action));
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what + ": step " + step + ", generation " + generation + ", " + nowNs / MS
                    + " ms; again with -Dtutti.seed=" + seed);
        }
    }

    private record Event(long atNs, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNs, other.atNs);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    /** A worker process. */
    private final class Member {
        final String name;
        final int threads = 1 + random.nextInt(3);
        final long nsPerSegment = MS / 10 + random.nextLong(random.nextInt(5) == 0 ? 400 * MS : 5 * MS);
        final List<Runnable> waiting = new ArrayList<>();
        boolean dead;
        long busyUntilNs;
        long heardNs;

        Member(String name) {
            this.name = name;
        }
    }
}
