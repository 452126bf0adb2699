package dev.tutti.coordinator.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.tutti.coordinator.plan.Membership;
import dev.tutti.coordinator.plan.Membership.Candidate;
import dev.tutti.coordinator.step.SharedStepAgent;
import dev.tutti.coordinator.step.StepLoop;
import dev.tutti.coordinator.transport.CoordinatorPlane;
import dev.tutti.files.InputException;
import dev.tutti.protocol.CoordinatorMessage;
import dev.tutti.protocol.CoordinatorMessage.Busy;
import dev.tutti.protocol.CoordinatorMessage.NotPrepared;
import dev.tutti.protocol.CoordinatorMessage.PeersLost;
import dev.tutti.protocol.CoordinatorMessage.Prepared;
import dev.tutti.protocol.CoordinatorMessage.WorkerFailed;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage;
import dev.tutti.protocol.WorkerMessage.ConnectPeers;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.train.TrainingFailedException;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Averaging;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.NoRoomException;
import dev.tutti.transport.SharedVectors;
import dev.tutti.transport.Shares;
import dev.tutti.transport.StepIdleStrategy;
import dev.tutti.transport.TransportKind;
import dev.tutti.wire.GenerationId;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.slf4j.Logger;

/**
 * The life of one job on the control plane: asks {@link Membership} who takes part, opens the streams of a generation, gives it to
 * the step loop, and tells what became of it. Opening streams may take some milliseconds, so it runs on a dispatcher for that.
 */
final class JobActor extends AbstractBehavior<JobActor.Command> {
    /** What this actor is told. */
    sealed interface Command {}

    /** The workers that can be reached, with what they said of themselves. */
    record Workers(List<Worker> workers) implements Command {}

    /** The job is not wanted any more. */
    record Abort() implements Command {}

    /** Nothing comes from these members of a generation any more. */
    record Lost(int generation, List<Integer> members, String reason) implements Command {}

    /** The connections to these members of a generation have ended. */
    record BrokenOff(int generation, List<Integer> members, String reason) implements Command {}

    private record FromWorker(CoordinatorMessage message) implements Command {}

    private record Wake() implements Command {}

    private record StillWaiting() implements Command {}

    private record GiveUp() implements Command {}

    private record Broken(int generation, String reason) implements Command {}

    private record Finished(TrainingResult result) implements Command {}

    private record Failed(RuntimeException failure) implements Command {}

    /**
     * A worker process.
     *
     * @param ref its actor
     * @param joined another number each time it joins
     * @param process names the process as long as it lives
     * @param name its name; no two present have the same
     * @param threads number of its compute threads
     * @param sharesDriver whether it can use the coordinator's media driver
     * @param transport what it allows to carry bulk data
     */
    record Worker(
            ActorRef<WorkerMessage> ref,
            long joined,
            String process,
            String name,
            int threads,
            boolean sharesDriver,
            TransportKind transport) {
        Candidate candidate() {
            return new Candidate(name, process, joined);
        }
    }

    /**
     * What the job is, and with what it is carried out.
     *
     * @param number number of the job in the life of the coordinator
     * @param job what to train
     * @param dataFingerprint names the training set's content
     * @param placement where the workers find the samples
     * @param averaging who adds the gradients
     * @param waitWorkers number of worker processes to wait for before the first step
     * @param giveUp how long to wait for them
     * @param elastic whether the job goes on without a worker that fails; otherwise it fails with it
     * @param listener told about the progress
     * @param result completed at the end
     */
    record Setup(
            int number,
            TrainingJob job,
            String dataFingerprint,
            Placement placement,
            Averaging averaging,
            int waitWorkers,
            Duration giveUp,
            boolean elastic,
            TrainingListener listener,
            CompletableFuture<TrainingResult> result) {}

    private static final Duration WAIT_REPORT = Duration.ofSeconds(5);

    private final Setup setup;
    private final AeronNode node;
    private final DataPlaneSettings dataPlane;
    private final AtomicInteger generations;
    private final TimerScheduler<Command> timers;
    private final Logger log;
    private final ActorRef<CoordinatorMessage> replies;
    private final SecureRandom tokens = new SecureRandom();
    private final JobDescription description;
    private final StepLoop loop;
    private final AgentRunner runner;

