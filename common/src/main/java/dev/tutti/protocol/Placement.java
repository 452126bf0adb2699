package dev.tutti.protocol;

import java.util.Locale;

/** Where the workers find the samples of a step. */
public enum Placement {
    /** Every worker holds the whole training set and is told index ranges. */
    REPLICATE,
    /** The coordinator sends each worker the samples of its part of every step. */
    STREAM;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
