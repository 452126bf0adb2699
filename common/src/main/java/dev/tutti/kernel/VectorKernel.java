package dev.tutti.kernel;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;

/**
 * The fast kernel: blocks of samples at a time, as products of matrices that are packed to be read in order and cut to
 * stay in the caches. See docs/kernel.md. Here is the order of the parts; each part is a class: {@link VectorForward},
 * {@link VectorOutputLayer}, {@link VectorBackward}, {@link VectorGradients}.
 *
 * <p>Values of a layer have samples side by side, so that forward and backward products need no transposed weights and
 * few outputs or few samples fill the lanes as well as may be.
 */
final class VectorKernel implements GradientKernel {
    private final NetworkSpec network;
    private final String description;
    private final VectorBuffers buffers;
    private final VectorForward forward;
    private final VectorOutputLayer outputLayer;
    private final VectorBackward backward;
    private final VectorPerSample samples;
    private final VectorGradients gradients;
    private final BlockPlan plan;
    private final LossSums lossSums = new LossSums();

    VectorKernel(NetworkSpec network, int maxSamples, String description) {
        this(network, Dropout.NONE, maxSamples, description);
    }

    VectorKernel(NetworkSpec network, Dropout dropout, int maxSamples, String description) {
        this(network, dropout, NodePrecision.FLOAT32, maxSamples, description);
    }

    VectorKernel(NetworkSpec network, Dropout dropout, NodePrecision precision, int maxSamples, String description) {
        this(network, dropout, precision, maxSamples, VectorBlocks.DEFAULT, description);
    }

    VectorKernel(
            NetworkSpec network,
            Dropout dropout,
            NodePrecision precision,
            int maxSamples,
            VectorBlocks blocks,
            String description) {
        this.network = network;
        this.description = description;
        buffers = new VectorBuffers(network, dropout.isOn(), blocks);
        plan = new BlockPlan(new ParameterLayout(network).parameterCount(), precision);
        forward = new VectorForward(network, dropout, buffers);
        outputLayer = new VectorOutputLayer(network, buffers);
        backward = new VectorBackward(network, dropout, buffers);
        samples = new VectorPerSample(network, buffers);
        gradients = new VectorGradients(network, dropout, plan, buffers);
        buffers.reserve(Math.max(1, maxSamples));
    }

    @Override
    public NetworkSpec network() {
        return network;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void gradients(
            float[] parameters,
            MiniBatch batch,
            int segmentSize,
            PartialGradient[] nodes,
            int nodeCount,
            PerSample perSample) {
        gradients(parameters, batch, segmentSize, nodes, nodeCount, perSample, FinalParts.NONE);
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
        buffers.reserve(batch.count());
        plan.begin(batch.count(), segmentSize, nodes, nodeCount, buffers.capacity);
        lossSums.reset();
        boolean told = false;
        while (plan.nextBlock()) {
            told = plan.isAll();
            forward.compute(parameters, batch, plan.from(), plan.samples(), true);
            outputLayer.errors(batch, plan.from(), plan.samples());
            sumLosses(nodes, segmentSize, batch.count(), perSample);
            backward.compute(parameters, plan.samples());
            samples.compute(perSample, plan.from(), plan.samples());
            gradients.compute(perSample.scales(), told ? parts : FinalParts.NONE);
            plan.endBlock();
        }
        if (!told) {
            parts.onFinal(0);
        }
    }

    private void sumLosses(PartialGradient[] nodes, int segmentSize, int count, PerSample perSample) {
        for (int s = 0; s < plan.samples(); s++) {
            addLoss(s, perSample.weight(plan.from() + s));
            int end = plan.from() + s + 1;
            if (end % segmentSize == 0 || end == count) {
                int node = plan.nodeEndingAt(end);
                if (node >= 0) {
                    lossSums.finish(nodes[node]);
                    lossSums.reset();
                } else {
                    lossSums.endSegment();
                }
            }
        }
    }

    private void addLoss(int s, float weight) {
        lossSums.add(buffers.losses[s] + buffers.notFinite[s], weight, buffers.correct[s]);
    }

    @Override
    public void sampleGradient(float[] parameters, MiniBatch batch, int sample, float[] gradient) {
        forward.compute(parameters, batch, sample, 1, true);
        outputLayer.errors(batch, sample, 1);
        backward.compute(parameters, 1);
        plan.beginSample(sample, gradient);
        gradients.compute(false, FinalParts.NONE);
    }

    @Override
    public void outputs(float[] parameters, MiniBatch batch, float[] outputs) {
        buffers.reserve(batch.count());
        for (int from = 0; from < batch.count(); from += buffers.capacity) {
            int count = Math.min(buffers.capacity, batch.count() - from);
            forward.compute(parameters, batch, from, count, false);
            outputLayer.outputs(outputs, from, count);
        }
    }

    @Override
    public void evaluate(float[] parameters, MiniBatch batch, int segmentSize, PartialGradient sums) {
        buffers.reserve(batch.count());
        lossSums.reset();
        for (int from = 0; from < batch.count(); from += buffers.capacity) {
            int count = Math.min(buffers.capacity, batch.count() - from);
            forward.compute(parameters, batch, from, count, false);
            outputLayer.evaluate(batch, from, count);
            for (int s = 0; s < count; s++) {
                if (from + s > 0 && (from + s) % segmentSize == 0) {
                    lossSums.endSegment();
                }
                addLoss(s, 1f);
            }
        }
        lossSums.finish(sums);
    }
}
