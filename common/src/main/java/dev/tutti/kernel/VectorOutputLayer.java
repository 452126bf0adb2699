package dev.tutti.kernel;

import static dev.tutti.kernel.VectorBuffers.ALIGNED;
import static dev.tutti.kernel.VectorBuffers.panel;
import static dev.tutti.kernel.VectorBuffers.panelLength;
import static dev.tutti.kernel.VectorLanes.LANES;
import static dev.tutti.kernel.VectorLanes.PANEL;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.util.Arrays;

/** From the logits of a block of samples to outputs, losses and the local errors of the last layer. */
final class VectorOutputLayer {
    private final NetworkSpec network;
    private final VectorBuffers buffers;
    private final int outputs;
    private final int last;
    private final boolean classes;

    VectorOutputLayer(NetworkSpec network, VectorBuffers buffers) {
        this.network = network;
        this.buffers = buffers;
        outputs = network.outputs();
        last = network.layers() - 1;
        classes = network.loss() == Loss.CROSS_ENTROPY;
    }

    /** Writes the outputs to rows of {@code to}, the first to row {@code from}. */
    void outputs(float[] to, int from, int samples) {
        if (classes) {
            Arrays.fill(buffers.targets, 0f);
            activate(samples);
            copyOutputs(buffers.values[last + 1], to, from, samples);
        } else {
            int count = (samples + PANEL - 1) / PANEL * panelLength(outputs);
            VectorActivations.activate(network.activation(last), buffers.logits, ALIGNED, count, buffers.slopes[last]);
            copyOutputs(buffers.logits, to, from, samples);
        }
    }

    /** Computes the outputs, the losses, and where it is right. */
    void evaluate(MiniBatch batch, int from, int samples) {
        packTargets(batch, from, samples);
        activate(samples);
        computeLosses(samples);
    }

    /** The same, and the local errors of the last layer. */
    void errors(MiniBatch batch, int from, int samples) {
        evaluate(batch, from, samples);
        int count = outputs * PANEL;
        float[] a = buffers.values[last + 1];
        float[] d = buffers.errors[last];
        for (int p = 0; p * PANEL < samples; p++) {
            int offset = panel(p * PANEL, outputs);
            if (classes) {
                System.arraycopy(a, offset, d, offset, count);
                VectorLosses.subtractClass(d, offset, outputs, buffers.targets, p * PANEL, network.lossParameter());
                continue;
            }
            VectorLosses.errors(network, buffers.logits, a, buffers.targets, d, offset, count);
            if (!Losses.cancelsDerivative(network.loss())) {
                VectorActivations.multiplyByDerivative(
                        network.activation(last), d, offset, count, a, buffers.slopes[last]);
            }
        }
    }

    private void packTargets(MiniBatch batch, int from, int samples) {
        float[] y = batch.targets();
        float[] notFinite = buffers.notFinite;
        if (classes) {
            for (int s = 0; s < samples; s++) {
                buffers.targets[s] = y[batch.targetOffset(from + s)];
                notFinite[s] = Math.fma(buffers.targets[s], 0f, notFinite[s]);
            }
            return;
        }
        boolean smooths = network.loss() == Loss.BINARY_CROSS_ENTROPY && network.lossParameter() > 0f;
        for (int s = 0; s < samples; s++) {
            int row = batch.targetOffset(from + s);
            int offset = panel(s, outputs) + s % PANEL;
            for (int j = 0; j < outputs; j++) {
                buffers.targets[offset + j * PANEL] =
                        smooths ? Losses.smoothed(y[row + j], network.lossParameter()) : y[row + j];
                notFinite[s] = Math.fma(y[row + j], 0f, notFinite[s]);
            }
        }
    }

    /** Computes the outputs from the logits; with softmax the losses too, which need its sum. */
    private void activate(int samples) {
        float[] z = buffers.logits;
        float[] a = buffers.values[last + 1];
        for (int p = 0; p * PANEL < samples; p++) {
            int offset = panel(p * PANEL, outputs);
            if (classes) {
                VectorLosses.crossEntropy(
                        z,
                        a,
                        offset,
                        outputs,
                        buffers.targets,
                        p * PANEL,
                        buffers.losses,
                        buffers.margins,
                        buffers.correct);
                if (network.lossParameter() > 0f) {
                    VectorLosses.smoothMargins(z, offset, outputs, network.lossParameter(), buffers.margins, p * PANEL);
                }
            } else {
                int count = outputs * PANEL;
                System.arraycopy(z, offset, a, offset, count);
                VectorActivations.activate(network.activation(last), a, offset, count, buffers.slopes[last]);
            }
        }
    }

    private void computeLosses(int samples) {
        if (classes) {
            VectorLosses.logsLoop(buffers.losses, buffers.margins, samples);
            return;
        }
        for (int p = 0; p * PANEL < samples; p++) {
            VectorLosses.losses(
                    network,
                    buffers.logits,
                    buffers.values[last + 1],
                    buffers.targets,
                    panel(p * PANEL, outputs),
                    outputs,
                    buffers.losses,
                    buffers.correct,
                    p * PANEL);
        }
    }

    /** From panels to one row for each sample. */
    private void copyOutputs(float[] panels, float[] to, int from, int samples) {
        for (int s = 0; s < samples; s += LANES) {
            int offset = panel(s, outputs) + s % PANEL;
            for (int j = 0; j < outputs; j += LANES) {
                int corner = (from + s) * outputs + j;
                if (s + LANES <= samples && j + LANES <= outputs) {
                    VectorTransposition.transpose(panels, offset + j * PANEL, PANEL, to, corner, outputs);
                    continue;
                }
                for (int r = 0; r < Math.min(LANES, samples - s); r++) {
                    for (int c = 0; c < Math.min(LANES, outputs - j); c++) {
                        to[corner + r * outputs + c] = panels[offset + (j + c) * PANEL + r];
                    }
                }
            }
        }
    }
}
