package dev.tutti.app.bench.transport;

import java.util.Locale;

/** Which way vectors go. */
public enum Direction {
    /** One direction at a time: a vector goes to the peers, and comes back when it is there whole. */
    ONE,
    /** Both at once: each side sends a vector while it receives the other's. */
    BOTH;

    /** The name in tables. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
