package dev.tutti.train;

/** Where the time of a step of a cluster went, in nanoseconds, as its coordinator saw it. Used again for each step. */
public final class StepTimes {
    private long sendingNs;
    private long computingNs;
    private long waitingNs;
    private long addingNs;
    private long updatingNs;

    /** All are 0. */
    public StepTimes() {}

    /** Sets all. */
    public void set(long sendingNs, long computingNs, long waitingNs, long addingNs, long updatingNs) {
        this.sendingNs = sendingNs;
        this.computingNs = computingNs;
        this.waitingNs = waitingNs;
        this.addingNs = addingNs;
        this.updatingNs = updatingNs;
    }

    /** Until the weights had left the coordinator. */
    public long sendingNs() {
        return sendingNs;
    }

    /** From then until the first gradient began to arrive. */
    public long computingNs() {
        return computingNs;
    }

    /** From then until the last gradient was there, but for {@link #addingNs}: on their way, or still being computed. */
    public long waitingNs() {
        return waitingNs;
    }

    /** Adding gradients. */
    public long addingNs() {
        return addingNs;
    }

    /** Checking the sum, updating the weights, and what follows an epoch. */
    public long updatingNs() {
        return updatingNs;
    }

    /** All of it. */
    public long totalNs() {
        return sendingNs + computingNs + waitingNs + addingNs + updatingNs;
    }
}
