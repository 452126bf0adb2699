package dev.tutti.kernel;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.BFloat16;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import java.util.Arrays;

/**
 * The reference: back-propagation one sample and one number at a time, as the textbook writes it. It defines the bits;
 * the other kernels must give the same. With {@code w} [outputs x inputs] and {@code b} [outputs] of a layer, {@code x}
 * its inputs and {@code d} its local errors {@code dL/dz}:
 *
 * <pre>
 *   forward             z_j = b_j + sum_i w_ji x_i        a_j = m_j f(z_j)
 *   output layer        d_j = dL/da_j f'(z_j)
 *   backward            d_i = sum_j w_ji d_j (m_i f'(z_i)) (w, d of the layer above)
 *   weight gradient     dL/dw_ji = sum over the samples of d_j x_i
 *   bias gradient       dL/db_j  = sum over the samples of d_j
 * </pre>
 *
 * <p>Each sum is one chain of fused multiply-adds in the order written. The sums over the samples start at zero in each
 * segment; segments are added by the summation tree, where every node is rounded to the {@link NodePrecision}. {@code m} is the {@link Dropout} factor of a hidden unit, 1
 * without dropout; inputs are multiplied by theirs.
 */
final class ScalarKernel implements GradientKernel {
    private final NetworkSpec network;
    private final ParameterLayout layout;
    private final Dropout dropout;
    private final NodePrecision precision;
    private final String description;
    /** Of the sample at hand, by layer: pre-activations z, outputs a, local errors d, each [outputs]. */
    private final float[][] z;

    private final float[][] a;
    private final float[][] d;
    /** Of the sample at hand, by layer but the last: {@code sum_j w_ji d_j} of the layer above. */
    private final float[][] sums;
    /** By layer, with dropout: {@code m_j f'(z_j)} of hidden units. */
    private final float[][] slopes;

    /** Of the sample at hand: its inputs, times what dropout makes of them. */
    private final float[] inputs;

    /** Of the sample at hand: what its outputs should be, or the number of its class. */
    private final float[] y;

    private float softmaxSum;
    private PerSample perSample = PerSample.NONE;
    /** The right halves of tree nodes under way, by depth; grown when a deeper tree is first met. */
    private PartialGradient[] rightHalves = new PartialGradient[0];

    ScalarKernel(NetworkSpec network, String description) {
        this(network, Dropout.NONE, description);
    }

    ScalarKernel(NetworkSpec network, Dropout dropout, String description) {
        this(network, dropout, NodePrecision.FLOAT32, description);
    }

    ScalarKernel(NetworkSpec network, Dropout dropout, NodePrecision precision, String description) {
        this.network = network;
        this.dropout = dropout;
        this.precision = precision;
        this.description = description;
        layout = new ParameterLayout(network);
        inputs = new float[network.inputs()];
        y = new float[network.targetCount()];
        z = new float[network.layers()][];
        a = new float[network.layers()][];
        d = new float[network.layers()][];
        sums = new float[network.layers()][];
        slopes = new float[network.layers()][];
        for (int layer = 0; layer < network.layers(); layer++) {
            z[layer] = new float[network.outputs(layer)];
            a[layer] = new float[network.outputs(layer)];
            d[layer] = new float[network.outputs(layer)];
            sums[layer] = new float[network.outputs(layer)];
            slopes[layer] = new float[network.outputs(layer)];
        }
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
        this.perSample = perSample;
        int firstSegment = nodes[0].firstSegment();
        for (int n = 0; n < nodeCount; n++) {
            PartialGradient node = nodes[n];
            int from = node.firstSegment() - firstSegment;
            sumOfSegments(parameters, batch, segmentSize, from, node.segmentCount(), node, 0);
        }
    }

