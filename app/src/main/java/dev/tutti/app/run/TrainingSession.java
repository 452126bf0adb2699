package dev.tutti.app.run;

import dev.tutti.app.advice.GainMeter;
import dev.tutti.app.console.Interruption;
import dev.tutti.app.console.Logs;
import dev.tutti.app.console.ProgressView;
import dev.tutti.app.console.ReadingView;
import dev.tutti.app.console.Uninterrupted;
import dev.tutti.app.console.Version;
import dev.tutti.checkpoint.Checkpoint;
import dev.tutti.checkpoint.CheckpointDirectory;
import dev.tutti.checkpoint.Checkpointer;
import dev.tutti.checkpoint.RunIdentity;
import dev.tutti.config.ClusterSettings;
import dev.tutti.config.Endpoint;
import dev.tutti.config.Environment;
import dev.tutti.config.TrainingSettings;
import dev.tutti.files.InputException;
import dev.tutti.train.DivergedException;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.OnDivergence;
import dev.tutti.train.TrainingFailedException;
import dev.tutti.train.TrainingPosition;
import dev.tutti.train.TrainingResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of {@code tutti train}, from the settings to the files it leaves. */
public final class TrainingSession {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingSession.class);

    private final TrainingSettings settings;
    private final Trainer trainer;
    private final Path runs;
    private final PrintWriter out;
    private final PrintWriter people;
    private final boolean live;

    /**
     * @param settings of the run
     * @param trainer who trains
     * @param runs where a run directory is made, if the settings name none
     * @param out standard output
     * @param err standard error, for people where the output is for programs
     * @param live whether people look at a terminal
     */
    public TrainingSession(
            TrainingSettings settings, Trainer trainer, Path runs, PrintWriter out, PrintWriter err, boolean live) {
        this.settings = settings;
        this.trainer = trainer;
        this.runs = runs;
        this.out = out;
        this.people = settings.json() ? err : out;
        this.live = live;
    }

    /**
     * Trains and saves.
     *
     * @throws InterruptedException if interrupted; the message says what was kept
     */
    public void run() throws InterruptedException {
        RunDirectory directory = openDirectory();
        carryOut(directory, true, recorder -> begin(directory, recorder));
    }

    /**
     * Goes on with a run that has not ended, from its newest checkpoint.
     *
     * @param path its directory
     * @throws InterruptedException if interrupted; the message says what was kept
     */
    public void resume(Path path) throws InterruptedException {
        RunDirectory directory = RunDirectory.reopen(path);
        carryOut(directory, false, recorder -> continueRun(directory, recorder));
    }

    private RunDirectory openDirectory() {
        return settings.out().isPresent()
                ? RunDirectory.open(settings.out().get())
                : RunDirectory.openNew(runs, LocalDateTime.now(ZoneId.systemDefault()), RunName.of(settings));
    }

    /** What is done while a run's directory is open. */
    @FunctionalInterface
    private interface Work {
        void with(RunRecorder recorder) throws InterruptedException;
    }

    private void carryOut(RunDirectory directory, boolean isNew, Work work) throws InterruptedException {
        RunRecorder recorder = new RunRecorder(directory.file(RunDirectory.METRICS), settings.metricsPerStep());
        Runnable last = () -> discardUnused(directory, isNew, recorder);
        Interruption.atLast(last);
        try (recorder) {
            Logs.toFile(directory.file(RunDirectory.LOG));
            work.with(recorder);
        } catch (InterruptedException e) {
            LOG.info("interrupted");
            throw new InterruptedException(kept(directory, recorder));
        } catch (RuntimeException e) {
            LOG.info("ended with an error", e);
            throw e;
        } finally {
            Interruption.forget(last);
            Logs.closeFile();
            discardUnused(directory, isNew, recorder);
            directory.close();
        }
    }

    /** A run that has not got to its first step leaves nothing. */
    private static void discardUnused(RunDirectory directory, boolean isNew, RunRecorder recorder) {
        if (isNew && recorder.steps() == 0) {
            directory.discard();
        }
    }

    private void begin(RunDirectory directory, RunRecorder recorder) throws InterruptedException {
        PreparedRun run = PreparedRun.of(settings, Optional.empty(), reading());
        RunIdentity identity = RunIdentity.of(run.job(), run.settings().toConfig());
        directory.write(RunDirectory.CONFIG, identity.config());
        recorder.open();
        run.remarks().forEach(this::tell);
        tell(run.describe());
        train(directory, recorder, run, checkpointer(directory, checkpoints(directory), identity, recorder));
    }

    private void continueRun(RunDirectory directory, RunRecorder recorder) throws InterruptedException {
        int completed = directory.completedEpochs();
        requireAtLeast(completed);
        if (completed == settings.epochs()) {
            tellOutcome(directory, "complete already: " + completed + " epochs", "more --epochs go on with it");
            return;
        }
        CheckpointDirectory checkpoints = checkpoints(directory);
        Optional<Checkpoint> newest =
                checkpoints.readNewest(problem -> LOG.warn("{}; the checkpoint before it is used", problem));
        if (newest.isEmpty() && completed > 0) {
            throw new InputException(directory.shown("") + ": complete after " + completed
                    + " epochs, with no checkpoint to go on from; begin a run with --init-weights "
                    + directory.shown(RunDirectory.MODEL));
        }
        PreparedRun run = PreparedRun.of(settings, newest, reading());
        RunIdentity identity = RunIdentity.of(run.job(), run.settings().toConfig());
        newest.ifPresent(checkpoint -> checkpoint.requireMatch(identity));
        newest.ifPresent(checkpoint -> requireAtLeast(checkpoint.state().position()));
        if (completed > 0 && newest.get().state().position().isEnd(run.job().spec())) {
            tellOutcome(
                    directory,
                    "ended after " + completed + " epochs, as the validation loss no longer fell",
                    "more --epochs do not change that; begin a run with --init-weights to go on");
            return;
        }
        directory.reopenFor(identity.config());
        tell(run.describe());
        if (newest.isPresent()) {
            TrainingPosition from = newest.get().state().position();
            recorder.resume(newest.get().state());
            tell("goes on after " + from.step() + " steps, in epoch " + Math.min(from.epoch(), settings.epochs())
                    + ", from " + directory.shown(newest.get().file()));
        } else {
            recorder.open();
            tell("begins anew: there is no checkpoint yet in " + directory.shown(""));
        }
        train(directory, recorder, run, checkpointer(directory, checkpoints, identity, recorder));
    }

    private void requireAtLeast(TrainingPosition begun) {
        requireAtLeast(begun.stepInEpoch() == 0 ? begun.epoch() - 1 : begun.epoch());
    }

    private void requireAtLeast(int begunEpochs) {
        if (begunEpochs > settings.epochs()) {
            throw new InputException("--epochs: out of range: \"" + settings.epochs() + "\", allowed: " + begunEpochs
                    + " or more, as so many are done or begun");
        }
    }

    private void tellOutcome(RunDirectory directory, String outcome, String advice) {
        String summary = directory.read(RunDirectory.SUMMARY).strip();
        tell(outcome + ", model " + directory.shown(RunDirectory.MODEL) + "; " + advice);
        if (settings.json()) {
            out.println(summary);
            out.flush();
        }
    }

    private CheckpointDirectory checkpoints(RunDirectory directory) {
        return new CheckpointDirectory(
                directory.file(RunDirectory.CHECKPOINTS), settings.checkpoints().keep());
    }

    private Checkpointer checkpointer(
            RunDirectory directory, CheckpointDirectory checkpoints, RunIdentity identity, RunRecorder recorder) {
        return new Checkpointer(checkpoints, settings.checkpoints(), identity, recorder::force);
    }

    private void tell(String line) {
        people.println(line);
        people.flush();
        LOG.info("{}", line);
    }

    private ReadingView reading() {
        return new ReadingView(people, live, System::nanoTime);
    }

    private void askForWorkers(Endpoint bind) {
        tell("waiting for worker processes: " + settings.cluster().waitWorkers()
                + "; start each with: tutti worker --coordinator " + bind);
    }

    /** Who sees a core idle should know that this is meant. */
    private void tellOfThreads(PreparedRun run) {
        ClusterSettings cluster = settings.cluster();
        int threads = Trainers.threads(run.job().spec(), cluster);
        if (cluster.embedded() && cluster.workers().isEmpty() && threads < Environment.processors()) {
            tell("compute threads: " + threads + " of " + Environment.processors()
                    + " cores, as a step has too little work for more; --workers N decides otherwise");
        }
    }

    private void train(RunDirectory directory, RunRecorder recorder, PreparedRun run, Checkpointer checkpointer)
            throws InterruptedException {
        settings.cluster().coordinatorBind().ifPresent(this::askForWorkers);
        tellOfThreads(run);
        LOG.info("training: tutti={}, jdk={}", Version.text(), Environment.javaVersion());
        // What is to be kept is kept first: telling others may take as long as they like.
        try (Trackers trackers =
                        new Trackers(run, directory.path().getFileName().toString());
                checkpointer) {
            GainMeter meter = new GainMeter(run.job().spec());
            TrainingResult result = compute(recorder, run, checkpointer, meter, trackers);
            Summary summary =
                    new Summary(run, result, directory.file(RunDirectory.MODEL), recorder.skippedSteps(), meter.gain());
            Uninterrupted.run(() -> save(directory, summary, checkpointer));
        } catch (DivergedException e) {
            throw new TrainingFailedException(e.getMessage() + afterDivergence(directory));
        }
    }

    private TrainingResult compute(
            RunRecorder recorder, PreparedRun run, Checkpointer checkpointer, GainMeter meter, Trackers trackers)
            throws InterruptedException {
        try (ProgressView view =
                new ProgressView(people, live, Environment.columns(), run.job().spec())) {
            run.job()
                    .start()
                    .ifPresent(start -> view.resumeFrom(start.position().samples()));
            return trackers.track(listener ->
                    trainer.train(run.job(), new Listeners(List.of(recorder, view, checkpointer, meter, listener))));
        } catch (InterruptedException e) {
            Uninterrupted.run(checkpointer::finish);
            throw e;
        }
    }

    private void save(RunDirectory directory, Summary summary, Checkpointer checkpointer) {
        checkpointer.finish();
        String json;
        try {
            // First of all, so that nothing that is measured can lose it.
            summary.run().saveModel(summary.model(), summary.result());
            json = summary.json();
            directory.write(RunDirectory.SUMMARY, json + "\n");
        } catch (InputException e) {
            throw new InputException(e.getMessage() + "; then: tutti train --resume " + directory.shown(""), e);
        }
        LOG.info("done: {}", json);
        people.print(summary.forPeople(directory.shown(RunDirectory.MODEL)));
        people.flush();
        if (settings.json()) {
            out.println(json);
            out.flush();
        }
    }

    private String afterDivergence(RunDirectory directory) {
        return checkpoints(directory)
                .newest()
                .map(newest -> "; the last good checkpoint is " + directory.shown(newest) + ": begin a run there with"
                        + " --init-weights"
                        + (settings.onDivergence() == OnDivergence.SKIP_STEP
                                ? ""
                                : ", or leave such steps out: tutti train --resume " + directory.shown("")
                                        + " --on-divergence skip-step"))
                .orElse("");
    }

    private String kept(RunDirectory directory, RunRecorder recorder) {
        if (recorder.steps() == 0) {
            return "before the first step; nothing was kept";
        }
        String after = "after " + recorder.steps() + " steps; kept in " + directory.shown("") + ": ";
        Optional<Path> newest = checkpoints(directory).newest();
        if (newest.isPresent()) {
            return after + directory.path().relativize(newest.get()) + "; go on with: tutti train --resume "
                    + directory.shown("");
        }
        EpochMetrics last = recorder.last();
        return after + "configuration, log and metrics of " + (last == null ? 0 : last.epoch())
                + " epochs; no model was saved";
    }
}
