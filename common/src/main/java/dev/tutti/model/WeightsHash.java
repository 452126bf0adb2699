package dev.tutti.model;

import dev.tutti.files.LittleEndianFloats;
import dev.tutti.files.Sha256;
import java.security.MessageDigest;

/** The one number by which two runs are compared. */
public final class WeightsHash {
    private WeightsHash() {}

    /**
     * Returns the SHA-256 of all parameters as little-endian float32, in the order weight 0, bias 0, weight 1, ..., in
     * hexadecimal digits.
     *
     * @param network the network
     * @param parameters its parameters, in the layout of {@link ParameterLayout}
     * @throws IllegalArgumentException if there are more or fewer parameters than the network has
     */
    public static String sha256(NetworkSpec network, float[] parameters) {
        int expected = new ParameterLayout(network).parameterCount();
        if (parameters.length != expected) {
            throw new IllegalArgumentException(
                    "parameter count does not match: expected=" + expected + ", found=" + parameters.length);
        }
        MessageDigest digest = Sha256.newDigest();
        LittleEndianFloats.update(digest, parameters, parameters.length);
        return Sha256.hex(digest);
    }
}
