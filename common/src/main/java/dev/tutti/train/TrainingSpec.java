package dev.tutti.train;

import dev.tutti.files.Range;
import dev.tutti.kernel.Dropout;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.kernel.PerSample;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Schedule;
import dev.tutti.optim.Sgd;
import dev.tutti.optim.UpdateRules;
import dev.tutti.reduce.NodePrecision;
import java.util.function.BooleanSupplier;

/**
 * All that the trained bits depend on, next to the data and the initial weights: two runs with the same spec, data and
 * initial weights end in the same bits, on any cluster.
 *
 * @param network the network and its loss
 * @param optimizer what is done with the averaged gradient
 * @param epochs number of passes over the training samples, at least 1
 * @param batchSize number of samples of a global batch, or with {@link Sync#LOCAL} of a replica's step, at least 1
 * @param segmentSize number of samples of a segment, the smallest piece of work, at least 1; never more than those of a step; with
 *     {@link Sync#LOCAL} those of a replica in a round
 * @param sync when weights are updated
 * @param local replicas and their steps; {@link LocalSteps#NONE} unless {@code sync} is {@link Sync#LOCAL}
 * @param seed of shuffling and dropout
 * @param shuffle whether each epoch has an order of its own; otherwise the order of the data set
 * @param dropout probability of dropping a hidden unit, 0 to below 1
 * @param wire to what the nodes of the summation tree are rounded, in one process as on their way
 * @param refinements what is added to the plain algorithm
 * @param samples number of training samples, at least 1
 */
