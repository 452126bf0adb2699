package dev.tutti.app.service;

import java.util.concurrent.TimeUnit;

/** Tells threads that something may have changed. Thread-safe. */
public final class Signal {
    private long version;

    /** A number that is another one once something has changed. */
    public synchronized long version() {
        return version;
    }

    /** Something has changed. */
    public synchronized void raise() {
        version++;
        notifyAll();
    }

    /** Waits until the version is no more {@code seen}, but at most so long. */
    public synchronized void await(long seen, long patienceMs) throws InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        while (version == seen) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
            if (leftMs <= 0) {
                return;
            }
            wait(leftMs);
        }
    }
}
