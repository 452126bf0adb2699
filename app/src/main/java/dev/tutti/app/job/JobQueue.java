package dev.tutti.app.job;

import dev.tutti.coordinator.actor.JobDesk;
import dev.tutti.protocol.ClientMessage.Ended;
import dev.tutti.protocol.JobMessage.Cancel;
import dev.tutti.protocol.JobMessage.Submit;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** The jobs that clients have handed in and that are not done yet, first come first served. Thread-safe. */
public final class JobQueue implements JobDesk.Jobs {
    private static final int LONGEST = 100;

    private final BlockingQueue<JobRequest> waiting = new ArrayBlockingQueue<>(LONGEST);
    private JobRequest running;
    private Thread runner;

    /** An empty queue. */
    public JobQueue() {}

    /** Waits for the next job. */
    public JobRequest take() throws InterruptedException {
        return waiting.take();
    }

    /** Says which thread now runs which job, so that a client that cancels interrupts that; null for none. */
    public synchronized void running(JobRequest job, Thread thread) {
        running = job;
        runner = thread;
    }

    /** Ends all jobs that wait. */
    public void endAll(Ended ended) {
        for (JobRequest job = waiting.poll(); job != null; job = waiting.poll()) {
            job.end(ended);
        }
    }

    @Override
    public synchronized boolean offer(Submit submit) {
        JobRequest job = new JobRequest(submit);
        boolean room = waiting.offer(job);
        if (room && running != null) {
            job.tell("waiting for the jobs that came before");
        }
        return room;
    }

    @Override
    public synchronized void cancel(Cancel cancel) {
        waiting.removeIf(job -> job.isOf(cancel.client()));
        if (running != null && running.isOf(cancel.client())) {
            runner.interrupt();
        }
    }
}
