package dev.tutti.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FatalErrorsTest {
    private final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    private final List<Throwable> told = new ArrayList<>();

    @BeforeEach
    void listen() {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> told.add(error));
    }

    @AfterEach
    void restore() {
        Thread.setDefaultUncaughtExceptionHandler(before);
    }

    @Test
    void shouldTellTheProcessOfTooLittleMemoryBehindOtherFailures() {
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");

        FatalErrors.report(new IllegalStateException("compute thread 1", new IllegalStateException(error)));

        assertThat(told).containsExactly(error);
    }

    @Test
    void shouldLeaveOtherFailuresToTheirThread() {
        FatalErrors.report(null);
        FatalErrors.report(new IllegalStateException(new AssertionError("a bug")));

        assertThat(told).isEmpty();
    }
}
