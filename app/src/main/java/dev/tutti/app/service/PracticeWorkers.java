package dev.tutti.app.service;

import dev.tutti.app.chaos.Child;
import dev.tutti.app.console.Uninterrupted;
import dev.tutti.app.service.Workforce.Fault;
import dev.tutti.config.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Worker processes of one thread on this machine that are there to be killed and frozen by whoever wants to see that it does no harm. Who
 * is killed is started again, who is frozen goes on, after some seconds. Thread-safe.
 */
public final class PracticeWorkers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PracticeWorkers.class);

    /** By then the cluster has noticed, so that a process of the same name is no second one. */
    private static final Duration GONE = Duration.ofSeconds(6);

    /** Long enough for its work to be given to others; less than what the failure detector gives it up for is not worth much. */
    private static final Duration FROZEN = Duration.ofSeconds(8);

    private static final long END_S = 10;

    private final Endpoint coordinator;
    private final Path log;
    private final Map<String, Child> running = new HashMap<>();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "tutti-practice-workers");
        thread.setDaemon(true);
        return thread;
    });
    private boolean closed;

    private PracticeWorkers(Endpoint coordinator, Path log) {
        this.coordinator = coordinator;
        this.log = log;
    }

    /**
     * Starts some.
     *
     * @param count how many
     * @param coordinator where they find it
     * @param log file to which all that they say is added
     */
    public static PracticeWorkers start(int count, Endpoint coordinator, Path log) {
        PracticeWorkers workers = new PracticeWorkers(coordinator, log);
        try {
            for (int number = 1; number <= count; number++) {
                workers.begin("worker-" + number);
            }
        } catch (RuntimeException e) {
            workers.close();
            throw e;
        }
        return workers;
    }

    private synchronized void begin(String name) {
        if (!closed) {
            running.put(
                    name,
                    Child.start(
                            name,
                            log,
                            List.of(
                                    "worker",
                                    "--coordinator",
                                    coordinator.toString(),
                                    "--threads",
                                    "1",
                                    "--name",
                                    name,
                                    "--host",
                                    coordinator.host())));
        }
    }

    /** Whether the process of a worker is one of these, and runs. */
    synchronized boolean has(String name) {
        Child child = running.get(name);
        return child != null && child.isAlive();
    }

    /** Does it; returns false if there is no such process. */
    synchronized boolean fault(String name, Fault fault) throws InterruptedException {
        if (!has(name) || closed) {
            return false;
        }
        Child child = running.get(name);
        LOG.info("{} {}, as was asked for", fault, name);
        switch (fault) {
            case KILL -> {
                child.end();
                running.remove(name);
                after(GONE, () -> begin(name));
            }
            case FREEZE -> {
                child.signal("STOP");
                after(FROZEN, () -> wake(child));
            }
        }
        return true;
    }

    private void after(Duration time, Runnable task) {
        // What fails has told so in the log.
        var unused = later.schedule(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.warn("a worker cannot be started", e);
                    }
                },
                time.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static void wake(Child child) {
        if (child.isAlive()) {
            Uninterrupted.run(() -> {
                try {
                    child.signal("CONT");
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    /** Ends all of them, frozen ones, too. */
    @Override
    public synchronized void close() {
        closed = true;
        later.shutdownNow();
        for (Child child : running.values()) {
            child.end();
        }
        Uninterrupted.run(() -> {
            for (Child child : running.values()) {
                try {
                    child.await(END_S);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        running.clear();
    }
}
