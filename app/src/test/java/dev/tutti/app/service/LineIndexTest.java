package dev.tutti.app.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineIndexTest {
    @TempDir
    private Path folder;

    private Path file;
    private LineIndex all;
    private LineIndex odd;

    @BeforeEach
    void open() {
        file = folder.resolve("lines");
        all = new LineIndex(file, "");
        odd = new LineIndex(file, "odd");
    }

    private void add(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<String> lines(LineIndex index) throws IOException {
        return index.some((number, count) -> true).lines();
    }

    @Test
    void shouldTellWholeLinesAsTheyCome() throws IOException {
        assertThat(lines(all)).isEmpty();
        add("odd 1\neven 2\nod");
        assertThat(lines(all)).containsExactly("odd 1", "even 2");
        assertThat(lines(odd)).containsExactly("odd 1");
        add("d 3\n\nodd");
        assertThat(lines(all)).containsExactly("odd 1", "even 2", "odd 3", "");
        LineIndex.Some some = odd.some((number, count) -> number == count - 1);
        assertThat(some.lines()).containsExactly("odd 3");
        assertThat(some.of()).isEqualTo(2);
        assertThat(some.last()).isEqualTo(4);
    }

    @Test
    void shouldBeginAnewInAFileThatTookThePlaceOfTheOther() throws IOException {
        add("odd 1\nodd 2\nodd 3\n");
        assertThat(lines(odd)).hasSize(3);
        Path other = Files.writeString(folder.resolve("other"), "odd 1\neven\nodd 5\nodd 6\nodd 7\n");
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(lines(odd)).containsExactly("odd 1", "odd 5", "odd 6", "odd 7");
        Files.writeString(file, "odd 8\n");
        assertThat(lines(odd)).containsExactly("odd 8");
        Files.delete(file);
        assertThat(lines(odd)).isEmpty();
    }

    /** Lines over the ends of blocks, long ones and empty ones, in pieces. */
    @Test
    void shouldFindWhatASimpleReaderFinds() throws IOException {
        long seed = 20261121;
        Random random = new Random(seed);
        StringBuilder rest = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            String line =
                    (random.nextBoolean() ? "odd" : "even") + "x".repeat(random.nextInt(i % 100 == 0 ? 9000 : 60));
            expected.add(line);
            rest.append(line).append('\n');
            if (random.nextInt(40) == 0) {
                int part = random.nextInt(rest.length() + 1);
                add(rest.substring(0, part));
                rest.delete(0, part);
                lines(odd);
            }
        }
        add(rest.toString());
        assertThat(lines(odd))
                .as("seed %s", seed)
                .isEqualTo(
                        expected.stream().filter(line -> line.startsWith("odd")).toList());
        assertThat(lines(all)).as("seed %s", seed).isEqualTo(expected);
    }
}
