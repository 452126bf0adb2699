package dev.tutti.data;

import dev.tutti.files.InputException;
import dev.tutti.files.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * Samples as they were read, neither split nor scaled. Immutable by agreement, but for {@link PreparedData#ofOwned}, which takes the
 * array of the features over.
 *
 * @param source file or built-in name, for messages
 * @param schema what the columns mean
 * @param features {@code [rows x schema.inputCount()]}, row-major, in the file's order: numbers, and of categories the numbers of
 *     their levels; NaN where there is no value
 * @param targets one for each row: the number of the class, or the number to predict; empty where the data has no targets
 * @param rows number of samples, at least 1
 * @param holdOut whether a share may be held out; false for a data set so small that all its rows are trained on
 * @param levels for each input column the names of its levels, by number; empty for a column of numbers, or where there are no others
 * @param remarks what users should know about what was made of the file, a line each
 */
public record RawData(
        String source,
        DataSchema schema,
        float[] features,
        float[] targets,
        int rows,
        boolean holdOut,
        List<List<String>> levels,
        List<String> remarks) {

    /** Samples of numbers, about which there is nothing to say. */
    public RawData(String source, DataSchema schema, float[] features, float[] targets, int rows, boolean holdOut) {
        this(source, schema, features, targets, rows, holdOut, List.of(), List.of());
    }

    /** @throws IllegalArgumentException if the arrays do not have the lengths that the counts ask for */
    public RawData {
        if (features.length < (long) rows * schema.inputCount() || (targets.length != 0 && targets.length != rows)) {
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
            throw new InputException(source + ": no target column"
                    + (schema.targetName().isEmpty() ? "" : " " + Cell.quote(schema.targetName())) + "; expected "
                    + (schema.inputCount() + 1) + " columns, found " + schema.inputCount()
                    + "; give data with targets, or use predict");
        }
        return this;
    }

    /** Returns the SHA-256 of counts and values, in hexadecimal digits; it depends on the order of the rows. */
    public String sha256() {
        String numbers = Fingerprint.sha256(rows, schema.inputCount(), features, hasTargets() ? 1 : 0, targets);
        if (levels.isEmpty()) {
            return numbers;
        }
        // Other levels have the same numbers.
        MessageDigest digest = Sha256.newDigest();
        digest.update(numbers.getBytes(StandardCharsets.US_ASCII));
        for (List<String> ofColumn : levels) {
            for (String level : ofColumn) {
                digest.update(level.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            digest.update((byte) 1);
        }
        return Sha256.hex(digest);
    }

    /** Names of the levels of an input column, by number; empty if it holds numbers. */
    List<String> levelsOf(int input) {
        return levels.isEmpty() ? List.of() : levels.get(input);
    }
}
