package dev.tutti.app.http;

import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.cluster.WorkerNode;
import dev.tutti.app.service.Home;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.PracticeWorkers;
import dev.tutti.app.service.TrainingRunner;
import dev.tutti.app.service.WorkerProcesses;
import dev.tutti.config.ServiceSettings;
import dev.tutti.config.WorkerSettings;
import dev.tutti.files.InputException;
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
        boolean own = settings.processes().isEmpty();
        Entrance entrance = Entrance.of(settings.http());
        try (Home home = Home.open(settings.home());
                JobService service = JobService.open(home, own ? settings.workers() : 0);
                HttpDoor door = open(entrance, service, home)) {
            String address = entrance.shown();
            tell.accept("serving on " + address + "/api/v1");
            tell.accept("page at " + address + "/" + door.login());
            tell.accept("token in " + settings.home().resolve(home.token().getFileName()));
            if (own) {
                service.run(new TrainingRunner(service.submission(), Optional.empty()));
            } else {
                withWorkerProcesses(settings, settings.processes().get(), service);
            }
        }
    }

    private static HttpDoor open(Entrance entrance, JobService service, Home home) {
        try {
            return HttpDoor.open(entrance, service, Tokens.in(home.token(), home.readToken()));
        } catch (InputException e) {
            home.discardIfNew();
            throw e;
        }
    }

    private static void withWorkerProcesses(
            ServiceSettings settings, ServiceSettings.Processes processes, JobService service)
            throws InterruptedException {
        try (CoordinatorNode node = CoordinatorNode.start(
                processes.bind(), processes.transport(), processes.udpMtu(), processes.aeronDirectory())) {
            Optional<PracticeWorkers> practice = settings.allowFaults()
                    ? Optional.of(PracticeWorkers.start(
                            settings.workers(),
                            processes.bind(),
                            settings.home().resolve("workers.log")))
                    : Optional.empty();
            service.employ(new WorkerProcesses(node, practice));
            Thread worker = new Thread(() -> work(settings.workers(), processes), "tutti-own-worker");
            if (settings.workers() > 0 && practice.isEmpty()) {
                worker.start();
            }
            try {
                service.run(new TrainingRunner(
                        service.submission(), Optional.of(new TrainingRunner.Workers(node, processes.waitWorkers()))));
            } finally {
                node.leave("the service ends", true);
                worker.interrupt();
                worker.join();
                practice.ifPresent(PracticeWorkers::close);
            }
        }
    }

    /** The threads of this machine, as a worker among others. */
    private static void work(int threads, ServiceSettings.Processes processes) {
        try {
            WorkerNode.run(new WorkerSettings(
                    processes.bind(),
                    threads,
                    Optional.empty(),
                    Optional.of("service"),
                    TrainingRunner.PATIENCE,
                    processes.transport(),
                    Optional.empty(),
                    processes.aeronDirectory()));
        } catch (InterruptedException e) {
            LOG.debug("the service's own worker ends");
        } catch (InputException e) {
            LOG.error("the service's own worker has ended: {}", e.getMessage());
        }
    }
}
