package dev.tutti.app.http;

import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.cluster.WorkerNode;
import dev.tutti.app.service.Home;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.PracticeWorkers;
import dev.tutti.app.service.TrainingRunner;
import dev.tutti.app.service.WorkerProcesses;
import dev.tutti.config.Endpoint;
import dev.tutti.config.ServiceSettings;
import dev.tutti.config.WorkerSettings;
import dev.tutti.files.InputException;
import dev.tutti.transport.TransportKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code tutti serve}: the door, the jobs, and who does the work, until it is interrupted. */
public final class TrainingService {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingService.class);

    private TrainingService() {}

    /**
     * Serves until interrupted; the job that runs is kept then, and goes on at the next start.
     *
     * @param settings of the service
     * @param tell told a few lines for people, once it listens
     * @throws InterruptedException if interrupted; everything has ended by then
     * @throws InputException if it cannot start
     */
    public static void run(ServiceSettings settings, Consumer<String> tell) throws InterruptedException {
        boolean own = settings.coordinatorBind().isEmpty() && !settings.allowFaults();
        try (Home home = Home.open(settings.home());
                JobService service = JobService.open(home, own ? settings.workers() : 0);
                HttpDoor door = HttpDoor.open(
                        settings.http().host(), settings.http().port(), service, Token.in(home.token()))) {
            String address = "http://" + new Endpoint(settings.http().host(), door.port());
            tell.accept("serving on " + address + "/api/v1");
            tell.accept("page at " + address + "/" + door.login());
            tell.accept("token in " + settings.home().resolve(home.token().getFileName()));
            if (own) {
                service.run(new TrainingRunner(service.submission(), Optional.empty()));
            } else {
                withWorkerProcesses(
                        settings, settings.coordinatorBind().orElseGet(TrainingService::freeEndpoint), service);
            }
        }
    }

    private static void withWorkerProcesses(ServiceSettings settings, Endpoint bind, JobService service)
            throws InterruptedException {
        try (CoordinatorNode node =
                CoordinatorNode.start(bind, TransportKind.AUTO, Optional.empty(), Optional.empty())) {
            Optional<PracticeWorkers> practice = settings.allowFaults()
                    ? Optional.of(PracticeWorkers.start(
                            settings.workers(), bind, settings.home().resolve("workers.log")))
                    : Optional.empty();
            service.employ(new WorkerProcesses(node, practice));
            Thread worker = new Thread(() -> work(settings.workers(), bind), "tutti-own-worker");
            if (settings.workers() > 0 && practice.isEmpty()) {
                worker.start();
            }
            try {
                service.run(new TrainingRunner(service.submission(), Optional.of(node)));
            } finally {
                node.leave("the service ends", true);
                worker.interrupt();
                worker.join();
                practice.ifPresent(PracticeWorkers::close);
            }
        }
    }

    /** For workers of this machine alone. */
    private static Endpoint freeEndpoint() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Endpoint("127.0.0.1", socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The threads of this machine, as a worker among others. */
    private static void work(int threads, Endpoint coordinator) {
        try {
            WorkerNode.run(new WorkerSettings(
                    coordinator,
                    threads,
                    Optional.empty(),
                    Optional.of("service"),
                    Duration.ofDays(200),
                    TransportKind.AUTO,
                    Optional.empty()));
        } catch (InterruptedException e) {
            LOG.debug("the service's own worker ends");
        } catch (InputException e) {
            LOG.error("the service's own worker has ended: {}", e.getMessage());
        }
    }
}
