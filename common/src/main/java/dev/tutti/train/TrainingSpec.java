package dev.tutti.train;

import dev.tutti.files.InputException;
import dev.tutti.kernel.Dropout;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.OptimizerSettings;

/**
 * All that the trained bits depend on, next to the data and the initial weights: two runs with the same spec, data and
 * initial weights end in the same bits, on any cluster.
 *
 * @param network the network and its loss
 * @param optimizer what is done with the averaged gradient
 * @param epochs number of passes over the training samples, at least 1
 * @param batchSize number of samples of a global batch, at least 1
 * @param segmentSize number of samples of a segment, the smallest piece of work, at least 1
 * @param sync when weights are updated
 * @param seed of shuffling and dropout
 * @param shuffle whether each epoch has an order of its own; otherwise the order of the data set
 * @param dropout probability of dropping a hidden unit, 0 to below 1
 * @param samples number of training samples, at least 1
 */
public record TrainingSpec(
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

    /** Largest default segment; larger ones leave workers without work. */
    public static final int MAX_DEFAULT_SEGMENT = 64;

    /** @throws InputException if a count is out of range */
    public TrainingSpec {
        positive("epochs", epochs);
        positive("batch", batchSize);
        positive("segment", segmentSize);
        positive("training samples", samples);
        if (!(dropout >= 0 && dropout < 1)) {
            throw new InputException("dropout out of range: " + dropout + ", allowed: 0 to below 1");
        }
    }

    /**
     * Creates a kernel that computes the gradients of this training; one for each thread.
     *
     * @param maxSamples number of samples of most calls
     */
    public GradientKernel newKernel(int maxSamples) {
        return Kernels.create(network, new Dropout(dropout, seed), maxSamples);
    }

    /** Returns the default segment for a batch: a quarter, at most {@link #MAX_DEFAULT_SEGMENT}, at least 1. */
    public static int defaultSegmentSize(int batchSize) {
        return Math.max(1, Math.min(MAX_DEFAULT_SEGMENT, (batchSize + 3) / 4));
    }

    /** Number of samples between two updates: the global batch, or with {@link Sync#EPOCH} the whole epoch. */
    public int samplesPerStep() {
        return sync == Sync.EPOCH ? samples : Math.min(batchSize, samples);
    }

    /** Number of updates in an epoch; the last may have fewer samples. */
    public int stepsPerEpoch() {
        return (samples + samplesPerStep() - 1) / samplesPerStep();
    }

    /** Number of samples of step {@code stepInEpoch}, counted from 0. */
    public int samplesOfStep(int stepInEpoch) {
        return Math.min(samplesPerStep(), samples - stepInEpoch * samplesPerStep());
    }

    /** Number of segments of step {@code stepInEpoch}, counted from 0. */
    public int segmentsOfStep(int stepInEpoch) {
        return (samplesOfStep(stepInEpoch) + segmentSize - 1) / segmentSize;
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new InputException(name + " out of range: " + value + ", allowed: 1 or more");
        }
    }
}
