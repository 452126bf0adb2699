package dev.tutti.coordinator.step;

import dev.tutti.train.StepTimes;

/**
 * Where the time of a step goes, as the coordinator sees it. It is told the time. Owned by the step loop's thread.
 */
final class StepClock {
    private final StepTimes times = new StepTimes();
    private long beganNs;
    private long sentNs;
    private long firstNs;
    private long completeNs;
    private long addingNs;
    private boolean sent;
    private boolean arriving;

    StepClock() {}

    /** The weights of a step begin to leave. */
    void onBegin(long nowNs) {
        beganNs = nowNs;
        addingNs = 0;
        sent = false;
        arriving = false;
    }

    /** Whether the step's weights have left. */
    boolean isSent() {
        return sent;
    }

    /** The weights have left. */
    void onSent(long nowNs) {
        sent = true;
        sentNs = nowNs;
    }

    /** A node begins to arrive. */
    void onArrival(long nowNs) {
        if (!arriving) {
            arriving = true;
            firstNs = nowNs;
        }
    }

    /** So long it took to add a node. */
    void onAdded(long ns) {
        addingNs += ns;
    }

    /** The sum is complete. */
    void onComplete(long nowNs) {
        completeNs = nowNs;
    }

    /** The update is made; returns the times of the step, which are valid until the next. */
    StepTimes onUpdated(long nowNs) {
        // Where the first node is here before the weights have left to everybody, nobody was only computing.
        long computedNs = arriving ? Math.max(sentNs, firstNs) : sentNs;
        times.set(
                sentNs - beganNs,
                computedNs - sentNs,
                Math.max(0, completeNs - computedNs - addingNs),
                addingNs,
                nowNs - completeNs);
        return times;
    }
}
