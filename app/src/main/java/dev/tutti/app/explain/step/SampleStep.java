package dev.tutti.app.explain.step;

import dev.tutti.kernel.SampleTrace;
import dev.tutti.model.NetworkSpec;

/**
 * A step with one sample alone. Vectors over all parameters have the layout of {@link dev.tutti.model.ParameterLayout}.
 *
 * @param sample the sample
 * @param trace what lies between it and its gradient, from the scalar kernel
 * @param gradient of the sample's loss, from the scalar kernel
 * @param differences the same as central differences in double
 * @param kinks where a difference is taken across a kink, and says nothing
 * @param updated parameters after a step with this sample alone
 * @param lossAfter loss of the sample with these
 * @param inDouble the forward pass in double
 */
public record SampleStep(
        Sample sample,
        SampleTrace trace,
        float[] gradient,
        double[] differences,
        boolean[] kinks,
        float[] updated,
        float lossAfter,
        InDouble.Values inDouble) {

    /**
     * What comes out for the last hidden layer when the layer behind it is updated before its weights have been used for going back:
     * a mistake. Empty for a network without hidden layers.
     *
     * @param network the network
     */
    float[] errorsWithNewWeights(NetworkSpec network) {
        int layer = network.layers() - 2;
        if (layer < 0) {
            return new float[0];
        }
        float[][] weights = StepJson.weights(network, updated).get(layer + 1);
        float[] wrong = new float[network.outputs(layer)];
        for (int i = 0; i < wrong.length; i++) {
            float sum = 0f;
            for (int j = 0; j < weights.length; j++) {
                sum = Math.fma(weights[j][i], trace.d()[layer + 1][j], sum);
            }
            wrong[i] = sum * trace.slopes()[layer][i];
        }
        return wrong;
    }

    /** The share of each output in the loss, in double; the loss itself is the kernel's. */
    double[] lossOfOutputs(NetworkSpec network) {
        int last = network.layers() - 1;
        float[] outputs = trace.a()[last];
        double[] z = new double[outputs.length];
        for (int k = 0; k < z.length; k++) {
            z[k] = trace.z()[last][k];
        }
        double[] shares = new double[outputs.length];
        for (int k = 0; k < shares.length; k++) {
            shares[k] = InDouble.lossOfOutput(network, z, outputs[k], sample.y()[k], k);
        }
        return shares;
    }
}
