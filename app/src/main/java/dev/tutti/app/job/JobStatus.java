package dev.tutti.app.job;

/** Where a job stands. */
public enum JobStatus {
    /** It waits for those before it. */
    QUEUED,
    /** It is being trained. */
    RUNNING,
    /** It is done. */
    SUCCEEDED,
    /** It ended with an error. */
    FAILED,
    /** It was not wanted any more. */
    CANCELLED,
    /** The coordinator ended before it. */
    INTERRUPTED;

    /** Whether nothing changes any more. */
    public boolean isOver() {
        return this != QUEUED && this != RUNNING;
    }
}
