package dev.tutti.optim;

import java.util.Map;

/**
 * Stochastic gradient descent with momentum: {@code v = momentum v + g; w = w - learningRate v}. Without momentum
 * {@code v = g}, and no velocity is kept.
 */
public final class Sgd implements Optimizer {
    private final float learningRate;
    private final float momentum;
    private final float[] velocity;

    /**
     * @param settings learning rate and momentum
     * @param parameterCount number of parameters
     */
    public Sgd(OptimizerSettings settings, int parameterCount) {
        learningRate = settings.learningRate();
        momentum = settings.momentum();
        velocity = new float[momentum == 0 ? 0 : parameterCount];
    }

    @Override
    public void update(float[] parameters, float[] gradientSum, float scale) {
        if (momentum == 0) {
            updatePlain(parameters, gradientSum, scale, -learningRate);
        } else {
            updateWithMomentum(parameters, gradientSum, velocity, scale, momentum, -learningRate);
        }
    }

    @Override
    public Map<String, float[]> state() {
        return momentum == 0 ? Map.of() : Map.of("velocity", velocity);
    }

    private static void updatePlain(float[] parameters, float[] gradientSum, float scale, float minusLearningRate) {
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = Math.fma(minusLearningRate, gradientSum[i] * scale, parameters[i]);
        }
    }

    private static void updateWithMomentum(
            float[] parameters,
            float[] gradientSum,
            float[] velocity,
            float scale,
            float momentum,
            float minusLearningRate) {
        for (int i = 0; i < parameters.length; i++) {
            float newVelocity = Math.fma(momentum, velocity[i], gradientSum[i] * scale);
            velocity[i] = newVelocity;
            parameters[i] = Math.fma(minusLearningRate, newVelocity, parameters[i]);
        }
    }
}
