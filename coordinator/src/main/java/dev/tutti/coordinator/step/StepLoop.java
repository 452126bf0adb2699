package dev.tutti.coordinator.step;

import dev.tutti.coordinator.plan.Orders;
import dev.tutti.coordinator.plan.StepMachine;
import dev.tutti.coordinator.transport.CoordinatorPlane;
import dev.tutti.coordinator.transport.MembersLostException;
import dev.tutti.data.Dataset;
import dev.tutti.data.EpochOrder;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkInHand;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingFailedException;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.train.TrainingRun;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.Averaging;
import dev.tutti.transport.StepIdleStrategy;
import dev.tutti.transport.StreamClosedException;
import dev.tutti.transport.tcp.TcpSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator's side of the steps of one job, on one thread at a time: sends what {@link StepMachine} hands out, broadcasts
 * weights, takes gradients, makes the update. What has been received of a step stays when a generation ends, so that only what
 * is missing is asked of the next one. Actors talk to it by {@link #enter} and {@link #leave}, which only queue.
 */
public final class StepLoop implements SharedStepAgent.Loop, CoordinatorPlane.Events {
    /** What the job's actor is told; on the loop's thread: quick answers only. */
    public interface Observer {
        /** The generation cannot go on and needs a successor. */
        void onBroken(int generation, String reason);

        /** Nothing comes from some members of the generation, which needs a successor without them. */
        void onLost(int generation, List<Integer> members, String reason);

        /** Connections to some members of the generation have ended; it needs a successor without them. */
        void onBrokenOff(int generation, List<Integer> members, String reason);

        /** All epochs are done. */
        void onFinished(TrainingResult result);

        /** The training failed for good. */
        void onFailed(RuntimeException failure);
    }

    /**
     * A member of a generation, as far as the loop needs to know.
     *
     * @param name its name
     * @param threads number of its compute threads
     * @param needsTraining whether the training set must be sent to it
     * @param inHand what it still computes since the last generation
     */
    public record Member(String name, int threads, boolean needsTraining, WorkInHand inHand) {}

    private enum Phase {
        WITHOUT_GENERATION,
        CONNECTING,
        RUNNING,
        ENDED
    }

    private static final Logger LOG = LoggerFactory.getLogger(StepLoop.class);
    private static final long CONNECT_TIMEOUT_NS = 10_000_000_000L;
    private static final long PAUSE_NS = 2_000_000;

    /** So long a member that waits for others may say nothing, though it says every half second that it is there. */
    private static final long SILENCE_NS = 3_000_000_000L;

    private static final int COMMAND_CAPACITY = 64;

    private final TrainingJob job;
    private final TrainingSpec spec;
    private final Placement placement;
    private final TrainingListener listener;
    private final Observer observer;
    private final TrainingRun run;
    private final ManyToOneConcurrentArrayQueue<Runnable> commands =
            new ManyToOneConcurrentArrayQueue<>(COMMAND_CAPACITY);
    private final StepMachine machine;
    private final long silenceNs;
    private final EpochRows rows;
    private final StepClock clock = new StepClock();
    private final Traffic traffic;

    private Phase phase = Phase.WITHOUT_GENERATION;
    private CoordinatorPlane plane;
    private Member[] members = {};
    private long[] framesFrom = {};
    private long framesSent;
    private long phaseSinceNs;
    private boolean toldOfIdleWorkers;
    private SharedLoop threads = SharedLoop.ALONE;
    private boolean byMembers;
    private boolean fresh;
    private PartialGradient root;
    private long[] heardNs = {};
    private long[] signsFrom = {};
    private volatile long stepsDone = -1;
    private long sumWantedNs;

    /**
     * @param job what to train
     * @param placement where the workers find the samples
     * @param listener told about the progress
     * @param observer told how it ends
     */
    public StepLoop(TrainingJob job, Placement placement, TrainingListener listener, Observer observer) {
        this.job = job;
        this.spec = job.spec();
        this.placement = placement;
        this.listener = listener;
        this.observer = observer;
        this.run = new TrainingRun(job, listener);
        this.rows = new EpochRows(spec);
        this.traffic = new Traffic(spec.wire().bytes());
        this.machine = new StepMachine(run.parameters().length, spec.wire());
        this.silenceNs = SILENCE_NS + TcpSettings.slice(run.parameters().length).toNanos();
        machine.newStep(spec.segmentsOfStep(run.stepInEpoch()));
    }

    /** Goes on with a new generation, whose streams then belong to the loop; from any thread. */
    public void enter(CoordinatorPlane plane, Member... members) {
        commands.add(() -> onEnter(plane, members));
    }

    /** Leaves the current generation; from any thread. */
    public void leave() {
        commands.add(this::onLeave);
    }

    /** Number of the step in the run that was begun last after another; -1 before. From any thread. */
    public long stepsDone() {
        return stepsDone;
    }

    /** How the loop's thread waits: as suits the streams there are. */
    public IdleStrategy idle() {
        return new LoopIdleStrategy();
    }

    @Override
    public String roleName() {
        return "tutti-steps-" + job.name();
    }

    @Override
    public int doWork(SharedLoop threads) {
        this.threads = threads;
        return doWork();
    }

    @Override
    public int doWork() {
        try {
            commands.drain(Runnable::run);
            return switch (phase) {
                case WITHOUT_GENERATION, ENDED -> pause();
                case CONNECTING -> connect();
                case RUNNING -> step();
            };
        } catch (MembersLostException e) {
            brokenOff(e.members(), e.getMessage());
        } catch (StreamClosedException e) {
            broken(e.getMessage());
        } catch (TrainingFailedException e) {
            fail(e);
        } catch (RuntimeException e) {
            LOG.error("step loop failed: job={}, epoch={}, step={}", job.name(), run.epoch(), run.step() + 1, e);
            fail(e);
        } catch (Error e) {
            // The job fails, as for want of memory; the coordinator has others to serve.
            fail(new IllegalStateException(e.toString(), e));
        }
        return 1;
    }

    @Override
    public void onClose() {
        onLeave();
    }

    @Override
    public PartialGradient acquire(long step, int firstSegment, int segmentCount) {
        if (byMembers && step == run.step() + 1) {
            return machine.acquireAhead();
        }
        if (step != run.step()) {
            return null;
        }
        long nowNs = System.nanoTime();
        clock.onArrival(nowNs);
        return machine.acquire(firstSegment, segmentCount, nowNs);
    }

    @Override
    public boolean accepts(long step, int firstSegment, int segmentCount) {
        return step == run.step() && machine.accepts(firstSegment, segmentCount);
    }

    @Override
    public PartialGradient spare() {
        return machine.spare();
    }

    @Override
    public void onGradient(int member, long step, PartialGradient node) {
        traffic.onReceived(member, node.gradient().length);
        if (step == run.step()) {
            long nowNs = System.nanoTime();
            machine.deliver(member, node, nowNs);
            clock.onAdded(System.nanoTime() - nowNs);
        } else if (byMembers && step == run.step() + 1) {
            machine.keep(member, node);
        } else {
            machine.release(node);
        }
    }

    @Override
    public void release(PartialGradient node) {
        machine.release(node);
    }

    @Override
    public void onRefused(int member, int segmentCount) {
        machine.refuse(member, segmentCount);
    }

    @Override
    public void onComputed(int member, int segmentCount, float seconds) {
        machine.onComputed(member, segmentCount, (long) (seconds * 1e9));
    }

    @Override
    public void onResendRequest(int member, long step) {
        if (step != run.step()) {
            machine.heardOf(member);
            return;
        }
        machine.waitsForWeights(member);
        if (phase == Phase.RUNNING && !byMembers && plane.areWeightsSent()) {
            LOG.info("weights sent again: step={}, asked for by {}", step + 1, members[member].name);
            plane.broadcastWeights(run.epoch(), run.step(), run.parameters());
        }
    }

    private int pause() {
        LockSupport.parkNanos(this, PAUSE_NS);
        return 0;
    }

    private void onEnter(CoordinatorPlane newPlane, Member[] newMembers) {
        onLeave();
        if (phase == Phase.ENDED) {
            newPlane.close();
            return;
        }
        plane = newPlane;
        members = newMembers;
        framesFrom = new long[members.length];
        framesSent = 0;
        traffic.enter(Arrays.stream(members).map(Member::name).toList());
        heardNs = new long[members.length];
        signsFrom = new long[members.length];
        plane.attach(run.parameters().length, this);
        boolean wasByMembers = byMembers;
        byMembers = plane.shares() != null;
        if (byMembers || wasByMembers) {
            machine.forget(byMembers ? plane.shares().length(plane.shares().coordinator()) : run.parameters().length);
        }
        if (byMembers && root == null) {
            root = new PartialGradient(run.parameters().length);
        }
        enterPhase(Phase.CONNECTING);
    }

    private void onLeave() {
        if (plane != null) {
            if (plane.faults().total() > 0) {
                LOG.warn("frames dropped: {}: {}", plane.generation(), plane.faults());
            }
            plane.close();
            plane = null;
            if (phase != Phase.ENDED) {
                enterPhase(Phase.WITHOUT_GENERATION);
            }
        }
    }

    private int connect() {
        if (!plane.isConnected()) {
            if (System.nanoTime() - phaseSinceNs > CONNECT_TIMEOUT_NS) {
                lost(
                        unreached(),
                        "streams not connected within " + CONNECT_TIMEOUT_NS / 1_000_000_000L + " s" + hint());
            }
            return 0;
        }
        for (int member = 0; member < members.length; member++) {
            if (members[member].needsTraining) {
                plane.sendTraining(member, job.training());
            }
        }
        enterPhase(Phase.RUNNING);
        enterMachine();
        run.start();
        LOG.info(
                "{} connected: workers={}, transport={}, averaging={}, epoch={}, step={}",
                plane.generation(),
                workers(),
                plane.streams().carriers().ofVectors(),
                (byMembers ? Averaging.MEMBERS : Averaging.COORDINATOR).id(),
                run.epoch(),
                run.step() + 1);
        tellOfIdleWorkers();
        fresh = true;
        beginStep();
        return 1;
    }

    private void enterMachine() {
        machine.enter(
                Arrays.stream(members).map(Member::name).toList(),
                Arrays.stream(members).mapToInt(Member::threads).toArray(),
                System.nanoTime());
        for (int member = 0; member < members.length; member++) {
            WorkInHand inHand = members[member].inHand;
            if (inHand.segmentCount() > 0) {
                LOG.info(
                        "{} still computes: step={}, segments={}",
                        members[member].name,
                        inHand.step() + 1,
                        inHand.segmentCount());
                machine.holds(member, inHand.step(), inHand.firstSegment(), inHand.segmentCount());
            }
        }
    }

    private int step() {
        int frames = plane.doWork();
        if (!clock.isSent() && plane.areWeightsSent()) {
            clock.onSent(System.nanoTime());
        }
        if (machine.isComplete() && plane.areWeightsSent() && isSumHere()) {
            finishStep();
            return frames + 1;
        }
        if (frames == 0) {
            checkDeadline();
        }
        return frames;
    }

    private void finishStep() {
        long completeNs = System.nanoTime();
        machine.endStep(completeNs);
        clock.onComplete(completeNs);
        if (run.stepInEpoch() + 1 == spec.stepsPerEpoch()) {
            listener.onCluster(clusterMetrics());
        } else if (listener.wantsCluster()) {
            listener.onClusterNow(clusterMetrics());
        }
        run.apply(byMembers ? root : machine.total(), threads);
        stepsDone = run.step();
        listener.onStepTimes(clock.onUpdated(System.nanoTime()));
        if (run.isFinished()) {
            enterPhase(Phase.ENDED);
            observer.onFinished(run.result(workers()));
            return;
        }
        machine.newStep(spec.segmentsOfStep(run.stepInEpoch()));
        beginStep();
    }

    private void beginStep() {
        clock.onBegin(System.nanoTime());
        issue(machine.begin(run.step(), System.nanoTime()), run.epoch(), run.stepInEpoch(), run.step());
        broadcast();
        machine.takeKept(System.nanoTime());
        plane.doWork();
        issueAhead();
    }

    /** Where the members average they make the update themselves, and need the weights only in the beginning. */
    private void broadcast() {
        if (!byMembers) {
            plane.broadcastWeights(run.epoch(), run.step(), run.parameters());
            traffic.onSent(run.parameters().length);
            return;
        }
        traffic.onSent(plane.shares().length(plane.shares().coordinator()));
        sumWantedNs = 0;
        plane.beginSum(run.step(), root.reset(0, machine.segments()));
        if (fresh) {
            fresh = false;
            traffic.onSent(run.parameters().length);
            plane.broadcastReplica(
                    run.epoch(),
                    run.step(),
                    run.parameters(),
                    run.optimizerState().values());
        }
    }

    /** Whether the sum of the step is there, whose segments are; where the members average its other shares may be on their way. */
    private boolean isSumHere() {
        if (!byMembers) {
            return true;
        }
        if (sumWantedNs == 0) {
            sumWantedNs = System.nanoTime();
            plane.takeOwnSum(run.epoch(), machine.total());
        }
        return plane.isSumComplete() && plane.isSumSent();
    }

    /** Hands out the next step's work already, so that with {@link Placement#STREAM} samples travel while others compute. */
    private void issueAhead() {
        boolean lastOfEpoch = run.stepInEpoch() + 1 == spec.stepsPerEpoch();
        boolean last = lastOfEpoch && run.epoch() == spec.epochs();
        if (last || spec.sync() == Sync.EPOCH) {
            return;
        }
        int stepInEpoch = lastOfEpoch ? 0 : run.stepInEpoch() + 1;
        int epoch = lastOfEpoch ? run.epoch() + 1 : run.epoch();
        long step = run.step() + 1;
        issue(machine.ahead(step, spec.segmentsOfStep(stepInEpoch)), epoch, stepInEpoch, step);
    }

    private void issue(Orders orders, int epoch, int stepInEpoch, long step) {
        for (int i = 0; i < orders.size(); i++) {
            int first = orders.firstSegment(i);
            int count = orders.segmentCount(i);
            if (placement == Placement.REPLICATE) {
                plane.sendRange(orders.member(i), epoch, step, first, count);
            } else {
                int from = first * spec.segmentSize();
                int samples = Math.min(count * spec.segmentSize(), spec.samplesOfStep(stepInEpoch) - from);
                int length = samples
                        * (job.training().featureCount() + job.training().targetCount());
                float[] block = plane.sendBlock(orders.member(i), epoch, step, first, count, length);
                rows.copy(job.training(), epoch, stepInEpoch * spec.samplesPerStep() + from, samples, block);
            }
        }
    }

    private void checkDeadline() {
        long nowNs = System.nanoTime();
        watchProgress(nowNs);
        int lost = machine.lostMember(nowNs);
        if (lost >= 0) {
            lost(List.of(lost), "nothing comes from it any more while the others go on or wait" + hint());
            return;
        }
        // Also where the sum is complete already, as members may have brought it along: nothing else would end that.
        if (!plane.areWeightsSent() && machine.isStalled(nowNs)) {
            broken("weights of step " + (run.step() + 1) + " are not taken by all workers any more");
            return;
        }
        if (byMembers && sumWantedNs != 0 && checkOwners(nowNs)) {
            return;
        }
        if (!machine.isLate(nowNs)) {
            return;
        }
        long sinceNs = nowNs - machine.stepSinceNs();
        String late = String.join(", ", machine.waitingFor());
        int received = machine.receivedSegments();
        Orders again = machine.reissue(nowNs);
        LOG.warn(
                "step is late: job={}, epoch={}, step={}, seconds={}, segments={} of {}, waiting for {}; its work is handed out again",
                job.name(),
                run.epoch(),
                run.step() + 1,
                sinceNs / 1_000_000_000L,
                received,
                machine.segments(),
                late);
        issue(again, run.epoch(), run.stepInEpoch(), run.step());
    }

    /** All gradients of the step are computed, so every member has its hands free: one that says nothing is lost. */
    private boolean checkOwners(long nowNs) {
        int silent = 0;
        for (int member = 0; member < members.length; member++) {
            silent += isSilent(member, nowNs) ? 1 : 0;
        }
        if (silent > 0) {
            lost(
                    IntStream.range(0, members.length)
                            .filter(member -> isSilent(member, nowNs))
                            .boxed()
                            .toList(),
                    "nothing comes from it any more while the others wait for its share" + hint());
        }
        return silent > 0;
    }

    private boolean isSilent(int member, long nowNs) {
        return nowNs - Math.max(heardNs[member], sumWantedNs) > silenceNs;
    }

    /** What moves is not late, however long it takes. */
    private void watchProgress(long nowNs) {
        long sent = plane.framesSent();
        if (sent != framesSent) {
            framesSent = sent;
            machine.moves(nowNs);
        }
        for (int member = 0; member < members.length; member++) {
            long frames = plane.framesFrom(member);
            if (frames != framesFrom[member]) {
                framesFrom[member] = frames;
                machine.hears(member, nowNs);
            }
            long signs = plane.signsFrom(member);
            if (signs != signsFrom[member]) {
                signsFrom[member] = signs;
                heardNs[member] = nowNs;
            }
        }
    }

    private ClusterMetrics clusterMetrics() {
        List<ClusterMetrics.Member> of = new ArrayList<>();
        for (int member = 0; member < members.length; member++) {
            of.add(new ClusterMetrics.Member(
                    members[member].name,
                    machine.share(member),
                    machine.segmentsPerSecond(member),
                    machine.waitedNs(member) / 1e9,
                    traffic.receivedBytes(member),
                    traffic.sentBytes(member)));
        }
        return new ClusterMetrics(
                plane.generation().number(),
                machine.ledger().issued(),
                machine.ledger().done(),
                machine.ledger().reissued(),
                machine.ledger().duplicates(),
                plane.faults().total(),
                byMembers,
                of);
    }

    private void tellOfIdleWorkers() {
        int segments = spec.segmentsOfStep(0);
        if (!toldOfIdleWorkers && workers() > segments) {
            toldOfIdleWorkers = true;
            boolean local = spec.sync() == Sync.LOCAL;
            LOG.warn(
                    "more workers than {}: workers={}, {} of a {}={}; only {} are busy at a time, {}",
                    local ? "replicas" : "segments",
                    workers(),
                    local ? "replicas" : "segments",
                    local ? "round" : "batch",
                    segments,
                    segments,
                    local
                            ? "more --replicas give work to more, in a training of other bits"
                            : "a smaller --segment (now " + spec.segmentSize()
                                    + ") or a larger --batch gives work to more");
        }
    }

    private int workers() {
        return Arrays.stream(members).mapToInt(Member::threads).sum();
    }

    private void broken(String reason) {
        int generation = plane.generation().number();
        onLeave();
        observer.onBroken(generation, reason);
    }

    /** Where some members are to blame it goes on without them. */
    private void lost(List<Integer> lost, String reason) {
        if (lost.isEmpty() || lost.size() == members.length) {
            broken(reason);
            return;
        }
        int generation = plane.generation().number();
        onLeave();
        observer.onLost(generation, lost, reason);
    }

    private void brokenOff(List<Integer> lost, String reason) {
        if (lost.size() == members.length) {
            broken(reason);
            return;
        }
        int generation = plane.generation().number();
        onLeave();
        observer.onBrokenOff(generation, lost, reason);
    }

    private List<Integer> unreached() {
        return IntStream.range(0, members.length)
                .filter(member -> !plane.reaches(member))
                .boxed()
                .toList();
    }

    private String hint() {
        String over = plane.streams().carriers().anyTcp() ? "TCP or UDP" : "UDP";
        return plane.streams().ipc() ? "" : "; does a firewall stop " + over + " between the machines?";
    }

    private void fail(RuntimeException failure) {
        enterPhase(Phase.ENDED);
        observer.onFailed(failure);
    }

    private void enterPhase(Phase phase) {
        this.phase = phase;
        phaseSinceNs = System.nanoTime();
        if (phase == Phase.RUNNING) {
            listener.onWorkers(workers(), plane.generation().toString());
        }
    }

    /** Owned by the loop's thread. */
    private final class LoopIdleStrategy implements IdleStrategy {
        private final IdleStrategy withoutStreams = new StepIdleStrategy();

        @Override
        public void idle(int workCount) {
            now().idle(workCount);
        }

        @Override
        public void idle() {
            now().idle();
        }

        @Override
        public void reset() {
            now().reset();
        }

        private IdleStrategy now() {
            return plane == null ? withoutStreams : plane.idle();
        }
    }

    /** The order of this epoch and the next, for samples that travel. */
    private static final class EpochRows {
        private final TrainingSpec spec;
        private final int[][] rows = new int[2][];
        private final int[] epochs = new int[2];

        EpochRows(TrainingSpec spec) {
            this.spec = spec;
        }

        /** Copies samples of an epoch, by their positions in its order: features of all, then targets of all. */
        void copy(Dataset data, int epoch, int from, int count, float[] block) {
            int[] order = of(epoch);
            int features = data.featureCount();
            int targets = data.targetCount();
            int targetStart = count * features;
            for (int i = 0; i < count; i++) {
                int row = order[from + i];
                System.arraycopy(data.features(), row * features, block, i * features, features);
                System.arraycopy(data.targets(), row * targets, block, targetStart + i * targets, targets);
            }
        }

        private int[] of(int epoch) {
            int slot = epoch & 1;
            if (rows[slot] == null) {
                rows[slot] = new int[spec.samples()];
            }
            if (epochs[slot] != epoch) {
                EpochOrder.fill(rows[slot], spec.seed(), epoch, spec.shuffle());
                epochs[slot] = epoch;
            }
            return rows[slot];
        }
    }
}
