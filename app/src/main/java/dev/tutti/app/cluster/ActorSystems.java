package dev.tutti.app.cluster;

import akka.Done;
import akka.actor.Address;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.tutti.app.console.Uninterrupted;
import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import java.net.BindException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Starts and stops actor systems: alone in a process, or as members of a cluster. To start one cannot be interrupted, as that would
 * leave its threads behind; an interrupt is kept for later.
 */
public final class ActorSystems {
    /** Role of the coordinator in the cluster. */
    static final String COORDINATOR = "coordinator";

    private static final String NAME = "tutti";
    private static final long STOP_TIMEOUT_S = 10;

    /** The coordinator itself watches all the others. */
    private static final int MOST_MEMBERS = 10_000;

    /** Who is missing is for the coordinator alone to say; the others watch it by its {@link Pulse}. */
    private static final String SUSPECTS_NOBODY =
            "akka.cluster.failure-detector { monitored-by-nr-of-members = 1, acceptable-heartbeat-pause = 3650d }";

    private ActorSystems() {}

    /** Starts an actor system for coordinator and workers in one process: no network. */
    static <T> ActorSystem<T> startLocal(Behavior<T> guardian) {
        Config config = config("akka.actor.provider = local");
        return Uninterrupted.call(() -> ActorSystem.create(guardian, NAME, config));
    }

    /**
     * Starts an actor system that is the cluster's first member.
     *
     * @throws InputException if the address cannot be bound
     */
    static <T> ActorSystem<T> startCoordinator(Behavior<T> guardian, Endpoint advertised, Endpoint bind) {
        ActorSystem<T> system = startClustered(
                guardian,
                advertised.host(),
                advertised.port(),
                bind.host(),
                bind.port(),
                COORDINATOR,
                "akka.cluster.failure-detector.monitored-by-nr-of-members = " + MOST_MEMBERS);
        Cluster cluster = Cluster.get(system);
        cluster.manager().tell(new JoinSeedNodes(List.of(cluster.selfMember().address())));
        Unreachable.takeOut(system);
        Pulse.answer(system);
        return system;
    }

    /** Starts an actor system, on any free port of {@code host}, that joins the cluster of the coordinator. */
    static <T> ActorSystem<T> startWorker(Behavior<T> guardian, String host, Endpoint coordinator) {
        return Uninterrupted.call(() -> {
            ActorSystem<T> system = startClustered(guardian, host, 0, host, 0, "worker", SUSPECTS_NOBODY);
            Cluster.get(system).manager().tell(new JoinSeedNodes(List.of(addressOf(coordinator))));
            return system;
        });
    }

    /** Has a worker told when its coordinator does not answer any more; once. */
    public static void watch(ActorSystem<?> system, Endpoint coordinator, Runnable lost) {
        Pulse.watch(system, addressOf(coordinator), lost);
    }

    private static Address addressOf(Endpoint coordinator) {
        return new Address("akka", NAME, coordinator.host(), coordinator.port());
    }

    /** Stops an actor system after it has left the cluster, so that the others need not find out. */
    public static void leaveAndStop(ActorSystem<?> system) {
        await(system, CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.actorSystemTerminateReason()));
    }

    /** Stops an actor system at once. */
    static void stop(ActorSystem<?> system) {
        await(
                system,
                CoordinatedShutdown.get(system)
                        .run(
                                CoordinatedShutdown.actorSystemTerminateReason(),
                                Optional.of(CoordinatedShutdown.PhaseBeforeActorSystemTerminate())));
    }

    /** Waits even if interrupted: nothing that was started may outlive this. */
    private static void await(ActorSystem<?> system, CompletionStage<Done> stopped) {
        boolean interrupted = Thread.interrupted();
        try {
            stopped.toCompletableFuture().get(STOP_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            system.log().warn("actors did not stop within {} s", STOP_TIMEOUT_S);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (ExecutionException e) {
            system.log().warn("actors stopped with an error", e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> ActorSystem<T> startClustered(
            Behavior<T> guardian, String host, int port, String bindHost, int bindPort, String role, String more) {
        Config config = config("akka.actor.provider = cluster\n"
                + "akka.remote.artery.canonical.hostname = \"" + host + "\"\n"
                + "akka.remote.artery.canonical.port = " + port + "\n"
                + "akka.remote.artery.bind.hostname = \"" + bindHost + "\"\n"
                + "akka.remote.artery.bind.port = " + bindPort + "\n"
                + "akka.cluster.roles = [\"" + role + "\"]\n"
                + more);
        try {
            return ActorSystem.create(guardian, NAME, config);
        } catch (RuntimeException e) {
            throw isBindFailure(e)
                    ? new InputException(
                            "cannot listen on " + bindHost + ":" + bindPort
                                    + ": the port is in use or the address is not this"
                                    + " machine's; give another --coordinator-bind HOST:PORT",
                            e)
                    : e;
        }
    }

    private static boolean isBindFailure(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException
                    || cause.getClass().getSimpleName().equals("BindFailedException")
                    || String.valueOf(cause.getMessage()).contains("Failed to bind")) {
                return true;
            }
        }
        return false;
    }

    private static Config config(String own) {
        return ConfigFactory.parseString(ActorThreads.CONFIG + own)
                .withFallback(ConfigFactory.parseResources("tutti-akka.conf"))
                .withFallback(ConfigFactory.load());
    }
}
