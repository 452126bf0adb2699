package dev.tutti.app.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
    @TempDir
    private Path directory;

    @Test
    void shouldHoldWholeLines() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        try (MetricsFile metrics = MetricsFile.create(file)) {
            metrics.add("{\"step\":1}");
            metrics.force();
            assertThat(Files.readString(file)).isEqualTo("{\"step\":1}\n");
            metrics.add("{\"step\":2}");
        }
        assertThat(Files.readString(file)).isEqualTo("{\"step\":1}\n{\"step\":2}\n");
    }

    @Test
    void shouldGoOnWhereTheCheckpointStands() throws IOException {
        Path file = Files.writeString(directory.resolve("metrics.jsonl"), """
                {"step":4,"epoch":1}
                {"step":5,"epoch":1}
                {"epoch":1,"steps":5,"trainLoss":0.5}
                {"step":6,"epoch":2}
                {"step":7,"epoch":2}
                {"epoch":2,"steps":10}
                {"epoch":3,"ste""");

        try (MetricsFile metrics = MetricsFile.resume(file, 6)) {
            metrics.add("{\"step\":7,\"again\":true}");
        }

        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "{\"step\":4,\"epoch\":1}",
                        "{\"step\":5,\"epoch\":1}",
                        "{\"epoch\":1,\"steps\":5,\"trainLoss\":0.5}",
                        "{\"step\":6,\"epoch\":2}",
                        "{\"step\":7,\"again\":true}");
    }

    @Test
    void shouldBeginWhereThereIsNoFile() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        MetricsFile.resume(file, 6).close();

        assertThat(file).isEmptyFile();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldNotEndTheTrainingWhenTheDiskIsFull() {
        try (MetricsFile metrics = MetricsFile.onto(Path.of("/dev/full"))) {
            for (int i = 0; i < 50_000; i++) {
                metrics.add("{\"step\":" + i + ",\"loss\":0.123456789}");
            }
            assertThat(metrics.waitingBytes()).isBetween(1, 1 << 20);
            assertThat(metrics.lostLines()).isPositive();
        }
    }

    @Test
    void shouldRefuseAPlaceThatCannotBeWritten() {
        assertThatThrownBy(() -> MetricsFile.create(directory))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot be written");
    }
}
