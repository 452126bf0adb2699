package dev.tutti.train;

import java.util.Locale;

/** What is done with a step whose loss, gradient or new weights are not finite. */
public enum OnDivergence {
    /** The run ends. */
    STOP,
    /** The step's update is left out. */
    SKIP_STEP;

    /** Returns the name used in files and on the command line. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
