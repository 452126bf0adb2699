package dev.tutti.app.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.console.Failure;
import dev.tutti.app.service.ServiceException.Kind;
import dev.tutti.files.FileOperations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The training service: takes jobs from any thread, and trains them one after the other, on threads of its own. What it tells is on
 * the disk ({@link JobStore}).
 */
public final class JobService implements AutoCloseable {
    /** How a job is trained; on a thread of its own, which is interrupted when the job is to stop. */
    @FunctionalInterface
    public interface Runner {
        /**
         * Trains, or goes on.
         *
         * @param job what to train
         * @param run directory of the run, which may be there from before
         * @param lines told the lines for people
         * @param progress told how far it is
         * @return the summary as JSON
         * @throws InterruptedException if interrupted; what is needed to go on was kept
         */
        String train(JobRecord job, Path run, Consumer<String> lines, Progress progress) throws InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(JobService.class);
    private static final String PRIORITY = "priority";
    private static final int HIGHEST_PRIORITY = 1000;
    private static final long RETRY_MS = 1000;

    /** How often it is looked whether the job that runs stands still. */
    private static final long LOOK_MS = 200;

    private final JobStore jobs;
    private final UploadStore uploads;
    private final Submission submission;
    private final Signal signal = new Signal();
    private final EventLog events;
    private final Models models;
    private final Confusions confusions = new Confusions();
    private final Totals totals = new Totals();
    private volatile Workforce workforce;

    // Guarded by this:
    private boolean closing;
    private String runningId;
    private Thread training;
    private boolean stopAsked;
    private Progress progress;

    private JobService(Home home, JobStore jobs, UploadStore uploads, int workers, LongSupplier clockMs) {
        this.jobs = jobs;
        this.uploads = uploads;
        this.submission = new Submission(jobs, uploads, home, workers);
        this.events = new EventLog(jobs, clockMs, signal);
        this.models = new Models(home);
        this.workforce = new OwnThreads(workers);
    }

    /**
     * Finds what is in a home.
     *
     * @param home of the service, which stays the caller's to close
     * @param workers compute threads of this process for a job; 0 where worker processes do the work
     * @throws dev.tutti.files.InputException if it cannot be read or written
     */
    public static JobService open(Home home, int workers) {
        return open(home, workers, UploadStore.Limits.USUAL);
    }

    /** The same with other limits of what is taken. */
    public static JobService open(Home home, int workers, UploadStore.Limits limits) {
        LongSupplier clockMs = System::currentTimeMillis;
        Random random = new SecureRandom();
        JobStore jobs = JobStore.open(FileOperations.SYSTEM, home.jobs(), clockMs, random);
        UploadStore uploads = UploadStore.open(FileOperations.SYSTEM, home.data(), limits, clockMs, random);
        JobService service = new JobService(home, jobs, uploads, workers, clockMs);
        jobs.stopped().forEach(service.events::state);
        jobs.watch(service.events::state);
        return service;
    }

    /** The jobs; changed by this service alone. */
    public JobStore jobs() {
        return jobs;
    }

    /** The data that was uploaded. */
    public UploadStore uploads() {
        return uploads;
    }

    /** What jobs are made of. */
    public Submission submission() {
        return submission;
    }

    /** The models of jobs. */
    public Models models() {
        return models;
    }

    /** Which classes the models of jobs take for which. */
    public Confusions confusions() {
        return confusions;
    }

    /** What has happened since the service began. */
    public Totals totals() {
        return totals;
    }

    /** Who does the work. */
    public Workforce workforce() {
        return workforce;
    }

    /** Others do the work from now on. */
    public void employ(Workforce others) {
        workforce = others;
    }

    /** Raised when something has happened to a job. */
    public Signal signal() {
        return signal;
    }

