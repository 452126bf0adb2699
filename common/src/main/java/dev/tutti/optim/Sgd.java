package dev.tutti.optim;

import dev.tutti.files.Range;
import java.util.Map;

/**
 * Stochastic gradient descent with momentum: {@code v = momentum v + g; w = w - learningRate v}. Without momentum
 * {@code v = g}, and no velocity is kept.
 */
public final class Sgd implements Optimizer {
    /** What a momentum may be. */
    public static final Range MOMENTUM = Range.share();

    private final float momentum;
    private final float[] velocity;

    private Sgd(float momentum, int parameterCount) {
        this.momentum = momentum;
        this.velocity = new float[momentum == 0 ? 0 : parameterCount];
    }

    /**
     * The settings.
     *
     * @param learningRate step size, above 0
     * @param momentum share of the last step kept, from 0 (plain SGD) to below 1
     */
    public record Settings(float learningRate, float momentum) implements OptimizerSettings {
        /** @throws dev.tutti.files.InputException if a value is out of range or not a number */
        public Settings {
            LEARNING_RATE.require("lr", learningRate);
            MOMENTUM.require("momentum", momentum);
        }

        @Override
        public Kind kind() {
            return Kind.SGD;
        }

        @Override
        public Optimizer create(int parameterCount) {
            return new Sgd(momentum, parameterCount);
        }
    }

    @Override
    public void update(
            long update, float learningRate, float[] parameters, float[] gradientSum, float scale, int from, int end) {
        if (momentum == 0) {
            updatePlain(parameters, gradientSum, scale, -learningRate, from, end);
        } else {
            updateWithMomentum(parameters, gradientSum, velocity, scale, momentum, -learningRate, from, end);
        }
    }

    @Override
    public Map<String, float[]> state() {
        return momentum == 0 ? Map.of() : Map.of("velocity", velocity);
    }

    private static void updatePlain(
            float[] parameters, float[] gradientSum, float scale, float minusLearningRate, int from, int end) {
        for (int i = from; i < end; i++) {
            parameters[i] = Math.fma(minusLearningRate, gradientSum[i] * scale, parameters[i]);
        }
    }

    private static void updateWithMomentum(
            float[] parameters,
            float[] gradientSum,
            float[] velocity,
            float scale,
            float momentum,
            float minusLearningRate,
            int from,
            int end) {
        for (int i = from; i < end; i++) {
            float newVelocity = Math.fma(momentum, velocity[i], gradientSum[i] * scale);
            velocity[i] = newVelocity;
            parameters[i] = Math.fma(minusLearningRate, newVelocity, parameters[i]);
        }
    }
}