public record TrainingSpec(
        NetworkSpec network,
        OptimizerSettings optimizer,
        int epochs,
        int batchSize,
        int segmentSize,
        Sync sync,
        LocalSteps local,
        long seed,
        boolean shuffle,
        float dropout,
        NodePrecision wire,
        Refinements refinements,
        int samples) {

    /** Largest default segment; larger ones leave workers without work. */
    public static final int MAX_DEFAULT_SEGMENT = 64;

    /** What numbers of epochs and of samples may be. */
    public static final Range COUNT = Range.count(1);

    /** What a probability of dropping a unit may be. */
    public static final Range DROPOUT = Range.share();

    /** Settings without replicas, with which nothing is rounded, and nothing added. */
    public TrainingSpec(
            NetworkSpec network,
            OptimizerSettings optimizer,
            int epochs,
            int batchSize,
            int segmentSize,
            Sync sync,
            long seed,
            boolean shuffle,
            float dropout,
            int samples) {
        this(
                network,
                optimizer,
                epochs,
                batchSize,
                segmentSize,
                sync,
                LocalSteps.NONE,
                seed,
                shuffle,
                dropout,
                NodePrecision.FLOAT32,
                Refinements.NONE,
                samples);
    }

    /** @throws dev.tutti.files.InputException if a value is out of range */
    public TrainingSpec {
        COUNT.require("epochs", epochs);
        COUNT.require("batch", batchSize);
        COUNT.require("segment", segmentSize);
        COUNT.require("training samples", samples);
        DROPOUT.require("dropout", dropout);
        local = sync == Sync.LOCAL ? local : LocalSteps.NONE;
        // The same segments, and no product of segments and their size is far above the number of samples.
        segmentSize = sync == Sync.LOCAL
                ? local.samplesOfReplica(batchSize, samples)
                : Math.min(segmentSize, samplesPerStep(sync, local, batchSize, samples));
    }

    /**
     * Creates a kernel that computes the gradients of this training; one for each thread. With {@link Sync#LOCAL} these are
     * what the replicas' steps come to.
     *
     * @param maxSamples number of samples of most calls
     */
    public GradientKernel newKernel(int maxSamples) {
        return newKernel(maxSamples, () -> true);
    }

    /**
     * The same, for a thread that has something else to do now and then.
     *
     * @param maxSamples number of samples of most calls
     * @param goesOn asked between the steps of a replica: false where its result is not wanted any more, and hence there will be none
     */
    public GradientKernel newKernel(int maxSamples, BooleanSupplier goesOn) {
        return sync == Sync.LOCAL
                ? new LocalKernel(newStepKernel(Math.min(maxSamples, batchSize)), this, goesOn)
                : newStepKernel(maxSamples);
    }

    /**
     * Creates a kernel for the gradients of single steps. Those of a replica are no node of the tree, so they are not rounded.
     *
     * @param maxSamples number of samples of most calls
     */
    GradientKernel newStepKernel(int maxSamples) {
        NodePrecision precision = sync == Sync.LOCAL ? NodePrecision.FLOAT32 : wire;
        return Kernels.create(network, new Dropout(dropout, seed, refinements.inputDropout()), precision, maxSamples);
    }

    /**
     * Creates the update that is made of the mean over a step: that of the optimizer; or the replicas' mean weights, as they have
     * used the optimizer themselves.
     *
     * @param parameters are changed in place
     */
    public ParameterUpdate newUpdate(float[] parameters) {
        return sync == Sync.LOCAL
                ? new ParameterUpdate(
                        network, new Sgd.Settings(1, 0), UpdateRules.NONE, (step, plateauFactor) -> 1, parameters)
                : newStepUpdate(parameters);
    }

    /**
     * Creates the update of single steps, those of a replica included.
     *
     * @param parameters are changed in place
     */
    ParameterUpdate newStepUpdate(float[] parameters) {
        return new ParameterUpdate(network, optimizer, refinements.update(), this::learningRate, parameters);
    }

    /** Returns what is done with the gradients of single samples; see {@link GradientKernel#gradients}. */
    public PerSample perSample() {
        float limit = refinements.clipPerSample();
        return limit == 0 ? PerSample.NONE : new PerSample(null, limit, null);
    }

    /**
     * Returns the learning rate of a step, or with {@link Sync#LOCAL} of all steps of a round.
     *
     * @param step number of the step in the run, counted from 0
     * @param plateauFactor see {@link Schedule#rate}
     */
    public float learningRate(long step, double plateauFactor) {
        Schedule schedule = refinements.update().schedule();
        return schedule.rate(optimizer.learningRate(), step, steps(), stepsPerEpoch(), plateauFactor);
    }

    /** Number of steps of a whole run. */
    public long steps() {
        return (long) epochs * stepsPerEpoch();
    }

    /** These settings with others of what is added to the plain algorithm. */
    public TrainingSpec with(Refinements other) {
        return new TrainingSpec(
                network,
                optimizer,
                epochs,
                batchSize,
                segmentSize,
                sync,
                local,
                seed,
                shuffle,
                dropout,
                wire,
                other,
                samples);
    }

    /** Returns the default segment for a batch: a quarter, at most {@link #MAX_DEFAULT_SEGMENT}, at least 1. */
    public static int defaultSegmentSize(int batchSize) {
        return Math.max(1, Math.min(MAX_DEFAULT_SEGMENT, ceilDivide(batchSize, 4)));
    }

    /**
     * Number of samples between two updates: the global batch, or with {@link Sync#EPOCH} the whole epoch, with {@link Sync#LOCAL} a
     * round of all replicas.
     */
    public int samplesPerStep() {
        return samplesPerStep(sync, local, batchSize, samples);
    }

    private static int samplesPerStep(Sync sync, LocalSteps local, int batchSize, int samples) {
        return switch (sync) {
            case STEP -> Math.min(batchSize, samples);
            case EPOCH -> samples;
            case LOCAL -> local.samplesOfRound(batchSize, samples);
        };
    }

    /** Number of steps that a replica makes in a round, unless it is an epoch's last; 1 where there are none. */
    public int stepsOfReplica() {
        return sync == Sync.LOCAL ? local.stepsOfRound(batchSize, samples) : 1;
    }

    /** Number of updates in an epoch; the last may have fewer samples. */
    public int stepsPerEpoch() {
        return ceilDivide(samples, samplesPerStep());
    }

    /** Number of samples of step {@code stepInEpoch}, counted from 0. */
    public int samplesOfStep(int stepInEpoch) {
        return Math.min(samplesPerStep(), samples - stepInEpoch * samplesPerStep());
    }

    /** Number of segments of step {@code stepInEpoch}, counted from 0. */
    public int segmentsOfStep(int stepInEpoch) {
        return ceilDivide(samplesOfStep(stepInEpoch), segmentSize);
    }

    /** Returns {@code a / b} rounded up, for numbers of at least 1, without the overflow of {@code a + b}. */
    private static int ceilDivide(int a, int b) {
        return (a - 1) / b + 1;
    }
}
