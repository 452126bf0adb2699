package dev.tutti.worker.actor;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import dev.tutti.data.Dataset;
import dev.tutti.files.InputException;
import dev.tutti.kernel.Kernels;
import dev.tutti.protocol.Build;
import dev.tutti.protocol.CoordinatorMessage.Busy;
import dev.tutti.protocol.CoordinatorMessage.Introduction;
import dev.tutti.protocol.CoordinatorMessage.NotPrepared;
import dev.tutti.protocol.CoordinatorMessage.PeersLost;
import dev.tutti.protocol.CoordinatorMessage.Prepared;
import dev.tutti.protocol.CoordinatorMessage.WorkerFailed;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkInHand;
import dev.tutti.protocol.WorkerMessage;
import dev.tutti.protocol.WorkerMessage.ConnectPeers;
import dev.tutti.protocol.WorkerMessage.EndJob;
import dev.tutti.protocol.WorkerMessage.Goodbye;
import dev.tutti.protocol.WorkerMessage.Hello;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.NoRoomException;
import dev.tutti.transport.SharedVectors;
import dev.tutti.transport.TransportKind;
import dev.tutti.worker.compute.ComputeTeam;
import dev.tutti.worker.compute.SampleSource;
import dev.tutti.worker.step.GenerationLoop;
import dev.tutti.worker.transport.WorkerPlane;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;

/**
 * A worker process on the control plane: introduces itself to the coordinator, opens and closes the streams of generations, and
 * gives its compute threads, an actor for each, their work. It decides nothing about training.
 */
public final class WorkerHost extends AbstractBehavior<WorkerHost.Command> {
    /** What this actor is told. */
    public sealed interface Command {}

    private record FromCoordinator(WorkerMessage message) implements Command {}

    private record LoopEnded(ComputeActor.Ended ended) implements Command {}

    private record StillComputing(PrepareGeneration prepare) implements Command {}

    /** So long a job that is over may take to end before the coordinator is told to begin the next without this worker. */
    private static final Duration BUSY_AFTER = Duration.ofSeconds(1);

    /**
     * How a worker process is set up.
     *
     * @param process names the process as long as it lives
     * @param build which Tutti it is
     * @param name its name in logs
     * @param threads number of compute threads
     * @param host this machine's address as the coordinator sees it, for UDP
     * @param transport what may carry bulk data
     * @param aeronDirectory directory of a running media driver to share, or a folder in which to start one; null for
     *     shared memory
     * @param trainingSets where training sets are kept between generations
     * @param shared what is shared with the coordinator, where it is of this process; else null
     * @param events told about the coordinator
     */
    public record Setup(
            String process,
            Build build,
            String name,
            int threads,
            String host,
            TransportKind transport,
            Path aeronDirectory,
            TrainingSets trainingSets,
            SharedVectors shared,
            Events events) {
        /** Of a process without a coordinator. */
        public Setup(
                String process,
                Build build,
                String name,
                int threads,
                String host,
                TransportKind transport,
                Path aeronDirectory,
                TrainingSets trainingSets,
                Events events) {
            this(process, build, name, threads, host, transport, aeronDirectory, trainingSets, null, events);
        }
    }

    /** Told about the coordinator, on the actor's thread: quick answers only. */
    public interface Events {
        /** The coordinator has greeted this worker. */
        void onJoined(String coordinator);

        /** The coordinator is another build, so the two cannot work together; {@code reason} is one line for the user. */
        void onRefused(String reason);

        /** The coordinator has left in good order; see {@link Goodbye}. */
        void onGoodbye(Goodbye goodbye);

        /** This worker's part of a generation failed; it had better join anew. */
        void onFailed(String reason);
    }

    private final Setup setup;
    private final Logger log;
    private final List<ActorRef<ComputeActor.Command>> threads = new ArrayList<>();
    private final ActorRef<ComputeActor.Ended> endedAdapter;
    private final ActorRef<WorkerMessage> self;
    private AeronNode sharedNode;
    private AeronNode ownNode;
    private Hello coordinator;

    private PrepareGeneration current;
    private PrepareGeneration next;
    private WorkerPlane newest;
    private volatile GenerationLoop loop;
    private volatile boolean shuttingDown;

