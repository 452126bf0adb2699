package dev.tutti.data;

import dev.tutti.files.LittleEndianFloats;
import dev.tutti.files.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/** SHA-256 of numbers: int32 counts, then float32 values, all little-endian. */
public final class Fingerprint {
    private Fingerprint() {}

    /** Returns the SHA-256 of a data set: samples, features, targets of a sample, all features, all targets. */
    public static String sha256(Dataset dataset) {
        return sha256(
                dataset.samples(),
                dataset.featureCount(),
                dataset.features(),
                dataset.targetCount(),
                dataset.targets());
    }

    static String sha256(int rows, int featureCount, float[] features, int targetCount, float[] targets) {
        MessageDigest digest = Sha256.newDigest();
        digest.update(counts(rows, featureCount, targetCount));
        LittleEndianFloats.update(digest, features, rows * featureCount);
        LittleEndianFloats.update(digest, targets, rows * targetCount);
        return Sha256.hex(digest);
    }

    /** What comes before the values. */
    static ByteBuffer counts(Dataset dataset) {
        return counts(dataset.samples(), dataset.featureCount(), dataset.targetCount());
    }

    private static ByteBuffer counts(int rows, int featureCount, int targetCount) {
        return ByteBuffer.allocate(3 * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(rows)
                .putInt(featureCount)
                .putInt(targetCount)
                .flip();
    }
}
