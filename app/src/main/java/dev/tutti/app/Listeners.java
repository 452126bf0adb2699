package dev.tutti.app;

import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.TrainingListener;

/** Tells two listeners, one after the other. */
record Listeners(TrainingListener first, TrainingListener second) implements TrainingListener {
    @Override
    public void onStep(int epoch, long step, long samples, double meanLoss) {
        first.onStep(epoch, step, samples, meanLoss);
        second.onStep(epoch, step, samples, meanLoss);
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        first.onEpoch(metrics);
        second.onEpoch(metrics);
    }

    @Override
    public void onWorkers(int workers, String event) {
        first.onWorkers(workers, event);
        second.onWorkers(workers, event);
    }

    @Override
    public void onCluster(ClusterMetrics metrics) {
        first.onCluster(metrics);
        second.onCluster(metrics);
    }

    @Override
    public void onWaiting(int present, int needed) {
        first.onWaiting(present, needed);
        second.onWaiting(present, needed);
    }
}
