package dev.tutti.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.DataFiles;
import dev.tutti.data.DataOptions;
import dev.tutti.files.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the bytes of a file are: it is read, or refused with one line. */
class MutatedFilesTest {
    private static final int ROUNDS = 200;
    private static final byte[] TELLING = "\",\n\r{}[]:-+.eE0919xN\u0000".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path directory;

    @Test
    void shouldReadOrRefuseModels() throws IOException {
        Path file = directory.resolve("model.safetensors");
        ModelFile.write(file, ModelFileTest.irisModel());
        int refused = mutate(file, 1, () -> ModelFile.read(file));
        assertThat(refused).isGreaterThan(ROUNDS / 4);
    }

    @Test
    void shouldReadOrRefuseCsv() throws IOException {
        Path file = directory.resolve("data.csv");
        Files.writeString(
                file,
                "length,width,\"kind, of\"\n1,2.5,rose\n-3e2,4,daisy\n5,6,rose\n7,8,\"da\"\"isy\"\n8,9,daisy\n1,1,rose\n");
        int refused = mutate(file, 2, () -> DataFiles.read(file.toString(), DataOptions.DEFAULT));
        assertThat(refused).isGreaterThan(ROUNDS / 4);
    }

    @Test
    void shouldReadOrRefuseIdx() throws IOException {
        Path images = directory.resolve("a-images-idx3-ubyte");
        Path labels = directory.resolve("a-labels-idx1-ubyte");
        Files.write(images, new byte[] {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 11, 12, 13, 14});
        Files.write(labels, new byte[] {0, 0, 8, 1, 0, 0, 0, 2, 5, 6});
        Runnable read = () -> DataFiles.read(images.toString(), DataOptions.DEFAULT);
        byte[] intact = Files.readAllBytes(images);
        assertThat(mutate(images, 3, read)).isGreaterThan(ROUNDS / 4);
        Files.write(images, intact);
        assertThat(mutate(labels, 4, read)).isGreaterThan(ROUNDS / 4);
    }

    @Test
    void shouldReadOrRefuseGzip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write("1,2,0\n3,4,1\n5,6,0\n7,8,1\n".getBytes(StandardCharsets.US_ASCII));
        }
        Path file = directory.resolve("data.csv.gz");
        Files.write(file, bytes.toByteArray());
        int refused = mutate(file, 5, () -> DataFiles.read(file.toString(), DataOptions.DEFAULT));
        assertThat(refused).isGreaterThan(ROUNDS / 4);
    }

    /** Returns how many of the mutants were refused. */
    private static int mutate(Path file, long seed, Runnable read) throws IOException {
        byte[] intact = Files.readAllBytes(file);
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(file, mutant(intact, random));
            try {
                read.run();
            } catch (InputException e) {
                refused++;
                assertThat(e.getMessage().lines())
                        .as("seed %s, round %s", seed, round)
                        .hasSize(1);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + e, e);
            }
        }
        return refused;
    }

    private static byte[] mutant(byte[] intact, Random random) {
        byte[] bytes = intact.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = TELLING[random.nextInt(TELLING.length)];
                case 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> bytes = Arrays.copyOf(bytes, at);
                case 4 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(9));
                default -> System.arraycopy(bytes, at, bytes, at / 2, bytes.length - at);
            }
        }
        return bytes;
    }
}
