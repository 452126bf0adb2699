package dev.tutti.train;

import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.FinalParts;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.PerSample;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.BFloat16;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import dev.tutti.reduce.TreeSum;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * What stands for the gradient of a segment with {@link Sync#LOCAL}. A segment is the samples of one replica in one round: from the
 * weights of the round it makes a step with each mini-batch of them, in order, with an optimizer that remembers nothing of other
 * rounds. Its "gradient" is how far the weights went, counted backwards and for each of its samples,
 *
 * <pre>
 *   g = n (w - w')        n: its samples   w: weights of the round   w': its own after its steps
 * </pre>
 *
 * so that {@code w - (sum of all g) / (sum of all n)} is the mean of the replicas' weights, by their samples. All of this is a function
 * of the weights and the samples' numbers, as a gradient is: whoever computes it finds the same bits.
 *
 * <p>Losses are those of the samples at the weights that each was trained with. Used by one thread.
 */
final class LocalKernel implements GradientKernel {
    private final GradientKernel kernel;
    private final TrainingSpec spec;
    private final NodePrecision precision;
    private final BooleanSupplier goesOn;
    private final float[] own;
    private final ParameterUpdate update;
    private final float[][] remembered;
    private final PartialGradient[] step;
    private final MiniBatch samples = new MiniBatch();
    private final ArrayDeque<PartialGradient> pool = new ArrayDeque<>();
    private final TreeSum sum;

    /**
     * @param kernel computes the gradients of the steps, which are not rounded
     * @param spec the run
     * @param goesOn asked before each step but the first of a replica; false: the results are not wanted any more
     */
    LocalKernel(GradientKernel kernel, TrainingSpec spec, BooleanSupplier goesOn) {
        this.kernel = kernel;
        this.spec = spec;
        this.precision = spec.wire();
        this.goesOn = goesOn;
        this.own = new float[new ParameterLayout(spec.network()).parameterCount()];
        this.update = spec.newStepUpdate(own);
        this.remembered = update.state().values().toArray(float[][]::new);
        this.step = new PartialGradient[] {new PartialGradient(own.length)};
        this.sum = new TreeSum(pool::push, precision);
    }

    @Override
    public NetworkSpec network() {
        return kernel.network();
    }

    @Override
    public String description() {
        return kernel.description();
    }

    /** {@inheritDoc} Where {@code goesOn} says no the nodes are left as they are, which is no result. */
    @Override
    public void gradients(
            float[] parameters,
            MiniBatch batch,
            int segmentSize,
            PartialGradient[] nodes,
            int nodeCount,
            PerSample perSample) {
        compute(parameters, batch, segmentSize, nodes, nodeCount, perSample);
    }

    /** {@inheritDoc} Where {@code goesOn} says no, nothing is final. */
    @Override
    public void gradients(
            float[] parameters,
            MiniBatch batch,
            int segmentSize,
            PartialGradient[] nodes,
            int nodeCount,
            PerSample perSample,
            FinalParts parts) {
        if (compute(parameters, batch, segmentSize, nodes, nodeCount, perSample)) {
            parts.onFinal(0);
        }
    }

    /** Returns whether all of it was computed. */
    private boolean compute(
            float[] parameters,
            MiniBatch batch,
            int segmentSize,
            PartialGradient[] nodes,
            int nodeCount,
            PerSample perSample) {
        int from = 0;
        for (int n = 0; n < nodeCount; n++) {
            PartialGradient node = nodes[n];
            int end = (int) Math.min(from + (long) node.segmentCount() * segmentSize, batch.count());
            boolean whole = node.segmentCount() == 1
                    ? replica(parameters, batch, from, end, node, perSample)
                    : replicas(parameters, batch, from, end, segmentSize, node, perSample);
            if (!whole) {
                return false;
            }
            from = end;
        }
        return true;
    }

    /** The tree of a node has the same form wherever it begins. */
    private boolean replicas(
            float[] parameters,
            MiniBatch batch,
            int from,
            int end,
            int segmentSize,
            PartialGradient node,
            PerSample perSample) {
        sum.begin(node.segmentCount());
        for (int replica = 0; replica < node.segmentCount(); replica++) {
            PartialGradient one = pool.isEmpty() ? new PartialGradient(own.length) : pool.pop();
            one.reset(replica, 1);
            int first = from + replica * segmentSize;
            if (!replica(parameters, batch, first, (int) Math.min((long) first + segmentSize, end), one, perSample)) {
                pool.push(one);
                return false;
            }
            sum.add(one);
        }
        PartialGradient total = sum.take(0);
        System.arraycopy(total.gradient(), 0, node.gradient(), 0, own.length);
        node.sums(total.lossSum(), total.weightSum(), total.correctSum());
        pool.push(total);
        return true;
    }

    /** The steps of a replica with the samples {@code from} to {@code end - 1}; false if they are not wanted any more. */
    private boolean replica(
            float[] parameters, MiniBatch batch, int from, int end, PartialGradient to, PerSample perSample) {
        System.arraycopy(parameters, 0, own, 0, own.length);
        for (float[] values : remembered) {
            Arrays.fill(values, 0);
        }
        double lossSum = 0;
        double weightSum = 0;
        double correctSum = 0;
        int steps = 0;
        long round = round(batch, from);
        for (int first = from; first < end; first += samples.count()) {
            if (steps > 0 && !goesOn.getAsBoolean()) {
                return false;
            }
            samples.part(batch, first, Math.min(spec.batchSize(), end - first));
            step[0].reset(0, 1);
            kernel.gradients(own, samples, samples.count(), step, 1, perSample);
            update.run(round, steps, step[0].gradient(), step[0].weightSum(), SharedLoop.ALONE);
            steps++;
            lossSum += step[0].lossSum();
            weightSum += step[0].weightSum();
            correctSum += step[0].correctSum();
        }
        difference(parameters, (float) weightSum, to.gradient());
        to.sums(lossSum, weightSum, correctSum);
        return true;
    }

    /** Number of the round in the run, counted from 0: the step whose learning rate all steps of the replica have. */
    private long round(MiniBatch batch, int sample) {
        return Math.max(0, batch.epoch() - 1L) * spec.stepsPerEpoch() + batch.position(sample) / spec.samplesPerStep();
    }

    private void difference(float[] parameters, float samples, float[] to) {
        boolean rounds = precision == NodePrecision.BFLOAT16;
        for (int i = 0; i < own.length; i++) {
            float difference = samples * (parameters[i] - own[i]);
            to[i] = rounds ? BFloat16.round(difference) : difference;
        }
    }

    @Override
    public void sampleGradient(float[] parameters, MiniBatch batch, int sample, float[] gradient) {
        kernel.sampleGradient(parameters, batch, sample, gradient);
    }

    @Override
    public void outputs(float[] parameters, MiniBatch batch, float[] outputs) {
        kernel.outputs(parameters, batch, outputs);
    }

    @Override
    public void evaluate(float[] parameters, MiniBatch batch, int segmentSize, PartialGradient sums) {
        kernel.evaluate(parameters, batch, segmentSize, sums);
    }
}
