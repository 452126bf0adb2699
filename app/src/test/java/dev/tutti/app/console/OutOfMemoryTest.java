package dev.tutti.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OutOfMemoryTest {
    private static final long MEGABYTE = 1 << 20;

    @Test
    void shouldSayWhatNeededHowMuchAndWhatToDo() {
        OutOfMemoryError error = errorIn("java.util.Arrays", "dev.tutti.train.TrainingRun", "dev.tutti.app.Tutti");
        Map<String, Long> sizes =
                new TreeMap<>(Map.of("training set", MEGABYTE / 2, "parameters of 64-5000-10", 300 * MEGABYTE));

        assertThat(OutOfMemory.describe(error, 512 * MEGABYTE, sizes))
                .isEqualTo("out of memory: the heap of 512 MB has no room for the weights and the optimizer's state"
                        + " (each copy: parameters of 64-5000-10 300 MB, training set 0.5 MB);"
                        + " give it more: TUTTI_JAVA_OPTS=-Xmx3g, or take a smaller network or data set");
    }

    @Test
    void shouldSayLessWhereLessIsKnown() {
        assertThat(OutOfMemory.describe(errorIn("java.util.Arrays"), 100 * MEGABYTE, Map.of()))
                .isEqualTo("out of memory: the heap of 100 MB has no room for all that is needed;"
                        + " give it more: TUTTI_JAVA_OPTS=-Xmx1g, or take a smaller network or data set");
    }

    @Test
    void shouldNotAdviseAHeapWhereThreadsAreMissing() {
        OutOfMemoryError error = new OutOfMemoryError("unable to create native thread: possibly out of memory");

        assertThat(OutOfMemory.describe(error, MEGABYTE, Map.of()))
                .contains("no more threads")
                .doesNotContain("-Xmx");
    }

    @Test
    void shouldFindTheErrorBehindOthers() {
        OutOfMemoryError error = new OutOfMemoryError();

        assertThat(OutOfMemory.in(new IllegalStateException(new IllegalStateException(error))))
                .contains(error);
        assertThat(OutOfMemory.in(new IllegalStateException("no"))).isEmpty();
    }

    private static OutOfMemoryError errorIn(String... classes) {
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");
        StackTraceElement[] trace = new StackTraceElement[classes.length];
        for (int i = 0; i < trace.length; i++) {
            trace[i] = new StackTraceElement(classes[i], "any", null, 0);
        }
        error.setStackTrace(trace);
        return error;
    }
}
