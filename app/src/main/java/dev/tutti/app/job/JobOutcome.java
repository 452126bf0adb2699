package dev.tutti.app.job;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.console.OutOfMemory;
import dev.tutti.files.InputException;
import dev.tutti.train.TrainingFailedException;
import java.util.Optional;

/**
 * How a job ended.
 *
 * @param status one for which {@link JobStatus#isOver} holds
 * @param exitCode as of {@code tutti train}
 * @param problem one line about what went wrong; empty if nothing did
 * @param summary the summary as JSON; empty if there is none
 */
public record JobOutcome(JobStatus status, ExitCode exitCode, String problem, String summary) {
    /** It is done, with this summary. */
    public static JobOutcome succeeded(String summary) {
        return new JobOutcome(JobStatus.SUCCEEDED, ExitCode.DONE, "", summary);
    }

    /** Somebody stopped it. */
    public static JobOutcome interrupted(String problem) {
        return new JobOutcome(JobStatus.INTERRUPTED, ExitCode.INTERRUPTED, problem, "");
    }

    /** It was not wanted any more, before it began. */
    static JobOutcome cancelled() {
        return new JobOutcome(JobStatus.CANCELLED, ExitCode.INTERRUPTED, "cancelled before it began", "");
    }

    /** It ended with this exception or error, whatever it is. */
    public static JobOutcome of(Throwable failure) {
        if (failure instanceof InterruptedException) {
            return interrupted("interrupted" + (failure.getMessage() == null ? "" : " " + failure.getMessage()));
        }
        if (failure instanceof InputException) {
            return failed(ExitCode.BAD_INPUT, failure.getMessage());
        }
        if (failure instanceof TrainingFailedException) {
            return failed(ExitCode.TRAINING_FAILED, failure.getMessage());
        }
        Optional<OutOfMemoryError> noMemory = OutOfMemory.in(failure);
        if (noMemory.isPresent()) {
            return failed(ExitCode.BAD_INPUT, "on the coordinator: " + OutOfMemory.describe(noMemory.get()));
        }
        return failed(ExitCode.INTERNAL_ERROR, "internal error of the coordinator: " + failure);
    }

    private static JobOutcome failed(ExitCode exitCode, String problem) {
        return new JobOutcome(
                JobStatus.FAILED, exitCode, String.valueOf(problem).replaceAll("\\s*\\R\\s*", " "), "");
    }

    /** The same, of a job that was stopped because it was not wanted any more. */
    JobOutcome asCancelled() {
        return status == JobStatus.INTERRUPTED ? new JobOutcome(JobStatus.CANCELLED, exitCode, problem, summary) : this;
    }
}