    private final Membership membership;
    private final LongSupplier clock;
    private final Map<String, Worker> workers = new HashMap<>();
    private final Set<ActorRef<WorkerMessage>> told = new HashSet<>();
    private final Map<String, Prepared> prepared = new HashMap<>();
    private GenerationId generation;
    private CoordinatorPlane plane;
    private List<Worker> members = List.of();
    private boolean peersUnreached;
    private boolean toldWhoAverages;
    private long stepsAtPeerTrouble = Long.MIN_VALUE;
    private boolean ended;

    private JobActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Setup setup,
            AeronNode node,
            DataPlaneSettings dataPlane,
            AtomicInteger generations,
            LongSupplier clock) {
        super(context);
        this.clock = clock;
        this.membership = new Membership(setup.waitWorkers, setup.elastic);
        this.timers = timers;
        this.setup = setup;
        this.node = node;
        this.dataPlane = dataPlane;
        this.generations = generations;
        this.log = context.getLog();
        this.replies = context.messageAdapter(CoordinatorMessage.class, FromWorker::new);
        TrainingJob job = setup.job;
        this.description = new JobDescription(
                setup.number,
                job.name(),
                job.spec(),
                job.training().featureCount(),
                job.training().targetCount(),
                setup.placement,
                setup.dataFingerprint);
        this.loop = new StepLoop(job, setup.placement, setup.listener, new LoopObserver(context.getSelf()));
        this.runner = new AgentRunner(
                dataPlane.shared() == null ? loop.idle() : new StepIdleStrategy(),
                error -> context.getSelf().tell(new Failed(new IllegalStateException(error))),
                null,
                dataPlane.shared() == null ? loop : shared(loop, dataPlane.shared()));
        AgentRunner.startOnThread(runner);
        timers.startTimerWithFixedDelay(new StillWaiting(), WAIT_REPORT);
        timers.startSingleTimer(new GiveUp(), setup.giveUp);
    }

    private static Agent shared(StepLoop loop, SharedVectors with) {
        SharedStepAgent agent = new SharedStepAgent(loop);
        with.steps(agent::visit);
        return agent;
    }

    /**
     * Creates the behavior.
     *
     * @param clock the time in nanoseconds, which never goes back
     */
    static Behavior<Command> create(
            Setup setup, AeronNode node, DataPlaneSettings dataPlane, AtomicInteger generations, LongSupplier clock) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new JobActor(context, timers, setup, node, dataPlane, generations, clock)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Workers.class, this::onWorkers)
                .onMessage(Wake.class, this::onWake)
                .onMessage(FromWorker.class, this::onFromWorker)
                .onMessage(StillWaiting.class, this::onStillWaiting)
                .onMessage(GiveUp.class, this::onGiveUp)
                .onMessage(Broken.class, this::onBroken)
                .onMessage(Lost.class, this::onLost)
                .onMessage(BrokenOff.class, this::onBrokenOff)
                .onMessage(Finished.class, this::onFinished)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Abort.class, this::onAbort)
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    private long now() {
        return clock.getAsLong();
    }

    /** Does what the membership has decided, and lets it be woken in time. */
    private Behavior<Command> carryOut(List<Membership.Decision> decisions) {
        for (Membership.Decision decision : decisions) {
            if (decision instanceof Membership.Form form) {
                form(form.members());
            } else if (decision instanceof Membership.Begin) {
                begin();
            } else if (decision instanceof Membership.Pause pause) {
                abandonGeneration();
                log.warn("job {}: {}", setup.job.name(), pause.reason());
            } else if (decision instanceof Membership.Tell tell) {
                tell(tell);
            } else if (decision instanceof Membership.Fail fail) {
                end();
                setup.result.completeExceptionally(failure(fail));
            }
        }
        if (ended) {
            return Behaviors.stopped();
        }
        long wakeNs = membership.wakeNs();
        if (wakeNs == Long.MAX_VALUE) {
            timers.cancel(Wake.class);
        } else {
            timers.startSingleTimer(Wake.class, new Wake(), Duration.ofNanos(Math.max(0, wakeNs - now())));
        }
        return this;
    }

    private void tell(Membership.Tell tell) {
        String of = generation == null ? "job " + setup.job.name() : generation.toString();
        if (tell.fault()) {
            log.warn("{}: {}", of, tell.line());
        } else {
            log.info("{}: {}", of, tell.line());
        }
    }

    private static RuntimeException failure(Membership.Fail fail) {
        return switch (fail.cause()) {
            case TRAINING -> new TrainingFailedException(fail.line());
            case INPUT -> new InputException(fail.line());
            case WORKER -> new IllegalStateException(fail.line());
        };
    }

    private Behavior<Command> onWorkers(Workers message) {
        workers.clear();
        message.workers.forEach(worker -> workers.put(worker.name, worker));
        return carryOut(membership.onWorkers(
                message.workers.stream().map(Worker::candidate).toList(), now()));
    }

    private Behavior<Command> onWake(Wake message) {
        membership.hasRoomFor(room());
        return carryOut(membership.onTime(now()));
    }

    /** For how many members there is room; where that cannot be told, opening the streams will tell. */
    private int room() {
        try {
            return CoordinatorPlane.roomFor(node, description, carriers(workers.values()), members.size());
        } catch (UncheckedIOException e) {
            log.warn("job {}: free shared memory not known", setup.job.name(), e);
            return Integer.MAX_VALUE;
        }
    }

    private void form(List<Candidate> candidates) {
        abandonGeneration();
        members = candidates.stream().map(one -> workers.get(one.name())).toList();
        generation = new GenerationId(setup.number, generations.incrementAndGet(), tokens.nextLong());
        Carriers carriers = carriers(members);
        Shares shares = sharesOver(carriers);
        try {
            plane = CoordinatorPlane.open(
                    node,
                    generation,
                    members.size(),
                    carriers,
                    dataPlane.host(),
                    dataPlane.port(),
                    dataPlane.mtuBytes(),
                    description,
                    shares,
                    dataPlane.shared());
        } catch (RuntimeException e) {
            onNotOpened(e);
            return;
        }
        membership.onFormed(now());
        for (int member = 0; member < members.size(); member++) {
            Worker worker = members.get(member);
            told.add(worker.ref);
            worker.ref.tell(new PrepareGeneration(generation, member, description, plane.streams(), shares, replies));
        }
    }

    private Carriers carriers(Collection<Worker> of) {
        List<TransportKind> allowed = new ArrayList<>();
        allowed.add(dataPlane.transport());
        of.forEach(worker -> allowed.add(worker.transport));
        if (setup.averaging == Averaging.MEMBERS && dataPlane.shared() == null) {
            allowed.add(TransportKind.TCP);
        }
        return Carriers.choose(
                allowed,
                of.stream().allMatch(Worker::sharesDriver),
                description.vectorBytes(),
                description.sampleBytes());
    }

    /** Who adds what in a generation with these carriers; null where the coordinator does. */
    private Shares sharesOver(Carriers carriers) {
        if (!carriers.vectorsByTcp() || setup.job.updatesNeedCoordinator()) {
            tellWhoAverages(carriers);
            return null;
        }
        boolean small = setup.averaging == Averaging.AUTO && description.vectorBytes() < Carriers.LARGE_BYTES;
        if (small || setup.averaging == Averaging.COORDINATOR || peersUnreached) {
            return null;
        }
        int feeder = IntStream.range(0, members.size())
                .filter(this::isOnThisMachine)
                .findFirst()
                .orElse(Shares.NONE);
        boolean coordinatorOwns = feeder == Shares.NONE && members.size() > 1;
        return new Shares((int) (description.vectorBytes() / Float.BYTES), members.size(), coordinatorOwns, feeder);
    }

    private boolean isOnThisMachine(int member) {
        return members.get(member).ref.path().address().getHost().equals(Optional.of(dataPlane.host()));
    }

    /** In one process there is nothing to choose. */
    private void tellWhoAverages(Carriers carriers) {
        if (setup.averaging == Averaging.MEMBERS && dataPlane.shared() == null && !toldWhoAverages) {
            toldWhoAverages = true;
            log.warn(
                    "job {}: the coordinator averages, not the members: {}",
                    setup.job.name(),
                    carriers.vectorsByTcp()
                            ? "steps may be left out, or were, or the learning rate follows the validation loss"
                            : "vectors go over UDP");
        }
    }

    /**
     * Who cannot reach whom is not known, so nobody is to blame. Once that may be somebody's death, which is about to be noticed;
     * where it comes again before a step is done, the coordinator averages from then on.
     */
    private Behavior<Command> onPeersLost(PeersLost lost) {
        String name = memberOf(lost.worker(), lost.generation());
        if (name == null) {
            return this;
        }
        long stepsDone = loop.stepsDone();
        boolean again = stepsDone == stepsAtPeerTrouble;
        stepsAtPeerTrouble = stepsDone;
        String what = "worker " + name + " and others " + (lost.reached() ? "lost" : "cannot reach") + " each other: "
                + lost.reason();
        if (again && setup.averaging == Averaging.MEMBERS) {
            return onFailed(new Failed(new TrainingFailedException("no training: " + what
                    + "; let TCP through between the workers' machines, as --averaging members needs, or give"
                    + " --averaging auto")));
        }
        peersUnreached |= again;
        return carryOut(membership.onBroken(again ? what + "; the coordinator averages from now on" : what, now()));
    }

    private void onNotOpened(RuntimeException e) {
        String reason = String.valueOf(e.getMessage());
        log.debug("{} not opened", generation, e);
        abandonGeneration();
        carryOut(membership.onNotOpened(reason, e instanceof NoRoomException, now()));
    }

    private void abandonGeneration() {
        if (plane != null) {
            plane.close();
            plane = null;
        } else if (generation != null) {
            loop.leave();
        }
        generation = null;
        members = List.of();
        prepared.clear();
    }

    private Behavior<Command> onFromWorker(FromWorker envelope) {
        CoordinatorMessage message = envelope.message;
        if (message instanceof Prepared answer) {
            String name = memberOf(answer.worker(), answer.generation());
            if (name == null || plane == null) {
                return onAnswerOfAnother(answer.worker());
            }
            prepared.put(name, answer);
            return carryOut(membership.onPrepared(name, now()));
        } else if (message instanceof NotPrepared answer) {
            String name = memberOf(answer.worker(), answer.generation());
            if (name == null) {
                return onAnswerOfAnother(answer.worker());
            }
            return carryOut(
                    answer.noRoom()
                            ? membership.onNoRoom(name, answer.reason(), now())
                            : membership.onFailed(name, answer.reason(), now()));
        } else if (message instanceof Busy busy) {
            String name = memberOf(busy.worker(), busy.generation());
            return name == null ? this : carryOut(membership.onBusy(name, now()));
        } else if (message instanceof WorkerFailed failed) {
            String name = memberOf(failed.worker(), failed.generation());
            return name == null ? this : carryOut(membership.onFailed(name, failed.reason(), now()));
        } else if (message instanceof PeersLost lost) {
            return onPeersLost(lost);
        }
        return this;
    }

    /** The name of a member of the generation there is; null where it is another generation's, or nobody's. */
    private String memberOf(ActorRef<WorkerMessage> ref, GenerationId of) {
        return of.equals(generation) ? nameOf(ref, members) : null;
    }

    /** Whoever answers for a generation that is over is not busy any more. */
    private Behavior<Command> onAnswerOfAnother(ActorRef<WorkerMessage> ref) {
        String name = nameOf(ref, workers.values());
        return name == null ? this : carryOut(membership.onFree(name, now()));
    }

    private static String nameOf(ActorRef<WorkerMessage> ref, Collection<Worker> among) {
        return among.stream()
                .filter(worker -> worker.ref.equals(ref))
                .map(Worker::name)
                .findFirst()
                .orElse(null);
    }

    private void begin() {
        List<String> weightsEndpoints = new ArrayList<>();
        List<String> workEndpoints = new ArrayList<>();
        List<String> tcpEndpoints = new ArrayList<>();
        StepLoop.Member[] loopMembers = new StepLoop.Member[members.size()];
        for (int member = 0; member < loopMembers.length; member++) {
            Worker worker = members.get(member);
            Prepared of = prepared.get(worker.name);
            weightsEndpoints.add(of.weightsEndpoint());
            workEndpoints.add(of.workEndpoint());
            tcpEndpoints.add(of.tcpEndpoint());
            boolean needsTraining = setup.placement == Placement.REPLICATE && !of.holdsData();
            loopMembers[member] = new StepLoop.Member(worker.name, worker.threads, needsTraining, of.inHand());
        }
        try {
            plane.connect(weightsEndpoints, workEndpoints, tcpEndpoints);
        } catch (RuntimeException e) {
            onNotOpened(e);
            return;
        }
        if (plane.shares() != null) {
            members.forEach(worker -> worker.ref.tell(new ConnectPeers(generation, tcpEndpoints)));
        }
        loop.enter(plane, loopMembers);
        plane = null;
        carryOut(membership.onBegun(now()));
    }

    private Behavior<Command> onStillWaiting(StillWaiting message) {
        if (!membership.isStarted()) {
            setup.listener.onWaiting(workers.size(), setup.waitWorkers);
        } else if (membership.members().isEmpty()) {
            setup.listener.onWaiting(0, 1);
        }
        return this;
    }

    private Behavior<Command> onGiveUp(GiveUp message) {
        if (membership.isStarted()) {
            return this;
        }
        return onFailed(new Failed(new TrainingFailedException("no training: " + workers.size() + " of "
                + setup.waitWorkers + " worker processes came within " + setup.giveUp.toSeconds()
                + " s; start more with: tutti worker --coordinator HOST:PORT, or wait longer with --give-up")));
    }

    private Behavior<Command> onBroken(Broken message) {
        return isRunning(message.generation) ? carryOut(membership.onBroken(message.reason, now())) : this;
    }

    private Behavior<Command> onLost(Lost message) {
        return isRunning(message.generation)
                ? carryOut(membership.onLost(names(message.members), message.reason, now()))
                : this;
    }

    private Behavior<Command> onBrokenOff(BrokenOff message) {
        return isRunning(message.generation)
                ? carryOut(membership.onBrokenOff(names(message.members), message.reason, now()))
                : this;
    }

    private List<String> names(List<Integer> numbers) {
        return numbers.stream().map(member -> members.get(member).name).toList();
    }

    /** Whether the step loop has this generation. */
    private boolean isRunning(int number) {
        return generation != null && generation.number() == number && plane == null;
    }

    private Behavior<Command> onFinished(Finished message) {
        end();
        setup.result.complete(message.result);
        return Behaviors.stopped();
    }

    private Behavior<Command> onFailed(Failed message) {
        end();
        setup.result.completeExceptionally(message.failure);
        return Behaviors.stopped();
    }

    private Behavior<Command> onAbort(Abort message) {
        end();
        setup.result.completeExceptionally(new InterruptedException("training interrupted"));
        return Behaviors.stopped();
    }

    private void end() {
        ended = true;
        told.forEach(worker -> worker.tell(new WorkerMessage.EndJob(setup.number)));
    }

    private Behavior<Command> onPostStop() {
        if (!ended) {
            end();
        }
        runner.close();
        if (plane != null) {
            plane.close();
        }
        setup.result.completeExceptionally(new IllegalStateException("the coordinator was stopped"));
        return this;
    }

    /** Turns what happens on the loop's thread into messages. */
    private record LoopObserver(ActorRef<Command> self) implements StepLoop.Observer {
        @Override
        public void onBroken(int generation, String reason) {
            self.tell(new Broken(generation, reason));
        }

        @Override
        public void onLost(int generation, List<Integer> members, String reason) {
            self.tell(new Lost(generation, members, reason));
        }

        @Override
        public void onBrokenOff(int generation, List<Integer> members, String reason) {
            self.tell(new BrokenOff(generation, members, reason));
        }

        @Override
        public void onFinished(TrainingResult result) {
            self.tell(new Finished(result));
        }

        @Override
        public void onFailed(RuntimeException failure) {
            self.tell(new Failed(failure));
        }
    }
}