    /** Adds segments by the tree: the left half is the largest power of two below their number. */
    private void sumOfSegments(
            float[] parameters, MiniBatch batch, int segmentSize, int from, int count, PartialGradient sum, int depth) {
        if (count == 1) {
            segmentGradient(parameters, batch, from * segmentSize, endOf(from, segmentSize, batch), sum);
            return;
        }
        int left = SummationTree.leftHalf(count);
        PartialGradient right = rightHalf(depth);
        sumOfSegments(parameters, batch, segmentSize, from, left, sum, depth + 1);
        sumOfSegments(parameters, batch, segmentSize, from + left, count - left, right, depth + 1);
        precision.addRange(sum.gradient(), right.gradient(), 0, layout.parameterCount());
        sum.sums(
                sum.lossSum() + right.lossSum(),
                sum.weightSum() + right.weightSum(),
                sum.correctSum() + right.correctSum());
    }

    private PartialGradient rightHalf(int depth) {
        if (depth == rightHalves.length) {
            rightHalves = Arrays.copyOf(rightHalves, depth + 1);
            rightHalves[depth] = new PartialGradient(layout.parameterCount());
        }
        return rightHalves[depth];
    }

    private static int endOf(int segment, int segmentSize, MiniBatch batch) {
        return (int) Math.min(batch.count(), (segment + 1L) * segmentSize);
    }

    private void segmentGradient(float[] parameters, MiniBatch batch, int from, int to, PartialGradient sum) {
        float[] gradient = sum.gradient();
        Arrays.fill(gradient, 0, layout.parameterCount(), 0f);
        double lossSum = 0;
        double weightSum = 0;
        double correctSum = 0;
        for (int sample = from; sample < to; sample++) {
            float weight = perSample.weight(sample);
            forwardInTraining(parameters, batch, sample);
            lossSum += (double) weight * loss(batch, sample);
            weightSum += weight;
            correctSum += isCorrect(batch, sample) ? weight : 0;
            backward(parameters, batch, sample);
            if (perSample.needsNorms() || perSample.scales()) {
                scaleErrors(perSample.factor(sample, norm(sample)));
            }
            addGradient(gradient);
        }
        if (precision == NodePrecision.BFLOAT16) {
            for (int p = 0; p < layout.parameterCount(); p++) {
                gradient[p] = BFloat16.round(gradient[p]);
            }
        }
        sum.sums(lossSum, weightSum, correctSum);
    }

    private void forward(float[] parameters, MiniBatch batch, int sample) {
        forward(parameters, batch, sample, false);
    }

    private void forwardInTraining(float[] parameters, MiniBatch batch, int sample) {
        forward(parameters, batch, sample, true);
    }

    private void takeInputs(MiniBatch batch, int sample, boolean drops) {
        System.arraycopy(batch.features(), batch.featureOffset(sample), inputs, 0, inputs.length);
        int firstBlock = Dropout.firstInputBlock(network);
        for (int i = 0; i < inputs.length && drops && dropout.dropsInputs(); i++) {
            inputs[i] *= dropout.inputFactor(batch.epoch(), batch.position(sample), firstBlock, i);
        }
    }

    /** Computes z and a of all layers. */
    private void forward(float[] parameters, MiniBatch batch, int sample, boolean training) {
        takeInputs(batch, sample, training);
        float[] x = this.inputs;
        for (int layer = 0; layer < network.layers(); layer++) {
            int inputs = network.inputs(layer);
            int weights = layout.weightOffset(layer);
            int biases = layout.biasOffset(layer);
            for (int j = 0; j < network.outputs(layer); j++) {
                float sum = parameters[biases + j];
                for (int i = 0; i < inputs; i++) {
                    sum = Math.fma(parameters[weights + j * inputs + i], x[i], sum);
                }
                z[layer][j] = sum;
            }
            activate(network.activation(layer), z[layer], a[layer]);
            if (training && dropout.isOn() && layer < network.layers() - 1) {
                dropUnits(layer, batch.epoch(), batch.position(sample));
            }
            x = a[layer];
        }
    }

    private void activate(Activation activation, float[] z, float[] a) {
        if (activation == Activation.SOFTMAX) {
            softmaxSum = Activations.softmax(z, a);
            return;
        }
        for (int j = 0; j < z.length; j++) {
            a[j] = Activations.output(activation, z[j]);
        }
    }

