package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
    private static final String IMAGES = "t-images-idx3-ubyte";
    private static final String LABELS = "t-labels-idx1-ubyte";

    @TempDir
    Path directory;

    @Test
    void shouldReadImagesAndTheLabelsBesideThem() throws IOException {
        write(IMAGES, images(3, 2, 2));
        write(LABELS, labels(7, 1, 7));
        RawData data = read();
        assertThat(data.rows()).isEqualTo(3);
        assertThat(data.schema().inputCount()).isEqualTo(4);
        assertThat(data.schema().classNames()).containsExactly("1", "7");
        assertThat(data.targets()).containsExactly(1, 0, 1);
        assertThat(data.features()).containsExactly(0, 23, 46, 69, 92, 115, 138, 161, 184, 207, 230, 253);
    }

    @Test
    void shouldReadGzipAndMixesOfIt() throws IOException {
        gzip(IMAGES + ".gz", images(2, 1, 3));
        gzip(LABELS + ".gz", labels(0, 1));
        String file = directory.resolve(IMAGES + ".gz").toString();
        assertThat(DataFiles.read(file, DataOptions.DEFAULT).targets()).containsExactly(0, 1);
        Files.delete(directory.resolve(LABELS + ".gz"));
        write(LABELS, labels(1, 0));
        assertThat(DataFiles.read(file, DataOptions.DEFAULT).targets()).containsExactly(1, 0);
    }

    @Test
    void shouldTakeTheLabelsFileThatIsNamed() throws IOException {
        write("pixels.idx", images(2, 1, 3));
        write("classes.idx", labels(4, 5));
        String file = directory.resolve("pixels.idx").toString();
        assertThat(DataFiles.read(file, DataOptions.DEFAULT.withLabels(directory.resolve("classes.idx")))
                        .schema()
                        .classNames())
                .containsExactly("4", "5");
        assertThatThrownBy(() -> DataFiles.read(file, DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no labels file beside it")
                .hasMessageContaining("give --labels");
        assertThatThrownBy(() -> DataFiles.read(file, DataOptions.DEFAULT.withLabels(directory.resolve("none.idx"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none.idx: no such file");
    }

    @Test
    void shouldNotFollowALinkThatNobodyNamedOutOfTheDirectory() throws IOException {
        Path inside = Files.createDirectory(directory.resolve("data"));
        Path images = Files.write(inside.resolve(IMAGES), images(2, 1, 3));
        Path secret = Files.write(directory.resolve("secret"), labels(1, 0));
        Path link = Files.createSymbolicLink(inside.resolve(LABELS), secret);
        DataSchema model = new DataSchema(Task.CLASSIFICATION, 3, List.of(), "", List.of("0", "1"));
        String problem = link + ": is a link that leads out of the directory of " + images
                + "; put the labels there, or give --labels";
        assertThatThrownBy(() -> DataFiles.read(images.toString(), DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessage(problem);
        assertThatThrownBy(() -> DataFiles.read(images.toString(), DataOptions.DEFAULT, model))
                .isInstanceOf(InputException.class)
                .hasMessage(problem);
        assertThat(DataFiles.read(images.toString(), DataOptions.DEFAULT.withLabels(link))
                        .targets())
                .containsExactly(1, 0);

        Files.delete(link);
        Files.createSymbolicLink(link, Files.move(secret, inside.resolve("labels")));
        assertThat(DataFiles.read(images.toString(), DataOptions.DEFAULT).targets())
                .as("a link within the directory")
                .containsExactly(1, 0);
    }

    @Test
    void shouldReadImagesForAModel() throws IOException {
        DataSchema model = new DataSchema(Task.CLASSIFICATION, 4, List.of(), "", List.of("1", "7"));
        write(IMAGES, images(2, 2, 2));
        assertThat(read(model).hasTargets()).isFalse();
        write(LABELS, labels(7, 7));
        assertThat(read(model).targets()).containsExactly(1, 1);
        write(LABELS, labels(7, 8));
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(LABELS + ", label 2: unknown class \"8\"; the model knows 1, 7");
        write(IMAGES, images(2, 3, 3));
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected 4 inputs, found 9 pixels");
    }

    @Test
    void shouldRefuseAnotherMagicNumber() throws IOException {
        write(IMAGES, labels(1, 2, 3, 4, 5, 6, 7, 8, 9));
        write(LABELS, labels(1, 2));
        assertThat(error())
                .isEqualTo(IMAGES
                        + ", byte 0: expected magic number 0x00000803 (images of unsigned bytes), found 0x00000801; is"
                        + " this an IDX file of images?");
    }

    @Test
    void shouldRefuseFilesCutShortOrTooLong() throws IOException {
        byte[] images = images(3, 2, 2);
        write(LABELS, labels(1, 2, 3));
        write(IMAGES, Arrays.copyOf(images, images.length - 5));
        assertThat(error()).isEqualTo(IMAGES + ", byte 23: the file is cut short: expected 12 bytes of data, found 7");
        write(IMAGES, Arrays.copyOf(images, 10));
        assertThat(error())
                .isEqualTo(IMAGES + ", byte 10: the file is cut short: expected 16 bytes of header, found 10");
        write(IMAGES, Arrays.copyOf(images, images.length + 1));
        assertThat(error()).startsWith(IMAGES + ", byte 28: expected the end after 3 items of 4 bytes, found more");
        write(IMAGES, new byte[0]);
        assertThat(error()).contains("cut short");
        gzip(IMAGES + ".gz", images);
        byte[] zipped = Files.readAllBytes(directory.resolve(IMAGES + ".gz"));
        write(IMAGES + ".gz", Arrays.copyOf(zipped, zipped.length - 12));
        assertThatThrownBy(
                        () -> DataFiles.read(directory.resolve(IMAGES + ".gz").toString(), DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("it is not a whole gzip file");
    }

    @Test
    void shouldRefuseCountsThatDoNotMatch() throws IOException {
        write(IMAGES, images(3, 2, 2));
        write(LABELS, labels(1, 2));
        assertThat(error())
                .startsWith(LABELS + ": expected 3 labels, one for each image of ")
                .endsWith("found 2");
        write(LABELS, labels(4, 4, 4));
        assertThat(error()).contains(LABELS + ", label 1: one class only: \"4\" in all 3 rows");
    }

    @Test
    void shouldRefuseCountsOutOfRangeWithoutClaimingMemory() throws IOException {
        write(LABELS, labels(1, 2, 3));
        write(IMAGES, header(0x803, 0, 2, 2));
        assertThat(error()).startsWith(IMAGES + ", byte 4: number of items out of range: 0");
        write(IMAGES, header(0x803, 3, -1, 2));
        assertThat(error()).startsWith(IMAGES + ", byte 8: number of pixel rows out of range: 4294967295");
        write(IMAGES, header(0x803, 3, 2, 0));
        assertThat(error()).startsWith(IMAGES + ", byte 12: number of pixel columns out of range: 0");
        write(IMAGES, header(0x803, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertThat(error()).contains("too large");
        write(IMAGES, header(0x803, 1, 1 << 15, 1 << 15));
        assertThat(error()).contains("cut short");
    }

    private RawData read() {
        return DataFiles.read(directory.resolve(IMAGES).toString(), DataOptions.DEFAULT);
    }

    private RawData read(DataSchema model) {
        return DataFiles.read(directory.resolve(IMAGES).toString(), DataOptions.DEFAULT, model);
    }

    private String error() {
        try {
            read();
        } catch (InputException e) {
            assertThat(e.getMessage().lines()).hasSize(1);
            return e.getMessage().replace(directory + "/", "");
        }
        throw new AssertionError("expected an InputException");
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
    }

    private void gzip(String name, byte[] content) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve(name)))) {
            out.write(content);
        }
    }

    static byte[] images(int count, int rows, int columns) {
        byte[] header = header(0x803, count, rows, columns);
        byte[] all = Arrays.copyOf(header, header.length + count * rows * columns);
        for (int i = header.length; i < all.length; i++) {
            all[i] = (byte) ((i - header.length) * 23);
        }
        return all;
    }

    static byte[] labels(int... labels) {
        byte[] header = header(0x801, labels.length);
        byte[] all = Arrays.copyOf(header, header.length + labels.length);
        for (int i = 0; i < labels.length; i++) {
            all[header.length + i] = (byte) labels[i];
        }
        return all;
    }

    private static byte[] header(int... values) {
        ByteBuffer header = ByteBuffer.allocate(values.length * Integer.BYTES);
        Arrays.stream(values).forEach(header::putInt);
        return header.array();
    }
}
