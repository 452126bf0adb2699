package dev.tutti.app.run;

import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.StepTimes;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingRun;
import java.util.List;

/** Tells several listeners, one after the other. */
public record Listeners(List<TrainingListener> all) implements TrainingListener {
    @Override
    public void onStep(int epoch, long step, long samples, double meanLoss) {
        all.forEach(listener -> listener.onStep(epoch, step, samples, meanLoss));
    }

    @Override
    public void onSkippedStep(int epoch, long step, long skipped, String problem) {
        all.forEach(listener -> listener.onSkippedStep(epoch, step, skipped, problem));
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        all.forEach(listener -> listener.onEpoch(metrics));
    }

    @Override
    public void onStepEnd(TrainingRun run) {
        all.forEach(listener -> listener.onStepEnd(run));
    }

    @Override
    public void onWaiting(int present, int needed) {
        all.forEach(listener -> listener.onWaiting(present, needed));
    }

    @Override
    public void onWorkers(int workers, String event) {
        all.forEach(listener -> listener.onWorkers(workers, event));
    }

    @Override
    public void onStepTimes(StepTimes times) {
        all.forEach(listener -> listener.onStepTimes(times));
    }

    @Override
    public void onCluster(ClusterMetrics metrics) {
        all.forEach(listener -> listener.onCluster(metrics));
    }

    @Override
    public boolean wantsCluster() {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).wantsCluster()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onClusterNow(ClusterMetrics metrics) {
        all.forEach(listener -> listener.onClusterNow(metrics));
    }
}
