package dev.tutti.app.http;

import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.cluster.WorkerNode;
import dev.tutti.app.service.Home;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.TrainingRunner;
import dev.tutti.config.Endpoint;
import dev.tutti.config.ServiceSettings;
import dev.tutti.config.WorkerSettings;
import dev.tutti.files.InputException;
import dev.tutti.transport.TransportKind;
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
        boolean own = settings.coordinatorBind().isEmpty();
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
                withWorkerProcesses(settings, settings.coordinatorBind().get(), service);
            }
        }
    }

    private static void withWorkerProcesses(ServiceSettings settings, Endpoint bind, JobService service)
            throws InterruptedException {
        try (CoordinatorNode node =
                CoordinatorNode.start(bind, TransportKind.AUTO, Optional.empty(), Optional.empty())) {
            Thread worker = new Thread(() -> work(settings.workers(), bind), "tutti-own-worker");
            if (settings.workers() > 0) {
                worker.start();
            }
            try {
                service.run(new TrainingRunner(service.submission(), Optional.of(node)));
            } finally {
                node.leave("the service ends", true);
                worker.interrupt();
                worker.join();
            }
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
                    TrainingRunner.PATIENCE,
                    TransportKind.AUTO,
                    Optional.empty()));
        } catch (InterruptedException e) {
            LOG.debug("the service's own worker ends");
        } catch (InputException e) {
            LOG.error("the service's own worker has ended: {}", e.getMessage());
        }
    }
}
