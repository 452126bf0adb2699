package dev.tutti.train;

import dev.tutti.optim.Optimizer;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.reduce.SharedLoop;
import java.util.Map;

/**
 * The parameters, what the optimizer remembers, and the update of both: the same wherever it is made. Owned by one thread, which
 * others may help.
 */
public final class ParameterUpdate {
    /** Elements that are updated and then checked, while they are in the first-level cache. */
    static final int BLOCK = 4096;

    /** Below this, waking other threads takes longer than what they would take over. */
    private static final int SHORT_VECTOR = 1 << 15;

    private final float[] parameters;
    private final float learningRate;
    private final Optimizer optimizer;
    private final SharedLoop.Body updateBlock = (thread, turn) -> updateBlock(turn);
    private long update;
    private float[] gradientSum;
    private float scale;
    /** Only ever set while threads share a loop, so it does not matter which of them does. */
    private boolean notFinite;

    /**
     * @param settings of the optimizer
     * @param parameters are changed in place
     */
    public ParameterUpdate(OptimizerSettings settings, float[] parameters) {
        this.parameters = parameters;
        learningRate = settings.learningRate();
        optimizer = settings.create(parameters.length);
    }

    /** The parameters. */
    public float[] parameters() {
        return parameters;
    }

    /** What the optimizer remembers, by name and always in the same order; see {@link Optimizer#state}. */
    public Map<String, float[]> state() {
        return optimizer.state();
    }

    /**
     * Makes an update.
     *
     * @param update number of updates made before in this run, so counted from 0
     * @param gradientSum sum of the gradients, in the layout of the parameters
     * @param weightSum sum of the weights of the samples that it is of
     * @param threads share the elements
     * @return whether all new parameters are finite
     */
    public boolean run(long update, float[] gradientSum, double weightSum, SharedLoop threads) {
        this.update = update;
        this.gradientSum = gradientSum;
        scale = (float) (1 / weightSum);
        notFinite = false;
        worthwhile(threads).run(blocks(), updateBlock);
        return !notFinite;
    }

    /** Number of blocks of the parameters, for a loop over them. */
    int blocks() {
        return (parameters.length + BLOCK - 1) / BLOCK;
    }

    /** The threads, or the calling one alone where a loop over the parameters is too short for more. */
    SharedLoop worthwhile(SharedLoop threads) {
        return parameters.length < SHORT_VECTOR ? SharedLoop.ALONE : threads;
    }

    private void updateBlock(int block) {
        int from = block * BLOCK;
        int end = Math.min(from + BLOCK, parameters.length);
        optimizer.update(update, learningRate, parameters, gradientSum, scale, from, end);
        if (!Finite.isFinite(parameters, from, end)) {
            notFinite = true;
        }
    }
}
