package dev.tutti.data;

import dev.tutti.files.InputException;

/**
 * Samples as they were read, neither split nor scaled. Immutable by agreement.
 *
 * @param source file or built-in name, for messages
 * @param schema what the columns mean
 * @param features {@code [rows x schema.inputCount()]}, row-major, in the file's order; all finite
 * @param targets one for each row: the number of the class, or the number to predict; empty where the data has no targets
 * @param rows number of samples, at least 1
 * @param holdOut whether a share may be held out; false for a data set so small that all its rows are trained on
 */
public record RawData(String source, DataSchema schema, float[] features, float[] targets, int rows, boolean holdOut) {

    /** @throws IllegalArgumentException if the arrays do not have the lengths that the counts ask for */
    public RawData {
        if (features.length != (long) rows * schema.inputCount() || (targets.length != 0 && targets.length != rows)) {
            throw new IllegalArgumentException("lengths do not match: rows=" + rows + ", inputs=" + schema.inputCount()
                    + ", features=" + features.length + ", targets=" + targets.length);
        }
    }

    /** Whether the data says what is to be predicted. */
    public boolean hasTargets() {
        return targets.length == rows;
    }

    /**
     * Returns this, if it has targets.
     *
     * @throws InputException if it has none
     */
    public RawData requireTargets() {
        if (!hasTargets()) {
            throw new InputException(source + ": no target column; expected " + (schema.inputCount() + 1)
                    + " columns, found " + schema.inputCount() + "; give data with targets, or use predict");
        }
        return this;
    }

    /** Returns the SHA-256 of counts and values, in hexadecimal digits; it depends on the order of the rows. */
    public String sha256() {
        return Fingerprint.sha256(rows, schema.inputCount(), features, hasTargets() ? 1 : 0, targets);
    }
}
