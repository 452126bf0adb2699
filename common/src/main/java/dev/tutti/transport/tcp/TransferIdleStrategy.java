package dev.tutti.transport.tcp;

import dev.tutti.transport.Carriers;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;

/**
 * How a loop waits for frames over TCP. Where small vectors come and go it stays awake for a while, since waking up
 * takes as long as they do; where large ones do, it leaves the processor to the kernel's side of the transfer at
 * once, and does not take the parts of a frame one by one. Owned by the thread of the links.
 */
public final class TransferIdleStrategy implements IdleStrategy {
    /** See benchmarks/results/transport.md. */
    private static final int LARGE_BYTES = Carriers.LARGE_BYTES;

    private static final long SPIN_NS = 5_000;
    private static final long AWAKE_NS = 100_000;
    private static final long WAIT_MS = 1;

    /** Twice as long with each nap in which the rest of a frame has not come. */
    private static final long SHORTEST_NAP_NS = 50_000;

    private static final long LONGEST_NAP_NS = 1_000_000;

    private final TcpLinks links;
    private long idleSinceNs;
    private boolean idle;
    private long napNs = SHORTEST_NAP_NS;

    /** @param links whose frames are waited for */
    public TransferIdleStrategy(TcpLinks links) {
        this.links = links;
    }

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
        } else if (idleNs < AWAKE_NS && links.lastVectorBytes() < LARGE_BYTES) {
            Thread.yield();
        } else if (links.isWithinFrame()) {
            // Who wakes up for each packet of a frame spends more on waking up than on the frame.
            LockSupport.parkNanos(this, napNs);
            napNs = Math.min(2 * napNs, LONGEST_NAP_NS);
        } else {
            links.await(WAIT_MS);
        }
    }

    @Override
    public void reset() {
        idle = false;
        napNs = SHORTEST_NAP_NS;
    }

    @Override
    public String alias() {
        return "transfer";
    }
}
