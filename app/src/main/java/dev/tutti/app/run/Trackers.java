package dev.tutti.app.run;

import dev.tutti.app.tracking.Mlflow;
import dev.tutti.app.tracking.TensorBoard;
import dev.tutti.app.tracking.Tracker;
import dev.tutti.app.tracking.Tracker.End;
import dev.tutti.config.TrackingSettings;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import java.util.ArrayList;
import java.util.List;

/** Those to whom else a run is told, from its begin to its end. */
final class Trackers implements AutoCloseable {
    private final List<Tracker> all = new ArrayList<>();

    /** A training that tells a listener. */
    @FunctionalInterface
    interface Training {
        TrainingResult with(TrainingListener listener) throws InterruptedException;
    }

    /**
     * @param run what is trained
     * @param name of the run, among those of the same trackers
     * @throws dev.tutti.files.InputException if one cannot be used
     */
    Trackers(PreparedRun run, String name) {
        TrackingSettings to = run.settings().tracking();
        try {
            to.tensorboard().ifPresent(directory -> all.add(TensorBoard.open(directory, name)));
            to.mlflow()
                    .ifPresent(server ->
                            all.add(Mlflow.open(server, name, run.settings().values())));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Trains, and tells all how it ends. */
    TrainingResult track(Training training) throws InterruptedException {
        End end = End.FAILED;
        try {
            TrainingResult result = training.with(new Listeners(List.copyOf(all)));
            end = End.FINISHED;
            return result;
        } catch (InterruptedException e) {
            end = End.KILLED;
            throw e;
        } finally {
            for (Tracker tracker : all) {
                tracker.end(end);
            }
        }
    }

    @Override
    public void close() {
        all.forEach(Tracker::close);
    }
}
