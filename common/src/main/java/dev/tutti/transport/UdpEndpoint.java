package dev.tutti.transport;

import io.aeron.Subscription;

/** The address at which a subscription receives. */
public final class UdpEndpoint {
    private static final long TIMEOUT_NS = 5_000_000_000L;

    private UdpEndpoint() {}

    /**
     * Waits until the media driver has bound the subscription's socket, and returns {@code host:port} with the port it has got.
     *
     * @throws IllegalStateException if that takes longer than 5 s
     */
    public static String await(Subscription subscription) {
        long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        String endpoint = subscription.resolvedEndpoint();
        while (endpoint == null) {
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("no UDP port within 5 s for " + subscription.channel());
            }
            Thread.yield();
            endpoint = subscription.resolvedEndpoint();
        }
        return endpoint;
    }
}
