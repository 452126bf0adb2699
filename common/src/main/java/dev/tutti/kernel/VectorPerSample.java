package dev.tutti.kernel;

import static dev.tutti.kernel.VectorBuffers.panel;
import static dev.tutti.kernel.VectorLanes.PANEL;

import dev.tutti.model.NetworkSpec;
import java.util.Arrays;

/** {@link PerSample}, samples in lanes: norms of a block's samples, and what their local errors are multiplied with. */
final class VectorPerSample {
    private final NetworkSpec network;
    private final VectorBuffers buffers;

    VectorPerSample(NetworkSpec network, VectorBuffers buffers) {
        this.network = network;
        this.buffers = buffers;
    }

    /**
     * Computes norms and factors, where they are needed.
     *
     * @param from first sample of the block, in the batch
     * @param samples number of samples
     */
    void compute(PerSample perSample, int from, int samples) {
        float[] norms = buffers.norms;
        if (perSample.needsNorms()) {
            Arrays.fill(norms, 0f);
            for (int p = 0; p * PANEL < samples; p++) {
                addSquares(p);
            }
        }
        for (int s = 0; s < samples && (perSample.needsNorms() || perSample.scales()); s++) {
            norms[s] = (float) Math.sqrt(norms[s]);
            if (perSample.norms() != null) {
                perSample.norms()[from + s] = norms[s];
            }
            buffers.factors[s] = perSample.factor(from + s, norms[s]);
        }
    }

    private void addSquares(int p) {
        float[] norms = buffers.norms;
        for (int layer = 0; layer < network.layers(); layer++) {
            int inputs = network.inputs(layer);
            int outputs = network.outputs(layer);
            VectorRows.sumSquares(buffers.values[layer], panel(p * PANEL, inputs), inputs, buffers.inputSquares, 0);
            VectorRows.sumSquares(buffers.errors[layer], panel(p * PANEL, outputs), outputs, buffers.errorSquares, 0);
            for (int s = 0; s < PANEL; s++) {
                float inputSquare = buffers.inputSquares[s] + 1f;
                norms[p * PANEL + s] = Math.fma(buffers.errorSquares[s], inputSquare, norms[p * PANEL + s]);
            }
        }
    }
}
