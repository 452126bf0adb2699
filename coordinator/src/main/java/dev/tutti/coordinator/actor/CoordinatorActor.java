package dev.tutti.coordinator.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import dev.tutti.coordinator.plan.WorkerNames;
import dev.tutti.protocol.Build;
import dev.tutti.protocol.CoordinatorMessage;
import dev.tutti.protocol.CoordinatorMessage.Introduction;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Averaging;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;

/**
 * The coordinator on the control plane: knows the workers that can be reached, and runs one job at a time. Who can be reached is
 * what the receptionist says, which leaves out members of the cluster that do not answer.
 */
public final class CoordinatorActor extends AbstractBehavior<CoordinatorActor.Command> {
    /** What this actor is told. */
    public sealed interface Command {}

    /**
     * Run a job; while the one before it is being ended, it waits for that.
     *
     * @param job what to train
     * @param dataFingerprint names the training set's content
     * @param placement where the workers find the samples
     * @param averaging who adds the gradients, where the workers are processes of their own
     * @param waitWorkers number of worker processes to wait for before the first step
     * @param giveUp how long to wait for them
     * @param elastic whether the job goes on without a worker that fails; otherwise it fails with it
     * @param listener told about the progress
     * @param result completed at the end; names the job to {@link AbortJob}
     */
    public record RunJob(
            TrainingJob job,
            String dataFingerprint,
            Placement placement,
            Averaging averaging,
            int waitWorkers,
            Duration giveUp,
            boolean elastic,
            TrainingListener listener,
            CompletableFuture<TrainingResult> result)
            implements Command {}

    /**
     * Give up a job, whose result then is an {@link InterruptedException}.
     *
     * @param result as of {@link RunJob}; a job that has ended is none to give up
     */
    public record AbortJob(CompletableFuture<TrainingResult> result) implements Command {}

    /**
     * Say goodbye to the workers.
     *
     * @param goodbye what they are told
     * @param done completed when that is sent
     */
    public record Leave(WorkerMessage.Goodbye goodbye, CompletableFuture<Void> done) implements Command {}

    /**
     * Say who is here.
     *
     * @param answer completed with the workers that can be reached, in the order in which they came
     */
    public record ListWorkers(CompletableFuture<List<WorkerView>> answer) implements Command {}

    /**
     * Do without a worker, or take it back: from its name, whatever process has it.
     *
     * @param name of a worker that is here
     * @param out whether jobs do without it from now on
     * @param known completed with whether there is such a worker
     */
    public record LeaveOut(String name, boolean out, CompletableFuture<Boolean> known) implements Command {}

    /**
     * A worker process that can be reached.
     *
     * @param name its name
     * @param host name or address of its machine; empty for a worker of this process
     * @param threads number of its compute threads
     * @param seconds since when it is here
     * @param leftOut whether somebody has said that jobs do without it
     */
    public record WorkerView(String name, String host, int threads, double seconds, boolean leftOut) {}

    private record WorkersSeen(Set<ActorRef<WorkerMessage>> refs) implements Command {}

    private record FromWorker(CoordinatorMessage message) implements Command {}

    private final String name;
    private final Build build;
    private final AeronNode node;
    private final DataPlaneSettings dataPlane;
    private final Logger log;
    private final ActorRef<CoordinatorMessage> replies;
    private final AtomicInteger generations = new AtomicInteger();
    private final WorkerNames names = new WorkerNames();
    private final Map<ActorRef<WorkerMessage>, JobActor.Worker> workers = new LinkedHashMap<>();
    private final Map<ActorRef<WorkerMessage>, Long> sinceNs = new HashMap<>();
    private final Set<String> leftOut = new HashSet<>();
    private final ArrayDeque<RunJob> next = new ArrayDeque<>();
    private Set<ActorRef<WorkerMessage>> seen = Set.of();
    private long introductions;
    private int jobs;
    private RunJob running;
    private ActorRef<JobActor.Command> job;
    private boolean aborted;

    private CoordinatorActor(
            ActorContext<Command> context, String name, Build build, AeronNode node, DataPlaneSettings dataPlane) {
        super(context);
        this.name = name;
        this.build = build;
        this.node = node;
        this.dataPlane = dataPlane;
        this.log = context.getLog();
        this.replies = context.messageAdapter(CoordinatorMessage.class, FromWorker::new);
        ActorRef<Receptionist.Listing> listings = context.messageAdapter(
                Receptionist.Listing.class,
                listing -> new WorkersSeen(listing.getServiceInstances(WorkerMessage.SERVICE_KEY)));
        context.getSystem().receptionist().tell(Receptionist.subscribe(WorkerMessage.SERVICE_KEY, listings));
    }

    /**
     * Creates the behavior.
     *
     * @param name the name of this coordinator in workers' logs
     * @param build which Tutti this is; workers of another are refused
     * @param node its way to Aeron
     * @param dataPlane what its streams need to know of the machine
     */
    public static Behavior<Command> create(String name, Build build, AeronNode node, DataPlaneSettings dataPlane) {
        return Behaviors.setup(context -> new CoordinatorActor(context, name, build, node, dataPlane));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(WorkersSeen.class, this::onWorkersSeen)
                .onMessage(FromWorker.class, this::onFromWorker)
                .onMessage(RunJob.class, this::onRunJob)
                .onMessage(AbortJob.class, this::onAbortJob)
                .onMessage(Leave.class, this::onLeave)
                .onMessage(ListWorkers.class, this::onListWorkers)
                .onMessage(LeaveOut.class, this::onLeaveOut)
                .onSignal(Terminated.class, this::onJobTerminated)
                .build();
    }

