package dev.tutti.transport;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** How loops wait for the next frame of a step. */
public final class Idle {
    private static final int SPINS = 200;

    /** A few milliseconds if nobody else wants the processor; whoever does gets it at once. */
    private static final int YIELDS = 10_000;

    private static final long SHORTEST_PARK_NS = 20_000;
    private static final long LONGEST_PARK_NS = 100_000;

    private Idle() {}

    /**
     * Returns a strategy for one thread: it first stays awake, since waking up takes as long as a step of a small network, then
     * sleeps in ever longer naps that are still short against a step of a large one.
     */
    public static IdleStrategy betweenFrames() {
        return new BackoffIdleStrategy(SPINS, YIELDS, SHORTEST_PARK_NS, LONGEST_PARK_NS);
    }
}
