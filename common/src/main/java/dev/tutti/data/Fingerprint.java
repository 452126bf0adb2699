package dev.tutti.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of numbers: int32 counts, then float32 values, all little-endian. */
public final class Fingerprint {
    private static final int CHUNK = 4096;

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
        MessageDigest digest = newSha256();
        ByteBuffer counts = ByteBuffer.allocate(3 * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        counts.putInt(rows).putInt(featureCount).putInt(targetCount).flip();
        digest.update(counts);
        update(digest, features, rows * featureCount);
        update(digest, targets, rows * targetCount);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Adds the first {@code count} values to a digest, little-endian. */
    public static void update(MessageDigest digest, float[] values, int count) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < count; from += CHUNK) {
            int length = Math.min(CHUNK, count - from);
            chunk.clear();
            chunk.asFloatBuffer().put(values, from, length);
            chunk.limit(length * Float.BYTES);
            digest.update(chunk);
        }
    }

    /** Returns a new SHA-256 digest; every Java platform has one. */
    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing from this Java", e);
        }
    }
}
