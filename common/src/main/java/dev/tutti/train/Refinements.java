package dev.tutti.train;

import dev.tutti.files.Range;
import dev.tutti.optim.UpdateRules;

/**
 * What is added to the plain algorithm, all of it off unless asked for. The trained bits depend on it.
 *
 * @param update what is done at an update besides the optimizer's step
 * @param patience a run ends when the validation loss has not fallen for so many epochs, and its outcome is the weights with which it
 *     was lowest; 0: neither
 * @param clipPerSample largest norm of the gradient of a single sample, before the sum; 0: no limit
 * @param inputDropout probability of dropping an input of the network, 0 to below 1
 */
public record Refinements(UpdateRules update, int patience, float clipPerSample, float inputDropout) {
    /** What a patience may be. */
    public static final Range PATIENCE = Range.count(0);

    /** None. */
    public static final Refinements NONE = new Refinements(UpdateRules.NONE, 0, 0, 0);

    /** @throws dev.tutti.files.InputException if a value is out of range */
    public Refinements {
        PATIENCE.require("early-stopping", patience);
        UpdateRules.LIMIT.require("clip-per-sample", clipPerSample);
        TrainingSpec.DROPOUT.require("input-dropout", inputDropout);
    }
}
