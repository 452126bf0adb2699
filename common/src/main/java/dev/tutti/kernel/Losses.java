package dev.tutti.kernel;

import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.PredictedClass;

/** The losses of one sample and their derivatives, in float32. {@link VectorLosses} repeats them, samples in lanes. */
final class Losses {
    private Losses() {}

    /**
     * Returns the loss of one sample.
     *
     * @param network says which loss, and its parameter
     * @param z pre-activations (logits) of the output layer, {@code [outputs]}
     * @param a outputs, {@code [outputs]}
     * @param softmaxSum what {@link Activations#softmax} returned; looked at by cross-entropy alone
     * @param targets holds the targets
     * @param offset index of this sample's first target
     */
    static float value(NetworkSpec network, float[] z, float[] a, float softmaxSum, float[] targets, int offset) {
        float parameter = network.lossParameter();
        return switch (network.loss()) {
            case SQUARED_ERROR -> squaredError(a, targets, offset);
            case BINARY_CROSS_ENTROPY -> binaryCrossEntropy(z, targets, offset);
            case CROSS_ENTROPY -> crossEntropy(z, softmaxSum, targets[offset], parameter);
            case HUBER -> huber(a, targets, offset);
            case ABSOLUTE_ERROR -> absoluteError(a, targets, offset);
            case QUANTILE -> quantile(a, targets, offset, parameter);
            case POISSON -> poisson(z, a, targets, offset);
            case GAMMA -> gamma(z, a, targets, offset);
            case TWEEDIE -> tweedie(z, targets, offset, parameter);
        };
    }

    private static float quantile(float[] a, float[] targets, int offset, float quantile) {
        float sum = 0f;
        for (int j = 0; j < a.length; j++) {
            float difference = a[j] - targets[offset + j];
            sum += difference * (difference > 0f ? 1f - quantile : -quantile);
        }
        return sum;
    }

    private static float poisson(float[] z, float[] a, float[] targets, int offset) {
        float sum = 0f;
        for (int j = 0; j < a.length; j++) {
            sum += Math.fma(-z[j], targets[offset + j], a[j]);
        }
        return sum;
    }

    private static float gamma(float[] z, float[] a, float[] targets, int offset) {
        float sum = 0f;
        for (int j = 0; j < a.length; j++) {
            sum += z[j] + targets[offset + j] / a[j];
        }
        return sum;
    }

    /** {@code exp((2 - p) z) / (2 - p) + y exp((1 - p) z) / (p - 1)}. */
    private static float tweedie(float[] z, float[] targets, int offset, float power) {
        float sum = 0f;
        for (int j = 0; j < z.length; j++) {
            float first = FloatMath.exp((2f - power) * z[j]) * (1f / (2f - power));
            float second = FloatMath.exp((1f - power) * z[j]) * (1f / (power - 1f));
            sum += Math.fma(targets[offset + j], second, first);
        }
        return sum;
    }

    private static float squaredError(float[] a, float[] targets, int offset) {
        float sum = 0f;
        for (int j = 0; j < a.length; j++) {
            float difference = a[j] - targets[offset + j];
            sum = Math.fma(difference, difference, sum);
        }
        return 0.5f * sum;
    }

    private static float huber(float[] a, float[] targets, int offset) {
        float sum = 0f;
        for (int j = 0; j < a.length; j++) {
            float size = Math.abs(a[j] - targets[offset + j]);
            sum += size > 1f ? size - 0.5f : 0.5f * size * size;
        }
        return sum;
    }

    private static float absoluteError(float[] a, float[] targets, int offset) {
        float sum = 0f;
        for (int j = 0; j < a.length; j++) {
            sum += Math.abs(a[j] - targets[offset + j]);
        }
        return sum;
    }

    /** {@code -y log s(z) - (1 - y) log(1 - s(z)) = max(z, 0) - z y + log(1 + exp(-|z|))}, which cannot overflow. */
    private static float binaryCrossEntropy(float[] z, float[] targets, int offset) {
        float sum = 0f;
        for (int j = 0; j < z.length; j++) {
            float positive = z[j] <= 0f ? 0f : z[j];
            float linear = Math.fma(-z[j], targets[offset + j], positive);
            sum += linear + FloatMath.log1pOfUnit(FloatMath.exp(-Math.abs(z[j])));
        }
        return sum;
    }

