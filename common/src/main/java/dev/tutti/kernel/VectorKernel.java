package dev.tutti.kernel;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.PartialGradient;
import java.util.Arrays;

/**
 * The fast kernel: blocks of samples at a time, as products of matrices that are packed to be read in order and cut to stay in
 * the caches. See docs/kernel.md.
 *
 * <p>Values of a layer lie in <i>panels</i> {@code [panel of samples][unit][PANEL]}, samples side by side, so that forward
 * and backward products need no transposed weights and few outputs or few samples fill the lanes as well as may be. The
 * product to the weights sums over the samples and has the inputs side by side; its operands are transposed copies.
 */
final class VectorKernel implements GradientKernel {
    private static final int PANEL = VectorOps.PANEL;
    private static final int TILE_ROWS = VectorOps.TILE_ROWS;
    private static final int TILE_STRIDE = VectorOps.TILE_STRIDE;
    /**
     * First element used of arrays that are read by vectors: behind the 16 bytes of an array's header it begins a cache line, if
     * the JVM aligns objects so ({@code -XX:ObjectAlignmentInBytes=64}, set by the start script). Vectors across two lines cost more.
     */
    private static final int ALIGNED = 12;

    private static final int TILE_SIZE = TILE_ROWS * PANEL;
    /** Terms of a sum that are added in one go: a panel (24 KB) and a tile (12 KB) of this depth share the first-level cache. */
    private static final int DEPTH = Math.min(6144 / PANEL, 3072 / TILE_STRIDE);
    /** Rows of weights that are packed in one go, so that they stay in the second-level cache while all samples pass. */
    private static final int ROW_BLOCK = 36 * TILE_ROWS;
    /** Rows of a weight gradient that are written side by side: a panel of inputs is read once for so many. */
    private static final int GRADIENT_ROWS = 2 * TILE_ROWS;
    /** Inputs of a layer that stay in the second-level cache while all rows of the weight gradient pass. */
    private static final int CACHED_VALUES = 1 << 17;
    /** Most samples worked on together; more are worked on block by block. */
    private static final int MAX_BLOCK = 512;
    /** Most values of one layer of a block: very wide layers get smaller blocks. */
    private static final int MAX_BLOCK_VALUES = 1 << 25;
    /** Levels of the summation tree within a block, and one to spare. */
    private static final int TREE_DEPTH = 12;

    private final NetworkSpec network;
    private final ParameterLayout layout;
    private final boolean drops;
    private final DropoutPanels dropout;
    private final String description;
    private final int layers;
    private final boolean classes;
    private final int maxBlock;

    /** Number of samples there is room for. */
    private int capacity;
    /** By layer: its inputs, then the outputs of the last, in panels. */
    private float[][] values;
    /** By layer: derivatives of the activation (with dropout: times its factors), in panels, where they do not follow from the outputs. */
    private float[][] slopes;
    /** By layer: local errors, in panels. */
    private float[][] errors;
    /** Pre-activations of the last layer, in panels. */
    private float[] logits;
    /** Targets: one row of classes, or in panels. */
    private float[] targets;
    /** Inputs of the network [panel of inputs][sample][PANEL]. */
    private float[] inputColumns;
    /** Inputs of the layer whose gradient is computed, the same way. */
    private float[] columns;
    /** Local errors of that layer [tile of outputs][sample][TILE_STRIDE]. */
    private float[] errorTiles;

    private final float[] packedWeights;
    private final float[] biasRows;
    private final float[] biasSums;
    private final float[] zeros = new float[PANEL];
    private float[] losses;
    private float[] notFinite;
    private final int[] featureRows = new int[PANEL];
    private float[] margins;
    private float[] correct;
    private float[] norms;
    private float[] factors;
    private final float[] inputSquares = new float[PANEL];
    private final float[] errorSquares = new float[PANEL];
    /** Sums of subtrees of a tile [depth of the tree][TILE_ROWS x PANEL]. */
    private final float[] tileSums = new float[ALIGNED + TREE_DEPTH * TILE_SIZE];

