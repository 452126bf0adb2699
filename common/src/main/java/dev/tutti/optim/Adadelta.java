package dev.tutti.optim;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Adadelta (Zeiler 2012), as PyTorch has it: {@code s = rho s + (1 - rho) g^2;
 * d = g sqrt(u + epsilon) / sqrt(s + epsilon); u = rho u + (1 - rho) d^2; w = w - learningRate d}.
 */
public final class Adadelta implements Optimizer {
    private final float rho;
    private final float epsilon;
    private final float[] squareMean;
    private final float[] changeMean;

    private Adadelta(float rho, float epsilon, int parameterCount) {
        this.rho = rho;
        this.epsilon = epsilon;
        this.squareMean = new float[parameterCount];
        this.changeMean = new float[parameterCount];
    }

    /**
     * The settings.
     *
     * @param learningRate factor of the step, above 0
     * @param rho share of the means of squares kept, from 0 to below 1
     * @param epsilon keeps the roots from 0, above 0
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
            return Kind.ADADELTA;
        }

        @Override
        public Optimizer create(int parameterCount) {
            return new Adadelta(rho, epsilon, parameterCount);
        }
    }

    @Override
    public void update(
            long update, float learningRate, float[] parameters, float[] gradientSum, float scale, int from, int end) {
        update(parameters, gradientSum, squareMean, changeMean, scale, rho, epsilon, -learningRate, from, end);
    }

    @Override
    public Map<String, float[]> state() {
        Map<String, float[]> state = new LinkedHashMap<>();
        state.put("squareMean", squareMean);
        state.put("changeMean", changeMean);
        return state;
    }

    private static void update(
            float[] parameters,
            float[] gradientSum,
            float[] squareMean,
            float[] changeMean,
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
            float root = (float) Math.sqrt(changeMean[i] + epsilon);
            float change = root / (float) Math.sqrt(newMean + epsilon) * gradient;
            changeMean[i] = Math.fma(rho, changeMean[i], others * change * change);
            parameters[i] = Math.fma(minusLearningRate, change, parameters[i]);
        }
    }
}
