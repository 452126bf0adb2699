package dev.tutti.optim;

/**
 * What {@link Schedule.Kind#PLATEAU} remembers, as PyTorch's ReduceLROnPlateau with its threshold of 1e-4 of the best: a loss that is
 * not lower than that for more than so many epochs in a row makes the rate smaller. Immutable; a part of the checkpoint's format.
 *
 * @param best lowest loss so far; infinite before the first
 * @param badEpochs number of epochs in a row, up to now, that were not better
 * @param factor what the learning rate is multiplied by
 */
public record Plateau(double best, int badEpochs, double factor) {
    /** At the beginning of a run. */
    public static final Plateau NEW = new Plateau(Double.POSITIVE_INFINITY, 0, 1);

    private static final double THRESHOLD = 1e-4;

    /** Returns what is remembered after an epoch with a loss. */
    public Plateau after(double loss, Schedule schedule) {
        if (loss < best * (1 - THRESHOLD)) {
            return new Plateau(loss, 0, factor);
        }
        return badEpochs == schedule.epochs()
                ? new Plateau(best, 0, factor * schedule.factor())
                : new Plateau(best, badEpochs + 1, factor);
    }
}