    /**
     * Takes a job. It is on the disk when this returns.
     *
     * @param request the settings, and {@code priority}; it becomes this service's
     * @param idempotencyKey the client's own name of its request; empty if it gave none
     * @param requestSha256 names the content of the request
     * @throws dev.tutti.files.InputException if it cannot be taken
     */
    public JobRecord submit(ObjectNode request, String idempotencyKey, String requestSha256) {
        int priority = Submission.take(request, PRIORITY, 0, -HIGHEST_PRIORITY, HIGHEST_PRIORITY);
        JobRecord job;
        // One after the other, so that one key makes one job; and data is not deleted between the check and the job.
        synchronized (uploads) {
            Optional<JobRecord> before = jobs.known(idempotencyKey, requestSha256);
            if (before.isPresent()) {
                return before.get();
            }
            String name = submission.check(request);
            job = jobs.submit(new JobStore.Request(name, priority, request, idempotencyKey, requestSha256));
        }
        wake();
        return job;
    }

    /**
     * Checks a job as far as that is possible before its data is read; none is made.
     *
     * @throws dev.tutti.files.InputException if it could not be taken
     */
    public void check(ObjectNode request) {
        Submission.take(request, PRIORITY, 0, -HIGHEST_PRIORITY, HIGHEST_PRIORITY);
        submission.check(request);
    }

    /** Somebody wants a job stopped. */
    public synchronized JobRecord cancel(String id) {
        JobRecord job = jobs.cancel(id);
        if (id.equals(runningId) && job.cancelRequested()) {
            askToStop();
        }
        return job;
    }

    /** The thread that trains is interrupted, once. */
    private synchronized void askToStop() {
        if (!stopAsked) {
            stopAsked = true;
            training.interrupt();
        }
    }

    private synchronized boolean isStopAsked() {
        return stopAsked;
    }

    /** Somebody wants a job to go on. */
    public JobRecord resume(String id) {
        JobRecord job = jobs.resume(id);
        wake();
        return job;
    }

    /** Deletes a job that is over, with all that it left. */
    public void delete(String id) {
        jobs.find(id).requireDeletable();
        events.forget(id);
        models.forget(id);
        confusions.forget(id);
        jobs.delete(id);
        signal.raise();
    }

    /** Deletes data, unless a job that is not over needs it. */
    public void deleteData(String id) {
        synchronized (uploads) {
            uploads.find(id);
            jobs.unfinished().stream()
                    .filter(job -> Submission.dataOf(job).contains(id))
                    .findFirst()
                    .ifPresent(job -> {
                        throw new ServiceException(
                                Kind.CONFLICT,
                                "data " + id + " is needed by job " + job.id() + ", which is " + job.state()
                                        + "; cancel that first");
                    });
            uploads.delete(id);
        }
    }

    /** How far a job is, while it runs. */
    public synchronized Optional<Progress.View> progress(String id) {
        return id.equals(runningId) ? Optional.of(progress.view()) : Optional.empty();
    }

    /**
     * The job that runs.
     *
     * @param id of it
     * @param progress of it, still being written
     */
    public record Running(String id, Progress progress) {}

    /** The job that runs, if one does. */
    public synchronized Optional<Running> running() {
        return runningId == null ? Optional.empty() : Optional.of(new Running(runningId, progress));
    }

    private synchronized void wake() {
        notifyAll();
    }

    /**
     * Trains what is handed in, until this thread is interrupted; then the job that runs stops, and is kept so that it goes on at the
     * next start.
     *
     * @param runner trains
     */
    public void run(Runner runner) throws InterruptedException {
        try {
            while (true) {
                trainNext(runner);
            }
        } finally {
            synchronized (this) {
                closing = true;
            }
        }
    }

    /**
     * Trains the job that was handed in, and nothing else; as {@link #run}, where this thread is interrupted. That it has ended is not
     * waited for to be on the disk.
     *
     * @throws ServiceException if it cannot be noted down that it begins; nothing was trained
     */
    public void runOne(Runner runner) throws InterruptedException {
        try {
            Begun begun;
            synchronized (this) {
                begun = begin(jobs.beginNext().orElseThrow(), runner);
            }
            await(begun, true);
        } finally {
            synchronized (this) {
                closing = true;
            }
        }
    }

    /** A job that is being trained. */
    private record Begun(JobRecord job, Thread thread, Progress progress, AtomicReference<JobOutcome> outcome) {}

