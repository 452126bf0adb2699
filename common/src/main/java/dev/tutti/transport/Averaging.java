package dev.tutti.transport;

import java.util.Locale;

/** Who adds the gradients of a step. The bits are the same. */
public enum Averaging {
    /** The members where large vectors go over TCP between them, else the coordinator. */
    AUTO,
    /** The coordinator, which then broadcasts the weights. */
    COORDINATOR,
    /** Each worker process a share of the parameters; all make the update. Vectors go over TCP, on one machine too. */
    MEMBERS;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
