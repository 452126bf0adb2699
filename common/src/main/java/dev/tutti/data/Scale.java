package dev.tutti.data;

import java.util.Locale;

/** How features (and the targets of a regression) are scaled before training. */
public enum Scale {
    /** To mean 0 and standard deviation 1, measured on the training samples. */
    STANDARDIZE,
    /** To the range 0 to 1, measured on the training samples. */
    MINMAX,
    /** Untouched. */
    NONE;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
