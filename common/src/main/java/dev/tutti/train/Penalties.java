package dev.tutti.train;

import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.UpdateRules;

/**
 * Adds the gradient of the penalties to the mean gradient, element by element: {@code (weightDecay + l2) w + l1 sign(w)} for weights,
 * {@code weightDecay b} for biases. Several threads may work on different elements at the same time.
 */
final class Penalties {
    private final ParameterLayout layout;
    private final float ofBiases;
    private final float ofWeights;
    private final float l1;
    private final float[] penalized;

    Penalties(ParameterLayout layout, UpdateRules rules) {
        this.layout = layout;
        ofBiases = rules.weightDecay();
        ofWeights = rules.weightDecay() + rules.l2();
        l1 = rules.l1();
        penalized = new float[layout.parameterCount()];
    }

    /** Returns an array with {@code scale gradientSum} and the penalties in the elements {@code from} to below {@code end}. */
    float[] add(float[] gradientSum, float scale, float[] parameters, int from, int end) {
        int at = from;
        while (at < end) {
            int layer = layout.layerOf(at);
            boolean weights = at < layout.biasOffset(layer);
            int to = Math.min(end, weights ? layout.biasOffset(layer) : layout.endOffset(layer));
            add(gradientSum, scale, parameters, weights ? ofWeights : ofBiases, weights ? l1 : 0, penalized, at, to);
            at = to;
        }
        return penalized;
    }

    private static void add(
            float[] gradientSum,
            float scale,
            float[] parameters,
            float decay,
            float l1,
            float[] penalized,
            int from,
            int end) {
        for (int i = from; i < end; i++) {
            penalized[i] = Math.fma(decay, parameters[i], gradientSum[i] * scale);
        }
        if (l1 > 0) {
            for (int i = from; i < end; i++) {
                penalized[i] = Math.fma(l1, Math.signum(parameters[i]), penalized[i]);
            }
        }
    }
}
