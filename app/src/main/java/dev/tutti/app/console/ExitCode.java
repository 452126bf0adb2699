package dev.tutti.app.console;

/** How a command ends, and the exit code of its process (docs/commands.md). */
public enum ExitCode {
    /** Done. */
    DONE(0),
    /** A fault of ours. */
    INTERNAL_ERROR(1),
    /** Wrong use, bad input, or a machine that has too little for it: nothing that training again would mend. */
    BAD_INPUT(2),
    /** The training itself failed. */
    TRAINING_FAILED(3),
    /** Interrupted, as by Ctrl-C. */
    INTERRUPTED(130);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number that the caller of the process sees. */
    public int code() {
        return code;
    }
}
