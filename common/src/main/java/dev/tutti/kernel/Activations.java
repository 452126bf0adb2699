package dev.tutti.kernel;

import dev.tutti.model.Activation;

/**
 * The activation functions and their derivatives, one value at a time. {@link VectorActivations} repeats them lane by
 * lane.
 */
final class Activations {
    /** Slope of the leaky ReLU below 0. */
    static final float LEAK = 0.01f;

    private Activations() {}

    /** Returns {@code a = f(z)}; not for softmax, whose outputs depend on each other. */
    static float output(Activation activation, float z) {
        return switch (activation) {
            case IDENTITY -> z;
            case SIGMOID -> FloatMath.sigmoid(z);
            case TANH -> FloatMath.tanh(z);
            case RELU -> z <= 0f ? 0f : z;
            case LEAKY_RELU -> z > 0f ? z : LEAK * z;
            case ELU -> z > 0f ? z : FloatMath.expm1OfNegative(z);
            case SOFTPLUS -> FloatMath.softplus(z);
            case GELU_TANH -> FloatMath.gelu(z);
            case EXP -> FloatMath.exp(z);
            case SOFTMAX -> throw new IllegalArgumentException("softmax is not a function of one value");
        };
    }

    /** Returns {@code f'(z)}, expressed by the output {@code a} where that is shorter. */
    static float derivative(Activation activation, float z, float a) {
        return switch (activation) {
            case IDENTITY -> 1f;
            case SIGMOID -> Math.fma(-a, a, a);
            case TANH -> Math.fma(-a, a, 1f);
            case RELU -> a > 0f ? 1f : 0f;
            case LEAKY_RELU -> a > 0f ? 1f : LEAK;
            case ELU -> a > 0f ? 1f : a + 1f;
            case SOFTPLUS -> FloatMath.sigmoid(z);
            case GELU_TANH -> FloatMath.geluDerivative(z);
            case EXP -> a;
            case SOFTMAX -> throw new IllegalArgumentException("softmax has no derivative of one value");
        };
    }

    /**
     * Computes {@code a_j = exp(z_j - m) / sum_k exp(z_k - m)} with {@code m} the largest {@code z}.
     *
     * @param z logits {@code [outputs]}
     * @param a receives the probabilities {@code [outputs]}
     * @return {@code sum_k exp(z_k - m)}, which the loss needs too
     */
    static float softmax(float[] z, float[] a) {
        float largest = largest(z);
        float sum = 0f;
        for (int j = 0; j < z.length; j++) {
            a[j] = FloatMath.exp(z[j] - largest);
            sum += a[j];
        }
        for (int j = 0; j < z.length; j++) {
            a[j] /= sum;
        }
        return sum;
    }

    /** Returns the largest of {@code z}. */
    static float largest(float[] z) {
        float largest = z[0];
        for (int j = 1; j < z.length; j++) {
            largest = z[j] > largest ? z[j] : largest;
        }
        return largest;
    }
}
