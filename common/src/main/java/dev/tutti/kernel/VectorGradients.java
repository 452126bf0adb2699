package dev.tutti.kernel;

import static dev.tutti.kernel.VectorBuffers.ALIGNED;
import static dev.tutti.kernel.VectorBuffers.biasLength;
import static dev.tutti.kernel.VectorBuffers.panel;
import static dev.tutti.kernel.VectorBuffers.tiles;
import static dev.tutti.kernel.VectorLanes.LANES;
import static dev.tutti.kernel.VectorLanes.PANEL;
import static dev.tutti.kernel.VectorLanes.TILE_ROWS;
import static dev.tutti.kernel.VectorLanes.TILE_STRIDE;

import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.SummationStack;
import java.util.Arrays;

/**
 * The gradients by weights and biases, {@code dL/dw_ji = sum over samples of d_j x_i}, summed over the segments by the
 * tree. The product has the inputs side by side; its operands are transposed copies.
 */
final class VectorGradients {
    private final NetworkSpec network;
    private final ParameterLayout layout;
    private final BlockPlan plan;
    private final VectorBuffers buffers;
    private final boolean dropsInputs;

    /** @param plan says which samples of the block go to which gradients */
    VectorGradients(NetworkSpec network, Dropout dropout, BlockPlan plan, VectorBuffers buffers) {
        dropsInputs = dropout.dropsInputs();
        this.network = network;
        this.plan = plan;
        this.buffers = buffers;
        layout = new ParameterLayout(network);
    }

    /**
     * Computes the gradients of the plan's block.
     *
     * @param scaled whether the local errors are to be multiplied by the factors of the samples
     * @param parts is told of each layer that is done
     */
    void compute(boolean scaled, FinalParts parts) {
        for (int layer = network.layers() - 1; layer >= 0; layer--) {
            computeLayer(layer, scaled);
            parts.onFinal(layout.weightOffset(layer));
        }
    }

    private void computeLayer(int layer, boolean scaled) {
        int samples = plan.samples();
        int inputs = network.inputs(layer);
        int outputs = network.outputs(layer);
        packErrors(layer, samples, scaled);
        float[] x = buffers.inputColumns;
        if (layer > 0 || dropsInputs) {
            x = buffers.columns;
            transposeColumns(buffers.values[layer], x, inputs, samples);
        }
        int columnBlock = buffers.blocks.columns(samples);
        int rowBlock = buffers.blocks.gradientRows();
        for (int column = 0; column < inputs; column += columnBlock) {
            int endColumn = Math.min(inputs, column + columnBlock);
            for (int row = 0; row < outputs; row += rowBlock) {
                computeBlock(layer, x, row, Math.min(outputs, row + rowBlock), column, endColumn);
            }
        }
        for (int task = 0; task < plan.tasks(); task++) {
            biasGradient(layer, task);
        }
    }

    private void packErrors(int layer, int samples, boolean scaled) {
        int outputs = network.outputs(layer);
        float[] d = buffers.errors[layer];
        float[] tiles = buffers.errorTiles;
        for (int j = 0; j < outputs; j += TILE_ROWS) {
            for (int row = 0; row < TILE_STRIDE; row += LANES) {
                for (int s = 0; s < samples; s += LANES) {
                    int from = panel(s, outputs) + (j + row) * PANEL + s % PANEL;
                    int to = buffers.errorTile(j, s) + row;
                    VectorTransposition.transpose(d, from, PANEL, tiles, to, TILE_STRIDE);
                    if (scaled) {
                        VectorRows.scaleRows(tiles, to, LANES, buffers.factors, s);
                    }
                }
            }
        }
    }

    /** From {@code [panel of samples][unit][PANEL]} to {@code [panel of units][sample][PANEL]}. */
    private void transposeColumns(float[] from, float[] to, int units, int samples) {
        for (int s = 0; s < samples; s += LANES) {
            int fromSample = panel(s, units) + s % PANEL;
            for (int u = 0; u < units; u += LANES) {
                int toUnit = buffers.column(u / PANEL * PANEL, s) + u % PANEL;
                VectorTransposition.transpose(from, fromSample + u * PANEL, PANEL, to, toUnit, PANEL);
            }
        }
    }

    private void computeBlock(int layer, float[] x, int row, int endRow, int column, int endColumn) {
        for (int i = column; i < endColumn; i += PANEL) {
            for (int task = 0; task < plan.tasks(); task++) {
                if (plan.isOneSegment(task)) {
                    oneSegment(layer, task, x, i, row, endRow);
                } else {
                    sumSegments(layer, task, x, i, row, endRow);
                }
            }
        }
    }

