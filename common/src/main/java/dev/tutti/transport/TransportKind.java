package dev.tutti.transport;

import java.util.Locale;

/** What may carry the bulk data between coordinator and workers; see {@link Carriers}. */
public enum TransportKind {
    /** {@link #IPC} where a media driver can be shared; else UDP, and TCP for what is large. */
    AUTO,
    /** Shared memory, through one media driver on one machine; where that cannot be, as {@link #AUTO}. */
    IPC,
    /** UDP for everything, with a media driver for each process. */
    UDP,
    /** TCP for vectors and samples of any size, on one machine too; UDP for orders. */
    TCP;

    /** Whether a media driver may be shared. */
    public boolean allowsIpc() {
        return this == AUTO || this == IPC;
    }

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
