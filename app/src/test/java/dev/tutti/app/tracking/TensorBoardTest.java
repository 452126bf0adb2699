package dev.tutti.app.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.app.tracking.EventFileReader.Event;
import dev.tutti.files.InputException;
import dev.tutti.train.EpochMetrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardTest {
    @TempDir
    Path folder;

    /** The sum of "123456789" by CRC-32C is e3069283, as RFC 3720 has it; masked by hand. */
    @Test
    void shouldMaskSums() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(EventFile.maskedCrc(digits, 0, digits.length))
                .isEqualTo((0xe3069283 >>> 15 | 0xe3069283 << 17) + 0xa282ead8);
    }

    @Test
    void shouldWriteEventsThatAReaderOfTheFormatTakes() throws Exception {
        try (TensorBoard board = TensorBoard.open(folder, "run-1")) {
            board.onEpoch(new EpochMetrics(1, 23, 1438, 1.5, 0.5, 0.75, 0.625, Double.NaN, 0.25, 2));
            board.onEpoch(new EpochMetrics(2, 1L << 40, 2876, 0.5, Double.NaN, 0.25, Double.NaN, 3.5, 0.25, 4));
        }

        List<Event> events = EventFileReader.read(files().get(0));

        assertThat(events).hasSize(3);
        assertThat(events.get(0).version()).isEqualTo("brain.Event:2");
        assertThat(events.get(0).seconds()).isGreaterThan(1.7e9);
        assertThat(events.get(1).step()).isEqualTo(23);
        assertThat(events.get(1).scalars())
                .containsEntry("train/loss", 1.5f)
                .containsEntry("train/accuracy", 0.5f)
                .containsEntry("validation/loss", 0.75f)
                .containsEntry("validation/accuracy", 0.625f)
                .containsEntry("train/learning_rate", 0.25f)
                .containsEntry("train/samples_per_second", 719f)
                .doesNotContainKey("validation/rmse");
        assertThat(events.get(2).step()).isEqualTo(1L << 40);
        assertThat(events.get(2).scalars())
                .containsEntry("validation/rmse", 3.5f)
                .doesNotContainKey("train/accuracy");
    }

    @Test
    void shouldAddAFileWhereARunGoesOn() throws Exception {
        for (int part = 1; part <= 3; part++) {
            try (TensorBoard board = TensorBoard.open(folder, "run-1")) {
                board.onEpoch(new EpochMetrics(part, part, part, part, 0, 0, 0, 0, 0.1, 1));
            }
        }

        List<Long> steps = new ArrayList<>();
        for (Path file : files()) {
            assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.");
            steps.add(EventFileReader.read(file).get(1).step());
        }
        assertThat(steps).containsExactly(1L, 2L, 3L);
    }

    @Test
    void shouldSayWhereItCannotWrite() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> TensorBoard.open(file, "run-1"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--tensorboard: cannot be written: " + file);
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("run-1"))) {
            return files.sorted().toList();
        }
    }
}
