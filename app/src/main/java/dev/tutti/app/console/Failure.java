package dev.tutti.app.console;

import dev.tutti.files.InputException;
import dev.tutti.train.TrainingFailedException;
import java.util.Optional;

/**
 * What an exception or error means to users.
 *
 * @param exitCode how a command ends with it
 * @param message one line
 */
public record Failure(ExitCode exitCode, String message) {
    /** Classifies what was thrown, whatever it is. */
    public static Failure of(Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            return of(
                    ExitCode.INTERRUPTED,
                    "interrupted" + (thrown.getMessage() == null ? "" : " " + thrown.getMessage()));
        }
        Optional<OutOfMemoryError> memory = OutOfMemory.in(thrown);
        if (memory.isPresent()) {
            return of(ExitCode.BAD_INPUT, OutOfMemory.describe(memory.get()));
        }
        if (thrown instanceof InputException) {
            return of(ExitCode.BAD_INPUT, thrown.getMessage());
        }
        if (thrown instanceof TrainingFailedException) {
            return of(ExitCode.TRAINING_FAILED, thrown.getMessage());
        }
        return of(ExitCode.INTERNAL_ERROR, "internal error: " + thrown);
    }

    private static Failure of(ExitCode exitCode, String message) {
        return new Failure(exitCode, String.valueOf(message).replaceAll("\\s*\\R\\s*", " "));
    }

    /** Whether it is a fault of ours. */
    public boolean isInternal() {
        return exitCode == ExitCode.INTERNAL_ERROR;
    }
}
