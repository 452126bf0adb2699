package dev.tutti.app.bench.transport;

import java.util.Locale;

/** What carries the vectors. */
public enum Carrier {
    /** Aeron over UDP, as a cluster uses it: weights to many destinations, gradients unicast. */
    UDP,
    /** TCP streams of frames. */
    TCP;

    /** The name in tables. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