    private void dropUnits(int layer, int epoch, int position) {
        int firstBlock = Dropout.firstBlock(network, layer);
        for (int j = 0; j < network.outputs(layer); j++) {
            float factor = dropout.factor(epoch, position, firstBlock, j);
            slopes[layer][j] = factor * Activations.derivative(network.activation(layer), z[layer][j], a[layer][j]);
            a[layer][j] *= factor;
        }
    }

    /** The loss of the sample at hand; NaN where an input or a target is not finite, which 0 times it shows. */
    private float loss(MiniBatch batch, int sample) {
        int last = network.layers() - 1;
        float notFinite = 0f;
        for (int i = 0; i < batch.featureCount(); i++) {
            notFinite = Math.fma(batch.features()[batch.featureOffset(sample) + i], 0f, notFinite);
        }
        for (int j = 0; j < batch.targetCount(); j++) {
            notFinite = Math.fma(batch.targets()[batch.targetOffset(sample) + j], 0f, notFinite);
        }
        takeTargets(batch, sample);
        return Losses.value(network, z[last], a[last], softmaxSum, y, 0) + notFinite;
    }

    private boolean isCorrect(MiniBatch batch, int sample) {
        takeTargets(batch, sample);
        return Losses.isCorrect(network.loss(), a[network.layers() - 1], y, 0);
    }

    private void takeTargets(MiniBatch batch, int sample) {
        boolean smooths = network.loss() == Loss.BINARY_CROSS_ENTROPY && network.lossParameter() > 0f;
        for (int j = 0; j < y.length; j++) {
            float target = batch.targets()[batch.targetOffset(sample) + j];
            y[j] = smooths ? Losses.smoothed(target, network.lossParameter()) : target;
        }
    }

    /** Computes d of all layers, from the last to the first. */
    private void backward(float[] parameters, MiniBatch batch, int sample) {
        int last = network.layers() - 1;
        outputErrors(batch, sample, last);
        for (int layer = last; layer > 0; layer--) {
            int inputs = network.inputs(layer);
            int weights = layout.weightOffset(layer);
            for (int i = 0; i < inputs; i++) {
                float sum = 0f;
                for (int j = 0; j < network.outputs(layer); j++) {
                    sum = Math.fma(parameters[weights + j * inputs + i], d[layer][j], sum);
                }
                sums[layer - 1][i] = sum;
                d[layer - 1][i] = sum * slope(layer - 1, i);
            }
        }
    }

    private float slope(int layer, int j) {
        return dropout.isOn()
                ? slopes[layer][j]
                : Activations.derivative(network.activation(layer), z[layer][j], a[layer][j]);
    }

    private void outputErrors(MiniBatch batch, int sample, int last) {
        takeTargets(batch, sample);
        boolean perOutput = network.targetCount() > 1;
        for (int j = 0; j < network.outputs(); j++) {
            float error = Losses.error(network, j, z[last][j], a[last][j], y[perOutput ? j : 0]);
            d[last][j] = Losses.cancelsDerivative(network.loss())
                    ? error
                    : error * Activations.derivative(network.activation(last), z[last][j], a[last][j]);
        }
    }

    /** The norm of the sample's gradient: {@code sqrt(sum over the layers of |d|^2 (|x|^2 + 1))}. */
    private float norm(int sample) {
        float norm = 0f;
        float inputSquares = sumOfSquares(inputs);
        for (int layer = 0; layer < network.layers(); layer++) {
            norm = Math.fma(sumOfSquares(d[layer]), inputSquares + 1f, norm);
            inputSquares = sumOfSquares(a[layer]);
        }
        norm = (float) Math.sqrt(norm);
        if (perSample.norms() != null) {
            perSample.norms()[sample] = norm;
        }
        return norm;
    }

    private static float sumOfSquares(float[] values) {
        float sum = 0f;
        for (float value : values) {
            sum = Math.fma(value, value, sum);
        }
        return sum;
    }

