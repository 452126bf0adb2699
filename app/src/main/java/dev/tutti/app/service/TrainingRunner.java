package dev.tutti.app.service;

import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.console.LineWriter;
import dev.tutti.app.run.Listeners;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.run.Trainer;
import dev.tutti.app.run.Trainers;
import dev.tutti.app.run.TrainingSession;
import dev.tutti.config.TrainingSettings;
import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.train.TrainingListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Trains the jobs of a service: each is a run as of {@code tutti train}, and goes on where there is one from before. */
public final class TrainingRunner implements JobService.Runner {
    /** A service waits for its workers as long as it takes; a longer time is none that Akka takes. */
    private static final Duration PATIENCE = Duration.ofDays(200);

    private final Submission submission;
    private final Optional<CoordinatorNode> node;

    /**
     * @param submission what jobs are made of
     * @param node whose workers train; absent where this process does the work
     */
    public TrainingRunner(Submission submission, Optional<CoordinatorNode> node) {
        this.submission = submission;
        this.node = node;
    }

    @Override
    public String train(JobRecord job, Path run, Consumer<String> lines, Progress progress, StopRequest stop)
            throws InterruptedException {
        boolean begun = Files.isRegularFile(run.resolve(RunDirectory.CONFIG));
        TrainingSettings settings = begun
                ? TrainingSettings.resume(submission.again(job), run.resolve(RunDirectory.CONFIG))
                : begin(job, run);
        TrainingSession session = new TrainingSession(
                settings,
                trainer(settings, progress, stop),
                run.getParent(),
                new PrintWriter(new LineWriter(lines), true),
                new PrintWriter(Writer.nullWriter()),
                false);
        if (begun) {
            session.resume(run);
        } else {
            session.run();
        }
        return summary(run);
    }

    /** A run that was killed before it had written its configuration had done nothing yet. */
    private TrainingSettings begin(JobRecord job, Path run) {
        try {
            if (Files.exists(run)) {
                Trees.delete(FileOperations.SYSTEM, run, RunDirectory.CONFIG);
            }
        } catch (IOException e) {
            throw ServiceException.storage("run", e);
        }
        return submission.begin(job, run);
    }

    private Trainer trainer(TrainingSettings settings, Progress progress, StopRequest stop) {
        Trainer trainer = node.<Trainer>map(coordinator -> (training, listener) -> Trainers.on(
                        coordinator,
                        training,
                        settings.cluster().placement(),
                        settings.cluster().averaging(),
                        1,
                        PATIENCE,
                        listener))
                .orElseGet(() -> Trainers.of("cluster", settings));
        return Trainers.unlessDone((training, listener) -> {
            progress.begin(training);
            stop.hold();
            try {
                return trainer.train(training, new Listeners(List.of(listener, progress, new Started(stop))));
            } finally {
                stop.release();
            }
        });
    }

    /** Once workers are there, or are waited for, the cluster is whole. */
    private record Started(StopRequest stop) implements TrainingListener {
        @Override
        public void onWorkers(int workers, String event) {
            stop.release();
        }

        @Override
        public void onWaiting(int present, int needed) {
            stop.release();
        }

        @Override
        public void onStep(int epoch, long step, long samples, double meanLoss) {
            stop.release();
        }
    }

    private static String summary(Path run) {
        try {
            return Files.readString(run.resolve(RunDirectory.SUMMARY)).strip();
        } catch (IOException e) {
            throw new InputException(run.resolve(RunDirectory.SUMMARY) + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
