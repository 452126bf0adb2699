package dev.tutti.kernel;

import static dev.tutti.kernel.VectorBuffers.ALIGNED;
import static dev.tutti.kernel.VectorBuffers.panel;
import static dev.tutti.kernel.VectorBuffers.weightTile;
import static dev.tutti.kernel.VectorLanes.LANES;
import static dev.tutti.kernel.VectorLanes.PANEL;
import static dev.tutti.kernel.VectorLanes.TILE_ROWS;
import static dev.tutti.kernel.VectorLanes.TILE_STRIDE;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import java.util.Arrays;

/**
 * The forward pass over a block of samples: {@code z_j = b_j + sum_i w_ji x_i}, {@code a_j = m_j f(z_j)}. The last
 * layer's activation is {@link VectorOutputLayer}'s.
 */
final class VectorForward {
    private final NetworkSpec network;
    private final ParameterLayout layout;
    private final boolean drops;
    private final boolean dropsInputs;
    private final VectorDropout dropout;
    private final VectorBuffers buffers;

    VectorForward(NetworkSpec network, Dropout dropout, VectorBuffers buffers) {
        this.network = network;
        this.drops = dropout.isOn();
        this.dropsInputs = dropout.dropsInputs();
        this.dropout = new VectorDropout(network, dropout);
        this.buffers = buffers;
        layout = new ParameterLayout(network);
    }

    /**
     * Computes the values of all layers, and the logits.
     *
     * @param from first sample of the block, in the batch
     * @param samples number of samples
     * @param training whether gradients follow: units are dropped, and the inputs kept as columns too
     */
    void compute(float[] parameters, MiniBatch batch, int from, int samples, boolean training) {
        for (int s = 0; s < samples; s += PANEL) {
            packInputs(batch, from + s, Math.min(PANEL, samples - s), s, training && !dropsInputs);
            if (training && dropsInputs) {
                int position = batch.position(from + s);
                dropout.dropInputs(batch.epoch(), position, buffers.values[0], panel(s, network.inputs()));
            }
        }
        for (int layer = 0; layer < network.layers(); layer++) {
            computeLayer(layer, parameters, samples);
            if (training && drops && layer < network.layers() - 1) {
                dropUnits(layer, batch, from, samples);
            }
        }
    }

    /**
     * Gathers the rows of one panel of samples: as columns, and from these, while they are in the first-level cache, as
     * a panel.
     *
     * @param count number of samples
     * @param to first sample of the panel, in the block
     */
    private void packInputs(MiniBatch batch, int from, int count, int to, boolean keep) {
        int inputs = network.inputs();
        int panel = panel(to, inputs);
        float[] x = buffers.values[0];
        Arrays.fill(buffers.notFinite, to, to + PANEL, 0f);
        for (int s = 0; s < count; s++) {
            buffers.featureRows[s] = batch.featureOffset(from + s);
        }
        for (int i = 0; i < inputs; i += PANEL) {
            int rows = Math.min(PANEL, inputs - i);
            int columns = keep ? buffers.column(i, to) : ALIGNED;
            copyInputs(batch.features(), i, rows, count, columns);
            for (int s = 0; s < count; s += LANES) {
                for (int u = 0; u < rows; u += LANES) {
                    int corner = panel + (i + u) * PANEL + s;
                    VectorTransposition.transpose(
                            buffers.inputColumns, columns + s * PANEL + u, PANEL, x, corner, PANEL);
                }
            }
            VectorRows.addNotFinite(x, panel + i * PANEL, rows, buffers.notFinite, to);
        }
    }

    /** Copies {@code width} inputs from number {@code i} of {@code count} samples. */
    private void copyInputs(float[] features, int i, int width, int count, int to) {
        for (int s = 0; s < count; s++) {
            int row = buffers.featureRows[s] + i;
            if (width == PANEL) {
                VectorRows.copyPanelRow(features, row, buffers.inputColumns, to + s * PANEL);
                continue;
            }
            for (int u = 0; u < width; u++) {
                buffers.inputColumns[to + s * PANEL + u] = features[row + u];
            }
        }
    }

