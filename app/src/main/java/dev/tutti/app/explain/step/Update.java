package dev.tutti.app.explain.step;

import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Sgd;

/** The update of plain stochastic gradient descent, by the class that training uses. */
public final class Update {
    private Update() {}

    /**
     * Returns new parameters {@code w - learningRate * sum / samples}.
     *
     * @param parameters not changed
     * @param gradientSum sum of the samples' gradients
     * @param samples number of samples
     * @param learningRate step size
     */
    public static float[] of(float[] parameters, float[] gradientSum, int samples, float learningRate) {
        float[] updated = parameters.clone();
        OptimizerSettings sgd = new Sgd.Settings(learningRate, 0);
        sgd.create(parameters.length).update(0, learningRate, updated, gradientSum, (float) (1.0 / samples));
        return updated;
    }
}
