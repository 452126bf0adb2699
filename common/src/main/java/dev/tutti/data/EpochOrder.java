package dev.tutti.data;

import dev.tutti.random.Philox;

/**
 * The order in which an epoch visits the training samples: a permutation that depends on (seed, epoch) alone (rule 1 of the
 * contract in docs/architecture.md).
 */
public final class EpochOrder {
    private EpochOrder() {}

    /**
     * Fills {@code rows} with the order of an epoch: a Fisher-Yates shuffle of 0, 1, 2, ... whose swap at index {@code i} uses
     * the random number of (seed, epoch, i); without shuffling, 0, 1, 2, ... itself.
     *
     * @param rows receives the row numbers; its length is the number of training samples
     * @param seed of the run
     * @param epoch number of the epoch, counted from 1
     * @param shuffle whether to shuffle
     */
    public static void fill(int[] rows, long seed, int epoch, boolean shuffle) {
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        if (!shuffle) {
            return;
        }
        for (int i = rows.length - 1; i > 0; i--) {
            int other = Philox.below(i + 1, seed, Philox.Purpose.SHUFFLE, epoch, i);
            int row = rows[i];
            rows[i] = rows[other];
            rows[other] = row;
        }
    }
}
