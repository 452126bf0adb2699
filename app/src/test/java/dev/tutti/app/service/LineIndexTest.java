package dev.tutti.app.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.files.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
        return index.some(Integer.MAX_VALUE).lines();
    }

    @Test
    void shouldTellWholeLinesAsTheyCome() throws IOException {
        assertThat(lines(all)).isEmpty();
        add("odd 1\neven 2\nod");
        assertThat(lines(all)).containsExactly("odd 1", "even 2");
        assertThat(lines(odd)).containsExactly("odd 1");
        add("d 3\n\nodd");
        assertThat(lines(all)).containsExactly("odd 1", "even 2", "odd 3", "");
        LineIndex.Some some = odd.some(2);
        assertThat(some.lines()).containsExactly("odd 1", "odd 3");
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

    private void replace(String text) throws IOException {
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    /** File systems give the number of the first file to the third. */
    @Test
    void shouldBeginAnewInAFileThatTookThePlaceOfTheOtherTwice() throws IOException {
        replace("odd 1\nodd 2\n");
        assertThat(lines(odd)).hasSize(2);
        assertThat(odd.isOpen()).isTrue();
        for (int time = 1; time <= 4; time++) {
            String longer = "even" + "x".repeat(20 * time);
            replace("odd 1\n");
            replace(longer + "\nodd 3\n" + longer + "\n");
            assertThat(lines(odd)).as("time %d", time).containsExactly("odd 3");
        }
    }

    /** The same file as far as the system tells, and no shorter. */
    @Test
    void shouldBeginAnewWhereOtherLinesWereWrittenInPlace() throws IOException {
        add("odd 1\nodd 2\nodd 3\n");
        assertThat(lines(odd)).hasSize(3);
        assertThat(lines(all)).hasSize(3);
        Files.writeString(file, "a longer line, even\nodd 4\nodd 5\n");
        assertThat(lines(odd)).containsExactly("odd 4", "odd 5");
        assertThat(lines(all)).containsExactly("a longer line, even", "odd 4", "odd 5");
    }

    @Test
    void shouldLetGoOfTheFileWhenClosed() throws IOException {
        add("odd 1\n");
        assertThat(lines(odd)).hasSize(1);
        odd.close();
        assertThat(odd.isOpen()).isFalse();
        assertThat(lines(odd)).as("by one who was at it").containsExactly("odd 1");
        assertThat(odd.isOpen()).isFalse();
    }

    /** The first line that is not before k / (points - 1) of the way, for each k. */
    private static List<Integer> apart(int count, int points) {
        List<Integer> numbers = new ArrayList<>();
        for (int number = 0, k = 0; number < count; number++) {
            if (count <= points || (long) number * (points - 1) >= (long) k * (count - 1)) {
                numbers.add(number);
                k++;
            }
        }
        return numbers;
    }

    @Test
    void shouldTellLinesEvenlyApart() throws IOException {
        for (int count = 1; count <= 40; count++) {
            add("odd " + (count - 1) + "\neven\n");
            for (int points = 2; points <= 42; points++) {
                assertThat(odd.some(points).lines())
                        .as("%d of %d", points, count)
                        .isEqualTo(apart(count, points).stream()
                                .map(number -> "odd " + number)
                                .toList());
            }
        }
    }

    @Test
    void shouldFindLinesBetweenThePlacesThatAreKept() throws IOException {
        try (LineIndex few = new LineIndex(file, "odd", 8)) {
            for (int count = 1; count <= 200; count++) {
                add("odd " + (count - 1) + "\n" + "even\n".repeat(count % 3));
                assertThat(lines(few)).hasSize(count).last().isEqualTo("odd " + (count - 1));
                assertThat(few.kept()).isBetween(1, 8);
            }
            assertThat(lines(few)).isEqualTo(lines(odd));
            assertThat(few.some(5).lines()).containsExactly("odd 0", "odd 50", "odd 100", "odd 150", "odd 199");
        }
    }

    @Test
    void shouldHoldFewPlacesOfAMillionLines() throws IOException {
        int count = 1_000_000;
        StringBuilder text = new StringBuilder();
        for (int number = 0; number < count; number++) {
            text.append(number).append('\n');
        }
        Files.writeString(file, text);
        for (int points : new int[] {2, 1000, 10_000}) {
            assertThat(all.some(points).lines())
                    .isEqualTo(
                            apart(count, points).stream().map(String::valueOf).toList());
        }
        assertThat(all.some(2).of()).isEqualTo(count);
        assertThat(all.kept()).isBetween(1 << 16, 1 << 17);
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
