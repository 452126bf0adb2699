package dev.tutti.optim;

import java.util.Map;

/**
 * Turns an averaged gradient into new parameters: element by element, in a fixed order of operations. Several threads may update
 * different elements at the same time.
 */
public interface Optimizer {
    /**
     * Updates some of the parameters.
     *
     * @param update number of updates made before in this run, so counted from 0; steps that were left out do not count
     * @param learningRate size of this step, above 0
     * @param parameters changed in place
     * @param gradientSum sum of the gradients, in the layout of the parameters
     * @param scale what the sum is multiplied with to give the mean: 1 / (sum of sample weights)
     * @param from first element to update
     * @param end behind the last
     */
    void update(
            long update, float learningRate, float[] parameters, float[] gradientSum, float scale, int from, int end);

    /** Updates all parameters. */
    default void update(long update, float learningRate, float[] parameters, float[] gradientSum, float scale) {
        update(update, learningRate, parameters, gradientSum, scale, 0, parameters.length);
    }

    /**
     * The arrays, by name and always in the same order, that are all that this optimizer remembers from step to step: they are
     * saved in checkpoints and written to when a run is resumed.
     */
    Map<String, float[]> state();
}
