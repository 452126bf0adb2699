package dev.tutti.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.files.InputException;
import dev.tutti.train.TrainingFailedException;
import org.junit.jupiter.api.Test;

/** What exceptions and errors mean, for commands and for jobs. */
class FailureTest {
    @Test
    void shouldSayInOneLineWhateverIsThrown() {
        assertIs(new InputException("no such file:\n  a.csv"), ExitCode.BAD_INPUT, "no such file: a.csv");
        assertIs(new TrainingFailedException("the loss is NaN"), ExitCode.TRAINING_FAILED, "the loss is NaN");
        assertIs(new InterruptedException(), ExitCode.INTERRUPTED, "interrupted");
        assertIs(new InterruptedException("after 3 steps"), ExitCode.INTERRUPTED, "interrupted after 3 steps");
        assertIs(
                new IllegalStateException("bug"),
                ExitCode.INTERNAL_ERROR,
                "internal error: java.lang.IllegalStateException: bug");
        assertIs(
                new NoClassDefFoundError("a/B"),
                ExitCode.INTERNAL_ERROR,
                "internal error: java.lang.NoClassDefFoundError: a/B");
        assertThat(Failure.of(new IllegalStateException(new OutOfMemoryError("Java heap space"))))
                .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.BAD_INPUT))
                .satisfies(failure -> assertThat(failure.message()).contains("TUTTI_JAVA_OPTS=-Xmx"));
    }

    private static void assertIs(Throwable thrown, ExitCode exitCode, String message) {
        assertThat(Failure.of(thrown)).isEqualTo(new Failure(exitCode, message));
        assertThat(Failure.of(thrown).isInternal()).isEqualTo(exitCode == ExitCode.INTERNAL_ERROR);
    }
}
