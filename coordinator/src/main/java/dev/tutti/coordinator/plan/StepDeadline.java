package dev.tutti.coordinator.plan;

/**
 * When a step counts as late: some times as long as steps have taken lately, and never below a second. Pure: time is given.
 */
public final class StepDeadline {
    private static final double MIN_NS = 1e9;

    /** Before any step was seen: kernels are being compiled, the training set may be on its way. */
    private static final double FIRST_NS = 10e9;

    private static final double FACTOR = 4;
    private static final double WEIGHT_OF_LAST = 0.2;

    private double meanNs = -1;

    /** No step seen yet. */
    public StepDeadline() {}

    /** A step took so long. */
    public void onStep(long durationNs) {
        meanNs = meanNs < 0 ? durationNs : meanNs + WEIGHT_OF_LAST * (durationNs - meanNs);
    }

    /** How long a step may take before its missing work is given to others. */
    public long deadlineNs() {
        return (long) (meanNs < 0 ? FIRST_NS : Math.max(MIN_NS, FACTOR * meanNs));
    }
}
