package dev.tutti.optim;

import java.util.Map;

/**
 * RMSProp (Tieleman and Hinton 2012), as PyTorch has it:
 * {@code s = rho s + (1 - rho) g^2; w = w - learningRate g / (sqrt(s) + epsilon)}.
 */
public final class RmsProp implements Optimizer {
    private final float rho;
    private final float epsilon;
    private final float[] squareMean;

    private RmsProp(float rho, float epsilon, int parameterCount) {
        this.rho = rho;
        this.epsilon = epsilon;
        this.squareMean = new float[parameterCount];
    }

    /**
     * The settings.
     *
     * @param learningRate step size, above 0
     * @param rho share of the mean of squares kept, from 0 to below 1
     * @param epsilon keeps the divisor from 0, above 0
     */
    public record Settings(float learningRate, float rho, float epsilon) implements OptimizerSettings {
        /** @throws dev.tutti.files.InputException if a value is out of range or not a number */
        public Settings {
            LEARNING_RATE.require("lr", learningRate);
            SHARE_KEPT.require("rho", rho);
            EPSILON.require("epsilon", epsilon);
        }

        @Override
        public Kind kind() {
            return Kind.RMSPROP;
        }

        @Override
        public Optimizer create(int parameterCount) {
            return new RmsProp(rho, epsilon, parameterCount);
        }
    }

    @Override
    public void update(
            long update, float learningRate, float[] parameters, float[] gradientSum, float scale, int from, int end) {
        update(parameters, gradientSum, squareMean, scale, rho, epsilon, -learningRate, from, end);
    }

    @Override
    public Map<String, float[]> state() {
        return Map.of("squareMean", squareMean);
    }

    private static void update(
            float[] parameters,
            float[] gradientSum,
            float[] squareMean,
            float scale,
            float rho,
            float epsilon,
            float minusLearningRate,
            int from,
            int end) {
        float others = 1 - rho;
        for (int i = from; i < end; i++) {
            float gradient = gradientSum[i] * scale;
            float newMean = Math.fma(rho, squareMean[i], others * gradient * gradient);
            squareMean[i] = newMean;
            float divisor = (float) Math.sqrt(newMean) + epsilon;
            parameters[i] = Math.fma(minusLearningRate, gradient / divisor, parameters[i]);
        }
    }
}
