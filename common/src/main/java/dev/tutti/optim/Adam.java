package dev.tutti.optim;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Adam (Kingma and Ba 2015), as PyTorch has it, with {@code t} counted from 1: {@code m = m + (1 - beta1) (g - m);
 * s = beta2 s + (1 - beta2) g^2; w = w - learningRate / (1 - beta1^t) m / (sqrt(s) / sqrt(1 - beta2^t) + epsilon)}. With weight
 * decay (AdamW, Loshchilov and Hutter 2019) before that {@code w = (1 - learningRate weightDecay) w}, biases included.
 */
public final class Adam implements Optimizer {
    private final float beta1;
    private final float beta2;
    private final float epsilon;
    private final float weightDecay;
    private final float[] mean;
    private final float[] squareMean;

    Adam(float beta1, float beta2, float epsilon, float weightDecay, int parameterCount) {
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.weightDecay = weightDecay;
        this.mean = new float[parameterCount];
        this.squareMean = new float[parameterCount];
    }

    /**
     * The settings.
     *
     * @param learningRate step size, above 0
     * @param beta1 share of the mean gradient kept, from 0 to below 1
     * @param beta2 share of the mean of squares kept, from 0 to below 1
     * @param epsilon keeps the divisor from 0, above 0
     */
    public record Settings(float learningRate, float beta1, float beta2, float epsilon) implements OptimizerSettings {
        /** @throws dev.tutti.files.InputException if a value is out of range or not a number */
        public Settings {
            LEARNING_RATE.require("lr", learningRate);
            SHARE_KEPT.require("beta1", beta1);
            SHARE_KEPT.require("beta2", beta2);
            EPSILON.require("epsilon", epsilon);
        }

        @Override
        public Kind kind() {
            return Kind.ADAM;
        }

        @Override
        public Optimizer create(int parameterCount) {
            return new Adam(beta1, beta2, epsilon, 0, parameterCount);
        }
    }

    @Override
    public void update(
            long update, float learningRate, float[] parameters, float[] gradientSum, float scale, int from, int end) {
        // StrictMath: the same on every machine and by every compiler.
        double correction1 = 1 - StrictMath.pow(beta1, update + 1.0);
        double correction2 = 1 - StrictMath.pow(beta2, update + 1.0);
        update(
                parameters,
                gradientSum,
                mean,
                squareMean,
                scale,
                beta1,
                beta2,
                epsilon,
                (float) Math.sqrt(correction2),
                (float) (-learningRate / correction1),
                1 - learningRate * weightDecay,
                from,
                end);
    }

    @Override
    public Map<String, float[]> state() {
        Map<String, float[]> state = new LinkedHashMap<>();
        state.put("mean", mean);
        state.put("squareMean", squareMean);
        return state;
    }

    private static void update(
            float[] parameters,
            float[] gradientSum,
            float[] mean,
            float[] squareMean,
            float scale,
            float beta1,
            float beta2,
            float epsilon,
            float rootOfCorrection,
            float minusStep,
            float kept,
            int from,
            int end) {
        float others1 = 1 - beta1;
        float others2 = 1 - beta2;
        for (int i = from; i < end; i++) {
            float gradient = gradientSum[i] * scale;
            float newMean = Math.fma(others1, gradient - mean[i], mean[i]);
            float newSquares = Math.fma(beta2, squareMean[i], others2 * gradient * gradient);
            mean[i] = newMean;
            squareMean[i] = newSquares;
            float divisor = (float) Math.sqrt(newSquares) / rootOfCorrection + epsilon;
            parameters[i] = Math.fma(minusStep, newMean / divisor, kept * parameters[i]);
        }
    }
}
