package dev.tutti.app;

import dev.tutti.config.Endpoint;
import dev.tutti.config.Environment;
import dev.tutti.config.TrainingSettings;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of {@code tutti train}, from the settings to the files it leaves. */
final class TrainingSession {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingSession.class);

    private final TrainingSettings settings;
    private final Trainer trainer;
    private final PrintWriter out;
    private final PrintWriter people;
    private final boolean live;

    /**
     * @param settings of the run
     * @param trainer who trains
     * @param out standard output
     * @param err standard error, for people where the output is for programs
     * @param live whether people look at a terminal
     */
    TrainingSession(TrainingSettings settings, Trainer trainer, PrintWriter out, PrintWriter err, boolean live) {
        this.settings = settings;
        this.trainer = trainer;
        this.out = out;
        this.people = settings.json() ? err : out;
        this.live = live;
    }

    /**
     * Trains and saves.
     *
     * @throws InterruptedException if interrupted; the message says what was kept
     */
    void run() throws InterruptedException {
        RunDirectory directory = openDirectory();
        RunRecorder recorder = new RunRecorder(directory.file(RunDirectory.METRICS), settings.metricsPerStep());
        try (recorder) {
            Logs.toFile(directory.file(RunDirectory.LOG));
            train(directory, recorder);
        } catch (InterruptedException e) {
            LOG.info("interrupted");
            throw new InterruptedException(kept(directory, recorder));
        } catch (RuntimeException e) {
            LOG.info("ended with an error", e);
            throw e;
        } finally {
            Logs.closeFile();
            if (recorder.steps() == 0) {
                directory.discard();
            }
        }
    }

    private RunDirectory openDirectory() {
        return settings.out().isPresent()
                ? RunDirectory.open(settings.out().get())
                : RunDirectory.openNew(
                        Path.of("runs"), LocalDateTime.now(ZoneId.systemDefault()), RunName.of(settings));
    }

    private void train(RunDirectory directory, RunRecorder recorder) throws InterruptedException {
        PreparedRun run = PreparedRun.of(settings);
        directory.write(RunDirectory.CONFIG, run.settings().toConfig());
        recorder.open();
        people.println(run.describe());
        settings.cluster().coordinatorBind().ifPresent(this::askForWorkers);
        people.flush();
        LOG.info("training: {}, tutti={}, jdk={}", run.describe(), Version.text(), Environment.javaVersion());
        TrainingResult result;
        try (ProgressView view =
                new ProgressView(people, live, Environment.columns(), run.job().spec())) {
            TrainingListener listener = new Listeners(recorder, view);
            result = trainer.train(run.job(), listener);
        }
        Uninterrupted.run(() -> save(directory, run, result));
    }

    private void askForWorkers(Endpoint bind) {
        people.println("waiting for worker processes: " + settings.cluster().waitWorkers()
                + "; start each with: tutti worker --coordinator " + bind);
    }

    private void save(RunDirectory directory, PreparedRun run, TrainingResult result) {
        run.saveModel(directory.file(RunDirectory.MODEL), result);
        Summary summary = new Summary(run, result, directory.file(RunDirectory.MODEL));
        String json = summary.json();
        directory.write(RunDirectory.SUMMARY, json + "\n");
        LOG.info("done: {}", json);
        people.print(summary.forPeople(directory.shown(RunDirectory.MODEL)));
        people.flush();
        if (settings.json()) {
            out.println(json);
            out.flush();
        }
    }

    private static String kept(RunDirectory directory, RunRecorder recorder) {
        if (recorder.steps() == 0) {
            return "before the first step; nothing was kept";
        }
        EpochMetrics last = recorder.last();
        return "after " + recorder.steps() + " steps; kept in " + directory.shown("")
                + ": configuration, log and metrics of " + (last == null ? 0 : last.epoch())
                + " epochs; no model was saved";
    }
}
