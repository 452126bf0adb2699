package dev.tutti.optim;

import dev.tutti.files.Range;

/**
 * What is done at an update besides what the optimizer does. In this order: the mean gradient is scaled down to {@code clipNorm};
 * {@code weightDecay w} is added to it, for all parameters; {@code l2 w + l1 sign(w)} is added, for weights alone; the optimizer makes
 * its step; and each unit's weights are scaled down to {@code maxNorm}. Losses are shown without penalties.
 *
 * @param schedule of the learning rate
 * @param weightDecay as PyTorch's optimizers have it ({@code weight_decay}), 0 or more; AdamW has its own
 * @param l1 factor of the penalty {@code sum |w|}, 0 or more
 * @param l2 factor of the penalty {@code 1/2 sum w^2}, 0 or more
 * @param maxNorm largest norm of a unit's weights, its bias left out; 0: no limit
 * @param clipNorm largest norm of the mean gradient of a step, as PyTorch's clip_grad_norm_ has it; 0: no limit
 */
public record UpdateRules(Schedule schedule, float weightDecay, float l1, float l2, float maxNorm, float clipNorm) {
    /** What a penalty may be. */
    public static final Range PENALTY = new Range("0 or more", value -> value >= 0);

    /** What a limit may be. */
    public static final Range LIMIT = new Range("0 (no limit) or more", value -> value >= 0);

    /** Nothing. */
    public static final UpdateRules NONE = new UpdateRules(Schedule.CONSTANT, 0, 0, 0, 0, 0);

    /** @throws dev.tutti.files.InputException if a value is out of range */
    public UpdateRules {
        PENALTY.require("weight-decay", weightDecay);
        PENALTY.require("l1", l1);
        PENALTY.require("l2", l2);
        LIMIT.require("max-norm", maxNorm);
        LIMIT.require("clip-norm", clipNorm);
    }

    /** Whether something is added to the gradient. */
    public boolean adds() {
        return weightDecay > 0 || l1 > 0 || l2 > 0;
    }
}
