package dev.tutti.app.job;

import java.util.Optional;

/** A job that somebody has handed in: what to train, where it stands, and who is told of it. Thread-safe. */
public final class Job {
    /** Told how a job goes, on any thread: quick answers only. */
    public interface Watcher {
        /** A line for people about the progress. */
        void onLine(String line);

        /** The job is over; the last that is told, and told once. */
        void onEnd(JobOutcome outcome);
    }

    private final String id;
    private final String config;
    private final Watcher watcher;
    private JobStatus status = JobStatus.QUEUED;
    private JobOutcome outcome;

    Job(String id, String config, Watcher watcher) {
        this.id = id;
        this.config = config;
        this.watcher = watcher;
    }

    /** What names the job, as long as the coordinator lives. */
    public String id() {
        return id;
    }

    /** The run's configuration in HOCON. */
    public String config() {
        return config;
    }

    /** Where it stands. */
    public synchronized JobStatus status() {
        return status;
    }

    /** How it ended, once it is over. */
    public synchronized Optional<JobOutcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    /** Tells the watcher a line about the progress. */
    public void tell(String line) {
        watcher.onLine(line);
    }

    /** It is its turn; false if it is over already. */
    synchronized boolean begin() {
        if (status != JobStatus.QUEUED) {
            return false;
        }
        status = JobStatus.RUNNING;
        return true;
    }

    /** It is over; whoever says so first is right. */
    void end(JobOutcome of) {
        if (finish(of)) {
            tellEnd(of);
        }
    }

    /** The first half of {@link #end}, which calls nobody; false if it was over already. */
    synchronized boolean finish(JobOutcome of) {
        if (status.isOver()) {
            return false;
        }
        status = of.status();
        outcome = of;
        return true;
    }

    /** The second half, for whom {@link #finish} told true. */
    void tellEnd(JobOutcome of) {
        watcher.onEnd(of);
    }
}