    private void computeLayer(int layer, float[] parameters, int samples) {
        int inputs = network.inputs(layer);
        int outputs = network.outputs(layer);
        int rowBlock = buffers.blocks.weightRows();
        int step = buffers.blocks.evenDepth(inputs);
        VectorRows.broadcastRows(parameters, layout.biasOffset(layer), outputs, buffers.biasRows, ALIGNED);
        for (int j = 0; j < outputs; j += rowBlock) {
            int rows = Math.min(rowBlock, outputs - j);
            for (int k = 0; k < inputs; k += step) {
                int depth = Math.min(step, inputs - k);
                packWeights(parameters, layout.weightOffset(layer) + j * inputs + k, inputs, rows, depth);
                for (int p = 0; p * PANEL < samples; p++) {
                    computePanel(layer, p, j, rows, k, depth);
                }
            }
        }
    }

    /** All tiles of packed weights times one panel of samples. */
    private void computePanel(int layer, int p, int firstRow, int rows, int k, int depth) {
        boolean last = layer == network.layers() - 1;
        int inputs = network.inputs(layer);
        float[] x = buffers.values[layer];
        float[] z = last ? buffers.logits : buffers.values[layer + 1];
        int xOffset = panel(p * PANEL, inputs) + k * PANEL;
        int zOffset = panel(p * PANEL, network.outputs(layer)) + firstRow * PANEL;
        boolean done = k + depth == inputs && !last;
        float[] start = k == 0 ? buffers.biasRows : z;
        int startOffset = k == 0 ? ALIGNED + firstRow * PANEL : zOffset;
        for (int r = 0; r < rows; r += TILE_ROWS) {
            int n = Math.min(TILE_ROWS, rows - r);
            int row = zOffset + r * PANEL;
            VectorProducts.multiply(
                    n,
                    depth,
                    buffers.packedWeights,
                    weightTile(r, depth),
                    x,
                    xOffset,
                    start,
                    startOffset + r * PANEL,
                    PANEL,
                    z,
                    row,
                    PANEL);
            if (done) {
                VectorActivations.activate(network.activation(layer), z, row, n * PANEL, buffers.slopes[layer]);
            }
        }
    }

    private void dropUnits(int layer, MiniBatch batch, int from, int samples) {
        int outputs = network.outputs(layer);
        for (int s = 0; s < samples; s += PANEL) {
            int offset = panel(s, outputs);
            int position = batch.position(from + s);
            float[] a = buffers.values[layer + 1];
            dropout.drop(layer, outputs, batch.epoch(), position, a, buffers.slopes[layer], offset);
        }
    }

    /** Packs rows of weights as tiles {@code [tile][input][TILE_STRIDE]}. */
    private void packWeights(float[] parameters, int offset, int stride, int rows, int depth) {
        for (int r = 0; r < rows; r += TILE_ROWS) {
            int tile = weightTile(r, depth);
            for (int row = 0; row < TILE_STRIDE; row += LANES) {
                for (int k = 0; k < depth; k += LANES) {
                    int from = offset + (r + row) * stride + k;
                    packBlock(parameters, from, stride, tile + k * TILE_STRIDE + row, depth - k);
                }
            }
        }
    }

    private void packBlock(float[] parameters, int from, int stride, int to, int depth) {
        if (from + (LANES - 1) * stride + LANES <= parameters.length) {
            VectorTransposition.transpose(parameters, from, stride, buffers.packedWeights, to, TILE_STRIDE);
            return;
        }
        for (int r = 0; r < LANES; r++) {
            for (int k = 0; k < Math.min(LANES, depth) && from + r * stride + k < parameters.length; k++) {
                buffers.packedWeights[to + k * TILE_STRIDE + r] = parameters[from + r * stride + k];
            }
        }
    }
}
