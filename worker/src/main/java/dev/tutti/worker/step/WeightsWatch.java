package dev.tutti.worker.step;

/**
 * Decides when weights that a worker waits for must be requested again: when none of their frames has arrived for a while,
 * however long the whole vector takes. It is told the time. Owned by the leading compute thread.
 */
final class WeightsWatch {
    /** Longest pause between two frames of weights that are under way. */
    static final long PATIENCE_NS = 2_000_000_000L;

    private long step = -1;
    private long frames;
    private long quietSinceNs;

    WeightsWatch() {}

    /**
     * Returns whether to request the weights now; the next time is then as far away again.
     *
     * @param waitingStep step whose weights are waited for
     * @param framesReceived number of frames of weights that have arrived so far
     * @param nowNs the time
     */
    boolean isOverdue(long waitingStep, long framesReceived, long nowNs) {
        boolean progress = waitingStep != step || framesReceived != frames;
        boolean overdue = !progress && nowNs - quietSinceNs > PATIENCE_NS;
        if (progress || overdue) {
            step = waitingStep;
            frames = framesReceived;
            quietSinceNs = nowNs;
        }
        return overdue;
    }

    /** Nothing is waited for. */
    void reset() {
        step = -1;
    }
}
