package dev.tutti.train;

/** Told about the progress of a run, on the thread that trains: quick answers only. */
public interface TrainingListener {
    /** A listener that does nothing. */
    TrainingListener NONE = new TrainingListener() {};

    /**
     * An update was made.
     *
     * @param epoch number of the epoch, counted from 1
     * @param step number of updates so far in the run
     * @param samples number of samples trained on so far in the run
     * @param meanLoss mean loss of the step's samples
     */
    default void onStep(int epoch, long step, long samples, double meanLoss) {}

    /**
     * The update of a step was left out, because something was not finite.
     *
     * @param epoch number of the epoch, counted from 1
     * @param step number of the step in the run, counted from 1
     * @param skipped number of steps left out so far in the run
     * @param problem what was wrong, in one line
     */
    default void onSkippedStep(int epoch, long step, long skipped, String problem) {}

    /** An epoch is over. */
    default void onEpoch(EpochMetrics metrics) {}

    /** All about a step, and about the epoch if it was its last, has been told: {@code run} may be saved. */
    default void onStepEnd(TrainingRun run) {}

    /** Training waits for worker processes: {@code present} are there, {@code needed} are needed. */
    default void onWaiting(int present, int needed) {}

    /** The last step of an epoch was computed by the cluster; {@link #onEpoch} follows. */
    default void onCluster(ClusterMetrics metrics) {}

    /**
     * Whether somebody waits to be told of the cluster before the epoch is over: {@link #onClusterNow} follows. Asked after each step,
     * so the answer is a look at a variable.
     */
    default boolean wantsCluster() {
        return false;
    }

    /** What {@link #onCluster} will tell, in the middle of an epoch: for who asked for it. */
    default void onClusterNow(ClusterMetrics metrics) {}

    /** A step of a cluster is over; {@code times} is used again for the next. */
    default void onStepTimes(StepTimes times) {}

    /** Workers joined or left; {@code workers} is the number of compute threads that now share the work. */
    default void onWorkers(int workers, String event) {}
}
