package dev.tutti.optim;

import dev.tutti.files.Range;

/** {@link Adam} with weight decay apart from the gradient (Loshchilov and Hutter 2019): its settings. */
public final class AdamW {
    /** What a weight decay may be. */
    public static final Range WEIGHT_DECAY = new Range("0 or more", value -> value >= 0);

    private AdamW() {}

    /**
     * The settings.
     *
     * @param learningRate step size, above 0
     * @param beta1 share of the mean gradient kept, from 0 to below 1
     * @param beta2 share of the mean of squares kept, from 0 to below 1
     * @param epsilon keeps the divisor from 0, above 0
     * @param weightDecay share of the weights, times the learning rate, that each step takes away; 0 or more
     */
    public record Settings(float learningRate, float beta1, float beta2, float epsilon, float weightDecay)
            implements OptimizerSettings {
        /** @throws dev.tutti.files.InputException if a value is out of range or not a number */
        public Settings {
            LEARNING_RATE.require("lr", learningRate);
            SHARE_KEPT.require("beta1", beta1);
            SHARE_KEPT.require("beta2", beta2);
            EPSILON.require("epsilon", epsilon);
            WEIGHT_DECAY.require("weight-decay", weightDecay);
        }

        @Override
        public Kind kind() {
            return Kind.ADAMW;
        }

        @Override
        public Optimizer create(int parameterCount) {
            return new Adam(beta1, beta2, epsilon, weightDecay, parameterCount);
        }
    }
}
