package dev.tutti.train;

import dev.tutti.model.NetworkSpec;

/**
 * How many threads of one process are worth having for a run, from the work of a step alone. Each one more has to be told of a step and
 * waited for, and brings a gradient of its own that is added to the others'; below some work that takes longer than what it takes
 * over. Stateless; the bits do not depend on it.
 */
public final class ComputeThreads {
    /** Floating-point operations of a step that make up for one more thread: some tens of microseconds of computing. */
    static final double OPERATIONS_PER_THREAD = 4e6;

    /** A thread with fewer samples of a step leaves lanes of its vectors empty, and packs the weights for too few of them. */
    static final int SAMPLES_PER_THREAD = 32;

    private ComputeThreads() {}

    /**
     * Returns the number of compute threads for a run in one process, at least 1.
     *
     * @param spec the run
     * @param cores number of processors there are
     */
    public static int of(TrainingSpec spec, int cores) {
        double byWork = operations(spec) / OPERATIONS_PER_THREAD;
        int bySamples = spec.samplesPerStep() / SAMPLES_PER_THREAD;
        int most = Math.min(Math.min(cores, spec.segmentsOfStep(0)), bySamples);
        return (int) Math.max(1, Math.min(byWork, most));
    }

    /** Floating-point operations of a step: two for a weight and sample, forward, backward and for the gradient. */
    private static double operations(TrainingSpec spec) {
        NetworkSpec network = spec.network();
        double operations = 0;
        for (int layer = 0; layer < network.layers(); layer++) {
            // The inputs of the network have no errors.
            int passes = layer == 0 ? 2 : 3;
            operations += 2.0 * passes * network.inputs(layer) * network.outputs(layer);
        }
        return operations * spec.samplesPerStep();
    }
}