    private final LossSums lossSums = new LossSums();
    private final BlockPlan plan;

    VectorKernel(NetworkSpec network, int maxSamples, String description) {
        this(network, Dropout.NONE, maxSamples, description);
    }

    VectorKernel(NetworkSpec network, Dropout dropout, int maxSamples, String description) {
        this.network = network;
        this.drops = dropout.isOn();
        this.dropout = new DropoutPanels(network, dropout);
        this.description = description;
        layout = new ParameterLayout(network);
        layers = network.layers();
        classes = network.loss() == Loss.CROSS_ENTROPY;
        int widest = widestLayer();
        maxBlock = Math.max(PANEL, Math.min(MAX_BLOCK, MAX_BLOCK_VALUES / widest / PANEL * PANEL));
        int tiles = roundUp(Math.min(widest, ROW_BLOCK), TILE_ROWS) / TILE_ROWS;
        packedWeights = new float[ALIGNED + (tiles * Math.min(DEPTH, widest) + 2 * TILE_STRIDE) * TILE_STRIDE];
        biasRows = new float[ALIGNED + roundUp(widest, TILE_ROWS) * PANEL];
        biasSums = new float[TREE_DEPTH * biasLength(widest)];
        plan = new BlockPlan(layout.parameterCount());
        reserve(Math.max(1, Math.min(maxSamples, maxBlock)));
    }

