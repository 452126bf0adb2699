package dev.tutti.data;

import dev.tutti.files.InputException;
import dev.tutti.random.Philox;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Which rows of a data set were trained on and which held out for validation. Remembered in the model: with the same data the
 * same rows can be found again.
 *
 * @param kind where the validation samples come from
 * @param share share held out, from 0 to below 1; 0 unless {@code kind} is {@link Kind#SHARE}
 * @param seed of the choice
 * @param dataSha256 {@link RawData#sha256()} of the data
 * @param trainingRows number of training samples, at least 1
 * @param validationRows number of validation samples
 */
public record DataSplit(Kind kind, double share, long seed, String dataSha256, int trainingRows, int validationRows) {

    /** Where the validation samples come from. */
    public enum Kind {
        /** There are none. */
        NONE,
        /** A share of the data, which is not trained on. */
        SHARE,
        /** All training samples serve for validation too, as the data set is too small to hold any out: {@code xor}. */
        TRAINING_ROWS,
        /** Other data. */
        FILE;

        /** Returns the name used in files. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @throws InputException if a value is out of range */
    public DataSplit {
        requireShare(share);
        if (trainingRows < 1 || validationRows < 0) {
            throw new InputException(
                    "row counts out of range: training=" + trainingRows + ", validation=" + validationRows);
        }
    }

    /**
     * Returns the numbers of the rows that were held out, ascending.
     *
     * @param data the data the model was trained on
     * @throws InputException if it is other data, or if no share of it was held out
     */
    public int[] heldOutRows(RawData data) {
        if (kind != Kind.SHARE) {
            throw new InputException(
                    data.source() + ": no share of the training data was held out, validation was " + kind.id());
        }
        String found = data.sha256();
        if (!found.equals(dataSha256)) {
            throw new InputException(data.source() + ": not the data the model was trained on: expected SHA-256 "
                    + dataSha256 + ", found " + found);
        }
        return rows(heldOut(data, share, seed), true);
    }

    /**
     * Chooses the rows to hold out: of each class (of a regression: of all rows) {@code round(share * rows)}, but never all,
     * namely those with the smallest random numbers of (seed, {@link Philox.Purpose#SPLIT}, row).
     */
    static boolean[] heldOut(RawData data, double share, long seed) {
        boolean[] held = new boolean[data.rows()];
        int strata = Math.max(1, data.schema().classCount());
        for (int stratum = 0; stratum < strata; stratum++) {
            int of = stratum;
            int[] rows = IntStream.range(0, data.rows())
                    .filter(row -> !data.schema().classification() || (int) data.targets()[row] == of)
                    .toArray();
            int count = Math.min((int) Math.floor(share * rows.length + 0.5), Math.max(0, rows.length - 1));
            for (int row : smallest(rows, count, seed)) {
                held[row] = true;
            }
        }
        return held;
    }

    /** Returns the numbers of the rows that are held out, or of the others, ascending. */
    static int[] rows(boolean[] heldOut, boolean wanted) {
        return IntStream.range(0, heldOut.length)
                .filter(row -> heldOut[row] == wanted)
                .toArray();
    }

    static void requireShare(double share) {
        if (!(share >= 0 && share < 1)) {
            throw new InputException("validation out of range: " + share + ", allowed: 0 to below 1");
        }
    }

    private static int[] smallest(int[] rows, int count, long seed) {
        record Draw(int row, long bits) {}
        return Arrays.stream(rows)
                .mapToObj(row -> new Draw(row, Philox.bits(seed, Philox.Purpose.SPLIT, 0, row)))
                .sorted(Comparator.<Draw>comparingLong(draw -> draw.bits() ^ Long.MIN_VALUE)
                        .thenComparingInt(Draw::row))
                .limit(count)
                .mapToInt(Draw::row)
                .toArray();
    }
}
