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
import dev.tutti.files.Trees;
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
    /** How long a service waits for workers, and its own worker for the service: as long as it takes; Akka takes no longer time. */
    public static final Duration PATIENCE = Duration.ofDays(200);

    private final Submission submission;
    private final Optional<Workers> workers;

    /**
     * @param submission what jobs are made of
     * @param workers processes that train; absent where this process does the work
     */
    public TrainingRunner(Submission submission, Optional<Workers> workers) {
        this.submission = submission;
        this.workers = workers;
    }

    /**
     * Worker processes.
     *
     * @param node to which they come
     * @param atLeast number of them without which no job starts
     */
    public record Workers(CoordinatorNode node, int atLeast) {}

    @Override
    public String train(JobRecord job, Path run, Consumer<String> lines, Progress progress)
            throws InterruptedException {
        boolean begun = Files.isRegularFile(run.resolve(RunDirectory.CONFIG));
        TrainingSettings settings = begun
                ? TrainingSettings.resume(submission.again(job), run.resolve(RunDirectory.CONFIG))
                : begin(job, run);
        TrainingSession session = new TrainingSession(
                settings,
                trainer(settings, progress),
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

    private Trainer trainer(TrainingSettings settings, Progress progress) {
        Trainer trainer = workers.<Trainer>map(of -> (training, listener) -> Trainers.on(
                        of.node(),
                        training,
                        settings.cluster().placement(),
                        settings.cluster().averaging(),
                        of.atLeast(),
                        PATIENCE,
                        listener))
                .orElseGet(() -> Trainers.of("cluster", settings));
        return Trainers.unlessDone((training, listener) -> {
            progress.begin(training);
            return trainer.train(training, new Listeners(List.of(listener, progress)));
        });
    }

    private static String summary(Path run) {
        try {
            return Files.readString(run.resolve(RunDirectory.SUMMARY)).strip();
        } catch (IOException e) {
            throw new InputException(run.resolve(RunDirectory.SUMMARY) + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