    private int widestLayer() {
        int widest = 0;
        for (int size : network.sizes()) {
            widest = Math.max(widest, size);
        }
        return widest;
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    private static int biasLength(int outputs) {
        return roundUp(outputs, TILE_ROWS) / TILE_ROWS * TILE_STRIDE;
    }

    /** Length of one panel of a layer's values: rows rounded up so that whole blocks can be transposed. */
    private static int panelLength(int units) {
        return roundUp(units, PANEL) * PANEL;
    }

    /** Where the panel of a sample of a layer's values begins. */
    private static int panel(int sample, int units) {
        return ALIGNED + sample / PANEL * panelLength(units);
    }

    /** Where the inputs from number {@code i}, the first of a panel, of a sample are among the columns. */
    private int column(int i, int sample) {
        return ALIGNED + i * capacity + sample * PANEL;
    }

    /** Where the local errors of the tile of unit {@code j} of a sample are. */
    private int errorTile(int j, int sample) {
        return ALIGNED + (j / TILE_ROWS * capacity + sample) * TILE_STRIDE;
    }

    /** Where the packed tile of row {@code row} is. */
    private static int weightTile(int row, int depth) {
        return ALIGNED + row / TILE_ROWS * depth * TILE_STRIDE;
    }

    /** Cuts {@code terms} into parts of the same length, at most {@link #DEPTH}. */
    private static int evenDepth(int terms) {
        int parts = (terms + DEPTH - 1) / DEPTH;
        return (terms + parts - 1) / parts;
    }

    /** Makes room for blocks of {@code samples} samples. */
    private void reserve(int samples) {
        if (samples <= capacity) {
            return;
        }
        capacity = roundUp(samples, PANEL);
        int panels = capacity / PANEL;
        int slack = TILE_STRIDE * PANEL;
        values = new float[layers + 1][];
        slopes = new float[layers][];
        errors = new float[layers][];
        int widest = widestLayer();
        for (int layer = 0; layer <= layers; layer++) {
            int units = network.sizes().get(layer);
            values[layer] = new float[ALIGNED + panels * panelLength(units) + slack];
            if (layer > 0) {
                errors[layer - 1] = new float[values[layer].length];
                slopes[layer - 1] = new float[keepsSlope(layer - 1) ? values[layer].length : 0];
            }
        }
        logits = new float[values[layers].length];
        targets = new float[classes ? capacity : values[layers].length];
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

    private boolean keepsSlope(int layer) {
        return drops && layer < layers - 1 || VectorOps.keepsSlope(network.activation(layer));
    }

    @Override
    public NetworkSpec network() {
        return network;
    }

    @Override
    public String description() {
        return description;
    }

    // ---- The three calls ------------------------------------------------------------------------------------------

    @Override
    public void gradients(
            float[] parameters,
            MiniBatch batch,
            int segmentSize,
            PartialGradient[] nodes,
            int nodeCount,
            PerSample perSample) {
        reserve(Math.min(batch.count(), maxBlock));
        plan.begin(batch.count(), segmentSize, nodes, nodeCount, capacity);
        lossSums.reset();
        while (plan.nextBlock()) {
            forward(parameters, batch, plan.from(), plan.samples(), true);
            outputErrors(batch, plan.from(), plan.samples());
            sumLosses(nodes, segmentSize, batch.count(), perSample);
            for (int layer = layers - 1; layer > 0; layer--) {
                backward(layer, parameters, plan.samples());
            }
            sampleFactors(perSample);
            for (int layer = layers - 1; layer >= 0; layer--) {
                weightGradient(layer, perSample.scales());
            }
            plan.endBlock();
        }
    }

    @Override
    public void outputs(float[] parameters, MiniBatch batch, float[] outputs) {
        reserve(Math.min(batch.count(), maxBlock));
        for (int from = 0; from < batch.count(); from += capacity) {
            int samples = Math.min(capacity, batch.count() - from);
            forward(parameters, batch, from, samples, false);
            if (classes) {
                Arrays.fill(targets, 0f);
                activateOutputs(samples);
                copyOutputs(values[layers], outputs, from, samples);
            } else {
                int count = (samples + PANEL - 1) / PANEL * panelLength(network.outputs());
                VectorOps.activate(network.activation(layers - 1), logits, ALIGNED, count, slopes[layers - 1]);
                copyOutputs(logits, outputs, from, samples);
            }
        }
    }

    /** From panels to one row for each sample. */
    private void copyOutputs(float[] panels, float[] outputs, int from, int samples) {
        int count = network.outputs();
        int lanes = VectorOps.LANES;
        for (int s = 0; s < samples; s += lanes) {
            int offset = panel(s, count) + s % PANEL;
            for (int j = 0; j < count; j += lanes) {
                int to = (from + s) * count + j;
                if (s + lanes <= samples && j + lanes <= count) {
                    VectorOps.transpose(panels, offset + j * PANEL, PANEL, outputs, to, count);
                    continue;
                }
                for (int r = 0; r < Math.min(lanes, samples - s); r++) {
                    for (int c = 0; c < Math.min(lanes, count - j); c++) {
                        outputs[to + r * count + c] = panels[offset + (j + c) * PANEL + r];
                    }
                }
            }
        }
    }

    @Override
    public void evaluate(float[] parameters, MiniBatch batch, int segmentSize, PartialGradient sums) {
        reserve(Math.min(batch.count(), maxBlock));
        lossSums.reset();
        int inSegment = 0;
        for (int from = 0; from < batch.count(); from += capacity) {
            int samples = Math.min(capacity, batch.count() - from);
            forward(parameters, batch, from, samples, false);
            packTargets(batch, from, samples);
            activateOutputs(samples);
            computeLosses(samples);
            for (int s = 0; s < samples; s++) {
                lossSums.add(losses[s] + notFinite[s], 1f, correct[s]);
                inSegment++;
                if (inSegment == segmentSize || from + s + 1 == batch.count()) {
                    lossSums.endSegment();
                    inSegment = 0;
                }
            }
        }
        lossSums.finish(sums);
    }

    private void sumLosses(PartialGradient[] nodes, int segmentSize, int count, PerSample perSample) {
        for (int s = 0; s < plan.samples(); s++) {
            lossSums.add(losses[s] + notFinite[s], perSample.weight(plan.from() + s), correct[s]);
            int end = plan.from() + s + 1;
            if (end % segmentSize == 0 || end == count) {
                lossSums.endSegment();
                int node = plan.nodeEndingAt(end);
                if (node >= 0) {
                    lossSums.finish(nodes[node]);
                    lossSums.reset();
                }
            }
        }
    }

    /** Norms of the block's samples, where they are needed, and what their local errors are multiplied with. */
    private void sampleFactors(PerSample perSample) {
        int samples = plan.samples();
        if (perSample.needsNorms()) {
            Arrays.fill(norms, 0f);
            for (int p = 0; p * PANEL < samples; p++) {
                panelNorms(p);
            }
        }
        for (int s = 0; s < samples && (perSample.needsNorms() || perSample.scales()); s++) {
            norms[s] = (float) Math.sqrt(norms[s]);
            if (perSample.norms() != null) {
                perSample.norms()[plan.from() + s] = norms[s];
            }
            factors[s] = perSample.factor(plan.from() + s, norms[s]);
        }
    }

    private void panelNorms(int p) {
        for (int layer = 0; layer < layers; layer++) {
            int inputs = network.inputs(layer);
            int outputs = network.outputs(layer);
            VectorOps.sumSquares(values[layer], panel(p * PANEL, inputs), inputs, inputSquares, 0);
            VectorOps.sumSquares(errors[layer], panel(p * PANEL, outputs), outputs, errorSquares, 0);
            for (int s = 0; s < PANEL; s++) {
                norms[p * PANEL + s] = Math.fma(errorSquares[s], inputSquares[s] + 1f, norms[p * PANEL + s]);
            }
        }
    }

    @Override
    public void sampleGradient(float[] parameters, MiniBatch batch, int sample, float[] gradient) {
        forward(parameters, batch, sample, 1, true);
        outputErrors(batch, sample, 1);
        for (int layer = layers - 1; layer > 0; layer--) {
            backward(layer, parameters, 1);
        }
        plan.beginSample(sample, gradient);
        for (int layer = layers - 1; layer >= 0; layer--) {
            weightGradient(layer, false);
        }
    }

    // ---- Forward --------------------------------------------------------------------------------------------------

    /** @param training whether gradients follow: units are dropped, and the inputs kept as columns too */
    private void forward(float[] parameters, MiniBatch batch, int from, int samples, boolean training) {
        for (int s = 0; s < samples; s += PANEL) {
            packInputs(batch, from + s, Math.min(PANEL, samples - s), s, training);
        }
        for (int layer = 0; layer < layers; layer++) {
            forwardLayer(layer, parameters, samples);
            if (training && drops && layer < layers - 1) {
                dropUnits(layer, batch, from, samples);
            }
        }
    }

    /**
     * Gathers the rows of one panel of samples: as columns, and from these, while they are in the first-level cache, as a panel.
     *
     * @param count number of samples
     * @param to first sample of the panel, in the block
     */
    private void packInputs(MiniBatch batch, int from, int count, int to, boolean keep) {
        int inputs = network.inputs();
        int panel = panel(to, inputs);
        Arrays.fill(notFinite, to, to + PANEL, 0f);
        for (int s = 0; s < count; s++) {
            featureRows[s] = batch.featureOffset(from + s);
        }
        for (int i = 0; i < inputs; i += PANEL) {
            int rows = Math.min(PANEL, inputs - i);
            int columns = keep ? column(i, to) : ALIGNED;
            copyInputs(batch.features(), i, rows, count, columns);
            for (int s = 0; s < count; s += VectorOps.LANES) {
                for (int u = 0; u < rows; u += VectorOps.LANES) {
                    int corner = panel + (i + u) * PANEL + s;
                    VectorOps.transpose(inputColumns, columns + s * PANEL + u, PANEL, values[0], corner, PANEL);
                }
            }
            VectorOps.addNotFinite(values[0], panel + i * PANEL, rows, notFinite, to);
        }
    }

    /** Copies {@code width} inputs from number {@code i} of {@code count} samples. */
    private void copyInputs(float[] features, int i, int width, int count, int to) {
        for (int s = 0; s < count; s++) {
            int row = featureRows[s] + i;
            if (width == PANEL) {
                VectorOps.copyPanelRow(features, row, inputColumns, to + s * PANEL);
                continue;
            }
            for (int u = 0; u < width; u++) {
                inputColumns[to + s * PANEL + u] = features[row + u];
            }
        }
    }

    /** From {@code [panel of samples][unit][PANEL]} to {@code [panel of units][sample][PANEL]}. */
    private void transposeColumns(float[] from, float[] to, int units, int samples) {
        for (int s = 0; s < samples; s += VectorOps.LANES) {
            int fromSample = panel(s, units) + s % PANEL;
            for (int u = 0; u < units; u += VectorOps.LANES) {
                int toUnit = column(u / PANEL * PANEL, s) + u % PANEL;
                VectorOps.transpose(from, fromSample + u * PANEL, PANEL, to, toUnit, PANEL);
            }
        }
    }

    private void forwardLayer(int layer, float[] parameters, int samples) {
        int inputs = network.inputs(layer);
        int outputs = network.outputs(layer);
        VectorOps.broadcastRows(parameters, layout.biasOffset(layer), outputs, biasRows, ALIGNED);
        int step = evenDepth(inputs);
        for (int j = 0; j < outputs; j += ROW_BLOCK) {
            int rows = Math.min(ROW_BLOCK, outputs - j);
            for (int k = 0; k < inputs; k += step) {
                int depth = Math.min(step, inputs - k);
                packForward(parameters, layout.weightOffset(layer) + j * inputs + k, inputs, rows, depth);
                for (int p = 0; p * PANEL < samples; p++) {
                    forwardPanel(layer, p, j, rows, k, depth);
                }
            }
        }
    }

    /** All tiles of packed weights times one panel of samples. */
    private void forwardPanel(int layer, int p, int firstRow, int rows, int k, int depth) {
        boolean last = layer == layers - 1;
        int inputs = network.inputs(layer);
        float[] x = values[layer];
        float[] z = last ? logits : values[layer + 1];
        int xOffset = panel(p * PANEL, inputs) + k * PANEL;
        int zOffset = panel(p * PANEL, network.outputs(layer)) + firstRow * PANEL;
        boolean done = k + depth == inputs && !last;
        float[] start = k == 0 ? biasRows : z;
        int startOffset = k == 0 ? ALIGNED + firstRow * PANEL : zOffset;
        for (int r = 0; r < rows; r += TILE_ROWS) {
            int n = Math.min(TILE_ROWS, rows - r);
            int row = zOffset + r * PANEL;
            VectorOps.multiply(
                    n,
                    depth,
                    packedWeights,
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
                VectorOps.activate(network.activation(layer), z, row, n * PANEL, slopes[layer]);
            }
        }
    }

    private void dropUnits(int layer, MiniBatch batch, int from, int samples) {
        int outputs = network.outputs(layer);
        for (int s = 0; s < samples; s += PANEL) {
            int offset = panel(s, outputs);
            int place = batch.place(from + s);
            dropout.drop(layer, outputs, batch.epoch(), place, values[layer + 1], slopes[layer], offset);
        }
    }

    /** Packs rows of weights as tiles [tile][input][TILE_STRIDE]. */
    private void packForward(float[] parameters, int offset, int stride, int rows, int depth) {
        for (int r = 0; r < rows; r += TILE_ROWS) {
            int tile = weightTile(r, depth);
            for (int row = 0; row < TILE_STRIDE; row += VectorOps.LANES) {
                for (int k = 0; k < depth; k += VectorOps.LANES) {
                    int from = offset + (r + row) * stride + k;
                    packBlock(parameters, from, stride, tile + k * TILE_STRIDE + row, depth - k);
                }
            }
        }
    }

    private void packBlock(float[] parameters, int from, int stride, int to, int depth) {
        int lanes = VectorOps.LANES;
        if (from + (lanes - 1) * stride + lanes <= parameters.length) {
            VectorOps.transpose(parameters, from, stride, packedWeights, to, TILE_STRIDE);
            return;
        }
        for (int r = 0; r < lanes; r++) {
            for (int k = 0; k < Math.min(lanes, depth) && from + r * stride + k < parameters.length; k++) {
                packedWeights[to + k * TILE_STRIDE + r] = parameters[from + r * stride + k];
            }
        }
    }

    // ---- Outputs and losses ---------------------------------------------------------------------------------------

    private void packTargets(MiniBatch batch, int from, int samples) {
        float[] y = batch.targets();
        if (classes) {
            for (int s = 0; s < samples; s++) {
                targets[s] = y[batch.targetOffset(from + s)];
                notFinite[s] = Math.fma(targets[s], 0f, notFinite[s]);
            }
            return;
        }
        int outputs = network.outputs();
        for (int s = 0; s < samples; s++) {
            int row = batch.targetOffset(from + s);
            int offset = panel(s, outputs) + s % PANEL;
            for (int j = 0; j < outputs; j++) {
                targets[offset + j * PANEL] = y[row + j];
                notFinite[s] = Math.fma(y[row + j], 0f, notFinite[s]);
            }
        }
    }

    /** Computes the outputs from the logits; with softmax the losses too, which need its sum. */
    private void activateOutputs(int samples) {
        int outputs = network.outputs();
        for (int p = 0; p * PANEL < samples; p++) {
            int offset = panel(p * PANEL, outputs);
            if (classes) {
                VectorOps.crossEntropy(
                        logits, values[layers], offset, outputs, targets, p * PANEL, losses, margins, correct);
            } else {
                int count = outputs * PANEL;
                System.arraycopy(logits, offset, values[layers], offset, count);
                Activation activation = network.activation(layers - 1);
                VectorOps.activate(activation, values[layers], offset, count, slopes[layers - 1]);
            }
        }
    }

    private void computeLosses(int samples) {
        int outputs = network.outputs();
        if (classes) {
            VectorOps.logs(losses, margins, samples);
        }
        for (int p = 0; p * PANEL < samples && !classes; p++) {
            int offset = panel(p * PANEL, outputs);
            VectorOps.losses(
                    network.loss(), logits, values[layers], targets, offset, outputs, losses, correct, p * PANEL);
        }
    }

    private void outputErrors(MiniBatch batch, int from, int samples) {
        packTargets(batch, from, samples);
        activateOutputs(samples);
        computeLosses(samples);
        int outputs = network.outputs();
        int count = outputs * PANEL;
        float[] d = errors[layers - 1];
        for (int p = 0; p * PANEL < samples; p++) {
            int offset = panel(p * PANEL, outputs);
            if (classes) {
                System.arraycopy(values[layers], offset, d, offset, count);
                VectorOps.subtractClass(d, offset, outputs, targets, p * PANEL);
                continue;
            }
            VectorOps.errors(network.loss(), values[layers], targets, d, offset, count);
            if (!Losses.cancelsDerivative(network.loss())) {
                VectorOps.multiplyByDerivative(
                        network.activation(layers - 1), d, offset, count, values[layers], slopes[layers - 1]);
            }
        }
    }

    // ---- Backward to the inputs -----------------------------------------------------------------------------------

    /** Computes the local errors of the layer below {@code layer}. */
    private void backward(int layer, float[] parameters, int samples) {
        int inputs = network.inputs(layer);
        int outputs = network.outputs(layer);
        int step = evenDepth(outputs);
        for (int i = 0; i < inputs; i += ROW_BLOCK) {
            int rows = Math.min(ROW_BLOCK, inputs - i);
            for (int k = 0; k < outputs; k += step) {
                int depth = Math.min(step, outputs - k);
                packBackward(parameters, layout.weightOffset(layer) + k * inputs + i, inputs, rows, depth);
                for (int p = 0; p * PANEL < samples; p++) {
                    backwardPanel(layer, p, i, rows, k, depth);
                }
            }
        }
    }

    private void backwardPanel(int layer, int p, int firstRow, int rows, int k, int depth) {
        int outputs = network.outputs(layer);
        float[] d = errors[layer];
        float[] below = errors[layer - 1];
        int dOffset = panel(p * PANEL, outputs) + k * PANEL;
        int belowOffset = panel(p * PANEL, network.inputs(layer)) + firstRow * PANEL;
        boolean done = k + depth == outputs;
        for (int r = 0; r < rows; r += TILE_ROWS) {
            int n = Math.min(TILE_ROWS, rows - r);
            int row = belowOffset + r * PANEL;
            VectorOps.multiply(
                    n,
                    depth,
                    packedWeights,
                    weightTile(r, depth),
                    d,
                    dOffset,
                    k == 0 ? zeros : below,
                    k == 0 ? 0 : row,
                    k == 0 ? 0 : PANEL,
                    below,
                    row,
                    PANEL);
            if (done && drops) {
                VectorOps.multiply(below, row, slopes[layer - 1], row, n * PANEL);
            } else if (done) {
                VectorOps.multiplyByDerivative(
                        network.activation(layer - 1), below, row, n * PANEL, values[layer], slopes[layer - 1]);
            }
        }
    }

    /** Packs columns of weights as tiles [tile][output][TILE_STRIDE], reading along the rows of weights. */
    private void packBackward(float[] parameters, int offset, int stride, int rows, int depth) {
        int tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
        int reach = (tiles - 1) * TILE_ROWS + TILE_STRIDE;
        for (int k = 0; k < depth; k++) {
            int from = offset + k * stride;
            int to = weightTile(0, depth) + k * TILE_STRIDE;
            if (from + reach <= parameters.length) {
                VectorOps.spreadRow(parameters, from, tiles, packedWeights, to, depth * TILE_STRIDE);
                continue;
            }
            for (int r = 0; r < rows; r++) {
                int tile = weightTile(r, depth) + k * TILE_STRIDE;
                packedWeights[tile + r % TILE_ROWS] = parameters[from + r];
            }
        }
    }

    // ---- Weight gradients -----------------------------------------------------------------------------------------

    private void weightGradient(int layer, boolean scaled) {
        int samples = plan.samples();
        int inputs = network.inputs(layer);
        int outputs = network.outputs(layer);
        packErrorTiles(layer, samples, scaled);
        float[] x = inputColumns;
        if (layer > 0) {
            x = columns;
            transposeColumns(values[layer], columns, inputs, samples);
        }
        int columnBlock = Math.max(PANEL, CACHED_VALUES / samples / PANEL * PANEL);
        for (int column = 0; column < inputs; column += columnBlock) {
            int endColumn = Math.min(inputs, column + columnBlock);
            for (int row = 0; row < outputs; row += GRADIENT_ROWS) {
                gradientBlock(layer, x, row, Math.min(outputs, row + GRADIENT_ROWS), column, endColumn);
            }
        }
        for (int task = 0; task < plan.tasks(); task++) {
            biasGradient(layer, task);
        }
    }

    private void gradientBlock(int layer, float[] x, int row, int endRow, int column, int endColumn) {
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

    private void packErrorTiles(int layer, int samples, boolean scaled) {
        int outputs = network.outputs(layer);
        for (int j = 0; j < outputs; j += TILE_ROWS) {
            for (int row = 0; row < TILE_STRIDE; row += VectorOps.LANES) {
                for (int s = 0; s < samples; s += VectorOps.LANES) {
                    int from = panel(s, outputs) + (j + row) * PANEL + s % PANEL;
                    int to = errorTile(j, s) + row;
                    VectorOps.transpose(errors[layer], from, PANEL, errorTiles, to, TILE_STRIDE);
                    if (scaled) {
                        VectorOps.scaleRows(errorTiles, to, VectorOps.LANES, factors, s);
                    }
                }
            }
        }
    }

    /**
     * Some rows and one panel of columns of the weight gradient of a task of at least two segments. The segments are added by
     * the tree while they are in the first-level cache: a tile has a stack of sums of complete subtrees.
     */
    private void sumSegments(int layer, int task, float[] x, int i, int row, int endRow) {
        int outputs = network.outputs(layer);
        int stride = network.inputs(layer);
        int from = plan.taskFrom(task);
        int samples = plan.taskEnd(task) - from;
        int to = layout.weightOffset(layer) + row * stride + i;
        int b = column(i, from);
        for (int j = row; j < endRow; j += TILE_ROWS) {
            int rows = Math.min(TILE_ROWS, outputs - j);
            int a = errorTile(j, from);
            VectorOps.segments(rows, samples, plan.segmentSize(), errorTiles, a, x, b, tileSums, ALIGNED);
            int place = to + (j - row) * stride;
            if (stride - i >= PANEL) {
                VectorOps.copyRows(tileSums, ALIGNED, plan.gradient(task), place, stride, rows);
            } else {
                copyRows(tileSums, ALIGNED, PANEL, plan.gradient(task), place, stride, rows, stride - i);
            }
        }
    }

    /** The same of a task within one segment: plain running sums, which may go on from the block before. */
    private void oneSegment(int layer, int task, float[] x, int i, int row, int endRow) {
        int stride = network.inputs(layer);
        int depth = plan.taskEnd(task) - plan.taskFrom(task);
        int b = column(i, plan.taskFrom(task));
        float[] gradient = plan.gradient(task);
        boolean continues = plan.continues(task);
        for (int j = row; j < endRow; j += TILE_ROWS) {
            int rows = Math.min(TILE_ROWS, network.outputs(layer) - j);
            int a = errorTile(j, plan.taskFrom(task));
            int to = layout.weightOffset(layer) + j * stride + i;
            if (stride - i >= PANEL) {
                float[] start = continues ? gradient : zeros;
                int startOffset = continues ? to : 0;
                int startStride = continues ? stride : 0;
                VectorOps.multiply(
                        rows, depth, errorTiles, a, x, b, start, startOffset, startStride, gradient, to, stride);
                continue;
            }
            if (continues) {
                copyRows(gradient, to, stride, tileSums, ALIGNED, PANEL, rows, stride - i);
            }
            float[] start = continues ? tileSums : zeros;
            VectorOps.multiply(
                    rows,
                    depth,
                    errorTiles,
                    a,
                    x,
                    b,
                    start,
                    continues ? ALIGNED : 0,
                    continues ? PANEL : 0,
                    tileSums,
                    ALIGNED,
                    PANEL);
            copyRows(tileSums, ALIGNED, PANEL, gradient, to, stride, rows, stride - i);
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
        int tiles = roundUp(outputs, TILE_ROWS) / TILE_ROWS;
        int length = tiles * TILE_STRIDE;
        int end = plan.taskEnd(task);
        int segment = plan.isOneSegment(task) ? end - plan.taskFrom(task) : plan.segmentSize();
        float[] gradient = plan.gradient(task);
        int biases = layout.biasOffset(layer);
        Arrays.fill(biasSums, 0, length, 0f);
        for (int j = 0; j < outputs && plan.continues(task); j++) {
            biasSums[j / TILE_ROWS * TILE_STRIDE + j % TILE_ROWS] = gradient[biases + j];
        }
        int top = 0;
        int number = 0;
        for (int s = plan.taskFrom(task); s < end; s += segment) {
            VectorOps.sumRows(
                    errorTiles,
                    ALIGNED,
                    capacity * TILE_STRIDE,
                    tiles,
                    s,
                    Math.min(end, s + segment),
                    biasSums,
                    top * length);
            for (int ones = Integer.numberOfTrailingZeros(~number); ones > 0; ones--) {
                top--;
                VectorOps.add(biasSums, top * length, biasSums, (top + 1) * length, length);
            }
            top++;
            number++;
            Arrays.fill(biasSums, top * length, (top + 1) * length, 0f);
        }
        for (top--; top > 0; top--) {
            VectorOps.add(biasSums, (top - 1) * length, biasSums, top * length, length);
        }
        for (int j = 0; j < outputs; j++) {
            gradient[biases + j] = biasSums[j / TILE_ROWS * TILE_STRIDE + j % TILE_ROWS];
        }
    }
}
