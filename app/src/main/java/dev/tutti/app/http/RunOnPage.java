package dev.tutti.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.console.Uninterrupted;
import dev.tutti.app.run.Listeners;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.run.Trainer;
import dev.tutti.app.service.Home;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.JobStore;
import dev.tutti.app.service.Progress;
import dev.tutti.app.service.ServiceException;
import dev.tutti.config.Endpoint;
import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import dev.tutti.files.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of this process on the page of a service: a service for as long as it lasts, whose only job it is, and whose page may look
 * and change nothing.
 *
 * @param name of the run
 * @param settings of the run, by key
 * @param directory of the run, which need not exist yet
 */
public record RunOnPage(String name, Map<String, String> settings, Path directory) {
    private static final Logger LOG = LoggerFactory.getLogger(RunOnPage.class);

    /** Carries out the run. */
    @FunctionalInterface
    public interface Work {
        /**
         * Trains, on a thread that is interrupted where this one is.
         *
         * @param watched makes a trainer one whose progress is shown
         */
        void carryOut(UnaryOperator<Trainer> watched) throws InterruptedException;
    }

    /**
     * Carries out a run, and shows it meanwhile.
     *
     * @param http where to listen; an address of this machine alone
     * @param tell told the link of the page
     * @param work the run
     * @throws InterruptedException if interrupted, by the run where it has begun
     * @throws InputException if the address cannot be used
     */
    public void during(Endpoint http, Consumer<String> tell, Work work) throws InterruptedException {
        Entrance entrance = Entrance.loopback(http);
        Path place = temporary();
        try (Home home = Home.open(place);
                JobService service = JobService.open(home, 1);
                HttpDoor door = HttpDoor.open(entrance, service, Tokens.unknown())) {
            ObjectNode json = StrictJson.MAPPER.createObjectNode();
            settings.forEach(json::put);
            submit(service, json);
            tell.accept("page at " + entrance.shown() + "/" + door.loginForLooking());
            new Carried(work).in(service, directory.toAbsolutePath());
        } finally {
            Uninterrupted.run(() -> delete(place));
        }
    }

    private void submit(JobService service, ObjectNode json) {
        try {
            service.jobs().submit(new JobStore.Request(name, 0, json, "", ""));
        } catch (ServiceException e) {
            throw notBegun(e);
        }
    }

    private static InputException notBegun(ServiceException e) {
        return new InputException(
                "--http: nothing was trained, as the run cannot be noted down in "
                        + System.getProperty("java.io.tmpdir") + " (" + e.getMessage()
                        + "); check the free space there, or leave out --http",
                e);
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("tutti-page");
        } catch (IOException e) {
            throw new InputException("--http: no temporary directory can be made: " + e.getMessage(), e);
        }
    }

    private static void delete(Path place) {
        try {
            Trees.delete(FileOperations.SYSTEM, place);
        } catch (IOException e) {
            LOG.debug("{} stays", place, e);
        }
    }

    /** The run as a job, which ends as it ends. */
    private static final class Carried {
        private final Work work;
        private Throwable thrown;

        Carried(Work work) {
            this.work = work;
        }

        void in(JobService service, Path directory) throws InterruptedException {
            try {
                service.runOne((job, run, lines, progress) -> train(directory, run, progress));
            } catch (InterruptedException e) {
                if (thrown == null) {
                    throw e;
                }
            } catch (ServiceException e) {
                throw notBegun(e);
            }
            if (thrown instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof RuntimeException failure) {
                throw failure;
            }
        }

        private String train(Path directory, Path run, Progress progress) throws InterruptedException {
            try {
                Files.createSymbolicLink(run, directory);
                work.carryOut(trainer -> (training, listener) -> {
                    progress.begin(training);
                    return trainer.train(training, new Listeners(List.of(listener, progress)));
                });
                return Files.readString(directory.resolve(RunDirectory.SUMMARY)).strip();
            } catch (IOException e) {
                thrown = new InputException("--http: the run cannot be shown: " + e.getMessage(), e);
                throw (InputException) thrown;
            } catch (InterruptedException | RuntimeException | Error e) {
                thrown = e;
                throw e;
            }
        }
    }
}