    private Behavior<Command> onWorkersSeen(WorkersSeen message) {
        for (ActorRef<WorkerMessage> ref : message.refs) {
            if (!seen.contains(ref)) {
                ref.tell(new WorkerMessage.Hello(name, build, node.directory().toString(), node.id(), replies));
            }
        }
        for (ActorRef<WorkerMessage> ref : List.copyOf(workers.keySet())) {
            if (!message.refs.contains(ref)) {
                JobActor.Worker gone = workers.remove(ref);
                names.leave(gone.process());
                log.info("worker {} is gone or cannot be reached", gone.name());
            }
        }
        seen = message.refs;
        tellJob();
        return this;
    }

    private Behavior<Command> onFromWorker(FromWorker envelope) {
        if (envelope.message instanceof Introduction introduction && seen.contains(introduction.worker())) {
            Optional<String> mismatch = Build.mismatch(build, introduction.build());
            if (mismatch.isPresent()) {
                log.warn("worker {} refused: {}", introduction.name(), mismatch.get());
                // A build that knows no versions cannot see by itself that it is not wanted.
                introduction.worker().tell(new WorkerMessage.Goodbye("refused: " + mismatch.get(), false));
            } else {
                onIntroduction(introduction);
            }
        }
        return this;
    }

    private void onIntroduction(Introduction introduction) {
        // A process that comes back may be here before it was missed.
        workers.values().removeIf(worker -> worker.process().equals(introduction.process()));
        String unique = names.join(introduction.process(), introduction.name());
        if (!unique.equals(introduction.name())) {
            log.warn(
                    "another worker is named {} already: this one is called {}; give each its own --name",
                    introduction.name(),
                    unique);
        }
        introductions++;
        sinceNs.keySet().retainAll(seen);
        sinceNs.put(introduction.worker(), System.nanoTime());
        workers.put(
                introduction.worker(),
                new JobActor.Worker(
                        introduction.worker(),
                        introductions,
                        introduction.process(),
                        unique,
                        introduction.threads(),
                        introduction.sharesDriver(),
                        introduction.transport()));
        log.info(
                "worker {} joined: threads={}, kernel={}, workers={}",
                unique,
                introduction.threads(),
                introduction.kernel(),
                workers.size());
        tellJob();
    }

    private Behavior<Command> onRunJob(RunJob run) {
        if (job == null) {
            start(run);
        } else if (aborted || running.result.isDone()) {
            next.add(run);
        } else {
            run.result.completeExceptionally(new IllegalStateException("a job is running already"));
        }
        return this;
    }

    private void start(RunJob run) {
        jobs++;
        running = run;
        aborted = false;
        job = getContext()
                .spawn(
                        JobActor.create(
                                new JobActor.Setup(
                                        jobs,
                                        run.job,
                                        run.dataFingerprint,
                                        run.placement,
                                        run.averaging,
                                        run.waitWorkers,
                                        run.giveUp,
                                        run.elastic,
                                        run.listener,
                                        run.result),
                                node,
                                dataPlane,
                                generations,
                                System::nanoTime),
                        "job-" + jobs,
                        DispatcherSelector.blocking());
        getContext().watch(job);
        tellJob();
    }

    private Behavior<Command> onAbortJob(AbortJob abort) {
        if (next.removeIf(waiting -> waiting.result == abort.result)) {
            abort.result.completeExceptionally(new InterruptedException("training interrupted"));
        } else if (running != null && running.result == abort.result) {
            aborted = true;
            job.tell(new JobActor.Abort());
        }
        return this;
    }

    private Behavior<Command> onLeave(Leave leave) {
        seen.forEach(worker -> worker.tell(leave.goodbye));
        leave.done.complete(null);
        return this;
    }

    private Behavior<Command> onListWorkers(ListWorkers message) {
        long nowNs = System.nanoTime();
        message.answer.complete(workers.values().stream()
                .map(worker -> new WorkerView(
                        worker.name(),
                        worker.ref().path().address().getHost().orElse(""),
                        worker.threads(),
                        (nowNs - sinceNs.getOrDefault(worker.ref(), nowNs)) / 1e9,
                        leftOut.contains(worker.name())))
                .toList());
        return this;
    }

    private Behavior<Command> onLeaveOut(LeaveOut message) {
        boolean known =
                workers.values().stream().anyMatch(worker -> worker.name().equals(message.name));
        if (known && (message.out ? leftOut.add(message.name) : leftOut.remove(message.name))) {
            log.info("worker {} is {}", message.name, message.out ? "left out, as was asked for" : "taken back");
            tellJob();
        }
        message.known.complete(known);
        return this;
    }

    private Behavior<Command> onJobTerminated(Terminated terminated) {
        running.result.completeExceptionally(
                new IllegalStateException("the job ended without a result; the log says why"));
        running = null;
        job = null;
        if (!next.isEmpty()) {
            start(next.poll());
        }
        return this;
    }

    private void tellJob() {
        if (job != null) {
            job.tell(new JobActor.Workers(workers.values().stream()
                    .filter(worker -> !leftOut.contains(worker.name()))
                    .toList()));
        }
    }
}
