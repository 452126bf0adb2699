package dev.tutti.data;

import dev.tutti.files.InputException;
import dev.tutti.model.Loss;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Data ready to train on: split, scaled, targets laid out for the loss. Training and validation rows each keep the order of
 * the file.
 *
 * @param training training samples
 * @param trainingRows the rows of the data that these are, counted from 0
 * @param validation validation samples, possibly none
 * @param test samples that neither training nor validation sees, possibly none
 * @param preprocessing how they were made; goes into the model
 */
public record PreparedData(
        Dataset training, int[] trainingRows, Dataset validation, Dataset test, Preprocessing preprocessing) {

    /**
     * Holds out a share of the data, the same of each class. Where none may be held out ({@link RawData#holdOut()}), all rows
     * are trained on, and serve for validation too unless {@code share} is 0.
     *
     * @param data the samples
     * @param loss loss of the network
     * @param scale how to scale
     * @param share share to hold out, from 0 (none) to below 1
     * @param seed of the choice of rows
     * @throws InputException if the share is out of range or of no row, or if the loss does not go with the data
     */
    public static PreparedData of(RawData data, Loss loss, Scale scale, double share, long seed) {
        return of(data, loss, scale, share, seed, OptionalInt.empty());
    }

    /**
     * As {@link #of(RawData, Loss, Scale, double, long)}, for a run that goes on.
     *
     * @param trainingRows how many rows it was trained on, where that is known: the split is the one that it had
     */
    public static PreparedData of(
            RawData data, Loss loss, Scale scale, double share, long seed, OptionalInt trainingRows) {
        return of(data, loss, PreparationRules.of(scale), share, 0, seed, trainingRows, false);
    }

    /**
     * As {@link #of(RawData, Loss, Scale, double, long, OptionalInt)}, and takes the data over: its features must not be used any
     * more, as they are scaled where they lie, if that can be done.
     */
    public static PreparedData ofOwned(
            RawData data, Loss loss, PreparationRules rules, double share, long seed, OptionalInt trainingRows) {
        return ofOwned(data, loss, rules, share, 0, seed, trainingRows);
    }

    /** The same with a share for a test, of other rows than those of validation. */
    public static PreparedData ofOwned(
            RawData data,
            Loss loss,
            PreparationRules rules,
            double share,
            double testShare,
            long seed,
            OptionalInt trainingRows) {
        return of(data, loss, rules, share, testShare, seed, trainingRows, true);
    }

    private static PreparedData of(
            RawData data,
            Loss loss,
            PreparationRules rules,
            double share,
            double testShare,
            long seed,
            OptionalInt trainingRows,
            boolean owned) {
        DataSplit.requireShare(share);
        DataSplit.requireShares(share, testShare);
        data.requireTargets();
        if (testShare > 0) {
            return withTest(data, loss, rules, share, testShare, seed, owned);
        }
        if (share == 0) {
            return of(data, allRows(data), data, new int[0], DataSplit.Kind.NONE, 0, loss, rules, seed, owned);
        }
        if (!data.holdOut()) {
            int[] all = allRows(data);
            return of(data, all, data, all, DataSplit.Kind.TRAINING_ROWS, 0, loss, rules, seed, owned);
        }
        boolean[] heldOut = DataSplit.heldOut(data, share, seed, trainingRows);
        int[] validation = DataSplit.rows(heldOut, true);
        if (validation.length == 0) {
            throw new InputException(data.source() + ": validation " + share + " of " + data.rows()
                    + " rows holds out none; give a larger --validation, --validation 0, or --validation-data");
        }
        int[] training = DataSplit.rows(heldOut, false);
        return of(data, training, data, validation, DataSplit.Kind.SHARE, share, loss, rules, seed, owned);
    }

    private static PreparedData withTest(
            RawData data, Loss loss, PreparationRules rules, double share, double testShare, long seed, boolean owned) {
        if (!data.holdOut()) {
            throw new InputException(data.source() + ": too small to hold any rows out; leave out --test");
        }
        boolean[] held = DataSplit.heldOutForTest(data, share, testShare, seed);
        int[] test = DataSplit.rows(held, true);
        int[] validation = {};
        if (share > 0) {
            boolean[] validating = DataSplit.heldOut(data, share, seed, OptionalInt.empty());
            validation = DataSplit.rows(validating, true);
            for (int row : validation) {
                held[row] = true;
            }
        }
        if (test.length == 0 || (share > 0 && validation.length == 0)) {
            throw new InputException(data.source() + ": validation " + share + " and test " + testShare + " of "
                    + data.rows() + " rows hold out none; give larger shares");
        }
        int[] training = DataSplit.rows(held, false);
        DataSplit split = new DataSplit(
                DataSplit.Kind.SHARE,
                share,
                seed,
                data.sha256(),
                training.length,
                validation.length,
                testShare,
                test.length);
        return of(data, training, data, validation, test, split, loss, rules, owned);
    }

    /**
     * Trains on all of {@code data} and validates on other data.
     *
     * @param data the training samples
     * @param validation read with {@link DataFiles#read(String, DataOptions, DataSchema)} and the schema of {@code data}
     * @param loss loss of the network
     * @param scale how to scale
     * @throws InputException if the data sets do not match, or the loss does not go with them
     */
    public static PreparedData of(RawData data, RawData validation, Loss loss, Scale scale) {
        return of(data, validation, loss, PreparationRules.of(scale), false);
    }

    /** As {@link #of(RawData, RawData, Loss, Scale)}, and takes the training samples over, as {@link #ofOwned} does. */
    public static PreparedData ofOwned(RawData data, RawData validation, Loss loss, PreparationRules rules) {
        return of(data, validation, loss, rules, true);
    }

    private static PreparedData of(RawData data, RawData validation, Loss loss, PreparationRules rules, boolean owned) {
        int[] training = allRows(data);
        int[] other = allRows(validation);
        return of(
                data.requireTargets(),
                training,
                validation.requireTargets(),
                other,
                DataSplit.Kind.FILE,
                0,
                loss,
                rules,
                0,
                owned);
    }

    private static int[] allRows(RawData data) {
        return IntStream.range(0, data.rows()).toArray();
    }

    private static PreparedData of(
            RawData data,
            int[] training,
            RawData other,
            int[] validation,
            DataSplit.Kind kind,
            double share,
            Loss loss,
            PreparationRules rules,
            long seed,
            boolean owned) {
        DataSplit split = new DataSplit(kind, share, seed, data.sha256(), training.length, validation.length);
        return of(data, training, other, validation, new int[0], split, loss, rules, owned);
    }

    private static PreparedData of(
            RawData data,
            int[] training,
            RawData other,
            int[] validation,
            int[] test,
            DataSplit split,
            Loss loss,
            PreparationRules rules,
            boolean owned) {
        Preprocessing preprocessing = Preprocessing.measure(data, training, rules, split, loss);
        if (preprocessing.inputCount() == 0) {
            throw new InputException(data.source() + ": no value in any column of the training rows; give more rows");
        }
        boolean inPlace = owned
                && preprocessing.categories().isEmpty()
                && preprocessing.indicators().isEmpty();
        // These first, as the others may be written over them.
        Dataset heldOut = preprocessing.apply(other, validation, loss);
        Dataset tested = preprocessing.apply(data, test, loss);
        return new PreparedData(
                inPlace ? preprocessing.applyInPlace(data, training, loss) : preprocessing.apply(data, training, loss),
                training,
                heldOut,
                tested,
                preprocessing);
    }
}
