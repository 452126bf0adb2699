package dev.tutti.app.job;

import dev.tutti.app.console.ExitCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the jobs of a queue, one after the other. */
public final class JobServer {
    /** How a job is carried out; on a thread of its own, which is interrupted when the job is to stop. */
    @FunctionalInterface
    public interface Runner {
        /**
         * Trains.
         *
         * @return the summary as JSON
         * @throws InterruptedException if interrupted
         */
        String run(Job job) throws InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(JobServer.class);

    private final JobQueue queue;
    private final Runner runner;

    /**
     * @param queue where jobs come from
     * @param runner carries them out
     */
    public JobServer(JobQueue queue, Runner runner) {
        this.queue = queue;
        this.runner = runner;
    }

    /** Takes jobs until interrupted; then the running one is stopped, and those that wait are ended. */
    public void run() throws InterruptedException {
        try {
            while (true) {
                run(queue.take());
            }
        } finally {
            queue.close("the coordinator ends");
        }
    }

    /** On a thread of its own, so that whoever cancels a job interrupts that and nothing else. */
    private void run(Job job) throws InterruptedException {
        Thread thread = new Thread(() -> queue.end(outcomeOf(job)), "tutti-" + job.id());
        if (!queue.begin(job, thread::interrupt)) {
            return;
        }
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            thread.interrupt();
            thread.join();
            throw e;
        }
    }

    /** Whatever happens, an error too, whoever handed the job in is told; a client would wait for ever. */
    private JobOutcome outcomeOf(Job job) {
        try {
            return JobOutcome.succeeded(runner.run(job));
        } catch (Throwable e) {
            JobOutcome outcome = JobOutcome.of(e);
            if (e instanceof Error || outcome.exitCode() == ExitCode.INTERNAL_ERROR) {
                LOG.error("{} failed: {}", job.id(), outcome.problem(), e);
            } else {
                LOG.info("{} ended early: {}", job.id(), outcome.problem());
            }
            return outcome;
        }
    }
}
