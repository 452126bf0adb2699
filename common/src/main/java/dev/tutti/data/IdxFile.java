package dev.tutti.data;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads images and labels in IDX form, the form of MNIST: a magic number (two zero bytes, the type 8 of unsigned bytes, the
 * number of dimensions), the dimensions as big-endian int32, then the bytes.
 */
final class IdxFile {
    private static final int IMAGES_MAGIC = 0x00000803;
    private static final int LABELS_MAGIC = 0x00000801;

    private IdxFile() {}

    /** Bytes of one file: {@code count} items of {@code itemLength} bytes. */
    private record Items(int count, int itemLength, byte[] bytes) {}

    /** Reads data to train on. */
    static RawData read(Path images, DataOptions options) {
        Items pixels = readItems(images, IMAGES_MAGIC);
        Path labels = options.labels() != null ? options.labels() : labelsBeside(images);
        if (labels == null) {
            throw new InputException(images + ": no labels file beside it, looked for "
                    + labelNames(images.getFileName().toString()) + "; give --labels");
        }
        Task task = options.task() == null ? Task.CLASSIFICATION : options.task();
        TargetColumn.Meaning meaning =
                readLabels(labels, images, pixels.count()).discover(task);
        DataSchema schema = new DataSchema(task, pixels.itemLength(), List.of(), "", meaning.classNames());
        return new RawData(images.toString(), schema, toFloats(pixels), meaning.targets(), pixels.count(), true);
    }

    /** Reads data that has to match a model's; the labels may be missing. */
    static RawData read(Path images, DataOptions options, DataSchema model) {
        Items pixels = readItems(images, IMAGES_MAGIC);
        if (pixels.itemLength() != model.inputCount()) {
            throw new InputException(images + ": expected " + model.inputCount() + " inputs, found "
                    + pixels.itemLength() + " pixels; give data with the inputs the model was trained on");
        }
        Path labels = options.labels() != null ? options.labels() : labelsBeside(images);
        float[] targets = labels == null
                ? new float[0]
                : readLabels(labels, images, pixels.count()).against(model);
        return new RawData(images.toString(), model, toFloats(pixels), targets, pixels.count(), true);
    }

    private static TargetColumn readLabels(Path labels, Path images, int expected) {
        Items items = readItems(labels, LABELS_MAGIC);
        if (items.count() != expected) {
            throw new InputException(labels + ": expected " + expected + " labels, one for each image of " + images
                    + ", found " + items.count());
        }
        TargetColumn column = new TargetColumn(item -> labels + ", label " + (item + 1));
        for (int item = 0; item < items.count(); item++) {
            column.add(Integer.toString(items.bytes()[item] & 0xFF), item);
        }
        return column;
    }

    private static float[] toFloats(Items pixels) {
        float[] features = new float[pixels.bytes().length];
        for (int i = 0; i < features.length; i++) {
            features[i] = pixels.bytes()[i] & 0xFF;
        }
        return features;
    }

    private static Items readItems(Path file, int magic) {
        try (InputStream in = DataFiles.open(file)) {
            int dimensions = magic & 0xFF;
            int headerLength = Integer.BYTES * (1 + dimensions);
            ByteBuffer header = ByteBuffer.wrap(readFully(file, in, 0, headerLength, "header"));
            int found = header.getInt();
            if (found != magic) {
                throw new InputException(String.format(
                        "%s, byte 0: expected magic number 0x%08x (%s of unsigned bytes), found 0x%08x; is this an IDX file of %s?",
                        file,
                        magic,
                        dimensions == 1 ? "labels" : "images",
                        found,
                        dimensions == 1 ? "labels" : "images"));
            }
            int count = dimension(file, header, "number of items");
            long itemLength = 1;
            for (int dimension = 1; dimension < dimensions; dimension++) {
                itemLength *=
                        dimension(file, header, dimension == 1 ? "number of pixel rows" : "number of pixel columns");
            }
            if (itemLength > Integer.MAX_VALUE || count * itemLength > Integer.MAX_VALUE - 64) {
                throw new InputException(file + ", byte 4: too large: " + count + " items of " + itemLength
                        + " bytes, allowed: " + (Integer.MAX_VALUE - 64) + " bytes in all");
            }
            byte[] bytes = readFully(file, in, headerLength, (int) (count * itemLength), "data");
            if (in.read() >= 0) {
                throw new InputException(
                        file + ", byte " + (headerLength + (long) bytes.length) + ": expected the end after " + count
                                + " items of " + itemLength + " bytes, found more; the file does not match its header");
            }
            return new Items(count, (int) itemLength, bytes);
        } catch (IOException e) {
            throw DataFiles.failure(file, e);
        }
    }

    private static int dimension(Path file, ByteBuffer header, String what) {
        int offset = header.position();
        int value = header.getInt();
        if (value < 1) {
            throw new InputException(file + ", byte " + offset + ": " + what + " out of range: "
                    + Integer.toUnsignedString(value) + ", allowed: 1 to " + Integer.MAX_VALUE);
        }
        return value;
    }

    /** Reads exactly so many bytes; memory grows with what is there, not with what a header claims. */
    private static byte[] readFully(Path file, InputStream in, int offset, int length, String what) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new InputException(file + ", byte " + (offset + (long) bytes.length)
                    + ": the file is cut short: expected " + length + " bytes of " + what + ", found " + bytes.length);
        }
        return bytes;
    }

    /** The file of labels that is named like one of samples; null where there is none. */
    static Path labelsBeside(Path images) {
        for (String name : labelNames(images.getFileName().toString())) {
            Path labels = images.resolveSibling(name);
            if (!labels.equals(images) && Files.exists(labels)) {
                requireBeside(images, labels);
                return labels;
            }
        }
        return null;
    }

    /** A file that nobody named must not lead where nobody pointed, such as out of the folder that a job may read. */
    private static void requireBeside(Path images, Path labels) {
        try {
            if (!labels.toRealPath().getParent().equals(images.toRealPath().getParent())) {
                throw new InputException(labels + ": is a link that leads out of the directory of " + images
                        + "; put the labels there, or give --labels");
            }
        } catch (IOException e) {
            throw DataFiles.failure(labels, e);
        }
    }

    private static List<String> labelNames(String imagesName) {
        String name = imagesName.replace("images", "labels").replace("idx3", "idx1");
        List<String> names = new ArrayList<>();
        if (!name.equals(imagesName)) {
            names.add(name);
            names.add(name.endsWith(".gz") ? name.substring(0, name.length() - ".gz".length()) : name + ".gz");
        }
        return names;
    }
}
