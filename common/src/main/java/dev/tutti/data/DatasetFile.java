package dev.tutti.data;

import dev.tutti.files.AtomicFile;
import dev.tutti.files.InputException;
import dev.tutti.files.LittleEndianFloats;
import dev.tutti.files.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Samples in a file of a directory, as they enter the network. It holds the bytes of which {@link Fingerprint} is the SHA-256, and is
 * named by that, so that it says itself whether it is whole: {@code sha256sum} shows its name.
 */
public final class DatasetFile {
    private static final String ENDING = ".samples";
    private static final int COUNTS_BYTES = 3 * Integer.BYTES;
    private static final int CHUNK_BYTES = 1 << 16;

    private DatasetFile() {}

    /** Whether a name may be that of a file; other ones are not of content. */
    public static boolean isFingerprint(String name) {
        return name.matches("[0-9a-f]{64}");
    }

    /** The file of a data set in a directory. */
    public static Path in(Path directory, String fingerprint) {
        return directory.resolve(fingerprint + ENDING);
    }

    /**
     * Writes a data set, unless it is there.
     *
     * @throws InputException if it cannot be written
     */
    public static void write(Path directory, String fingerprint, Dataset dataset) {
        Path file = in(directory, fingerprint);
        if (Files.exists(file)) {
            return;
        }
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new InputException(directory + ": cannot be made: " + e.getMessage(), e);
        }
        AtomicFile.write(file, channel -> {
            LittleEndianFloats.writeAll(channel, Fingerprint.counts(dataset));
            LittleEndianFloats.write(channel, dataset.features());
            LittleEndianFloats.write(channel, dataset.targets());
        });
    }

    /**
     * Reads a data set.
     *
     * @return nothing where there is none
     * @throws InputException if it cannot be read, or its content is not the one of its name
     */
    public static Optional<Dataset> read(Path directory, String fingerprint) {
        Path file = in(directory, fingerprint);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MessageDigest digest = Sha256.newDigest();
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            fill(channel, chunk.limit(COUNTS_BYTES));
            int samples = chunk.getInt(0);
            int features = chunk.getInt(Integer.BYTES);
            int targets = chunk.getInt(2 * Integer.BYTES);
            digest.update(chunk);
            long featureValues = (long) samples * features;
            long targetValues = (long) samples * targets;
            // Before there are arrays of these lengths.
            if (samples < 0
                    || features < 0
                    || targets < 0
                    || Math.max(featureValues, targetValues) > Integer.MAX_VALUE - 8
                    || channel.size() != COUNTS_BYTES + (featureValues + targetValues) * Float.BYTES) {
                throw damaged(file);
            }
            float[] x = floats(channel, chunk, (int) featureValues, digest);
            float[] y = floats(channel, chunk, (int) targetValues, digest);
            if (!Sha256.hex(digest).equals(fingerprint)) {
                throw damaged(file);
            }
            return Optional.of(new Dataset(x, features, y, targets, samples));
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static InputException damaged(Path file) {
        return new InputException(file + ": damaged, as its content is not what its name says; delete it");
    }

    private static float[] floats(FileChannel channel, ByteBuffer chunk, int count, MessageDigest digest)
            throws IOException {
        float[] values = new float[count];
        for (int from = 0; from < count; ) {
            int length = Math.min(CHUNK_BYTES / Float.BYTES, count - from);
            fill(channel, chunk.clear().limit(length * Float.BYTES));
            chunk.asFloatBuffer().get(values, from, length);
            digest.update(chunk);
            from += length;
        }
        return values;
    }

    private static void fill(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new IOException("it ends too early");
            }
        }
        bytes.flip();
    }
}
