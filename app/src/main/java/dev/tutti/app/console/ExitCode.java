package dev.tutti.app.console;

/** How the process ends. */
public final class ExitCode {
    /** Done. */
    public static final int DONE = 0;
    /** A fault of ours. */
    public static final int INTERNAL_ERROR = 1;
    /** Wrong use, or bad input. */
    public static final int BAD_INPUT = 2;
    /** The training itself failed. */
    public static final int TRAINING_FAILED = 3;
    /** Interrupted, as by Ctrl-C. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