    private void scaleErrors(float factor) {
        for (float[] errors : d) {
            for (int j = 0; j < errors.length; j++) {
                errors[j] *= factor;
            }
        }
    }

    @Override
    public void sampleGradient(float[] parameters, MiniBatch batch, int sample, float[] gradient) {
        Arrays.fill(gradient, 0, layout.parameterCount(), 0f);
        forwardInTraining(parameters, batch, sample);
        backward(parameters, batch, sample);
        addGradient(gradient);
    }

    /** Computes a sample without dropout, and returns copies of all that lies between it and its gradient. */
    SampleTrace trace(float[] parameters, MiniBatch batch, int sample) {
        forward(parameters, batch, sample);
        float loss = loss(batch, sample);
        backward(parameters, batch, sample);
        int last = network.layers() - 1;
        float[][] derivatives = new float[network.layers()][];
        float[][] fromAbove = new float[network.layers()][];
        for (int layer = 0; layer <= last; layer++) {
            fromAbove[layer] = layer == last ? null : sums[layer].clone();
            if (network.activation(layer) != Activation.SOFTMAX) {
                derivatives[layer] = new float[network.outputs(layer)];
                for (int j = 0; j < network.outputs(layer); j++) {
                    derivatives[layer][j] = Activations.derivative(network.activation(layer), z[layer][j], a[layer][j]);
                }
            }
        }
        return new SampleTrace(copy(z), copy(a), derivatives, fromAbove, copy(d), loss);
    }

    private static float[][] copy(float[][] values) {
        return Arrays.stream(values).map(float[]::clone).toArray(float[][]::new);
    }

    /** Adds the sample's gradient {@code d_j x_i} to the sum of its segment. */
    private void addGradient(float[] gradient) {
        float[] x = this.inputs;
        for (int layer = 0; layer < network.layers(); layer++) {
            int inputs = network.inputs(layer);
            int weights = layout.weightOffset(layer);
            int biases = layout.biasOffset(layer);
            for (int j = 0; j < network.outputs(layer); j++) {
                for (int i = 0; i < inputs; i++) {
                    int w = weights + j * inputs + i;
                    gradient[w] = Math.fma(d[layer][j], x[i], gradient[w]);
                }
                gradient[biases + j] += d[layer][j];
            }
            x = a[layer];
        }
    }

    @Override
    public void outputs(float[] parameters, MiniBatch batch, float[] outputs) {
        int count = network.outputs();
        for (int sample = 0; sample < batch.count(); sample++) {
            forward(parameters, batch, sample);
            System.arraycopy(a[network.layers() - 1], 0, outputs, sample * count, count);
        }
    }

    @Override
    public void evaluate(float[] parameters, MiniBatch batch, int segmentSize, PartialGradient sums) {
        sums.sums(0, 0, 0);
        int segments = SummationTree.segments(batch.count(), segmentSize);
        if (segments > 0) {
            evaluateSegments(parameters, batch, segmentSize, 0, segments, sums);
        }
    }

    private void evaluateSegments(
            float[] parameters, MiniBatch batch, int segmentSize, int from, int count, PartialGradient sums) {
        if (count > 1) {
            int left = SummationTree.leftHalf(count);
            evaluateSegments(parameters, batch, segmentSize, from, left, sums);
            double lossSum = sums.lossSum();
            double weightSum = sums.weightSum();
            double correctSum = sums.correctSum();
            evaluateSegments(parameters, batch, segmentSize, from + left, count - left, sums);
            sums.sums(lossSum + sums.lossSum(), weightSum + sums.weightSum(), correctSum + sums.correctSum());
            return;
        }
        double lossSum = 0;
        int correct = 0;
        int to = endOf(from, segmentSize, batch);
        for (int sample = from * segmentSize; sample < to; sample++) {
            forward(parameters, batch, sample);
            lossSum += loss(batch, sample);
            correct += isCorrect(batch, sample) ? 1 : 0;
        }
        sums.sums(lossSum, to - from * segmentSize, correct);
    }
}
