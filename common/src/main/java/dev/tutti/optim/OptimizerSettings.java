package dev.tutti.optim;

import dev.tutti.files.InputException;

/**
 * The optimizer: stochastic gradient descent, {@code v = momentum v + g; w = w - learningRate v}.
 *
 * @param learningRate step size, above 0
 * @param momentum share of the last step kept, from 0 (plain SGD) to below 1
 */
public record OptimizerSettings(float learningRate, float momentum) {

    /** @throws InputException if a value is out of range or not a number */
    public OptimizerSettings {
        if (!(learningRate > 0) || Float.isInfinite(learningRate)) {
            throw new InputException("lr out of range: " + learningRate + ", allowed: above 0");
        }
        if (!(momentum >= 0 && momentum < 1)) {
            throw new InputException("momentum out of range: " + momentum + ", allowed: 0 to below 1");
        }
    }
}
