package dev.tutti.kernel;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.NetworkSpec;

/**
 * All that lies between a sample and its gradient, as the scalar reference computes it in float32 and without dropout: for
 * explaining, not for training. The arrays are copies, one for each layer, {@code [outputs]} of it.
 *
 * @param z pre-activations
 * @param a outputs
 * @param slopes derivatives {@code f'(z)}; of a softmax layer null, as its outputs depend on each other
 * @param sums what came back from the layer above, {@code sum_j w_ji d_j}, before it is multiplied by the slope; of the last
 *     layer null
 * @param d local errors {@code dL/dz}
 * @param loss loss of the sample
 */
public record SampleTrace(float[][] z, float[][] a, float[][] slopes, float[][] sums, float[][] d, float loss) {
    /**
     * Computes a sample with the scalar reference.
     *
     * @param network the network
     * @param parameters its parameters, in the layout of {@link dev.tutti.model.ParameterLayout}
     * @param batch the samples
     * @param sample number of the sample in {@code batch}
     */
    public static SampleTrace of(NetworkSpec network, float[] parameters, MiniBatch batch, int sample) {
        return new ScalarKernel(network, "scalar, one sample").trace(parameters, batch, sample);
    }
}
