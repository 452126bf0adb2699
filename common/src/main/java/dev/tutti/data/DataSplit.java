package dev.tutti.data;

import dev.tutti.files.InputException;
import dev.tutti.random.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
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
 * @param testShare share held out for a test, from 0 to below 1: other rows than those of validation, which stay what they are
 * @param testRows number of these
 */
public record DataSplit(
        Kind kind,
        double share,
        long seed,
        String dataSha256,
        int trainingRows,
        int validationRows,
        double testShare,
        int testRows) {

    /** A split without a test part. */
    public DataSplit(Kind kind, double share, long seed, String dataSha256, int trainingRows, int validationRows) {
        this(kind, share, seed, dataSha256, trainingRows, validationRows, 0, 0);
    }

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
        requireShares(share, testShare);
        if (trainingRows < 1 || validationRows < 0 || testRows < 0) {
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
        if (kind != Kind.SHARE || share == 0) {
            throw new InputException(data.source() + ": no share of the training data was held out, validation was "
                    + (kind == Kind.SHARE ? Kind.NONE : kind).id());
        }
        requireSame(data);
        return rows(heldOut(data, share, seed, knownTrainingRows()), true);
    }

    /**
     * Returns the numbers of the rows that were held out for a test, ascending.
     *
     * @param data the data the model was trained on
     * @throws InputException if it is other data, or if none of it was held out for a test
     */
    public int[] testRows(RawData data) {
        if (testShare == 0) {
            throw new InputException(
                    data.source() + ": no share of the training data was held out for a test; train with --test");
        }
        requireSame(data);
        return rows(heldOutForTest(data, share, testShare, seed), true);
    }

    /** Without a test part the rows tell how older versions counted. */
    private OptionalInt knownTrainingRows() {
        return testRows == 0 ? OptionalInt.of(trainingRows) : OptionalInt.empty();
    }

    private void requireSame(RawData data) {
        String found = data.sha256();
        if (!found.equals(dataSha256)) {
            throw new InputException(data.source() + ": not the data the model was trained on: expected SHA-256 "
                    + dataSha256 + ", found " + found);
        }
    }

    /** Chooses the rows of the test part: those that a larger share would hold out, but for those of the smaller one. */
    static boolean[] heldOutForTest(RawData data, double share, double testShare, long seed) {
        boolean[] both = heldOut(data, share + testShare, seed, OptionalInt.empty());
        if (share > 0) {
            boolean[] validation = heldOut(data, share, seed, OptionalInt.empty());
            for (int row = 0; row < both.length; row++) {
                both[row] &= !validation[row];
            }
        }
        return both;
    }

    /**
     * Rows of one class (of a regression: all rows).
     *
     * @param keys their random numbers, in ascending order; of unsigned numbers, with the highest bit inverted
     */
    private record Stratum(long[] keys) {
        int rows() {
            return keys.length;
        }

        /** All but the first {@code count} are above it. */
        long last(int count) {
            return keys[count - 1];
        }

        long firstKey() {
            return keys.length == 0 ? Long.MIN_VALUE : keys[0];
        }
    }

    /**
     * Chooses the rows to hold out: of each class (of a regression: of all rows) {@link #counts} rows, namely those with the
     * smallest random numbers of (seed, {@link Philox.Purpose#SPLIT}, row).
     *
     * @param trainingRows how many rows a run that is over, or goes on, was trained on: version 0.1 rounded for each class alone,
     *     which may have held out another number
     */
    static boolean[] heldOut(RawData data, double share, long seed, OptionalInt trainingRows) {
        List<Stratum> strata = strata(data, seed);
        int[] each = eachRounded(strata, share);
        boolean asBefore = trainingRows.isPresent() && data.rows() - sum(each) == trainingRows.getAsInt();
        int[] counts = asBefore ? each : counts(strata, share);
        return held(data, seed, strata, counts);
    }

    private static boolean[] held(RawData data, long seed, List<Stratum> strata, int[] counts) {
        boolean[] held = new boolean[data.rows()];
        int[] left = counts.clone();
        for (int pass = 0; pass < 2; pass++) {
            for (int row = 0; row < held.length; row++) {
                int stratum = stratum(data, row);
                if (counts[stratum] == 0) {
                    continue;
                }
                // Of equal ones, which chance may bring, the first rows.
                int order = Long.compare(key(seed, row), strata.get(stratum).last(counts[stratum]));
                if (pass == 0 ? order < 0 : order == 0 && left[stratum] > 0) {
                    held[row] = true;
                    left[stratum]--;
                }
            }
        }
        return held;
    }

    private static long key(long seed, int row) {
        return Philox.bits(seed, Philox.Purpose.SPLIT, 0, row) ^ Long.MIN_VALUE;
    }

    private static int stratum(RawData data, int row) {
        return data.schema().classification() ? (int) data.targets()[row] : 0;
    }

    private static List<Stratum> strata(RawData data, long seed) {
        int[] sizes = new int[Math.max(1, data.schema().classCount())];
        for (int row = 0; row < data.rows(); row++) {
            sizes[stratum(data, row)]++;
        }
        List<Stratum> strata = new ArrayList<>();
        for (int size : sizes) {
            strata.add(new Stratum(new long[size]));
        }
        int[] filled = new int[sizes.length];
        for (int row = 0; row < data.rows(); row++) {
            int stratum = stratum(data, row);
            strata.get(stratum).keys()[filled[stratum]++] = key(seed, row);
        }
        strata.forEach(stratum -> Arrays.sort(stratum.keys()));
        return strata;
    }

    /**
     * Returns how many rows of each stratum are held out: the share, rounded, but never all. Where these together are a row or more
     * off the share of all rows (many small classes), the share of all rows, rounded, is distributed by largest remainders.
     */
    private static int[] counts(List<Stratum> strata, double share) {
        int[] each = eachRounded(strata, share);
        double asked = share * strata.stream().mapToInt(s -> s.rows()).sum();
        if (Math.abs(sum(each) - asked) < 1) {
            return each;
        }
        int[] fair = byLargestRemainders(strata, share, (int) Math.floor(asked + 0.5));
        return sum(fair) == sum(each) ? each : fair;
    }

    private static int[] eachRounded(List<Stratum> strata, double share) {
        return strata.stream()
                .mapToInt(s -> Math.min((int) Math.floor(share * s.rows() + 0.5), most(s)))
                .toArray();
    }

    /** Each stratum gets its share rounded down; those with the largest remainders get one more, chance deciding between equals. */
    private static int[] byLargestRemainders(List<Stratum> strata, double share, int wanted) {
        int[] counts = strata.stream()
                .mapToInt(s -> (int) Math.floor(share * s.rows()))
                .toArray();
        int[] byRemainder = IntStream.range(0, counts.length)
                .filter(s -> counts[s] < most(strata.get(s)))
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(
                                s -> counts[s] - share * strata.get(s).rows())
                        .thenComparing(s -> strata.get(s).firstKey()))
                .limit(Math.max(0, wanted - sum(counts)))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int s : byRemainder) {
            counts[s]++;
        }
        return counts;
    }

    /** Most rows of a stratum that may be held out: one is left to train on. */
    private static int most(Stratum stratum) {
        return Math.max(0, stratum.rows() - 1);
    }

    private static int sum(int[] counts) {
        return Arrays.stream(counts).sum();
    }

    /** Returns the numbers of the rows that are held out, or of the others, ascending. */
    static int[] rows(boolean[] heldOut, boolean wanted) {
        return IntStream.range(0, heldOut.length)
                .filter(row -> heldOut[row] == wanted)
                .toArray();
    }

    static void requireShares(double share, double testShare) {
        if (!(testShare >= 0 && share + testShare < 1)) {
            throw new InputException("test out of range: " + testShare
                    + ", allowed: 0 or more, and below 1 together with validation " + share);
        }
    }

    static void requireShare(double share) {
        if (!(share >= 0 && share < 1)) {
            throw new InputException("validation out of range: " + share + ", allowed: 0 to below 1");
        }
    }
}
