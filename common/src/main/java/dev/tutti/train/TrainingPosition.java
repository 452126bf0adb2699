package dev.tutti.train;

import dev.tutti.optim.Plateau;

/**
 * Where a run stands between two steps, but for the parameters and the optimizer: what the bits of the steps to come depend on, and
 * the sums of the epoch. It is a part of the checkpoint's format.
 *
 * @param epoch number of the current epoch, counted from 1; one above the number of epochs when all are done
 * @param stepInEpoch number of the current step in its epoch, counted from 0
 * @param step number of steps so far
 * @param samples number of samples so far
 * @param lossSum sum of the losses of the epoch's samples so far
 * @param weightSum sum of their weights
 * @param correctSum number of them classified correctly
 * @param seconds wall time spent so far
 * @param skippedSteps number of steps so far whose update was left out
 * @param guard state of the guard against divergence
 * @param plateau what the schedule of the learning rate remembers of the epochs
 * @param best the best epoch so far, where it is looked for
 */
public record TrainingPosition(
        int epoch,
        int stepInEpoch,
        long step,
        long samples,
        double lossSum,
        double weightSum,
        double correctSum,
        double seconds,
        long skippedSteps,
        GuardState guard,
        Plateau plateau,
        BestEpoch best) {

    /**
     * What the guard against divergence remembers.
     *
     * @param usualLoss largest mean loss of the first steps, at least 1
     * @param highSteps number of steps in a row, up to now, whose loss was far above that
     * @param skippedInARow number of steps in a row, up to now, that were left out
     */
    public record GuardState(double usualLoss, int highSteps, int skippedInARow) {
        /** At the beginning of a run. */
        public static final GuardState NEW = new GuardState(1, 0, 0);
    }

    /** At the beginning of a run. */
    public static final TrainingPosition START =
            new TrainingPosition(1, 0, 0, 0, 0, 0, 0, 0, 0, GuardState.NEW, Plateau.NEW, BestEpoch.NONE);

    /** Returns whether a run of {@code spec} has come to its end here: by its epochs, or as it has not become better for long. */
    public boolean isEnd(TrainingSpec spec) {
        return epoch > spec.epochs()
                || (stepInEpoch == 0 && best.ends(epoch - 1, spec.refinements().patience()));
    }

    /** Returns whether a run of {@code spec} can stand here. */
    public boolean fits(TrainingSpec spec) {
        return epoch >= 1
                && stepInEpoch >= 0
                && stepInEpoch < spec.stepsPerEpoch()
                && step == (epoch - 1L) * spec.stepsPerEpoch() + stepInEpoch
                && samples == (epoch - 1L) * spec.samples() + (long) stepInEpoch * spec.samplesPerStep();
    }
}
