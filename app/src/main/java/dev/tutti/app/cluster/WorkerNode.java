package dev.tutti.app.cluster;

import akka.actor.typed.ActorSystem;
import dev.tutti.config.Endpoint;
import dev.tutti.config.WorkerSettings;
import dev.tutti.files.InputException;
import dev.tutti.protocol.Build;
import dev.tutti.protocol.WorkerMessage.Goodbye;
import dev.tutti.worker.actor.TrainingSets;
import dev.tutti.worker.actor.WorkerHost;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker process: finds its coordinator, works for it, and looks for it again when it is lost, until told that it is not
 * needed any more.
 */
public final class WorkerNode {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerNode.class);
    private static final int CONNECT_TIMEOUT_MS = 2_000;
    private static final long FIRST_PAUSE_MS = 250;
    private static final long LONGEST_PAUSE_MS = 5_000;
    private static final long JOIN_TIMEOUT_S = 20;

    /** About when the coordinator's failure detector gives a process up. */
    private static final long GIVEN_UP_NS = 5_000_000_000L;

    private final WorkerSettings settings;
    private final Build build;

    /** Names this process to coordinators, however often it joins. */
    private final String process = UUID.randomUUID().toString();

    private final TrainingSets trainingSets;
    private final Whereabouts whereabouts;

    private WorkerNode(WorkerSettings settings, Build build) {
        this.settings = settings;
        this.build = build;
        this.trainingSets = new TrainingSets(settings.dataLocal());
        this.whereabouts = new Whereabouts(settings.coordinator(), Addresses::resolve);
    }

    /** How a stay with the coordinator ended. */
    private enum Stay {
        NOT_NEEDED,
        LOST,
        NOT_JOINED
    }

    /**
     * Works until the coordinator says goodbye for good.
     *
     * @param settings of the process
     * @throws InterruptedException if this thread is interrupted; all is stopped then
     * @throws InputException if the coordinator cannot be reached for longer than {@code giveUp}, or is another build
     */
    public static void run(WorkerSettings settings) throws InterruptedException {
        run(settings, Build.current());
    }

    static void run(WorkerSettings settings, Build build) throws InterruptedException {
        new WorkerNode(settings, build).run();
    }

    private void run() throws InterruptedException {
        long lostNs = System.nanoTime();
        while (true) {
            Endpoint coordinator = reach(lostNs);
            Stay stay = stay(coordinator);
            if (stay == Stay.NOT_NEEDED) {
                return;
            }
            if (stay == Stay.LOST) {
                lostNs = System.nanoTime();
                pause(FIRST_PAUSE_MS);
            } else {
                whereabouts.forget();
                checkPatience(lostNs, "it listens, but does not answer as a coordinator of this version");
            }
        }
    }

    /** Waits until something listens at the coordinator's address. */
    private Endpoint reach(long lostNs) throws InterruptedException {
        SearchReport report = new SearchReport(System.nanoTime());
        long pauseMs = FIRST_PAUSE_MS;
        while (true) {
            String problem;
            try (Socket socket = new Socket()) {
                Endpoint coordinator = whereabouts.next();
                socket.connect(new InetSocketAddress(coordinator.host(), coordinator.port()), CONNECT_TIMEOUT_MS);
                whereabouts.found(coordinator);
                return coordinator;
            } catch (IOException | InputException e) {
                problem = e.getMessage() == null ? e.toString() : e.getMessage();
            }
            checkPatience(lostNs, problem);
            report(report, lostNs, problem);
            pause(pauseMs);
            pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        }
    }

    private void report(SearchReport report, long lostNs, String problem) {
        long nowNs = System.nanoTime();
        switch (report.onFailure(nowNs)) {
            case WAITING -> LOG.info("waiting for coordinator {}", settings.coordinator());
            case FAULT ->
                LOG.warn(
                        "coordinator {} cannot be reached: {}; trying again for {} s",
                        settings.coordinator(),
                        problem,
                        settings.giveUp().minusNanos(nowNs - lostNs).toSeconds());
            case NOTHING -> LOG.debug("coordinator {} not reached: {}", settings.coordinator(), problem);
        }
    }

    private static void pause(long pauseMs) throws InterruptedException {
        try {
            Thread.sleep(pauseMs);
        } catch (InterruptedException e) {
            throw new InterruptedException("while looking for the coordinator");
        }
    }

    private void checkPatience(long lostNs, String problem) {
        Duration waited = Duration.ofNanos(System.nanoTime() - lostNs);
        if (waited.compareTo(settings.giveUp()) > 0) {
            throw new InputException("coordinator " + settings.coordinator() + " cannot be reached for "
                    + waited.toSeconds() + " s: " + problem
                    + "; start it first (tutti train ... --coordinator-bind HOST:PORT --wait-workers N),"
                    + " or wait longer with --give-up");
        }
    }

    private Stay stay(Endpoint coordinator) throws InterruptedException {
        String host = settings.host().orElseGet(() -> Addresses.localAddressTowards(coordinator));
        String name = settings.name()
                .orElseGet(() -> host + "/" + ProcessHandle.current().pid());
        CompletableFuture<String> joined = new CompletableFuture<>();
        CompletableFuture<Goodbye> goodbye = new CompletableFuture<>();
        WorkerHost.Events events = new WorkerHost.Events() {
            @Override
            public void onJoined(String coordinatorName) {
                joined.complete(coordinatorName);
            }

            @Override
            public void onRefused(String reason) {
                goodbye.completeExceptionally(
                        new InputException("coordinator " + coordinator + " cannot be worked for: " + reason));
                joined.complete("");
            }

            @Override
            public void onGoodbye(Goodbye message) {
                goodbye.complete(message);
            }

            @Override
            public void onFailed(String reason) {
                goodbye.complete(new Goodbye(reason, true));
            }
        };
        ActorSystem<WorkerHost.Command> system = ActorSystems.startWorker(
                WorkerHost.create(new WorkerHost.Setup(
                        process,
                        build,
                        name,
                        settings.threads(),
                        host,
                        settings.transport(),
                        settings.aeronDirectory().orElse(null),
                        trainingSets,
                        events)),
                host,
                coordinator);
        try {
            system.getWhenTerminated().thenRun(() -> goodbye.complete(new Goodbye("it cannot be reached", true)));
            joined.get(JOIN_TIMEOUT_S, TimeUnit.SECONDS);
            ActorSystems.watch(system, coordinator, () -> goodbye.complete(new Goodbye("it does not answer", true)));
            Goodbye message = await(goodbye);
            LOG.info("parted from coordinator {}: {}", coordinator, message.reason());
            return message.comeBack() ? Stay.LOST : Stay.NOT_NEEDED;
        } catch (TimeoutException e) {
            return Stay.NOT_JOINED;
        } catch (InterruptedException e) {
            ActorSystems.leaveAndStop(system);
            throw new InterruptedException("while working for " + coordinator);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof InputException refused ? refused : new IllegalStateException(e.getCause());
        } finally {
            ActorSystems.stop(system);
        }
    }

    /** A process that stood still for long has been given up by the others, and would be the last to find out. */
    private static Goodbye await(CompletableFuture<Goodbye> goodbye) throws InterruptedException, ExecutionException {
        long awakeNs = System.nanoTime();
        while (true) {
            try {
                return goodbye.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                long nowNs = System.nanoTime();
                if (nowNs - awakeNs > GIVEN_UP_NS) {
                    return new Goodbye(
                            "this process stood still for " + (nowNs - awakeNs) / 1_000_000_000L + " s", true);
                }
                awakeNs = nowNs;
            }
        }
    }
}
