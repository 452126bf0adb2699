package dev.tutti.model;

/**
 * Which class the outputs of a network stand for: the one rule by which training, {@code eval} and {@code predict} count what is
 * correct, whatever the loss. A sample is correct if its outputs and its targets stand for the same class.
 */
public final class PredictedClass {
    private static final float HALF = 0.5f;

    private PredictedClass() {}

    /**
     * Returns the number of the class: the largest output (the first of equal ones), or with one output class 1 above 1/2.
     * Targets of 0 and 1 are outputs of a network that is always right.
     *
     * @param outputs outputs of a network, after the activation
     * @param offset index of the sample's first output
     * @param count number of outputs of a sample
     */
    public static int of(float[] outputs, int offset, int count) {
        if (count == 1) {
            return outputs[offset] > HALF ? 1 : 0;
        }
        int best = 0;
        for (int output = 1; output < count; output++) {
            if (outputs[offset + output] > outputs[offset + best]) {
                best = output;
            }
        }
        return best;
    }
}
