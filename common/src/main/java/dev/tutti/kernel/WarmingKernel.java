package dev.tutti.kernel;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.PartialGradient;

/**
 * The scalar kernel until the vector kernel is compiled, then the vector kernel. Code with the Vector API is some
 * hundred times slower than scalar code until the JVM has compiled it to machine code, which takes a second or two: as
 * long as a whole short training. Since both kernels give the same bits, it does not matter when the change happens.
 *
 * <p>Large pieces of work go to the vector kernel at once: it is compiled before one such call of the scalar kernel
 * would end. Compiling takes the cores from the rest of the process, and so begins only with the first large piece, or
 * when the scalar kernel has worked for about as long as compiling takes: a training that is over by then needs none.
 */
final class WarmingKernel implements GradientKernel {
    /**
     * Floating-point operations of a call from which the vector kernel is the better choice even before it is compiled.
     */
    private static final double LARGE_CALL = 20e6;

    /** Floating-point operations of the scalar kernel, about a second of them, after which compiling begins. */
    private static final double LONG_TRAINING = 1e9;

    private static final int OPERATIONS_PER_PARAMETER = 6;

    private final GradientKernel vector;
    private final double operationsPerSample;
    private final Runnable warmUp;
    private GradientKernel scalar;
    private double operations;

    /** @param warmUp has the vector kernel compiled; called again and again, and returns at once */
    WarmingKernel(GradientKernel scalar, GradientKernel vector, int parameterCount, Runnable warmUp) {
        this.scalar = scalar;
        this.vector = vector;
        this.operationsPerSample = (double) OPERATIONS_PER_PARAMETER * parameterCount;
        this.warmUp = warmUp;
    }

    @Override
    public NetworkSpec network() {
        return vector.network();
    }

    @Override
    public String description() {
        return vector.description();
    }

    @Override
    public void gradients(
            float[] parameters,
            MiniBatch batch,
            int segmentSize,
            PartialGradient[] nodes,
            int nodeCount,
            PerSample perSample) {
        choose(batch).gradients(parameters, batch, segmentSize, nodes, nodeCount, perSample);
    }

    @Override
    public void gradients(
            float[] parameters,
            MiniBatch batch,
            int segmentSize,
            PartialGradient[] nodes,
            int nodeCount,
            PerSample perSample,
            FinalParts parts) {
        choose(batch).gradients(parameters, batch, segmentSize, nodes, nodeCount, perSample, parts);
    }

    @Override
    public void sampleGradient(float[] parameters, MiniBatch batch, int sample, float[] gradient) {
        choose(batch).sampleGradient(parameters, batch, sample, gradient);
    }

    @Override
    public void outputs(float[] parameters, MiniBatch batch, float[] outputs) {
        choose(batch).outputs(parameters, batch, outputs);
    }

    @Override
    public void evaluate(float[] parameters, MiniBatch batch, int segmentSize, PartialGradient sums) {
        choose(batch).evaluate(parameters, batch, segmentSize, sums);
    }

    private GradientKernel choose(MiniBatch batch) {
        if (scalar == null) {
            return vector;
        }
        if (WarmUp.isDone()) {
            scalar = null;
            return vector;
        }
        double call = operationsPerSample * batch.count();
        boolean large = call > LARGE_CALL;
        operations += call;
        if (large || operations > LONG_TRAINING) {
            warmUp.run();
        }
        return large ? vector : scalar;
    }
}
