package dev.tutti.app.service;

/** Where a job of the service stands. */
public enum JobState {
    /** It waits for its turn. */
    QUEUED,
    /** It is being trained. */
    RUNNING,
    /** It is being trained, but stands still: the workers that it needs are not there. It goes on by itself when they come. */
    FROZEN,
    /** It is done. */
    SUCCEEDED,
    /** It ended with an error. */
    FAILED,
    /** Somebody stopped it. */
    CANCELLED,
    /** The service ended while it ran; it waits, and goes on by itself. */
    INTERRUPTED;

    /** Whether nothing changes any more, unless somebody asks for it. */
    public boolean isOver() {
        return this == SUCCEEDED || this == FAILED || this == CANCELLED;
    }

    /** Whether it is its turn. */
    public boolean isUnderWay() {
        return this == RUNNING || this == FROZEN;
    }

    /** Whether it waits for its turn. */
    public boolean isWaiting() {
        return this == QUEUED || this == INTERRUPTED;
    }
}
