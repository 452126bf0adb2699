package dev.tutti.app.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineTailTest {
    @TempDir
    Path folder;

    private Path file;

    @Test
    void shouldTellWholeLinesAsTheyCome() throws IOException {
        file = folder.resolve("lines");
        try (LineTail tail = new LineTail(file, 0)) {
            assertThat(tail.next()).isEmpty();
            append("one\ntw");
            assertThat(tail.next()).contains("one");
            assertThat(tail.next()).isEmpty();
            append("o\nthree\n");
            assertThat(tail.next()).contains("two");
            assertThat(tail.number()).isEqualTo(2);
            assertThat(tail.next()).contains("three");
            assertThat(tail.next()).isEmpty();
        }
    }

    @Test
    void shouldLeaveOutWhatWasToldBefore() throws IOException {
        file = folder.resolve("lines");
        append("one\ntwo\nthree\n");
        try (LineTail tail = new LineTail(file, 2)) {
            assertThat(tail.next()).contains("three");
            assertThat(tail.number()).isEqualTo(3);
        }
    }

    /** As the metrics of a run that goes on: written anew, with the lines up to its checkpoint. */
    @Test
    void shouldGoOnInAFileThatTookThePlaceOfTheOther() throws IOException {
        file = folder.resolve("lines");
        append("one\ntwo\nthree\n");
        try (LineTail tail = new LineTail(file, 0)) {
            for (int i = 0; i < 3; i++) {
                tail.next();
            }
            Path other = Files.writeString(folder.resolve("other"), "one\n");
            Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
            assertThat(tail.next()).isEmpty();
            append("two\nthree\n");
            assertThat(tail.next()).isEmpty();
            append("four\n");
            assertThat(tail.next()).contains("four");
            assertThat(tail.number()).isEqualTo(4);
        }
    }

    @Test
    void shouldReadLinesLongerThanItsBuffer() throws IOException {
        file = folder.resolve("lines");
        String line = "x".repeat(50_000);
        append(line + "\nend\n");
        try (LineTail tail = new LineTail(file, 0)) {
            assertThat(tail.next()).contains(line);
            assertThat(tail.next()).contains("end");
        }
    }

    private void append(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
