package dev.tutti.app.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
    @TempDir
    private Path directory;

    @Test
    void shouldBeHeldByOne() throws IOException {
        try (RunLock lock = RunLock.take(directory)) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() -> RunLock.take(directory))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("run directory is in use: " + directory + " (this process)");
        }
        RunLock.take(directory).close();
    }

    @Test
    void shouldRefuseASecondRun() throws IOException {
        RunDirectory first = RunDirectory.open(directory.resolve("run"));

        assertThatThrownBy(() -> RunDirectory.open(directory.resolve("run")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("in use");

        assertThat(directory.resolve("run/.lock")).exists();
        first.write(RunDirectory.CONFIG, "x = 1\n");
        assertThatThrownBy(() -> RunDirectory.reopen(directory.resolve("run"))).hasMessageContaining("in use");
        first.close();
        RunDirectory.reopen(directory.resolve("run")).close();
        assertThat(Files.readString(directory.resolve("run/config.conf"))).isEqualTo("x = 1\n");
    }
}
