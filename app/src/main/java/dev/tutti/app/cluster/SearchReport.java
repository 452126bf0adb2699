package dev.tutti.app.cluster;

import java.time.Duration;

/**
 * What a worker says while it looks for its coordinator. Both are often started at the same moment, so the first that fails is no
 * fault: once it says that it waits, and only after a while that something seems wrong. Pure: time is given.
 */
final class SearchReport {
    /** How much is to be said of a failed attempt. */
    enum Say {
        NOTHING,
        WAITING,
        FAULT
    }

    private static final long FIRST_FAULT_NS = Duration.ofSeconds(3).toNanos();
    private static final long BETWEEN_FAULTS_NS = Duration.ofSeconds(10).toNanos();

    private boolean saidWaiting;
    private long faultAtNs;

    /** @param nowNs when the search begins */
    SearchReport(long nowNs) {
        faultAtNs = nowNs + FIRST_FAULT_NS;
    }

    /** An attempt has failed. */
    Say onFailure(long nowNs) {
        if (nowNs - faultAtNs >= 0) {
            faultAtNs = nowNs + BETWEEN_FAULTS_NS;
            return Say.FAULT;
        }
        if (saidWaiting) {
            return Say.NOTHING;
        }
        saidWaiting = true;
        return Say.WAITING;
    }
}