    private void trainNext(Runner runner) throws InterruptedException {
        Optional<Begun> begun;
        synchronized (this) {
            begun = beginNext().map(job -> begin(job, runner));
        }
        if (begun.isPresent()) {
            await(begun.get(), false);
        }
    }

    private synchronized Begun begin(JobRecord job, Runner runner) {
        Progress ofJob = new Progress(totals, workforce.processes());
        AtomicReference<JobOutcome> outcome = new AtomicReference<>();
        Thread thread = new Thread(() -> outcome.set(outcomeOf(runner, job, ofJob)), "tutti-job-" + job.id());
        runningId = job.id();
        training = thread;
        stopAsked = false;
        progress = ofJob;
        thread.start();
        return new Begun(job, thread, ofJob, outcome);
    }

    private void await(Begun begun, boolean isLast) throws InterruptedException {
        boolean interrupted = false;
        try {
            while (begun.thread().isAlive()) {
                begun.thread().join(LOOK_MS);
                noteStandstill(begun);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            synchronized (this) {
                closing = true;
                askToStop();
            }
            begun.thread().join();
        }
        end(begun.job(), begun.outcome().get(), interrupted || isLast);
        if (interrupted) {
            throw new InterruptedException();
        }
    }

    /** On this thread, so that those who tell of workers never wait for the disk; what cannot be written now is at the next look. */
    private void noteStandstill(Begun begun) {
        try {
            jobs.standing(begun.job().id(), begun.progress().standsStill());
        } catch (ServiceException e) {
            LOG.debug("not noted down whether job {} stands still", begun.job().id(), e);
        }
    }

    /** Waits for a job; empty if there was none for now, or it could not be noted down that it begins. */
    private Optional<JobRecord> beginNext() throws InterruptedException {
        try {
            Optional<JobRecord> begun = jobs.beginNext();
            if (begun.isEmpty()) {
                wait();
            }
            return begun;
        } catch (ServiceException e) {
            wait(RETRY_MS);
            return Optional.empty();
        }
    }

    private void end(JobRecord job, JobOutcome outcome, boolean leaving) throws InterruptedException {
        while (true) {
            try {
                JobRecord ended;
                synchronized (this) {
                    ended = jobs.end(job.id(), outcome);
                    runningId = null;
                    training = null;
                }
                LOG.info("job {} ({}): {}", job.id(), job.name(), ended.state());
                return;
            } catch (ServiceException e) {
                if (leaving) {
                    // The disk says that it runs: at the next start it goes on from its last checkpoint.
                    return;
                }
                synchronized (this) {
                    wait(RETRY_MS);
                }
            }
        }
    }

    private JobOutcome outcomeOf(Runner runner, JobRecord job, Progress ofJob) {
        Path run = Home.run(jobs.directoryOf(job.id()));
        LOG.info("job {} ({}): begins", job.id(), job.name());
        try {
            return JobOutcome.succeeded(
                    runner.train(job, run, line -> events.line(job.id(), submission.shown(line, run)), ofJob));
        } catch (Throwable e) {
            if (isStopAsked()) {
                // An interrupt comes out as an error of whatever it has hit.
                LOG.debug("job {} was stopped", job.id(), e);
                return JobOutcome.interrupted();
            }
            Failure failure = Failure.of(e);
            if (e instanceof Error || failure.isInternal()) {
                LOG.error("job {} failed", job.id(), e);
            }
            return JobOutcome.failed(new Failure(failure.exitCode(), submission.shown(failure.message(), run)));
        }
    }

    /** A message about a run, without the places of this machine. */
    public String shown(String message, Path run) {
        return submission.shown(message, run);
    }

    /** Whether the service is about to end. */
    public synchronized boolean isClosing() {
        return closing;
    }

    /** A file of a job that others may read: its model. */
    public Path model(String id) {
        JobRecord job = jobs.find(id);
        Path model = Home.model(jobs.directoryOf(id));
        if (job.state() != JobState.SUCCEEDED || !Files.isRegularFile(model)) {
            throw new ServiceException(
                    Kind.CONFLICT,
                    "job " + id + " has no model yet (" + job.state() + "); wait until it has SUCCEEDED");
        }
        return model;
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        signal.raise();
        events.close();
    }
}
