package dev.tutti.app.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunDirectoryTest {
    private static final LocalDateTime NOW = LocalDateTime.of(2026, 11, 20, 10, 15, 9);

    @TempDir
    private Path directory;

    @Test
    void shouldBeNamedByTimeAndName() {
        assertThat(RunDirectory.openNew(directory.resolve("runs"), NOW, "digits")
                        .path())
                .isEqualTo(directory.resolve("runs/20261120-101509-digits"))
                .isDirectory();
    }

    @Test
    void shouldNumberRunsOfOneSecond() {
        RunDirectory.openNew(directory, NOW, "digits");

        assertThat(RunDirectory.openNew(directory, NOW, "digits").path())
                .isEqualTo(directory.resolve("20261120-101509-digits-2"));
    }

    @Test
    void shouldTakeBackWhatItMade() {
        RunDirectory run = RunDirectory.open(directory.resolve("a/b/c"));
        run.write(RunDirectory.CONFIG, "x = 1\n");
        assertThat(directory.resolve("a/b/c/config.conf")).hasContent("x = 1\n");

        run.discard();

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldNotTakeBackWhatOthersMade() throws IOException {
        Path existing = Files.createDirectory(directory.resolve("existing"));
        Files.writeString(existing.resolve("notes.txt"), "mine");
        RunDirectory run = RunDirectory.open(existing);
        run.write(RunDirectory.CONFIG, "x = 1\n");

        run.discard();

        assertThat(existing.toFile().list()).containsExactly("notes.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.conf", "metrics.jsonl", "model.safetensors", "summary.json"})
    void shouldRefuseADirectoryWithARun(String file) throws IOException {
        Files.writeString(directory.resolve(file), "");

        assertThatThrownBy(() -> RunDirectory.open(directory))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("already holds a run")
                .hasMessageContaining(file);
    }

    @ParameterizedTest
    @CsvSource({
        "digits,digits",
        "data/Big set (2).csv.gz,Big-set-2-",
        "t10k-images-idx3-ubyte.gz,t10k-images-idx3-ubyte",
        ".hidden.csv,hidden",
        "---.csv,run",
        "äöü.csv,run"
    })
    void shouldNameRunsByTheirData(String source, String name) {
        assertThat(RunName.ofData(source)).isEqualTo(name);
    }
}
