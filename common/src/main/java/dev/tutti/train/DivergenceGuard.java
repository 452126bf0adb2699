package dev.tutti.train;

import dev.tutti.train.TrainingPosition.GuardState;

/**
 * Notices that a loss grows without bound: its mean over the samples of a step is above {@value #FAR} times the usual one,
 * {@value #PATIENCE} steps in a row. The usual one is the largest of the first {@value #FIRST_STEPS} steps, and at least 1, so that
 * a run that begins near its optimum is left alone. Also notices that all steps are left out. A function of the losses alone, hence
 * the same on every cluster. Owned by one thread.
 */
final class DivergenceGuard {
    static final double FAR = 1e4;
    static final int PATIENCE = 10;
    static final int FIRST_STEPS = 10;

    private double usualLoss;
    private int highSteps;
    private int skippedInARow;

    DivergenceGuard(GuardState state) {
        usualLoss = state.usualLoss();
        highSteps = state.highSteps();
        skippedInARow = state.skippedInARow();
    }

    /** What to remember of this. */
    GuardState state() {
        return new GuardState(usualLoss, highSteps, skippedInARow);
    }

    /**
     * Takes note of a step with a finite loss.
     *
     * @param step number of the step in the run, counted from 0
     * @param meanLoss its mean loss
     * @return whether the loss grows without bound
     */
    boolean grows(long step, double meanLoss) {
        if (step < FIRST_STEPS) {
            usualLoss = Math.max(usualLoss, meanLoss);
            return false;
        }
        highSteps = meanLoss > FAR * usualLoss ? highSteps + 1 : 0;
        return highSteps >= PATIENCE;
    }

    /** The largest mean loss of the first steps, at least 1. */
    double usualLoss() {
        return usualLoss;
    }

    /** An update was made. */
    void onUpdate() {
        skippedInARow = 0;
    }

    /** A step is to be left out; returns whether there were too many of them in a row. */
    boolean isTooMany() {
        skippedInARow++;
        return skippedInARow > PATIENCE;
    }
}
