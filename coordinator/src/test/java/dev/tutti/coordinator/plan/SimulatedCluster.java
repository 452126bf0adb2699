package dev.tutti.coordinator.plan;

import dev.tutti.coordinator.plan.Membership.Candidate;
import dev.tutti.reduce.BFloat16;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A cluster in virtual time around a {@link Membership} and a {@link StepMachine}: workers that compute, for long at times, or are
 * slow, fail, freeze, lose, repeat and reorder what they deliver, are cut off from the streams, die, are found out, join anew; a
 * coordinator that cannot always open its streams, or sends its weights slowly. All that happens follows from a seed. After a
 * while nothing bad happens any more, and then the job must end.
 */
final class SimulatedCluster {
    /** What came of one schedule. */
    record Outcome(boolean failed, long events, int generations, int keptAcross) {}

    private static final int PARAMETERS = 3;
    private static final long MS = 1_000_000L;
    private static final long TICK_NS = 500 * MS;
    private static final long CONNECT_NS = 10_000 * MS;
    private static final long QUIET_NS = 120_000 * MS;
    private static final long END_NS = QUIET_NS + 7_200_000 * MS;

    private final long seed;
    private final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final NodePrecision precision;
    private final StepMachine machine;
    private final Membership membership;
    private final int[] segmentsOfStep;
    private final double lossOfPieces;
    private final boolean longItems;
    private final boolean slowWeights;
    private final boolean flakyStreams;
    private final int room;
    private final Map<String, Worker> present = new LinkedHashMap<>();
    private List<Worker> members = List.of();
    private final BitSet suspects = new BitSet();
    private final BitSet inHands = new BitSet();
    private final List<int[]> piecesAhead = new ArrayList<>();
    private final List<int[]> pieces = new ArrayList<>();
    private int generation;
    private boolean running;
    private boolean wasRunning;
    private boolean failed;
    private boolean weightsSent;
    private long weightsLeftNs;
    private long weightsMovedNs;
    private int step;
    private long nowNs;
    private long sequence;
    private long segmentsSoFar;
    private long handedOut;
    private long delivered;
    private int inFlight;
    private int names;
    private long joins;
    private int keptAcross;

