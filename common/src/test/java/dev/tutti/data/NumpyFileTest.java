package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumpyFileTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"<f4", ">f4", "<f8", ">f8", "|i1", "<i2", ">i2", "<i4", "<i8", ">i8", "|u1", "<u2", "<u4", "<u8"
            })
    void shouldReadEveryTypeOfNumber(String type) throws IOException {
        Path file = directory.resolve("data.npy");
        Files.write(file, array(type, false, "(4, 3)", 1, 2, 0, 3, 4, 1, 5, 6, 0, 7, 100, 1));

        RawData data = DataFiles.read(file.toString(), DataOptions.DEFAULT);

        assertThat(data.rows()).isEqualTo(4);
        assertThat(data.features()).startsWith(1, 2, 3, 4, 5, 6, 7, 100);
        assertThat(data.schema().classNames()).containsExactly("0", "1");
        assertThat(data.targets()).containsExactly(0, 1, 0, 1);
        assertThat(data.schema().targetColumn()).isEqualTo(2);
    }

    @Test
    void shouldReadFortransOrderAndOtherTargets() throws IOException {
        Path file = directory.resolve("data.npy");
        Files.write(file, array("<f4", true, "(2, 3)", 1, 2, 0.5, 1.5, 5, 6));

        RawData data = DataFiles.read(file.toString(), DataOptions.DEFAULT.withTarget("1"));

        assertThat(data.features()).startsWith(1, 5, 2, 6);
        assertThat(data.targets()).containsExactly(0.5f, 1.5f);
        assertThat(data.schema().task()).isEqualTo(Task.REGRESSION);
    }

    @Test
    void shouldReadFeaturesAndTargetsOfAnArchive() throws IOException {
        Path file = directory.resolve("data.npz");
        Files.write(
                file,
                archive(Map.of(
                        "X.npy", array("<f4", false, "(4, 1, 2)", 1, 2, 3, 4, 5, Double.NaN, 7, 8),
                        "y.npy", array("<i8", false, "(4,)", 1, -1, 1, -1),
                        "notes.npy", new byte[] {1, 2, 3})));

        RawData data = DataFiles.read(file.toString(), DataOptions.DEFAULT);

        assertThat(data.features()).containsExactly(1, 2, 3, 4, 5, Float.NaN, 7, 8);
        assertThat(data.schema().classNames()).containsExactly("-1", "1");
        assertThat(data.targets()).containsExactly(1, 0, 1, 0);
        RawData same = DataFiles.read(file.toString(), DataOptions.DEFAULT, data.schema());
        assertThat(same.sha256()).isEqualTo(data.sha256());
    }

    @Test
    void shouldReadTargetsOfAnotherFile() throws IOException {
        Path file = directory.resolve("data.npy");
        Path labels = directory.resolve("labels.npy");
        Files.write(file, array("<f4", false, "(3, 1)", 1, 2, 3));
        Files.write(labels, array("<f4", false, "(3,)", 0.25, Double.NaN, 0.75));

        RawData data = DataFiles.read(file.toString(), DataOptions.DEFAULT.withLabels(labels));

        assertThat(data.rows()).as("one without a target").isEqualTo(2);
        assertThat(data.features()).startsWith(1, 3);
        assertThat(data.targets()).containsExactly(0.25f, 0.75f);
        Files.write(labels, array("<f4", false, "(2,)", 0.25, 1));
        assertThatThrownBy(() -> DataFiles.read(file.toString(), DataOptions.DEFAULT.withLabels(labels)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("labels.npy: targets of 2 x 1 do not go with features of 3 x 1");
    }

    @Test
    void shouldSayWhatIsWrong() throws IOException {
        assertThat(error(new byte[] {1, 2, 3})).contains("data.npy, byte 0: expected the magic string");
        byte[] whole = array("<f4", false, "(2, 2)", 1, 2, 3, 4);
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 3);
        assertThat(error(cut)).contains("the file is cut short: expected 16 bytes, found 13");
        assertThat(error(java.util.Arrays.copyOf(whole, whole.length + 1))).contains("more bytes than its header says");
        assertThat(error(array("|O", false, "(2, 2)"))).contains("type \"|O\" is not read");
        assertThat(error(array("<f4", false, "(2000000000, 2000000000)"))).contains("too large");
        assertThat(error(array("<f4", false, "(20000000, 20)"))).contains("cut short: expected 1600000000 bytes");
        assertThat(error(array("<f4", false, "(2, 2)", 1, Double.POSITIVE_INFINITY, 3, 4)))
                .contains("row 1, column 1: not a finite number");
    }

    @Test
    void shouldFindTheTargetOfAModelThatLeftColumnsOut() throws IOException {
        DataSchema model =
                new DataSchema(Task.REGRESSION, 2, List.of("a", "b"), "y", 3, List.of(), List.of(), List.of(0));
        Path file = directory.resolve("data.npy");
        Files.write(file, array("<f4", false, "(2, 3)", 1, 2, 0.5, 3, 4, 1.5));

        RawData data = DataFiles.read(file.toString(), DataOptions.DEFAULT, model);

        assertThat(data.features()).startsWith(1, 2, 3, 4);
        assertThat(data.targets()).containsExactly(0.5f, 1.5f);
    }

    @Test
    void shouldPassOverArraysOfOtherNames() throws IOException {
        Path file = directory.resolve("data.npz");
        byte[] x = array("<f4", false, "(2, 1)", 1, 2);
        byte[] y = array("<f4", false, "(2,)", 0.25, 0.75);
        Files.write(file, archive(Map.of("f.npy", array("<U5", false, "(1,)"), "x.npy", x, "y.npy", y)));

        RawData data = DataFiles.read(file.toString(), DataOptions.DEFAULT);

        assertThat(data.features()).containsExactly(1, 2);
        assertThat(data.targets()).containsExactly(0.25f, 0.75f);
        Files.write(file, archive(Map.of("y.npy", array("<f4", false, "(2, 2)", 1, 0.25, 2, 0.75))));
        assertThat(DataFiles.read(file.toString(), DataOptions.DEFAULT).targets())
                .as("a table, whatever its name")
                .containsExactly(0.25f, 0.75f);
        Files.write(file, archive(Map.of("f.npy", x, "y.npy", y)));
        assertThatThrownBy(() -> DataFiles.read(file.toString(), DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no array of features")
                .hasMessageEndingWith("found y, f");
        Files.write(file, archive(Map.of("f.npy", array("<U5", false, "(1,)"))));
        assertThatThrownBy(() -> DataFiles.read(file.toString(), DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("type \"<U5\" is not read");
    }

    private String error(byte[] content) throws IOException {
        Path file = Files.write(directory.resolve("data.npy"), content);
        try {
            DataFiles.read(file.toString(), DataOptions.DEFAULT);
        } catch (InputException e) {
            assertThat(e.getMessage().lines()).hasSize(1);
            return e.getMessage();
        }
        throw new AssertionError("expected an InputException");
    }

    static byte[] archive(Map<String, byte[]> arrays) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : arrays.keySet().stream().sorted().toList()) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(arrays.get(name));
            }
        }
        return bytes.toByteArray();
    }

    static byte[] array(String type, boolean fortran, String shape, double... values) {
        String header = "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': "
                + shape + ", }";
        header = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        int width = type.charAt(2 > type.length() - 1 ? 1 : 2) - '0';
        ByteBuffer bytes = ByteBuffer.allocate(10 + header.length() + values.length * Math.max(0, width));
        bytes.order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) header.length())
                .put(header.getBytes(StandardCharsets.US_ASCII))
                .order(type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            switch (type.substring(1)) {
                case "f4" -> bytes.putFloat((float) value);
                case "f8" -> bytes.putDouble(value);
                case "i1", "u1" -> bytes.put((byte) value);
                case "i2", "u2" -> bytes.putShort((short) value);
                case "i4", "u4" -> bytes.putInt((int) value);
                default -> bytes.putLong((long) value);
            }
        }
        return bytes.array();
    }
}