    private WorkerHost(ActorContext<Command> context, Setup setup) {
        super(context);
        this.setup = setup;
        this.log = context.getLog();
        for (int thread = 0; thread < setup.threads; thread++) {
            threads.add(context.spawn(
                    ComputeActor.create(),
                    "compute-" + thread,
                    DispatcherSelector.fromConfig("tutti.compute-dispatcher")));
        }
        endedAdapter = context.messageAdapter(ComputeActor.Ended.class, LoopEnded::new);
        self = context.messageAdapter(WorkerMessage.class, FromCoordinator::new);
        // Actors stop only when they have handled their message, and the leading worker's lasts as long as the
        // generation.
        CoordinatedShutdown.get(context.getSystem())
                .addTask(
                        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                        "stop-computing-" + context.getSelf().path().name(),
                        this::stopComputing);
        context.getSystem().receptionist().tell(Receptionist.register(WorkerMessage.SERVICE_KEY, self));
    }

    /** Creates the behavior; it registers itself with the receptionist. */
    public static Behavior<Command> create(Setup setup) {
        return Behaviors.setup(context -> new WorkerHost(context, setup));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(FromCoordinator.class, this::onFromCoordinator)
                .onMessage(LoopEnded.class, this::onLoopEnded)
                .onMessage(StillComputing.class, this::onStillComputing)
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    private Behavior<Command> onFromCoordinator(FromCoordinator envelope) {
        WorkerMessage message = envelope.message;
        if (message instanceof Hello hello) {
            onHello(hello);
        } else if (message instanceof PrepareGeneration prepare) {
            onPrepareGeneration(prepare);
        } else if (message instanceof ConnectPeers connect) {
            onConnectPeers(connect);
        } else if (message instanceof EndJob end) {
            onEndJob(end);
        } else if (message instanceof Goodbye goodbye) {
            log.info("goodbye from the coordinator: {}", goodbye.reason());
            setup.events.onGoodbye(goodbye);
        }
        return this;
    }

    private void onHello(Hello hello) {
        coordinator = hello;
        boolean shares =
                setup.transport.allowsIpc() && AeronNode.canShare(Path.of(hello.aeronDirectory()), hello.driverId());
        Introduction introduction = new Introduction(
                self,
                setup.process,
                setup.build,
                setup.name,
                setup.threads,
                shares,
                setup.transport,
                Kernels.description());
        Optional<String> mismatch = Build.mismatch(hello.build(), setup.build);
        if (mismatch.isPresent()) {
            if (hello.build() != null) {
                // So that its log says so, too; an older one would take it for a welcome.
                hello.replyTo().tell(introduction);
            }
            setup.events.onRefused(mismatch.get());
            return;
        }
        setup.events.onJoined(hello.coordinatorName());
        log.info(
                "joined: coordinator={}, threads={}, shares its memory={}",
                hello.coordinatorName(),
                setup.threads,
                shares);
        hello.replyTo().tell(introduction);
    }

    private void onPrepareGeneration(PrepareGeneration prepare) {
        if (shuttingDown) {
            return;
        }
        if (loop == null) {
            next = prepare;
            openNext();
        } else if (isSameJob(prepare) && !loop.isStopped()) {
            continueWith(prepare);
        } else {
            next = prepare;
            loop.stop();
            getContext().scheduleOnce(BUSY_AFTER, getContext().getSelf(), new StillComputing(prepare));
        }
    }

    private boolean isSameJob(PrepareGeneration prepare) {
        return prepare.job().equals(current.job()) && prepare.replyTo().equals(current.replyTo());
    }

    /** What is being computed goes on, and is sent by the new streams. */
    private void continueWith(PrepareGeneration prepare) {
        current = prepare;
        try {
            // Before there are new streams: there may not be room for both.
            WorkInHand inHand = loop.leave();
            WorkerPlane plane = openPlane(prepare);
            loop.continueWith(plane);
            Dataset training = training(prepare.job());
            answerPrepared(prepare, plane, needsTraining(prepare.job(), training), inHand);
        } catch (RuntimeException e) {
            loop.stop();
            answerNotPrepared(prepare, e);
        }
    }

    private Behavior<Command> onStillComputing(StillComputing message) {
        if (message.prepare.equals(next)) {
            next.replyTo().tell(new Busy(self, next.generation()));
        }
        return this;
    }

    private void onEndJob(EndJob end) {
        if (next != null && next.job().job() == end.job()) {
            // It waits for the end of an earlier job's work, and its own job is over before it began here.
            next = null;
        }
        if (current != null && current.job().job() == end.job()) {
            log.info("job {} is over", current.job().name());
            if (loop != null) {
                loop.stop();
            }
        }
    }

    private Behavior<Command> onLoopEnded(LoopEnded message) {
        RuntimeException failure = message.ended.failure();
        loop.close();
        loop = null;
        newest = null;
        if (failure != null) {
            log.error("{} failed here", current.generation(), failure);
            current.replyTo().tell(new WorkerFailed(self, current.generation(), String.valueOf(failure.getMessage())));
            setup.events.onFailed("the streams or the computation failed: " + failure.getMessage());
        }
        if (next != null && !shuttingDown) {
            openNext();
        }
        return this;
    }

    private void openNext() {
        current = next;
        next = null;
        try {
            open(current);
        } catch (RuntimeException e) {
            answerNotPrepared(current, e);
        }
    }

    /** What is there of the training set; nothing, and nothing is read, where samples come with the work. */
    private Dataset training(JobDescription job) {
        return job.placement() == Placement.STREAM ? null : setup.trainingSets.get(job.dataFingerprint());
    }

    private void open(PrepareGeneration prepare) {
        JobDescription job = prepare.job();
        Dataset training = training(job);
        boolean needsTraining = needsTraining(job, training);
        WorkerPlane plane = openPlane(prepare);
        try {
            ComputeTeam team = needsTraining ? null : startTeam(job, training);
            loop = new GenerationLoop(
                    plane,
                    team,
                    received -> startTeam(job, received),
                    received -> setup.trainingSets.put(job.dataFingerprint(), received));
        } catch (RuntimeException e) {
            plane.close();
            throw e;
        }
        threads.get(0).tell(new ComputeActor.Lead(loop, endedAdapter));
        answerPrepared(prepare, plane, needsTraining, WorkInHand.NONE);
    }

    private WorkerPlane openPlane(PrepareGeneration prepare) {
        SharedVectors.Generation shared = setup.shared == null ? null : setup.shared.generation(prepare.generation());
        WorkerPlane plane = WorkerPlane.open(
                nodeFor(prepare.streams().ipc()),
                prepare,
                setup.host,
                shared,
                (reached, reason) ->
                        prepare.replyTo().tell(new PeersLost(self, prepare.generation(), reached, reason)));
        newest = plane;
        return plane;
    }

    private void onConnectPeers(ConnectPeers connect) {
        if (newest != null && newest.generation().equals(connect.generation())) {
            newest.connectPeers(connect.tcpEndpoints());
        }
    }

    private static boolean needsTraining(JobDescription job, Dataset training) {
        return job.placement() == Placement.REPLICATE && training == null;
    }

    private void answerPrepared(
            PrepareGeneration prepare, WorkerPlane plane, boolean needsTraining, WorkInHand inHand) {
        log.info(
                "{} prepared: job={}, member={}",
                prepare.generation(),
                prepare.job().name(),
                prepare.member());
        prepare.replyTo()
                .tell(new Prepared(
                        self,
                        prepare.generation(),
                        plane.weightsEndpoint(),
                        plane.workEndpoint(),
                        plane.tcpEndpoint(),
                        !needsTraining,
                        inHand));
    }

    private void answerNotPrepared(PrepareGeneration prepare, RuntimeException e) {
        if (e instanceof InputException) {
            log.error("{} cannot be prepared: {}", prepare.generation(), e.getMessage());
        } else {
            log.error("{} cannot be prepared", prepare.generation(), e);
        }
        prepare.replyTo()
                .tell(new NotPrepared(
                        self, prepare.generation(), String.valueOf(e.getMessage()), e instanceof NoRoomException));
    }

    /** Also called on the leading compute thread: only tells, and fields that are set once. */
    private ComputeTeam startTeam(JobDescription job, Dataset training) {
        SampleSource source = new SampleSource(job.spec(), job.featureCount(), job.targetCount(), training);
        ComputeTeam team = new ComputeTeam(job.spec(), source, setup.threads);
        for (int thread = 1; thread < setup.threads; thread++) {
            threads.get(thread).tell(new ComputeActor.Serve(team, thread));
        }
        return team;
    }

    private AeronNode nodeFor(boolean ipc) {
        if (ipc) {
            if (sharedNode == null || !sharedNode.id().equals(coordinator.driverId())) {
                closeNode(sharedNode);
                sharedNode = AeronNode.connect(Path.of(coordinator.aeronDirectory()), coordinator.driverId());
            }
            return sharedNode;
        }
        if (ownNode == null) {
            ownNode = AeronNode.shareOrLaunch(setup.aeronDirectory);
        }
        return ownNode;
    }

    /** On a thread of the shutdown. */
    private CompletionStage<Done> stopComputing() {
        shuttingDown = true;
        GenerationLoop running = loop;
        if (running != null) {
            running.stop();
        }
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    /** All children have stopped, so nobody uses the streams any more. */
    private Behavior<Command> onPostStop() {
        if (loop != null) {
            loop.close();
        }
        closeNode(sharedNode);
        closeNode(ownNode);
        return this;
    }

    private static void closeNode(AeronNode node) {
        if (node != null) {
            node.close();
        }
    }
}
