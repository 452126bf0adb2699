package dev.tutti.optim;

import java.util.Map;

/**
 * Stochastic gradient descent with Nesterov's momentum, as PyTorch has it:
 * {@code v = momentum v + g; w = w - learningRate (g + momentum v)}.
 */
public final class Nesterov implements Optimizer {
    private final float momentum;
    private final float[] velocity;

    private Nesterov(float momentum, int parameterCount) {
        this.momentum = momentum;
        this.velocity = new float[parameterCount];
    }

    /**
     * The settings.
     *
     * @param learningRate step size, above 0
     * @param momentum share of the last step kept, from 0 to below 1
     */
    public record Settings(float learningRate, float momentum) implements OptimizerSettings {
        /** @throws dev.tutti.files.InputException if a value is out of range or not a number */
        public Settings {
            LEARNING_RATE.require("lr", learningRate);
            Sgd.MOMENTUM.require("momentum", momentum);
        }

        @Override
        public Kind kind() {
            return Kind.NESTEROV;
        }

        @Override
        public Optimizer create(int parameterCount) {
            return new Nesterov(momentum, parameterCount);
        }
    }

    @Override
    public void update(
            long update, float learningRate, float[] parameters, float[] gradientSum, float scale, int from, int end) {
        update(parameters, gradientSum, velocity, scale, momentum, -learningRate, from, end);
    }

    @Override
    public Map<String, float[]> state() {
        return Map.of("velocity", velocity);
    }

    private static void update(
            float[] parameters,
            float[] gradientSum,
            float[] velocity,
            float scale,
            float momentum,
            float minusLearningRate,
            int from,
            int end) {
        for (int i = from; i < end; i++) {
            float gradient = gradientSum[i] * scale;
            float newVelocity = Math.fma(momentum, velocity[i], gradient);
            velocity[i] = newVelocity;
            parameters[i] = Math.fma(minusLearningRate, Math.fma(momentum, newVelocity, gradient), parameters[i]);
        }
    }
}
