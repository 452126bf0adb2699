package dev.tutti.transport.tcp;

import dev.tutti.transport.Carriers;
import dev.tutti.transport.StepIdleStrategy;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** How the thread of a process's streams waits for what comes on them. */
public final class Waiting {
    private static final int SPINS = 10;
    private static final int YIELDS = 0;
    private static final long SHORTEST_NAP_NS = 1_000;
    private static final long LONGEST_NAP_NS = 1_000_000;

    private Waiting() {}

    /**
     * Returns what suits the streams of a generation. While a large vector is on its way the processor belongs to the kernel's
     * side of the transfer and to the media driver; between small ones waking up would take as long as they do.
     *
     * @param carriers what carries the streams
     * @param vectorBytes number of bytes of the weights
     * @param links the connections; null where there are none
     */
    public static IdleStrategy on(Carriers carriers, long vectorBytes, TcpLinks links) {
        if (carriers.vectorsByTcp()) {
            return new TransferIdleStrategy(links);
        }
        return carriers.ipc() || vectorBytes < Carriers.LARGE_BYTES
                ? new StepIdleStrategy()
                : new BackoffIdleStrategy(SPINS, YIELDS, SHORTEST_NAP_NS, LONGEST_NAP_NS);
    }
}
