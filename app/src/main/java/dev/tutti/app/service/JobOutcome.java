package dev.tutti.app.service;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.console.Failure;

/**
 * How the training of a job ended.
 *
 * @param exitCode as of {@code tutti train}
 * @param problem one line about what went wrong; empty if nothing did
 * @param summary the summary as JSON; empty if there is none
 */
record JobOutcome(ExitCode exitCode, String problem, String summary) {
    /** It is done, with this summary. */
    static JobOutcome succeeded(String summary) {
        return new JobOutcome(ExitCode.DONE, "", summary);
    }

    /** Somebody stopped it. */
    static JobOutcome interrupted() {
        return new JobOutcome(ExitCode.INTERRUPTED, "", "");
    }

    /** It went wrong. */
    static JobOutcome failed(Failure failure) {
        return new JobOutcome(failure.exitCode(), failure.message(), "");
    }
}
