package dev.tutti.transport;

import java.util.Locale;

/** What carries the bulk data between coordinator and workers. */
public enum TransportKind {
    /** {@link #IPC} where a media driver can be shared, else {@link #UDP}. */
    AUTO,
    /** Shared memory, through one media driver on one machine. */
    IPC,
    /** UDP, with a media driver for each process. */
    UDP;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
