package dev.tutti.train;

import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Optimizer;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.UpdateRules;
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

    private final UpdateRules rules;
    private final LearningRate rate;
    private final float[] parameters;
    private final Optimizer optimizer;
    private final GradientNorm gradientNorm;
    private final Penalties penalties;
    private final MaxNorm maxNorm;
    private final SharedLoop.Body updateBlock = (thread, turn) -> updateBlock(turn);
    private double plateauFactor = 1;
    private long update;
    private float learningRate;
    private float[] gradientSum;
    private float scale;
    /** Only ever set while threads share a loop, so it does not matter which of them does. */
    private boolean notFinite;

    /** The learning rate of each step. */
    interface LearningRate {
        /** See {@link TrainingSpec#learningRate}. */
        float of(long step, double plateauFactor);
    }

    /** @param parameters are changed in place */
    ParameterUpdate(
            NetworkSpec network, OptimizerSettings settings, UpdateRules rules, LearningRate rate, float[] parameters) {
        this.rules = rules;
        this.rate = rate;
        this.parameters = parameters;
        optimizer = settings.create(parameters.length);
        ParameterLayout layout = new ParameterLayout(network);
        gradientNorm = rules.clipNorm() > 0 ? new GradientNorm(parameters.length) : null;
        penalties = rules.adds() ? new Penalties(layout, rules) : null;
        maxNorm = rules.maxNorm() > 0 ? new MaxNorm(layout, rules.maxNorm()) : null;
    }

    /** The parameters. */
    public float[] parameters() {
        return parameters;
    }

    /** What the optimizer remembers, by name and always in the same order; see {@link Optimizer#state}. */
    public Map<String, float[]> state() {
        return optimizer.state();
    }

    /** What a plateau has made of the learning rate, from the next update on; 1 at the beginning. */
    void plateauFactor(double factor) {
        plateauFactor = factor;
    }

    /** Makes the update of a step, in a run that has left none out. */
    public boolean run(long step, float[] gradientSum, double weightSum, SharedLoop threads) {
        return run(step, step, gradientSum, weightSum, threads);
    }

    /**
     * Makes an update.
     *
     * @param step number of the step in the run, counted from 0
     * @param update number of updates made before in this run, so counted from 0: the same, unless some were left out
     * @param gradientSum sum of the gradients, in the layout of the parameters; not changed
     * @param weightSum sum of the weights of the samples that it is of
     * @param threads share the elements
     * @return whether all new parameters are finite
     */
    public boolean run(long step, long update, float[] gradientSum, double weightSum, SharedLoop threads) {
        this.update = update;
        this.gradientSum = gradientSum;
        learningRate = rate.of(step, plateauFactor);
        SharedLoop sharing = worthwhile(threads);
        scale = (float) (1 / weightSum);
        if (gradientNorm != null) {
            double norm = gradientNorm.of(gradientSum, sharing) / weightSum;
            scale = (float) (GradientNorm.clipping(norm, rules.clipNorm()) / weightSum);
        }
        notFinite = false;
        sharing.run(blocks(), updateBlock);
        if (maxNorm != null) {
            maxNorm.apply(parameters, sharing);
        }
        return !notFinite;
    }

    /** Number of blocks of the parameters, for a loop over them. */
    int blocks() {
        return blocks(parameters.length);
    }

    static int blocks(int length) {
        return (length + BLOCK - 1) / BLOCK;
    }

    /** The threads, or the calling one alone where a loop over the parameters is too short for more. */
    SharedLoop worthwhile(SharedLoop threads) {
        return parameters.length < SHORT_VECTOR ? SharedLoop.ALONE : threads;
    }

    private void updateBlock(int block) {
        int from = block * BLOCK;
        int end = Math.min(from + BLOCK, parameters.length);
        if (penalties == null) {
            optimizer.update(update, learningRate, parameters, gradientSum, scale, from, end);
        } else {
            float[] penalized = penalties.add(gradientSum, scale, parameters, from, end);
            optimizer.update(update, learningRate, parameters, penalized, 1, from, end);
        }
        if (!Finite.isFinite(parameters, from, end)) {
            notFinite = true;
        }
    }
}
