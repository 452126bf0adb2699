package dev.tutti.app.explain.step;

import dev.tutti.kernel.SampleTrace;

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
        InDouble.Values inDouble) {}
