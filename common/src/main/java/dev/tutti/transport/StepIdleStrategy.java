package dev.tutti.transport;

import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;

/**
 * How a loop waits for the next frame of a step: awake at first, since waking up takes as long as a step of a small network, then
 * asleep in short naps. The limits are times, not turns: on a busy machine one yield may last for milliseconds, and who naps is
 * served sooner than who yields. For one thread.
 */
public final class StepIdleStrategy implements IdleStrategy {
    private static final long SPIN_NS = 20_000;
    private static final long AWAKE_NS = 1_000_000;
    private static final long NAP_NS = 50_000;

    private long idleSinceNs;
    private boolean idle;

    /** Awake. */
    public StepIdleStrategy() {}

    @Override
    public void idle(int workCount) {
        if (workCount > 0) {
            reset();
        } else {
            idle();
        }
    }

    @Override
    public void idle() {
        long nowNs = System.nanoTime();
        if (!idle) {
            idle = true;
            idleSinceNs = nowNs;
        }
        long idleNs = nowNs - idleSinceNs;
        if (idleNs < SPIN_NS) {
            Thread.onSpinWait();
        } else if (idleNs < AWAKE_NS) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(this, NAP_NS);
        }
    }

    @Override
    public void reset() {
        idle = false;
    }

    @Override
    public String alias() {
        return "step";
    }
}
