package dev.tutti.train;

/**
 * The epoch with the lowest validation loss so far. A part of the checkpoint's format.
 *
 * @param epoch its number, counted from 1; 0 before the first
 * @param loss its validation loss; infinite before the first
 */
public record BestEpoch(int epoch, double loss) {
    /** At the beginning of a run. */
    public static final BestEpoch NONE = new BestEpoch(0, Double.POSITIVE_INFINITY);

    /** Returns whether another loss is lower. */
    boolean isWorseThan(double other) {
        return other < loss;
    }

    /** Returns whether a run ends after an epoch, as none of the last {@code patience} was better than this one. */
    boolean ends(int after, int patience) {
        return patience > 0 && after - epoch >= patience;
    }
}
