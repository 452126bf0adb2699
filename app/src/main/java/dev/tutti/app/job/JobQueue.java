package dev.tutti.app.job;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs that have been handed in, first come first served, one at a time. Knows nothing of how they came, nor of how they are
 * run. Thread-safe.
 */
public final class JobQueue {
    private final int capacity;
    private final ArrayDeque<Job> waiting = new ArrayDeque<>();

    /** The last jobs by their ids, those that are over, too. */
    private final Map<String, Job> known = new LinkedHashMap<>();

    private int jobs;
    private Job running;
    private Runnable stop;
    private boolean stopped;
    private boolean closed;

    /** @param capacity most jobs that may wait */
    public JobQueue(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Hands in a job.
     *
     * @param config the run's configuration in HOCON
     * @param watcher told how it goes
     * @return the job; empty if too many are waiting, or the coordinator ends
     */
    public synchronized Optional<Job> submit(String config, Job.Watcher watcher) {
        if (closed || waiting.size() >= capacity) {
            return Optional.empty();
        }
        jobs++;
        Job job = new Job("job-" + jobs, config, watcher);
        known.put(job.id(), job);
        forgetOld();
        if (running != null || !waiting.isEmpty()) {
            job.tell("waiting for the jobs that came before");
        }
        waiting.add(job);
        notifyAll();
        return Optional.of(job);
    }

    /** Returns the job with this id; of those that are over only the last are known. */
    public synchronized Optional<Job> find(String id) {
        return Optional.ofNullable(known.get(id));
    }

    /**
     * A job is not wanted any more: if it waits it is over, if it runs it is asked to stop.
     *
     * @return whether there is such a job that was not over
     */
    public boolean cancel(String id) {
        Job job;
        JobOutcome cancelled = JobOutcome.cancelled();
        synchronized (this) {
            job = known.get(id);
            if (job == null || job.status().isOver()) {
                return false;
            }
            if (job.equals(running)) {
                stopped = true;
                stop.run();
                return true;
            }
            waiting.remove(job);
            // In here, as a job that was taken may begin as soon as the lock is free.
            if (!job.finish(cancelled)) {
                return false;
            }
        }
        job.tellEnd(cancelled);
        return true;
    }

    /** Ends all jobs that wait, and takes no more. */
    public void close(String reason) {
        List<Job> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(waiting);
            waiting.clear();
        }
        left.forEach(job -> job.end(JobOutcome.interrupted(reason)));
    }

    /** Waits for the next job. */
    Job take() throws InterruptedException {
        synchronized (this) {
            while (waiting.isEmpty()) {
                wait();
            }
            return waiting.poll();
        }
    }

    /**
     * A job that was taken begins.
     *
     * @param job the job
     * @param stop asks it to stop; from any thread, quick, at most once
     * @return false if it is not wanted any more
     */
    synchronized boolean begin(Job job, Runnable stop) {
        if (!job.begin()) {
            return false;
        }
        this.running = job;
        this.stop = stop;
        this.stopped = false;
        return true;
    }

    /** The job that runs is over. */
    void end(JobOutcome outcome) {
        Job job;
        JobOutcome told;
        synchronized (this) {
            job = running;
            told = stopped ? outcome.asCancelled() : outcome;
            running = null;
            stop = null;
        }
        job.end(told);
    }

    private void forgetOld() {
        while (known.size() > 2 * capacity) {
            String oldest = known.values().stream()
                    .filter(job -> job.status().isOver())
                    .map(Job::id)
                    .findFirst()
                    .orElse(null);
            if (oldest == null) {
                return;
            }
            known.remove(oldest);
        }
    }
}