    /** {@code -log a_y = log(sum_k exp(z_k - m)) - (z_y - m)}; NaN where the target is not the number of a class. */
    private static float crossEntropy(float[] z, float softmaxSum, float target, float smoothing) {
        float logit = Float.NaN;
        for (int j = 0; j < z.length; j++) {
            logit = target == j ? z[j] : logit;
        }
        float largest = Activations.largest(z);
        float margin = logit - largest;
        if (smoothing > 0f) {
            float sum = 0f;
            for (float one : z) {
                sum += one - largest;
            }
            margin = Math.fma(1f - smoothing, margin, smoothedOthers(smoothing, z.length) * sum);
        }
        return FloatMath.log(softmaxSum) - margin;
    }

    /** The target of the classes that are not the sample's: 0 without smoothing. */
    static float smoothedOthers(float smoothing, int classes) {
        return smoothing / classes;
    }

    /** The target of the sample's class: 1 without smoothing. */
    static float smoothedHit(float smoothing, int classes) {
        return 1f - smoothing + smoothing / classes;
    }

    /** The target of an output with binary cross-entropy. */
    static float smoothed(float target, float smoothing) {
        return Math.fma(1f - smoothing, target, 0.5f * smoothing);
    }

    /**
     * Returns the local error {@code dL/dz_j} of an output unit whose activation and loss belong together, so that
     * the activation's derivative cancels: softmax with cross-entropy, sigmoid with binary cross-entropy, exp with the losses of means above 0; for
     * the other losses {@code dL/da_j}, which is still to be multiplied by the derivative.
     *
     * @param network says which loss, and its parameter
     * @param j number of the output
     * @param z its pre-activation
     * @param a its value
     * @param target this output's target; for cross-entropy the number of the class
     */
    static float error(NetworkSpec network, int j, float z, float a, float target) {
        float parameter = network.lossParameter();
        return switch (network.loss()) {
            case SQUARED_ERROR, BINARY_CROSS_ENTROPY, POISSON -> a - target;
            case CROSS_ENTROPY ->
                a
                        - (target == j
                                ? smoothedHit(parameter, network.outputs())
                                : smoothedOthers(parameter, network.outputs()));
            case QUANTILE -> quantileSlope(a - target, parameter);
            case GAMMA -> 1f - target / a;
            case TWEEDIE -> Math.fma(-target, FloatMath.exp((1f - parameter) * z), FloatMath.exp((2f - parameter) * z));
            case HUBER -> clamp(a - target);
            case ABSOLUTE_ERROR -> sign(a - target);
        };
    }

    private static float quantileSlope(float x, float quantile) {
        float positive = x > 0f ? 1f - quantile : x;
        return x < 0f ? -quantile : positive;
    }

    private static float clamp(float x) {
        float atMostOne = x > 1f ? 1f : x;
        return atMostOne < -1f ? -1f : atMostOne;
    }

    private static float sign(float x) {
        float positive = x > 0f ? 1f : x;
        return x < 0f ? -1f : positive;
    }

    /** Tells whether {@link #error} is the local error already. */
    static boolean cancelsDerivative(Loss loss) {
        return switch (loss) {
            case BINARY_CROSS_ENTROPY, CROSS_ENTROPY, POISSON, GAMMA, TWEEDIE -> true;
            case SQUARED_ERROR, HUBER, ABSOLUTE_ERROR, QUANTILE -> false;
        };
    }

    /**
     * Tells whether outputs and targets stand for the same class ({@link PredictedClass}). Of a regression this means nothing.
     *
     * @param a outputs, {@code [outputs]}
     * @param targets holds the targets
     * @param offset index of this sample's first target
     */
    static boolean isCorrect(Loss loss, float[] a, float[] targets, int offset) {
        if (loss == Loss.CROSS_ENTROPY) {
            // The only output of a softmax is always 1, and stands for class 0.
            return (a.length == 1 ? 0 : PredictedClass.of(a, 0, a.length)) == targets[offset];
        }
        return PredictedClass.of(a, 0, a.length) == PredictedClass.of(targets, offset, a.length);
    }
}
