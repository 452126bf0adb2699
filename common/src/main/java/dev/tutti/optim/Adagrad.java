package dev.tutti.optim;

import java.util.Map;

/**
 * Adagrad (Duchi, Hazan and Singer 2011), as PyTorch has it:
 * {@code s = s + g^2; w = w - learningRate g / (sqrt(s) + epsilon)}.
 */
public final class Adagrad implements Optimizer {
    private final float epsilon;
    private final float[] squareSum;

    private Adagrad(float epsilon, int parameterCount) {
        this.epsilon = epsilon;
        this.squareSum = new float[parameterCount];
    }

    /**
     * The settings.
     *
     * @param learningRate step size, above 0
     * @param epsilon keeps the divisor from 0, above 0
     */
    public record Settings(float learningRate, float epsilon) implements OptimizerSettings {
        /** @throws dev.tutti.files.InputException if a value is out of range or not a number */
        public Settings {
            LEARNING_RATE.require("lr", learningRate);
            EPSILON.require("epsilon", epsilon);
        }

        @Override
        public Kind kind() {
            return Kind.ADAGRAD;
        }

        @Override
        public Optimizer create(int parameterCount) {
            return new Adagrad(epsilon, parameterCount);
        }
    }

    @Override
    public void update(
            long update, float learningRate, float[] parameters, float[] gradientSum, float scale, int from, int end) {
        update(parameters, gradientSum, squareSum, scale, epsilon, -learningRate, from, end);
    }

    @Override
    public Map<String, float[]> state() {
        return Map.of("squareSum", squareSum);
    }

    private static void update(
            float[] parameters,
            float[] gradientSum,
            float[] squareSum,
            float scale,
            float epsilon,
            float minusLearningRate,
            int from,
            int end) {
        for (int i = from; i < end; i++) {
            float gradient = gradientSum[i] * scale;
            float newSum = Math.fma(gradient, gradient, squareSum[i]);
            squareSum[i] = newSum;
            parameters[i] =
                    Math.fma(minusLearningRate, gradient / ((float) Math.sqrt(newSum) + epsilon), parameters[i]);
        }
    }
}
