package dev.tutti.coordinator.plan;

/**
 * What became of the segments that were handed out, counted since the start of a job: {@code issued + reissued} pieces went
 * out, {@code done} came back and were counted, exactly once for each segment of each step, {@code duplicates} came back again
 * and were dropped. Mutable; owned by one thread.
 */
public final class Ledger {
    private long issued;
    private long reissued;
    private long done;
    private long duplicates;

    /** Nothing counted yet. */
    public Ledger() {}

    void issued(int segments) {
        issued += segments;
    }

    void reissued(int segments) {
        reissued += segments;
    }

    void done(int segments) {
        done += segments;
    }

    void duplicate(int segments) {
        duplicates += segments;
    }

    /** Segments handed out for the first time. */
    public long issued() {
        return issued;
    }

    /** Segments handed out again, to others or in another generation. */
    public long reissued() {
        return reissued;
    }

    /** Segments that came back and were added. */
    public long done() {
        return done;
    }

    /** Segments that came back after they had been added already, and were dropped. */
    public long duplicates() {
        return duplicates;
    }
}
