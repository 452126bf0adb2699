package dev.tutti.kernel;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.PartialGradient;

/**
 * Forward and backward passes of one network. All implementations give the same bits (rules 3 to 6 and 8 of the
 * contract in docs/architecture.md). An instance holds scratch arrays and is used by one thread at a time; nothing is
 * allocated per call once warm.
 */
public interface GradientKernel {
    /** The network this kernel computes. */
    NetworkSpec network();

    /** Which code this is and why, for logs: for example {@code vector, 512 bits}. */
    String description();

    /**
     * Computes neighbouring nodes of the summation tree in one pass over their samples.
     *
     * <p>With dropout, {@link MiniBatch#inEpoch} must have said where in the training the samples are.
     *
     * <p>The samples of {@code batch} are those of the segments {@code nodes[0].firstSegment()} up to
     * {@code nodes[nodeCount - 1].endSegment()}, {@code segmentSize} each (the last segment of the global batch may
     * have fewer). Each node's {@code firstSegment} and {@code segmentCount} say what to compute; its gradient is
     * overwritten and its sums are set. Within a node the segments are added by the fixed tree, each rounded to the
     * kernel's {@link dev.tutti.reduce.NodePrecision} and so is each sum.
     *
     * @param parameters the network's parameters, in the layout of {@link dev.tutti.model.ParameterLayout}
     * @param batch the samples
     * @param segmentSize number of samples of a segment
     * @param nodes neighbouring nodes, in order
     * @param nodeCount how many of {@code nodes} to compute
     */
    default void gradients(
            float[] parameters, MiniBatch batch, int segmentSize, PartialGradient[] nodes, int nodeCount) {
        gradients(parameters, batch, segmentSize, nodes, nodeCount, PerSample.NONE);
    }

    /**
     * As {@link #gradients(float[], MiniBatch, int, PartialGradient[], int)}, with weights, clipping or norms of single
     * samples: a sample's local errors are multiplied by its factor before they enter the sums.
     *
     * @param perSample what to do with single samples
     */
    void gradients(
            float[] parameters,
            MiniBatch batch,
            int segmentSize,
            PartialGradient[] nodes,
            int nodeCount,
            PerSample perSample);

    /**
     * The same for who can use the gradients of the last layers while those of the first are computed.
     *
     * @param parts is told what is final
     */
    default void gradients(
            float[] parameters,
            MiniBatch batch,
            int segmentSize,
            PartialGradient[] nodes,
            int nodeCount,
            PerSample perSample,
            FinalParts parts) {
        gradients(parameters, batch, segmentSize, nodes, nodeCount, perSample);
        parts.onFinal(0);
    }

    /**
     * Computes the gradient of one sample's loss, for teaching and for checks: the sum of these, in order, is the
     * gradient of a segment but for rounding.
     *
     * @param parameters the network's parameters
     * @param batch the samples
     * @param sample number of the sample in {@code batch}
     * @param gradient receives the gradient, in the layout of the parameters
     */
    void sampleGradient(float[] parameters, MiniBatch batch, int sample, float[] gradient);

    /**
     * Computes the outputs of the network, without dropout (for softmax and sigmoid: probabilities).
     *
     * @param parameters the network's parameters
     * @param batch the samples; targets are not looked at
     * @param outputs receives {@code [batch.count() x outputs]}, row-major
     */
    void outputs(float[] parameters, MiniBatch batch, float[] outputs);

    /**
     * Computes losses and the number of correct samples, without gradients and without dropout.
     *
     * @param parameters the network's parameters
     * @param batch the samples
     * @param segmentSize number of samples of a segment; losses are summed by the tree over them
     * @param sums receives the sums; its gradient is left alone
     */
    void evaluate(float[] parameters, MiniBatch batch, int segmentSize, PartialGradient sums);
}
