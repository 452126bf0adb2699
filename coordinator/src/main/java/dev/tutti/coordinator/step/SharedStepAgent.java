package dev.tutti.coordinator.step;

import dev.tutti.reduce.SharedLoop;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.concurrent.Agent;

/**
 * Runs a step loop in a process that computes as well: on the thread that leads the computing, which between two pieces of work has
 * nothing else to do, so that a step needs no change of threads. Its own thread would only take a core away; it does the work where
 * nobody else comes for a while, as before and between generations, or while a piece of work takes long.
 */
public final class SharedStepAgent implements Agent {
    /** What is run: by one thread at a time, which may bring others to help. */
    interface Loop extends Agent {
        /** As {@link Agent#doWork}; {@code threads} help with what is long. */
        int doWork(SharedLoop threads);
    }

    /** So long the thread of its own leaves the loop to the one that came last. */
    private static final long PATIENCE_NS = 20_000_000;

    private static final long PAUSE_NS = 2_000_000;

    private final Loop loop;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile long visitedNs = System.nanoTime() - PATIENCE_NS;
    private boolean closed;

    /** @param loop from now on only used by way of this */
    public SharedStepAgent(StepLoop loop) {
        this((Loop) loop);
    }

    SharedStepAgent(Loop loop) {
        this.loop = loop;
    }

    /** Does what there is to do, on a thread that comes by and may bring others to help; nothing if the loop is at work. */
    public int visit(SharedLoop threads) {
        if (!turn.tryLock()) {
            return 0;
        }
        try {
            visitedNs = System.nanoTime();
            return closed ? 0 : loop.doWork(threads);
        } finally {
            turn.unlock();
        }
    }

    /** On the thread of its own. */
    @Override
    public int doWork() {
        if (System.nanoTime() - visitedNs < PATIENCE_NS) {
            LockSupport.parkNanos(this, PAUSE_NS);
            return 0;
        }
        turn.lock();
        try {
            return loop.doWork(SharedLoop.ALONE);
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void onClose() {
        turn.lock();
        try {
            closed = true;
            loop.onClose();
        } finally {
            turn.unlock();
        }
    }

    @Override
    public String roleName() {
        return loop.roleName();
    }
}
