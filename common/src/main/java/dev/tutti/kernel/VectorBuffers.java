package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.PANEL;
import static dev.tutti.kernel.VectorLanes.TILE_ROWS;
import static dev.tutti.kernel.VectorLanes.TILE_STRIDE;

import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.SummationStack;

/**
 * The arrays of {@link VectorKernel}, with the shape of each, and where things lie in them. Values of a layer lie in
 * <i>panels</i> {@code [panel of samples][unit][PANEL]}, samples side by side. What is read by vectors begins at
 * element {@link #ALIGNED}.
 */
final class VectorBuffers {
    /**
     * First element used of arrays that are read by vectors: behind the 16 bytes of an array's header it begins a cache
     * line, if the JVM aligns objects so ({@code -XX:ObjectAlignmentInBytes=64}, set by the start script). Vectors
     * across two lines cost more.
     */
    static final int ALIGNED = 12;

    /** How the loops over these buffers are cut. */
    final VectorBlocks blocks;
    /** Packed weights, one block of rows at a time {@code [tile][term][TILE_STRIDE]}. */
    final float[] packedWeights;
    /** Biases of a layer, each over a row {@code [unit][PANEL]}. */
    final float[] biasRows;
    /** Sums of bias gradients: {@link SummationStack} of {@code [tile][TILE_STRIDE]} each. */
    final float[] biasSums;
    /** Sums of a tile of the weight gradient: {@link SummationStack} of {@code [TILE_ROWS][PANEL]} each. */
    final float[] tileSums;
    /** One row of nothing {@code [PANEL]}. */
    final float[] zeros = new float[PANEL];
    /** Where the inputs of the samples of a panel begin in the data {@code [PANEL]}. */
    final int[] featureRows = new int[PANEL];
    /** Squared norms of the samples of a panel {@code [PANEL]}. */
    final float[] inputSquares = new float[PANEL];

    /** The same of their local errors. */
    final float[] errorSquares = new float[PANEL];

    /** Number of samples there is room for, a multiple of {@code PANEL}. */
    int capacity;
    /** By layer: its inputs, then the outputs of the last, in panels. */
    float[][] values;
    /**
     * By layer: derivatives of the activation (with dropout: times its factors), in panels, where they do not follow
     * from the outputs.
     */
    float[][] slopes;
    /** By layer: local errors, in panels. */
    float[][] errors;
    /** Pre-activations of the last layer, in panels. */
    float[] logits;
    /** Targets: one row of classes {@code [sample]}, or in panels. */
    float[] targets;
    /** Inputs of the network {@code [panel of inputs][sample][PANEL]}. */
    float[] inputColumns;
    /** Inputs of the layer whose gradient is computed, the same way. */
    float[] columns;
    /** Local errors of that layer {@code [tile of outputs][sample][TILE_STRIDE]}. */
    float[] errorTiles;
    /** {@code [sample]}, as the arrays below: losses. */
    float[] losses;

    /** 0 where all inputs and targets are finite, else NaN. */
    float[] notFinite;
    /** The class's logit minus the largest. */
    float[] margins;
    /** 1 where classified rightly. */
    float[] correct;
    /** Norms of gradients. */
    float[] norms;
    /** What local errors are multiplied with. */
    float[] factors;

    private final NetworkSpec network;
    private final boolean drops;
    private final int widest;

    /** @param drops whether hidden units are dropped */
    VectorBuffers(NetworkSpec network, boolean drops, VectorBlocks blocks) {
        this.network = network;
        this.drops = drops;
        this.blocks = blocks;
        widest = network.sizes().stream().mapToInt(Integer::intValue).max().orElseThrow();
        int tiles = tiles(Math.min(widest, blocks.weightRows()));
        int depth = Math.min(blocks.depth(), widest);
        packedWeights = new float[ALIGNED + (tiles * depth + 2 * TILE_STRIDE) * TILE_STRIDE];
        biasRows = new float[ALIGNED + tiles(widest) * TILE_ROWS * PANEL];
        int stack = SummationStack.maxHeight(blocks.samples(widest));
        biasSums = new float[stack * biasLength(widest)];
        tileSums = new float[ALIGNED + stack * VectorProducts.TILE_SIZE];
    }

    /** Makes room for blocks of {@code samples} samples, as far as blocks may be so large. */
    void reserve(int samples) {
        int wanted = Math.min(samples, blocks.samples(widest));
        if (wanted <= capacity) {
            return;
        }
        capacity = roundUp(wanted, PANEL);
        int layers = network.layers();
        values = new float[layers + 1][];
        slopes = new float[layers][];
        errors = new float[layers][];
        for (int layer = 0; layer <= layers; layer++) {
            values[layer] = panels(network.sizes().get(layer));
            if (layer > 0) {
                errors[layer - 1] = new float[values[layer].length];
                slopes[layer - 1] = new float[keepsSlope(layer - 1) ? values[layer].length : 0];
            }
        }
        logits = new float[values[layers].length];
        targets = new float[network.loss() == Loss.CROSS_ENTROPY ? capacity : values[layers].length];
        inputColumns = new float[ALIGNED + roundUp(network.inputs(), PANEL) * capacity];
        columns = new float[ALIGNED + roundUp(widest, PANEL) * capacity];
        errorTiles = new float[ALIGNED + (biasLength(widest) + TILE_STRIDE) * capacity];
        losses = new float[capacity];
        notFinite = new float[capacity];
        margins = new float[capacity];
        correct = new float[capacity];
        norms = new float[capacity];
        factors = new float[capacity];
    }

    /** Panels of a layer, and room after the last for a block that is transposed. */
    private float[] panels(int units) {
        return new float[ALIGNED + capacity / PANEL * panelLength(units) + TILE_STRIDE * PANEL];
    }

    private boolean keepsSlope(int layer) {
        return drops && layer < network.layers() - 1 || VectorActivations.keepsSlope(network.activation(layer));
    }

    static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    /** Number of tiles of so many rows. */
    static int tiles(int rows) {
        return (rows + TILE_ROWS - 1) / TILE_ROWS;
    }

    /** Length of one row of a layer's error tiles. */
    static int biasLength(int outputs) {
        return tiles(outputs) * TILE_STRIDE;
    }

    /** Length of one panel of a layer's values: rows rounded up so that whole blocks can be transposed. */
    static int panelLength(int units) {
        return roundUp(units, PANEL) * PANEL;
    }

    /** Where the panel of a sample of a layer's values begins. */
    static int panel(int sample, int units) {
        return ALIGNED + sample / PANEL * panelLength(units);
    }

    /** Where the inputs from number {@code i}, the first of a panel, of a sample are among the columns. */
    int column(int i, int sample) {
        return ALIGNED + i * capacity + sample * PANEL;
    }

    /** Where the local errors of the tile of unit {@code j} of a sample are. */
    int errorTile(int j, int sample) {
        return ALIGNED + (j / TILE_ROWS * capacity + sample) * TILE_STRIDE;
    }

    /** Where the packed tile of row {@code row} is. */
    static int weightTile(int row, int depth) {
        return ALIGNED + row / TILE_ROWS * depth * TILE_STRIDE;
    }
}
