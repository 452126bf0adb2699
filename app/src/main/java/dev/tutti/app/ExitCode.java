package dev.tutti.app;

/** How the process ends. */
final class ExitCode {
    /** Done. */
    static final int DONE = 0;
    /** A fault of ours. */
    static final int INTERNAL_ERROR = 1;
    /** Wrong use, or bad input. */
    static final int BAD_INPUT = 2;
    /** The training itself failed. */
    static final int TRAINING_FAILED = 3;
    /** Interrupted, as by Ctrl-C. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