    /**
     * Some rows and one panel of columns of the weight gradient of a task of at least two segments. The segments are
     * added by the tree while they are in the first-level cache: a tile has a stack of sums of complete subtrees.
     */
    private void sumSegments(int layer, int task, float[] x, int i, int row, int endRow) {
        int outputs = network.outputs(layer);
        int stride = network.inputs(layer);
        int from = plan.taskFrom(task);
        int samples = plan.taskEnd(task) - from;
        int to = layout.weightOffset(layer) + row * stride + i;
        int b = buffers.column(i, from);
        float[] sums = buffers.tileSums;
        for (int j = row; j < endRow; j += TILE_ROWS) {
            int rows = Math.min(TILE_ROWS, outputs - j);
            int a = buffers.errorTile(j, from);
            if (plan.rounds()) {
                VectorProducts.roundedSegments(
                        rows, samples, plan.segmentSize(), buffers.errorTiles, a, x, b, sums, ALIGNED);
            } else {
                VectorProducts.segments(rows, samples, plan.segmentSize(), buffers.errorTiles, a, x, b, sums, ALIGNED);
            }
            int offset = to + (j - row) * stride;
            if (stride - i >= PANEL) {
                VectorRows.copyRows(sums, ALIGNED, plan.gradient(task), offset, stride, rows);
            } else {
                copyRows(sums, ALIGNED, PANEL, plan.gradient(task), offset, stride, rows, stride - i);
            }
        }
    }

    /** The same of a task within one segment: plain running sums, which may go on from the block before. */
    private void oneSegment(int layer, int task, float[] x, int i, int row, int endRow) {
        int stride = network.inputs(layer);
        int depth = plan.taskEnd(task) - plan.taskFrom(task);
        int b = buffers.column(i, plan.taskFrom(task));
        float[] gradient = plan.gradient(task);
        float[] sums = buffers.tileSums;
        boolean continues = plan.continues(task);
        boolean rounds = plan.rounds() && plan.endsSegment(task);
        for (int j = row; j < endRow; j += TILE_ROWS) {
            int rows = Math.min(TILE_ROWS, network.outputs(layer) - j);
            int a = buffers.errorTile(j, plan.taskFrom(task));
            int to = layout.weightOffset(layer) + j * stride + i;
            if (stride - i >= PANEL) {
                float[] start = continues ? gradient : buffers.zeros;
                int startOffset = continues ? to : 0;
                int startStride = continues ? stride : 0;
                VectorProducts.multiply(
                        rows,
                        depth,
                        buffers.errorTiles,
                        a,
                        x,
                        b,
                        start,
                        startOffset,
                        startStride,
                        gradient,
                        to,
                        stride);
                if (rounds) {
                    VectorRows.roundRows(gradient, to, stride, rows);
                }
                continue;
            }
            if (continues) {
                copyRows(gradient, to, stride, sums, ALIGNED, PANEL, rows, stride - i);
            }
            float[] start = continues ? sums : buffers.zeros;
            VectorProducts.multiply(
                    rows,
                    depth,
                    buffers.errorTiles,
                    a,
                    x,
                    b,
                    start,
                    continues ? ALIGNED : 0,
                    continues ? PANEL : 0,
                    sums,
                    ALIGNED,
                    PANEL);
            if (rounds) {
                VectorRows.roundRows(sums, ALIGNED, PANEL, rows);
            }
            copyRows(sums, ALIGNED, PANEL, gradient, to, stride, rows, stride - i);
        }
    }

    private static void copyRows(
            float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride, int rows, int width) {
        for (int r = 0; r < rows; r++) {
            int source = fromOffset + r * fromStride;
            int target = toOffset + r * toStride;
            for (int c = 0; c < width; c++) {
                to[target + c] = from[source + c];
            }
        }
    }

    private void biasGradient(int layer, int task) {
        int outputs = network.outputs(layer);
        int length = biasLength(outputs);
        int end = plan.taskEnd(task);
        int segment = plan.isOneSegment(task) ? end - plan.taskFrom(task) : plan.segmentSize();
        float[] gradient = plan.gradient(task);
        float[] sums = buffers.biasSums;
        int biases = layout.biasOffset(layer);
        int number = 0;
        for (int s = plan.taskFrom(task); s < end; s += segment) {
            int segmentEnd = Math.min(end, s + segment);
            int top = SummationStack.height(number) * length;
            Arrays.fill(sums, top, top + length, 0f);
            if (plan.continues(task)) {
                copyBiases(gradient, biases, sums, outputs);
            }
            VectorRows.sumRows(
                    buffers.errorTiles,
                    ALIGNED,
                    buffers.capacity * TILE_STRIDE,
                    tiles(outputs),
                    s,
                    segmentEnd,
                    sums,
                    top);
            if (plan.rounds() && (!plan.isOneSegment(task) || plan.endsSegment(task))) {
                VectorRows.round(sums, top, length);
            }
            for (int additions = SummationStack.additions(number, segmentEnd == end); additions > 0; additions--) {
                if (plan.rounds()) {
                    VectorRows.addRounded(sums, top - length, sums, top, length);
                } else {
                    VectorRows.add(sums, top - length, sums, top, length);
                }
                top -= length;
            }
            number++;
        }
        for (int j = 0; j < outputs; j++) {
            gradient[biases + j] = sums[biasPlace(j)];
        }
    }

    private static void copyBiases(float[] gradient, int biases, float[] sums, int outputs) {
        for (int j = 0; j < outputs; j++) {
            sums[biasPlace(j)] = gradient[biases + j];
        }
    }

    private static int biasPlace(int j) {
        return j / TILE_ROWS * TILE_STRIDE + j % TILE_ROWS;
    }
}