    SimulatedCluster(long seed) {
        this.seed = seed;
        random = new SplittableRandom(seed);
        segmentsOfStep = new int[2 + random.nextInt(6)];
        int most = 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 12);
        for (int i = 0; i < segmentsOfStep.length; i++) {
            segmentsOfStep[i] = i == segmentsOfStep.length - 1 ? 1 + random.nextInt(most) : most;
        }
        lossOfPieces = random.nextInt(3) == 0 ? 0.3 * random.nextDouble() : 0;
        longItems = random.nextInt(4) == 0;
        slowWeights = random.nextInt(5) == 0;
        flakyStreams = random.nextInt(6) == 0;
        room = random.nextInt(5) == 0 ? 2 + random.nextInt(2) : Integer.MAX_VALUE;
        membership = new Membership(1 + random.nextInt(2), true);
        precision = random.nextInt(3) == 0 ? NodePrecision.BFLOAT16 : NodePrecision.FLOAT32;
        machine = new StepMachine(PARAMETERS, precision);
    }

    /** Runs to the end. */
    Outcome run() {
        machine.newStep(segmentsOfStep[0]);
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            join(new Worker("w" + names++));
        }
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            at(random.nextLong(QUIET_NS), () -> join(new Worker("w" + names++)));
        }
        // Enough for the job to begin and to end, whatever became of the others.
        at(QUIET_NS, () -> join(new Worker("w" + names++)));
        at(QUIET_NS, () -> join(new Worker("w" + names++)));
        at(TICK_NS, this::tick);
        while (step < segmentsOfStep.length && !failed) {
            Event event = events.poll();
            nowNs = event.atNs;
            check(nowNs < END_NS, "it does not end");
            event.action.run();
        }
        assertNoBufferIsLost();
        return new Outcome(failed, sequence, generation, keptAcross);
    }

    // Workers that come and go

    private void join(Worker worker) {
        worker.joined = ++joins;
        present.put(worker.name, worker);
        tellOfWorkers();
        if (nowNs >= QUIET_NS) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> at(soon(), () -> die(worker));
            case 1 -> at(soon(), () -> freeze(worker));
            case 2 -> at(soon(), () -> worker.cutOffUntilNs = nowNs + random.nextLong(60_000 * MS));
            case 3 -> worker.fails = random.nextInt(10);
            case 4 -> worker.oldJobUntilNs = nowNs + random.nextLong(20_000 * MS);
            default -> {}
        }
    }

    private long soon() {
        return nowNs + random.nextLong(random.nextBoolean() ? 100 * MS : QUIET_NS);
    }

    private void die(Worker worker) {
        worker.dead = true;
        at(nowNs + random.nextLong(15_000 * MS), () -> leave(worker));
    }

    /** Who stands still for long is given up by the failure detector, and joins anew when it wakes. */
    private void freeze(Worker worker) {
        worker.frozenUntilNs = nowNs + random.nextLong(20_000 * MS);
        long noticedNs = nowNs + 4_000 * MS + random.nextLong(8_000 * MS);
        if (worker.frozenUntilNs > noticedNs) {
            at(noticedNs, () -> leave(worker));
            at(worker.frozenUntilNs, () -> joinAnew(worker));
        }
    }

    private void joinAnew(Worker worker) {
        if (!worker.dead) {
            worker.dead = true;
            at(nowNs + random.nextLong(1_500 * MS), () -> {
                Worker again = new Worker(worker.name);
                again.fails = worker.fails;
                again.failures = worker.failures + (worker.wasInTrouble() ? 1 : 0);
                join(again);
            });
        }
    }

    private void leave(Worker worker) {
        if (present.remove(worker.name, worker)) {
            tellOfWorkers();
        }
    }

    private void tellOfWorkers() {
        carryOut(membership.onWorkers(
                present.values().stream().map(Worker::candidate).toList(), nowNs));
    }

    // Generations

    private void carryOut(List<Membership.Decision> decisions) {
        for (Membership.Decision decision : decisions) {
            if (failed || step == segmentsOfStep.length) {
                return;
            }
            if (decision instanceof Membership.Form form) {
                form(form.members());
            } else if (decision instanceof Membership.Begin) {
                connect(generation, nowNs + CONNECT_NS);
                carryOut(membership.onBegun(nowNs));
            } else if (decision instanceof Membership.Pause) {
                abandon();
            } else if (decision instanceof Membership.Tell tell) {
                onTell(tell.line());
            } else if (decision instanceof Membership.Fail fail) {
                onFail(fail);
            }
        }
        long wakeNs = membership.wakeNs();
        if (wakeNs != Long.MAX_VALUE) {
            at(Math.max(nowNs, wakeNs), () -> carryOut(membership.onTime(nowNs)));
        }
    }

    private void onTell(String line) {
        if (line.contains("did not answer")) {
            String name = line.split(" ", 3)[1];
            check(present.get(name).isInTrouble(10_000 * MS), "a worker is left out for nothing: " + line);
        }
    }

    private void onFail(Membership.Fail fail) {
        boolean allGivenUp = present.values().stream().allMatch(worker -> worker.failures > 0 || worker.wasInTrouble());
        boolean noRoom = fail.cause() == Membership.Cause.INPUT && room != Integer.MAX_VALUE && !wasRunning;
        boolean noStreams = fail.line().contains("tried 30 times");
        check(allGivenUp || noRoom || noStreams, "it fails for nothing: " + fail);
        check(!noStreams || !wasRunning || flakyStreams || room != Integer.MAX_VALUE, "streams: " + fail);
        failed = true;
    }

    private void abandon() {
        generation++;
        running = false;
        members = List.of();
    }

    private void form(List<Candidate> candidates) {
        abandon();
        check(!candidates.isEmpty(), "a generation of nobody");
        check(Set.copyOf(candidates).size() == candidates.size(), "a member twice");
        for (Candidate candidate : candidates) {
            Worker worker = present.get(candidate.name());
            check(worker != null && worker.candidate().equals(candidate), "a member that is not there");
        }
        boolean noRoom = candidates.size() > room;
        boolean noStreams = flakyStreams && nowNs < QUIET_NS && random.nextInt(4) == 0;
        if (noRoom || noStreams) {
            carryOut(membership.onNotOpened(noRoom ? "no room" : "no network", noRoom, nowNs));
            return;
        }
        List<Worker> formed = new ArrayList<>();
        int of = generation;
        for (Candidate candidate : candidates) {
            Worker worker = present.get(candidate.name());
            formed.add(worker);
            at(nowNs + random.nextLong(20 * MS), () -> prepare(worker, of));
        }
        members = formed;
        membership.onFormed(nowNs);
    }

    /** A worker answers at once, whatever it computes; unless that is for a job that is over. Messages keep their order. */
    private void prepare(Worker worker, int of) {
        if (worker.dead || of < worker.generation) {
            return;
        }
        if (nowNs < worker.frozenUntilNs) {
            at(worker.frozenUntilNs, () -> prepare(worker, of));
            return;
        }
        if (nowNs < worker.oldJobUntilNs) {
            if (of == generation) {
                carryOut(membership.onBusy(worker.name, nowNs));
            }
            at(worker.oldJobUntilNs, () -> prepare(worker, of));
            return;
        }
        worker.generation = of;
        worker.queue.clear();
        worker.weightsStep = -1;
        if (of == generation) {
            carryOut(membership.onPrepared(worker.name, nowNs));
        } else if (present.get(worker.name) == worker) {
            carryOut(membership.onFree(worker.name, nowNs));
        }
    }

    private void connect(int of, long untilNs) {
        if (of != generation) {
            return;
        }
        List<String> unreached = members.stream()
                .filter(member -> !member.isReached())
                .map(member -> member.name)
                .toList();
        if (unreached.isEmpty()) {
            begin();
        } else if (nowNs < untilNs) {
            at(nowNs + 100 * MS, () -> connect(of, untilNs));
        } else if (unreached.size() == members.size()) {
            carryOut(membership.onBroken("not connected", nowNs));
        } else {
            carryOut(membership.onLost(unreached, "not connected", nowNs));
        }
    }

    private void begin() {
        running = true;
        wasRunning = true;
        suspects.clear();
        piecesAhead.clear();
        pieces.clear();
        members.forEach(member -> member.sent = false);
        machine.enter(
                members.stream().map(member -> member.name).toList(),
                members.stream().mapToInt(member -> member.threads).toArray(),
                nowNs);
        for (int member = 0; member < members.size(); member++) {
            int[] last = members.get(member).last;
            if (last != null) {
                machine.holds(member, last[0], last[1], last[2]);
            }
        }
        beginStep();
    }

    // Steps

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
        broadcast();
        if (step + 1 < segmentsOfStep.length && random.nextInt(8) != 0) {
            Orders ahead = machine.ahead(step + 1, segmentsOfStep[step + 1]);
            check(covered(ahead).cardinality() == segmentsOfStep[step + 1], "work ahead is not all of the step");
            for (int i = 0; i < ahead.size(); i++) {
                handedOut -= ahead.segmentCount(i);
            }
            send(ahead, step + 1, piecesAhead);
        }
    }

    /** Weights that fit the windows are on their way at once; others wait for the slowest, and for who takes none. */
    private void broadcast() {
        int of = generation;
        int ofStep = step;
        weightsSent = !slowWeights;
        weightsLeftNs = slowWeights ? 5_000 * MS + random.nextLong(25_000 * MS) : 0;
        weightsMovedNs = nowNs;
        if (slowWeights) {
            at(nowNs + 100 * MS, () -> moveWeights(of, ofStep));
        } else {
            members.forEach(member -> at(nowNs + random.nextLong(5 * MS), () -> takeWeights(member, of, ofStep)));
        }
    }

    private void moveWeights(int of, int ofStep) {
        if (of != generation || !running) {
            return;
        }
        if (members.stream().allMatch(Worker::isReached)) {
            weightsLeftNs -= 100 * MS;
            weightsMovedNs = nowNs;
            machine.moves(nowNs);
        } else if (nowNs - weightsMovedNs > 2_000 * MS) {
            for (int member = 0; member < members.size(); member++) {
                if (members.get(member).isReached() && random.nextInt(10) == 0) {
                    suspects.clear(member);
                    machine.waitsForWeights(member);
                }
            }
        }
        if (weightsLeftNs > 0) {
            at(nowNs + 100 * MS, () -> moveWeights(of, ofStep));
            return;
        }
        weightsSent = true;
        members.forEach(member -> takeWeights(member, of, ofStep));
        endStepWhenComplete();
    }

    private void takeWeights(Worker worker, int of, int ofStep) {
        if (worker.dead || worker.generation != of) {
            return;
        }
        if (!worker.isReached()) {
            at(worker.reachedNs(), () -> takeWeights(worker, of, ofStep));
            return;
        }
        worker.weightsStep = Math.max(worker.weightsStep, ofStep);
        work(worker);
    }

    private void tick() {
        at(nowNs + TICK_NS, this::tick);
        if (!running) {
            return;
        }
        hearWhoSent();
        int lost = machine.lostMember(nowNs);
        if (lost >= 0) {
            check(nowNs - members.get(lost).heardNs > 8_000 * MS, "one is lost that was heard of");
            members.get(lost).failures++;
            carryOut(membership.onLost(List.of(members.get(lost).name), "silent", nowNs));
            return;
        }
        if (!machine.isLate(nowNs)) {
            return;
        }
        check(weightsSent || nowNs - weightsMovedNs >= 900 * MS, "late although the weights move");
        if (!weightsSent && machine.isStalled(nowNs)) {
            carryOut(membership.onBroken("weights", nowNs));
            return;
        }
        machine.waitingFor();
        BitSet missing = new BitSet();
        for (int segment = 0; segment < machine.segments(); segment++) {
            missing.set(segment, !machine.covers(segment));
        }
        for (int[] piece : pieces) {
            if (members.get(piece[0]).heardBetweenTicks) {
                missing.clear(piece[1], piece[1] + piece[2]);
            } else if (isMissing(piece[1], piece[2])) {
                suspects.set(piece[0]);
            }
        }
        if (suspects.cardinality() == members.size()) {
            suspects.clear();
        }
        Orders again = machine.reissue(nowNs);
        check(covered(again).equals(missing), "not exactly what is missing and not being sent is handed out again");
        check(!machine.isLate(nowNs), "late at once");
        send(again, step, pieces);
        assertMissingIsInGoodHands();
    }

    /** Frames are counted when the deadline is looked at, and a part of a node is a sign of life, too. */
    private void hearWhoSent() {
        for (int member = 0; member < members.size(); member++) {
            Worker worker = members.get(member);
            worker.heardBetweenTicks = worker.sent;
            worker.sent = false;
            if (worker.heardBetweenTicks) {
                suspects.clear(member);
                machine.hears(member, nowNs);
            }
        }
    }

    private void send(Orders orders, int ofStep, List<int[]> into) {
        for (int i = 0; i < orders.size(); i++) {
            int member = orders.member(i);
            check(!suspects.get(member), "work for a suspect");
            check(orders.segmentCount(i) > 0, "a piece without segments");
            handedOut += orders.segmentCount(i);
            into.add(new int[] {member, orders.firstSegment(i), orders.segmentCount(i)});
            Worker worker = members.get(member);
            if (nowNs < QUIET_NS && random.nextDouble() < lossOfPieces) {
                continue;
            }
            worker.queue.add(new int[] {ofStep, orders.firstSegment(i), orders.segmentCount(i), generation, member});
            at(nowNs, () -> work(worker));
        }
    }

    // What a worker does

    private void work(Worker worker) {
        if (worker.dead || worker.computing || worker.queue.isEmpty()) {
            return;
        }
        if (nowNs < worker.frozenUntilNs) {
            at(worker.frozenUntilNs, () -> work(worker));
            return;
        }
        int[] item = worker.earliest();
        if (item[0] < worker.weightsStep) {
            worker.queue.remove(item);
            at(worker.reachedNs(), () -> showLife(worker, item));
        } else if (worker.holds(item)) {
            worker.queue.remove(item);
            keptAcross += worker.lastGeneration == item[3] ? 0 : 1;
            deliver(worker, item);
        } else if (item[0] == worker.weightsStep) {
            worker.queue.remove(item);
            compute(worker, item);
            return;
        } else {
            return;
        }
        at(nowNs, () -> work(worker));
    }

    private void compute(Worker worker, int[] item) {
        worker.computing = true;
        worker.last = item;
        worker.lastGeneration = item[3];
        long stallNs = nowNs < QUIET_NS && random.nextInt(60) == 0 ? random.nextLong(12_000 * MS) : 0;
        at(nowNs + stallNs + item[2] * worker.nsPerSegment, () -> {
            worker.computing = false;
            if (worker.dead) {
                return;
            }
            if (worker.fails > 0 && nowNs < QUIET_NS) {
                fail(worker);
                return;
            }
            if (worker.generation == item[3]) {
                deliver(worker, item);
            }
            work(worker);
        });
    }

    private void fail(Worker worker) {
        worker.fails--;
        worker.failures++;
        if (worker.generation == generation && members.contains(worker)) {
            carryOut(membership.onFailed(worker.name, "out of order", nowNs));
        }
        leave(worker);
        joinAnew(worker);
    }

    /** The nodes may overtake each other. */
    private void deliver(Worker worker, int[] item) {
        int segments = segmentsOfStep[item[0]];
        for (int segment = item[1]; segment < item[1] + item[2]; ) {
            int length = SummationTree.largestNode(segment, item[1] + item[2], segments);
            for (int copies = random.nextInt(12) == 0 ? 2 : 1; copies > 0; copies--) {
                long atNs = Math.max(nowNs, worker.reachedNs()) + random.nextLong(worker.nsPerSegment * 4 + 1);
                int first = segment;
                at(atNs, () -> arrive(worker, item, first, length));
            }
            segment += length;
        }
    }

    private void showLife(Worker worker, int[] item) {
        if (!worker.dead && item[3] == generation && running) {
            suspects.clear(item[4]);
            worker.heardNs = nowNs;
            machine.heardOf(item[4]);
        }
    }

    // What the coordinator gets

    private void arrive(Worker worker, int[] item, int first, int count) {
        int member = members.indexOf(worker);
        if (worker.dead || worker.generation != generation || !running || member < 0) {
            return;
        }
        suspects.clear(member);
        worker.sends(nowNs);
        delivered += count;
        PartialGradient node = item[0] == step ? machine.acquire(first, count, nowNs) : null;
        if (node == null) {
            machine.refuse(member, count);
            return;
        }
        inFlight++;
        fill(node, item[0], first, count);
        long wholeNs = nowNs + (random.nextInt(3) == 0 ? random.nextLong(20 * MS) : 0);
        int of = generation;
        at(wholeNs, () -> {
            inFlight--;
            if (of != generation || item[0] != step) {
                machine.release(node);
                delivered -= count;
                return;
            }
            suspects.clear(member);
            worker.sends(nowNs);
            machine.deliver(member, node, nowNs);
            endStepWhenComplete();
        });
    }

    private void endStepWhenComplete() {
        if (!machine.isComplete() || !weightsSent) {
            return;
        }
        PartialGradient expected = new PartialGradient(PARAMETERS);
        fill(expected, step, 0, segmentsOfStep[step]);
        PartialGradient root = machine.total();
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
        check(ledger.done() + ledger.duplicates() <= delivered, "delivered " + delivered);
        machine.endStep(nowNs);
        step++;
        if (step < segmentsOfStep.length) {
            machine.newStep(segmentsOfStep[step]);
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
        for (int segment = 0; segment < machine.segments(); segment++) {
            check(machine.covers(segment) || inHands.get(segment), "segment " + segment + " is with nobody");
        }
    }

    private void assertNoBufferIsLost() {
        Set<PartialGradient> pool = Collections.newSetFromMap(new IdentityHashMap<>());
        for (PartialGradient node : machine.pool()) {
            check(pool.add(node), "a buffer is free twice");
        }
        int held = 0;
        for (int segment = 0; segment < machine.segments(); segment++) {
            held += machine.holdsNodeAt(segment) ? 1 : 0;
        }
        check(
                machine.buffers() == pool.size() + held + inFlight,
                "of " + machine.buffers() + " buffers " + pool.size() + " are free, " + held + " in the sum, "
                        + inFlight + " on their way");
    }

    private boolean isMissing(int first, int count) {
        for (int segment = first; segment < first + count; segment++) {
            if (!machine.covers(segment)) {
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

    private void fill(PartialGradient node, int step, int first, int count) {
        node.reset(first, count);
        for (int i = 0; i < PARAMETERS; i++) {
            node.gradient()[i] = gradient(step, i, first, first + count);
        }
        node.sums(loss(step, first, first + count), count, 0);
    }

    private float gradient(int step, int i, int first, int end) {
        if (end - first == 1) {
            int hash = (step * 31 + first) * 31 + i;
            return rounded((hash * 0x9E3779B1 >> 8) * (1f / (1 << (first & 15))));
        }
        int middle = first + Integer.highestOneBit(end - first - 1);
        return rounded(gradient(step, i, first, middle) + gradient(step, i, middle, end));
    }

    private float rounded(float value) {
        return precision == NodePrecision.BFLOAT16 ? BFloat16.round(value) : value;
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

    /** A worker process, from when it joins until it leaves. Items are step, first segment, count, generation, member. */
    private final class Worker {
        final String name;
        final int threads = 1 + random.nextInt(3);
        final long nsPerSegment =
                MS / 10 + random.nextLong(longItems ? 3_000 * MS : random.nextInt(5) == 0 ? 400 * MS : 5 * MS);
        final List<int[]> queue = new ArrayList<>();
        long joined;
        boolean dead;
        boolean computing;
        int[] last;
        int lastGeneration;
        int generation;
        int weightsStep = -1;
        int fails;
        int failures;
        long frozenUntilNs;
        long cutOffUntilNs;
        long oldJobUntilNs;
        long heardNs;
        boolean sent;
        boolean heardBetweenTicks;

        Worker(String name) {
            this.name = name;
        }

        Candidate candidate() {
            return new Candidate(name, "process of " + name, joined);
        }

        /** The coordinator has got a part of a node from it. */
        void sends(long atNs) {
            heardNs = atNs;
            sent = true;
        }

        /** What it does next: of the earliest step what came first. */
        int[] earliest() {
            return Collections.min(queue, Comparator.comparingInt(item -> item[0]));
        }

        boolean isReached() {
            return !dead && nowNs >= reachedNs();
        }

        long reachedNs() {
            return Math.max(nowNs, Math.max(frozenUntilNs, cutOffUntilNs));
        }

        boolean holds(int[] item) {
            return last != null
                    && last[0] == item[0]
                    && last[1] <= item[1]
                    && item[1] + item[2] <= last[1] + last[2]
                    && !computing;
        }

        boolean wasInTrouble() {
            return dead || frozenUntilNs > 0 || cutOffUntilNs > 0 || oldJobUntilNs > 0;
        }

        boolean isInTrouble(long lately) {
            return dead || frozenUntilNs + lately > nowNs && frozenUntilNs > 0;
        }
    }
}
