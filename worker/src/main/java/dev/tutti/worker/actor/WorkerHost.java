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
import dev.tutti.protocol.CoordinatorMessage.Introduction;
import dev.tutti.protocol.CoordinatorMessage.NotPrepared;
import dev.tutti.protocol.CoordinatorMessage.Prepared;
import dev.tutti.protocol.CoordinatorMessage.WorkerFailed;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage;
import dev.tutti.protocol.WorkerMessage.EndJob;
import dev.tutti.protocol.WorkerMessage.Goodbye;
import dev.tutti.protocol.WorkerMessage.Hello;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.TransportKind;
import dev.tutti.worker.compute.ComputeTeam;
import dev.tutti.worker.compute.SampleSource;
import dev.tutti.worker.step.GenerationLoop;
import dev.tutti.worker.transport.WorkerPlane;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;

/**
 * A worker process on the control plane: introduces itself to the coordinator, opens and closes the streams of generations, and
 * gives the worker actors, one for each compute thread, their work. It decides nothing about training.
 */
public final class WorkerHost extends AbstractBehavior<WorkerHost.Command> {
    /** What this actor is told. */
    public sealed interface Command {}

    private record FromCoordinator(WorkerMessage message) implements Command {}

    private record LoopEnded(WorkerActor.Ended ended) implements Command {}

    /**
     * How a worker process is set up.
     *
     * @param name what people call it
     * @param threads number of worker actors
     * @param host this machine's address as the coordinator sees it, for UDP
     * @param transport what may carry bulk data
     * @param aeronDirectory directory of a running media driver to share, or a folder in which to start one; null for
     *     shared memory
     * @param trainingSets where training sets are kept between generations
     * @param events told about the coordinator
     */
    public record Setup(
            String name,
            int threads,
            String host,
            TransportKind transport,
            Path aeronDirectory,
            TrainingSets trainingSets,
            Events events) {}

    /** Told about the coordinator, on the actor's thread: quick answers only. */
    public interface Events {
        /** The coordinator has greeted this worker. */
        void onJoined(String coordinator);

        /** The coordinator has left in good order; see {@link Goodbye}. */
        void onGoodbye(Goodbye goodbye);

        /** This worker's part of a generation failed; it had better join anew. */
        void onFailed(String reason);
    }

    private final Setup setup;
    private final Logger log;
    private final List<ActorRef<WorkerActor.Command>> workers = new ArrayList<>();
    private final ActorRef<WorkerActor.Ended> endedAdapter;
    private final ActorRef<WorkerMessage> self;
    private AeronNode sharedNode;
    private AeronNode ownNode;
    private Hello coordinator;

    private PrepareGeneration current;
    private PrepareGeneration next;
    private WorkerPlane plane;
    private volatile GenerationLoop loop;
    private volatile boolean shuttingDown;

    private WorkerHost(ActorContext<Command> context, Setup setup) {
        super(context);
        this.setup = setup;
        this.log = context.getLog();
        for (int thread = 0; thread < setup.threads; thread++) {
            workers.add(context.spawn(
                    WorkerActor.create(),
                    "worker-" + thread,
                    DispatcherSelector.fromConfig("tutti.compute-dispatcher")));
        }
        endedAdapter = context.messageAdapter(WorkerActor.Ended.class, LoopEnded::new);
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
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    private Behavior<Command> onFromCoordinator(FromCoordinator envelope) {
        WorkerMessage message = envelope.message;
        if (message instanceof Hello hello) {
            onHello(hello);
        } else if (message instanceof PrepareGeneration prepare) {
            onPrepareGeneration(prepare);
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
        setup.events.onJoined(hello.coordinatorName());
        boolean shares = setup.transport != TransportKind.UDP
                && AeronNode.canShare(Path.of(hello.aeronDirectory()), hello.driverId());
        log.info(
                "joined: coordinator={}, threads={}, transport={}",
                hello.coordinatorName(),
                setup.threads,
                shares ? "ipc" : "udp");
        hello.replyTo().tell(new Introduction(self, setup.name, setup.threads, shares, Kernels.description()));
    }

    private void onPrepareGeneration(PrepareGeneration prepare) {
        if (shuttingDown) {
            return;
        }
        next = prepare;
        if (loop == null) {
            openNext();
        } else {
            loop.stop();
        }
    }

    private void onEndJob(EndJob end) {
        if (current != null && current.job().job() == end.job()) {
            log.info("job {} is over", current.job().name());
            next = null;
            if (loop != null) {
                loop.stop();
            }
        }
    }

    private Behavior<Command> onLoopEnded(LoopEnded message) {
        RuntimeException failure = message.ended.failure();
        if (plane.faults().total() > 0) {
            log.warn("frames dropped: {}: {}", current.generation(), plane.faults());
        }
        plane.close();
        plane = null;
        loop = null;
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
            if (e instanceof InputException) {
                log.error("{} cannot be prepared: {}", current.generation(), e.getMessage());
            } else {
                log.error("{} cannot be prepared", current.generation(), e);
            }
            if (plane != null) {
                plane.close();
                plane = null;
            }
            current.replyTo().tell(new NotPrepared(self, current.generation(), String.valueOf(e.getMessage())));
        }
    }

    private void open(PrepareGeneration prepare) {
        JobDescription job = prepare.job();
        plane = WorkerPlane.open(nodeFor(prepare.streams().ipc()), prepare, setup.host);
        Dataset training = setup.trainingSets.get(job.dataFingerprint());
        boolean needsTraining = job.placement() == Placement.REPLICATE && training == null;
        ComputeTeam team = needsTraining ? null : startTeam(job, job.placement() == Placement.STREAM ? null : training);
        loop = new GenerationLoop(
                plane,
                team,
                received -> startTeam(job, received),
                received -> setup.trainingSets.put(job.dataFingerprint(), received));
        workers.get(0).tell(new WorkerActor.Lead(loop, endedAdapter));
        log.info("{} prepared: job={}, member={}", prepare.generation(), job.name(), prepare.member());
        prepare.replyTo()
                .tell(new Prepared(
                        self, prepare.generation(), plane.weightsEndpoint(), plane.workEndpoint(), !needsTraining));
    }

    /** Also called on the leading compute thread: only tells, and fields that are set once. */
    private ComputeTeam startTeam(JobDescription job, Dataset training) {
        SampleSource source = new SampleSource(job.spec(), job.featureCount(), job.targetCount(), training);
        ComputeTeam team = new ComputeTeam(job.spec(), source, setup.threads);
        for (int thread = 1; thread < setup.threads; thread++) {
            workers.get(thread).tell(new WorkerActor.Serve(team, thread));
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
        if (plane != null) {
            plane.close();
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
