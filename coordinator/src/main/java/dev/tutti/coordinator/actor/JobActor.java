package dev.tutti.coordinator.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.tutti.coordinator.step.StepLoop;
import dev.tutti.coordinator.transport.CoordinatorPlane;
import dev.tutti.files.InputException;
import dev.tutti.protocol.CoordinatorMessage;
import dev.tutti.protocol.CoordinatorMessage.NotPrepared;
import dev.tutti.protocol.CoordinatorMessage.Prepared;
import dev.tutti.protocol.CoordinatorMessage.WorkerFailed;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage;
import dev.tutti.train.TrainingFailedException;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.StepIdleStrategy;
import dev.tutti.wire.GenerationId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AgentRunner;
import org.slf4j.Logger;

/**
 * The life of one job on the control plane: waits for workers, forms a generation of those that are there, gives it to the step
 * loop, and forms the next one whenever membership changes or a generation breaks. It opens streams, which may take some
 * milliseconds, so it runs on a dispatcher for that.
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

    private record FromWorker(CoordinatorMessage message) implements Command {}

    private record FormNow() implements Command {}

    private record PrepareDeadline(int generation) implements Command {}

    private record StillWaiting() implements Command {}

    private record GiveUp() implements Command {}

    private record Broken(int generation, String reason) implements Command {}

    private record AnotherChance(ActorRef<WorkerMessage> worker) implements Command {}

    private record Finished(TrainingResult result) implements Command {}

    private record Failed(RuntimeException failure) implements Command {}

    /**
     * A worker process.
     *
     * @param ref its actor
     * @param name what people call it
     * @param threads number of its worker actors
     * @param sharesDriver whether it can use the coordinator's media driver
     */
    record Worker(ActorRef<WorkerMessage> ref, String name, int threads, boolean sharesDriver) {}

    /**
     * What the job is, and with what it is carried out.
     *
     * @param number number of the job in the life of the coordinator
     * @param job what to train
     * @param dataFingerprint names the training set's content
     * @param placement where the workers find the samples
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
            int waitWorkers,
            Duration giveUp,
            boolean elastic,
            TrainingListener listener,
            CompletableFuture<TrainingResult> result) {}

    /** Workers that start together should be in the first generation together. */
    private static final Duration SETTLE = Duration.ofMillis(50);

    private static final Duration PREPARE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration WAIT_REPORT = Duration.ofSeconds(5);
    private static final Duration FIRST_LEFT_OUT = Duration.ofSeconds(30);
    private static final int MOST_DOUBLINGS = 4;
    private static final Duration REOPEN_AFTER = Duration.ofSeconds(1);
    private static final int MOST_REOPENINGS = 30;

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

    private final Map<ActorRef<WorkerMessage>, Worker> workers = new LinkedHashMap<>();
    private final Set<ActorRef<WorkerMessage>> excluded = new HashSet<>();
    private final Map<ActorRef<WorkerMessage>, Integer> timesExcluded = new HashMap<>();
    private final Set<ActorRef<WorkerMessage>> told = new HashSet<>();
    private boolean started;
    private GenerationId generation;
    private CoordinatorPlane plane;
    private List<Worker> members = List.of();
    private int reopenings;
    private final Map<ActorRef<WorkerMessage>, Prepared> prepared = new LinkedHashMap<>();

    private JobActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Setup setup,
            AeronNode node,
            DataPlaneSettings dataPlane,
            AtomicInteger generations) {
        super(context);
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
                new StepIdleStrategy(),
                error -> context.getSelf().tell(new Failed(new IllegalStateException(error))),
                null,
                loop);
        AgentRunner.startOnThread(runner);
        timers.startTimerWithFixedDelay(new StillWaiting(), WAIT_REPORT);
        timers.startSingleTimer(new GiveUp(), setup.giveUp);
    }

    static Behavior<Command> create(
            Setup setup, AeronNode node, DataPlaneSettings dataPlane, AtomicInteger generations) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new JobActor(context, timers, setup, node, dataPlane, generations)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Workers.class, this::onWorkers)
                .onMessage(FormNow.class, this::onFormNow)
                .onMessage(FromWorker.class, this::onFromWorker)
                .onMessage(PrepareDeadline.class, this::onPrepareDeadline)
                .onMessage(StillWaiting.class, this::onStillWaiting)
                .onMessage(GiveUp.class, this::onGiveUp)
                .onMessage(Broken.class, this::onBroken)
                .onMessage(Lost.class, this::onLost)
                .onMessage(AnotherChance.class, this::onAnotherChance)
                .onMessage(Finished.class, this::onFinished)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Abort.class, this::onAbort)
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    private Behavior<Command> onWorkers(Workers message) {
        workers.clear();
        message.workers.forEach(worker -> workers.put(worker.ref, worker));
        excluded.retainAll(workers.keySet());
        timesExcluded.keySet().retainAll(workers.keySet());
        List<Worker> wanted = wanted();
        if (!wanted.equals(members)) {
            boolean someLeft = members.stream().anyMatch(member -> !workers.containsKey(member.ref));
            if (someLeft) {
                formSoon(Duration.ZERO);
            } else {
                formSoon(SETTLE);
            }
        }
        return this;
    }

    private List<Worker> wanted() {
        return workers.values().stream()
                .filter(worker -> !excluded.contains(worker.ref))
                .toList();
    }

    private void formSoon(Duration delay) {
        timers.startSingleTimer(FormNow.class, new FormNow(), delay);
    }

    private Behavior<Command> onFormNow(FormNow message) {
        List<Worker> wanted = wanted();
        if (!started && wanted.size() < setup.waitWorkers) {
            return this;
        }
        abandonGeneration();
        members = wanted;
        if (wanted.isEmpty()) {
            log.warn("no workers left: job {} waits until one joins", setup.job.name());
            excluded.forEach(worker -> timers.startSingleTimer(worker, new AnotherChance(worker), FIRST_LEFT_OUT));
            return this;
        }
        started = true;
        boolean ipc = dataPlane.allowsIpc() && wanted.stream().allMatch(Worker::sharesDriver);
        generation = new GenerationId(setup.number, generations.incrementAndGet(), tokens.nextLong());
        try {
            plane = CoordinatorPlane.open(
                    node,
                    generation,
                    wanted.size(),
                    ipc,
                    dataPlane.host(),
                    dataPlane.port(),
                    dataPlane.mtuBytes(),
                    description);
        } catch (RuntimeException e) {
            return onNotOpened(e);
        }
        for (int member = 0; member < wanted.size(); member++) {
            Worker worker = wanted.get(member);
            told.add(worker.ref);
            worker.ref.tell(
                    new WorkerMessage.PrepareGeneration(generation, member, description, plane.streams(), replies));
        }
        timers.startSingleTimer(PrepareDeadline.class, new PrepareDeadline(generation.number()), PREPARE_TIMEOUT);
        return this;
    }

    /** A machine whose network is gone for a moment can open no streams; it can again when that is back. */
    private Behavior<Command> onNotOpened(RuntimeException e) {
        if (!setup.elastic || e instanceof InputException) {
            return onFailed(new Failed(e));
        }
        String reason = String.valueOf(e.getMessage());
        if (reopenings == MOST_REOPENINGS) {
            return onFailed(new Failed(new TrainingFailedException("no training: the streams of " + generation
                    + " cannot be opened, tried " + reopenings + " times: " + reason)));
        }
        reopenings++;
        log.warn(
                "streams of {} cannot be opened: {}; trying again in {} s",
                generation,
                reason,
                REOPEN_AFTER.toSeconds());
        abandonGeneration();
        formSoon(REOPEN_AFTER);
        return this;
    }

    private void abandonGeneration() {
        if (plane != null) {
            plane.close();
            plane = null;
        } else if (generation != null) {
            loop.leave();
        }
        generation = null;
        prepared.clear();
    }

    private Behavior<Command> onFromWorker(FromWorker envelope) {
        if (envelope.message instanceof Prepared answer) {
            return onPrepared(answer);
        } else if (envelope.message instanceof NotPrepared answer && isCurrent(answer.generation())) {
            return onWorkerFailed(answer.worker(), answer.reason());
        } else if (envelope.message instanceof WorkerFailed failed && isCurrent(failed.generation())) {
            return onWorkerFailed(failed.worker(), failed.reason());
        }
        return this;
    }

    private Behavior<Command> onWorkerFailed(ActorRef<WorkerMessage> worker, String reason) {
        if (!setup.elastic) {
            return onFailed(new Failed(new IllegalStateException("worker " + nameOf(worker) + ": " + reason)));
        }
        leaveOut(worker, reason);
        formSoon(Duration.ZERO);
        return this;
    }

    /** It gets another chance later, each time later than the last: forming a generation with it may keep the others waiting. */
    private void leaveOut(ActorRef<WorkerMessage> worker, String reason) {
        int times = timesExcluded.merge(worker, 1, Integer::sum);
        Duration delay = FIRST_LEFT_OUT.multipliedBy(1L << Math.min(times - 1, MOST_DOUBLINGS));
        log.error("worker {} left out of {}, for {} s: {}", nameOf(worker), generation, delay.toSeconds(), reason);
        excluded.add(worker);
        timers.startSingleTimer(worker, new AnotherChance(worker), delay);
    }

    private Behavior<Command> onAnotherChance(AnotherChance message) {
        if (excluded.remove(message.worker)) {
            log.info("worker {} gets another chance", nameOf(message.worker));
            formSoon(SETTLE);
        }
        return this;
    }

    private boolean isCurrent(GenerationId id) {
        return id.equals(generation);
    }

    private Behavior<Command> onPrepared(Prepared answer) {
        if (plane == null || !isCurrent(answer.generation())) {
            return this;
        }
        prepared.put(answer.worker(), answer);
        if (prepared.size() < members.size()) {
            return this;
        }
        timers.cancel(PrepareDeadline.class);
        List<String> weightsEndpoints = new ArrayList<>();
        List<String> workEndpoints = new ArrayList<>();
        StepLoop.Member[] loopMembers = new StepLoop.Member[members.size()];
        for (int member = 0; member < loopMembers.length; member++) {
            Worker worker = members.get(member);
            Prepared of = prepared.get(worker.ref);
            weightsEndpoints.add(of.weightsEndpoint());
            workEndpoints.add(of.workEndpoint());
            boolean needsTraining = setup.placement == Placement.REPLICATE && !of.holdsData();
            loopMembers[member] = new StepLoop.Member(worker.name, worker.threads, needsTraining);
        }
        try {
            plane.connect(weightsEndpoints, workEndpoints);
        } catch (RuntimeException e) {
            return onNotOpened(e);
        }
        reopenings = 0;
        loop.enter(plane, loopMembers);
        plane = null;
        return this;
    }

    private Behavior<Command> onPrepareDeadline(PrepareDeadline message) {
        if (plane != null && generation.number() == message.generation) {
            for (Worker member : members) {
                if (!prepared.containsKey(member.ref)) {
                    leaveOut(member.ref, "it did not answer within " + PREPARE_TIMEOUT.toSeconds() + " s");
                }
            }
            formSoon(Duration.ZERO);
        }
        return this;
    }

    private Behavior<Command> onStillWaiting(StillWaiting message) {
        if (!started) {
            setup.listener.onWaiting(workers.size(), setup.waitWorkers);
        } else if (members.isEmpty()) {
            setup.listener.onWaiting(0, 1);
        }
        return this;
    }

    private Behavior<Command> onGiveUp(GiveUp message) {
        if (started) {
            return this;
        }
        return onFailed(new Failed(new TrainingFailedException("no training: " + workers.size() + " of "
                + setup.waitWorkers + " worker processes came within " + setup.giveUp.toSeconds()
                + " s; start more with: tutti worker --coordinator HOST:PORT, or wait longer with --give-up")));
    }

    private Behavior<Command> onBroken(Broken message) {
        if (generation != null && generation.number() == message.generation && plane == null) {
            log.warn("{} broken: {}", generation, message.reason);
            formSoon(SETTLE);
        }
        return this;
    }

    private Behavior<Command> onLost(Lost message) {
        if (generation != null && generation.number() == message.generation && plane == null) {
            message.members.forEach(member -> leaveOut(members.get(member).ref, message.reason));
            formSoon(Duration.ZERO);
        }
        return this;
    }

    private Behavior<Command> onFinished(Finished message) {
        endForAll();
        setup.result.complete(message.result);
        return Behaviors.stopped();
    }

    private Behavior<Command> onFailed(Failed message) {
        endForAll();
        setup.result.completeExceptionally(message.failure);
        return Behaviors.stopped();
    }

    private Behavior<Command> onAbort(Abort message) {
        endForAll();
        setup.result.completeExceptionally(new InterruptedException("training interrupted"));
        return Behaviors.stopped();
    }

    private void endForAll() {
        told.forEach(worker -> worker.tell(new WorkerMessage.EndJob(setup.number)));
    }

    private Behavior<Command> onPostStop() {
        runner.close();
        if (plane != null) {
            plane.close();
        }
        setup.result.completeExceptionally(new IllegalStateException("the coordinator was stopped"));
        return this;
    }

    private String nameOf(ActorRef<WorkerMessage> ref) {
        Worker worker = workers.get(ref);
        return worker == null ? ref.path().name() : worker.name;
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
        public void onFinished(TrainingResult result) {
            self.tell(new Finished(result));
        }

        @Override
        public void onFailed(RuntimeException failure) {
            self.tell(new Failed(failure));
        }
    }
}
