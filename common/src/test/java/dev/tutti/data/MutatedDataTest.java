package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import dev.tutti.files.InputException;
import dev.tutti.model.Loss;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the bytes of a file are: it is read and can be prepared, or refused with one line that names it; without more memory than
 * some for each byte. Real tables come along where {@code TUTTI_TEST_TABLES} names a directory of some.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutatedDataTest {
    private static final int ROUNDS = 250;
    private static final long MOST_BYTES = 40 << 20;
    private static final long MOST_FOR_EACH_BYTE = 200;
    private static final byte[] TELLING = "\",;\n\r\t #|?:'(){}[]-+.eE0919xN\u0000".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path directory;

    @Test
    void shouldReadOrRefuseTablesOfEveryKind() throws IOException {
        StringBuilder csv = new StringBuilder("# from somewhere\nname;town;rooms;\"price, in all\";kind\r\n");
        for (int row = 0; row < 40; row++) {
            csv.append("\"owner \"\"")
                    .append(row)
                    .append("\"\"\";")
                    .append(row % 3 == 0 ? "Ulm" : "Göppingen")
                    .append(';');
            csv.append(row % 7 == 0 ? "?" : row % 5 + ",5")
                    .append(";")
                    .append(row * 1.25e3 + "")
                    .append(';');
            csv.append(row % 11 == 0 ? "" : row % 2 == 0 ? "house" : "flat").append(row % 2 == 0 ? "\n" : "\r\n");
        }
        byte[] intact = csv.toString().getBytes(StandardCharsets.UTF_8);

        assertThat(mutate(intact, "data.csv", 31)).isBetween(ROUNDS / 20, ROUNDS - ROUNDS / 20);
        assertThat(mutate(compressed(intact), "data.csv.gz", 32)).isGreaterThan(ROUNDS / 4);
    }

    @Test
    void shouldReadOrRefuseRealNumbers() throws IOException {
        RawData iris = BuiltInData.read("iris");
        StringBuilder csv = new StringBuilder();
        StringBuilder svm = new StringBuilder();
        for (int row = 0; row < iris.rows(); row++) {
            svm.append((int) iris.targets()[row]);
            for (int column = 0; column < 4; column++) {
                csv.append(iris.features()[4 * row + column]).append(',');
                svm.append(' ').append(column + 1).append(':').append(iris.features()[4 * row + column]);
            }
            csv.append(iris.schema().classNames().get((int) iris.targets()[row]))
                    .append('\n');
            svm.append('\n');
        }

        assertThat(mutate(csv.toString().getBytes(StandardCharsets.UTF_8), "data.csv", 33))
                .isGreaterThan(ROUNDS / 20);
        assertThat(mutate(svm.toString().getBytes(StandardCharsets.UTF_8), "data.libsvm", 34))
                .isGreaterThan(ROUNDS / 4);
        double[] values = new double[600];
        Arrays.setAll(values, i -> iris.features()[i]);
        byte[] features = NumpyFileTest.array("<f8", false, "(150, 4)", values);
        double[] targets = new double[150];
        Arrays.setAll(targets, i -> iris.targets()[i]);
        byte[] labels = NumpyFileTest.array("<i8", false, "(150,)", targets);
        assertThat(mutate(features, "data.npy", 35)).isGreaterThan(ROUNDS / 20);
        byte[] archive = NumpyFileTest.archive(Map.of("x.npy", features, "y.npy", labels));
        assertThat(mutate(archive, "data.npz", 36)).isGreaterThan(ROUNDS / 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"titanic.csv", "votes.csv", "boston.csv", "salaries.csv"})
    void shouldReadOrRefuseTablesAsPeopleHaveThem(String name) throws IOException {
        String tables = System.getenv("TUTTI_TEST_TABLES");
        assumeThat(tables).as("TUTTI_TEST_TABLES names a directory of tables").isNotNull();
        byte[] intact = Files.readAllBytes(Path.of(tables, name));

        mutate(intact, "data.csv", 37);
    }

    /** Bytes without any sense. */
    @ParameterizedTest
    @ValueSource(strings = {"data.csv", "data.csv.gz", "data.npy", "data.npz", "data.libsvm", "images.idx"})
    void shouldReadOrRefuseNoise(String name) throws IOException {
        Random random = new Random(38);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] noise = new byte[random.nextInt(400)];
            for (int i = 0; i < noise.length; i++) {
                noise[i] = random.nextInt(3) == 0 ? (byte) random.nextInt() : TELLING[random.nextInt(TELLING.length)];
            }
            isRefused(noise, name, "seed 38, round " + round);
        }
    }

    /** Returns how many of the mutants were refused. */
    private int mutate(byte[] intact, String name, long seed) throws IOException {
        assertThat(isRefused(intact, name, "intact")).isFalse();
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isRefused(mutant(intact, random), name, "seed " + seed + ", round " + round) ? 1 : 0;
        }
        return refused;
    }

    private boolean isRefused(byte[] content, String name, String which) throws IOException {
        Path file = Files.write(directory.resolve(name), content);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            RawData data = DataFiles.read(file.toString(), DataOptions.DEFAULT);
            Loss loss = data.schema().defaultLoss();
            PreparedData prepared = PreparedData.of(data, loss, Scale.STANDARDIZE, 0, 1);
            assertThat(prepared.training().samples()).as(which).isEqualTo(data.rows());
            RawData again = DataFiles.read(file.toString(), DataOptions.DEFAULT, data.schema());
            assertThat(again.sha256()).as(which).isEqualTo(data.sha256());
            DataFiles.describe(file.toString(), DataOptions.DEFAULT, ReadProgress.NONE);
            return false;
        } catch (InputException e) {
            assertThat(e.getMessage().lines()).as(which).hasSize(1);
            assertThat(e.getMessage()).as(which).startsWith(file.toString());
            return true;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(which + ": " + e, e);
        } finally {
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes allocated, %s", which)
                    .isLessThan(MOST_BYTES + MOST_FOR_EACH_BYTE * content.length);
        }
    }

    private static byte[] compressed(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] mutant(byte[] intact, Random random) {
        byte[] bytes = intact.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(7)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1, 2 -> bytes[at] = TELLING[random.nextInt(TELLING.length)];
                case 3 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 4 -> bytes = Arrays.copyOf(bytes, at);
                case 5 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(9));
                default -> System.arraycopy(bytes, at, bytes, at / 2, bytes.length - at);
            }
        }
        return bytes;
    }
}
