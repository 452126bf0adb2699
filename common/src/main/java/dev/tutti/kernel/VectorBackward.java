package dev.tutti.kernel;

import static dev.tutti.kernel.VectorBuffers.panel;
import static dev.tutti.kernel.VectorBuffers.tiles;
import static dev.tutti.kernel.VectorBuffers.weightTile;
import static dev.tutti.kernel.VectorLanes.PANEL;
import static dev.tutti.kernel.VectorLanes.TILE_ROWS;
import static dev.tutti.kernel.VectorLanes.TILE_STRIDE;

import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;

/**
 * The backward pass over a block of samples: {@code d_i = m_i f'(z_i) sum_j w_ji d_j}, with w and d of the layer above.
 */
final class VectorBackward {
    private final NetworkSpec network;
    private final ParameterLayout layout;
    private final boolean drops;
    private final VectorBuffers buffers;

    VectorBackward(NetworkSpec network, Dropout dropout, VectorBuffers buffers) {
        this.network = network;
        this.drops = dropout.isOn();
        this.buffers = buffers;
        layout = new ParameterLayout(network);
    }

    /** Computes the local errors of all layers but the last, whose errors are there. */
    void compute(float[] parameters, int samples) {
        for (int layer = network.layers() - 1; layer > 0; layer--) {
            computeBelow(layer, parameters, samples);
        }
    }

    private void computeBelow(int layer, float[] parameters, int samples) {
        int inputs = network.inputs(layer);
        int outputs = network.outputs(layer);
        int rowBlock = buffers.blocks.weightRows();
        int step = buffers.blocks.evenDepth(outputs);
        for (int i = 0; i < inputs; i += rowBlock) {
            int rows = Math.min(rowBlock, inputs - i);
            for (int k = 0; k < outputs; k += step) {
                int depth = Math.min(step, outputs - k);
                packWeights(parameters, layout.weightOffset(layer) + k * inputs + i, inputs, rows, depth);
                for (int p = 0; p * PANEL < samples; p++) {
                    computePanel(layer, p, i, rows, k, depth);
                }
            }
        }
    }

    private void computePanel(int layer, int p, int firstRow, int rows, int k, int depth) {
        int outputs = network.outputs(layer);
        float[] d = buffers.errors[layer];
        float[] below = buffers.errors[layer - 1];
        float[] slopes = buffers.slopes[layer - 1];
        int dOffset = panel(p * PANEL, outputs) + k * PANEL;
        int belowOffset = panel(p * PANEL, network.inputs(layer)) + firstRow * PANEL;
        boolean done = k + depth == outputs;
        for (int r = 0; r < rows; r += TILE_ROWS) {
            int n = Math.min(TILE_ROWS, rows - r);
            int row = belowOffset + r * PANEL;
            VectorProducts.multiply(
                    n,
                    depth,
                    buffers.packedWeights,
                    weightTile(r, depth),
                    d,
                    dOffset,
                    k == 0 ? buffers.zeros : below,
                    k == 0 ? 0 : row,
                    k == 0 ? 0 : PANEL,
                    below,
                    row,
                    PANEL);
            if (done && drops) {
                VectorRows.multiply(below, row, slopes, row, n * PANEL);
            } else if (done) {
                VectorActivations.multiplyByDerivative(
                        network.activation(layer - 1), below, row, n * PANEL, buffers.values[layer], slopes);
            }
        }
    }

    /** Packs columns of weights as tiles {@code [tile][output][TILE_STRIDE]}, reading along the rows of weights. */
    private void packWeights(float[] parameters, int offset, int stride, int rows, int depth) {
        int tiles = tiles(rows);
        int reach = (tiles - 1) * TILE_ROWS + TILE_STRIDE;
        float[] packed = buffers.packedWeights;
        for (int k = 0; k < depth; k++) {
            int from = offset + k * stride;
            int to = weightTile(0, depth) + k * TILE_STRIDE;
            if (from + reach <= parameters.length) {
                VectorRows.spreadRow(parameters, from, tiles, packed, to, depth * TILE_STRIDE);
                continue;
            }
            for (int r = 0; r < rows; r++) {
                int tile = weightTile(r, depth) + k * TILE_STRIDE;
                packed[tile + r % TILE_ROWS] = parameters[from + r];
            }
        }
    }
}
