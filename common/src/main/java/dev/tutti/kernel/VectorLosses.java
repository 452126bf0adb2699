package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.FLOATS;
import static dev.tutti.kernel.VectorLanes.INTS;
import static dev.tutti.kernel.VectorLanes.LANES;
import static dev.tutti.kernel.VectorLanes.PANEL;

import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.PredictedClass;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Losses} and the softmax of {@link Activations}, samples in lanes. The start script keeps C2 from inlining the
 * methods whose names end in {@code Loop} into one; see {@link VectorActivations}.
 */
final class VectorLosses {
    private VectorLosses() {}

    /**
     * Softmax and cross-entropy of the samples of one panel.
     *
     * @param z logits {@code [outputs x PANEL]} from {@code offset}
     * @param a receives the probabilities, at the same places
     * @param classes number of the class of each sample {@code [PANEL]} from {@code at}
     * @param losses receives the sums of the exponentials, from {@code at}; {@link #logsLoop} makes losses of them
     * @param margins receives the class's logit minus the largest, from {@code at}
     * @param correct receives 1 where the largest probability is the class's, else 0, from {@code at}
     */
    static void crossEntropy(
            float[] z,
            float[] a,
            int offset,
            int outputs,
            float[] classes,
            int at,
            float[] losses,
            float[] margins,
            float[] correct) {
        for (int half = 0; half < PANEL; half += LANES) {
            crossEntropyLoop(z, a, offset + half, outputs, classes, at + half, losses, margins, correct);
        }
    }

    private static void crossEntropyLoop(
            float[] z,
            float[] a,
            int offset,
            int outputs,
            float[] classes,
            int at,
            float[] losses,
            float[] margins,
            float[] correct) {
        FloatVector target = FloatVector.fromArray(FLOATS, classes, at);
        FloatVector largest = FloatVector.fromArray(FLOATS, z, offset);
        FloatVector logit =
                FloatVector.broadcast(FLOATS, Float.NaN).blend(largest, target.compare(VectorOperators.EQ, 0f));
        for (int j = 1; j < outputs; j++) {
            FloatVector zj = FloatVector.fromArray(FLOATS, z, offset + j * PANEL);
            largest = largest.blend(zj, zj.compare(VectorOperators.GT, largest));
            logit = logit.blend(zj, target.compare(VectorOperators.EQ, (float) j));
        }
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int j = 0; j < outputs; j++) {
            FloatVector e = VectorMath.exp(
                    FloatVector.fromArray(FLOATS, z, offset + j * PANEL).sub(largest));
            e.intoArray(a, offset + j * PANEL);
            sum = sum.add(e);
        }
        FloatVector best = FloatVector.zero(FLOATS);
        FloatVector likeliest = FloatVector.fromArray(FLOATS, a, offset).div(sum);
        likeliest.intoArray(a, offset);
        for (int j = 1; j < outputs; j++) {
            FloatVector aj =
                    FloatVector.fromArray(FLOATS, a, offset + j * PANEL).div(sum);
            aj.intoArray(a, offset + j * PANEL);
            VectorMask<Float> larger = aj.compare(VectorOperators.GT, likeliest);
            likeliest = likeliest.blend(aj, larger);
            best = best.blend(j, larger);
        }
        sum.intoArray(losses, at);
        logit.sub(largest).intoArray(margins, at);
        FloatVector.zero(FLOATS)
                .blend(1f, best.compare(VectorOperators.EQ, target))
                .intoArray(correct, at);
    }

    /**
     * {@code values = log(values) - margins}, for {@code count} samples. The logarithm stands here and not in a method
     * that takes and returns a vector: C2 may refuse to inline one of its size, and then every call allocates.
     */
    static void logsLoop(float[] values, float[] margins, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, values, i);
            VectorMask<Float> denormal = x.compare(VectorOperators.LT, FloatMath.SMALLEST_NORMAL);
            IntVector bits = x.blend(x.mul(0x1p23f), denormal).reinterpretAsInts();
            IntVector exponent = bits.sub(FloatMath.SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
            FloatVector f = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats()
                    .sub(1f);
            IntVector shifted = exponent.blend(exponent.sub(23), denormal.cast(INTS));
            FloatVector result =
                    VectorMath.logOfReduced(f, (FloatVector) shifted.convertShape(VectorOperators.I2F, FLOATS, 0));
            result = x.blend(result, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY));
            result = result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
            result = result.blend(Float.NaN, x.compare(VectorOperators.LT, 0f));
            result.sub(FloatVector.fromArray(FLOATS, margins, i)).intoArray(values, i);
        }
    }

    /** What label smoothing makes of the margins of one panel: {@code (1 - s) margin + s / K sum_k (z_k - m)}. */
    static void smoothMargins(float[] z, int offset, int outputs, float smoothing, float[] margins, int at) {
        float others = Losses.smoothedOthers(smoothing, outputs);
        for (int half = 0; half < PANEL; half += LANES) {
            int row = offset + half;
            FloatVector largest = FloatVector.fromArray(FLOATS, z, row);
            for (int j = 1; j < outputs; j++) {
                FloatVector zj = FloatVector.fromArray(FLOATS, z, row + j * PANEL);
                largest = largest.blend(zj, zj.compare(VectorOperators.GT, largest));
            }
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int j = 0; j < outputs; j++) {
                sum = sum.add(FloatVector.fromArray(FLOATS, z, row + j * PANEL).sub(largest));
            }
            FloatVector.broadcast(FLOATS, 1f - smoothing)
                    .fma(FloatVector.fromArray(FLOATS, margins, at + half), sum.mul(others))
                    .intoArray(margins, at + half);
        }
    }

    /** {@code d_j = a_j - y_j} in place, for one panel: y is 1 for the class and 0 for the others, but for label smoothing. */
    static void subtractClass(float[] a, int offset, int outputs, float[] classes, int at, float smoothing) {
        float hit = Losses.smoothedHit(smoothing, outputs);
        float others = Losses.smoothedOthers(smoothing, outputs);
        for (int half = 0; half < PANEL; half += LANES) {
            FloatVector target = FloatVector.fromArray(FLOATS, classes, at + half);
            for (int j = 0; j < outputs; j++) {
                int row = offset + half + j * PANEL;
                FloatVector one =
                        FloatVector.broadcast(FLOATS, others).blend(hit, target.compare(VectorOperators.EQ, (float) j));
                FloatVector.fromArray(FLOATS, a, row).sub(one).intoArray(a, row);
            }
        }
    }

    /**
     * The losses of the samples of one panel, for all losses but cross-entropy.
     *
     * @param network says which loss, and its parameter
     * @param z pre-activations {@code [outputs x PANEL]} from {@code offset}
     * @param a outputs, at the same places
     * @param y targets, at the same places
     * @param losses receives the losses {@code [PANEL]} from {@code at}
     * @param correct receives 1 where outputs and targets stand for the same class, else 0, from {@code at}
     */
    static void losses(
            NetworkSpec network,
            float[] z,
            float[] a,
            float[] y,
            int offset,
            int outputs,
            float[] losses,
            float[] correct,
            int at) {
        for (int half = 0; half < PANEL; half += LANES) {
            int o = offset + half;
            switch (network.loss()) {
                case SQUARED_ERROR -> squaredError(a, y, o, outputs, losses, at + half);
                case BINARY_CROSS_ENTROPY -> binaryCrossEntropyLoop(z, y, o, outputs, losses, at + half);
                case HUBER -> huber(a, y, o, outputs, losses, at + half);
                case ABSOLUTE_ERROR -> absoluteError(a, y, o, outputs, losses, at + half);
                case QUANTILE -> quantile(a, y, o, outputs, network.lossParameter(), losses, at + half);
                case POISSON -> poisson(z, a, y, o, outputs, losses, at + half);
                case GAMMA -> gamma(z, a, y, o, outputs, losses, at + half);
                case TWEEDIE -> tweedieLoop(z, y, o, outputs, network.lossParameter(), losses, at + half);
                case CROSS_ENTROPY -> throw new IllegalArgumentException("cross-entropy has its own loop");
            }
            correctLoop(a, y, o, outputs, correct, at + half);
        }
    }

    private static void squaredError(float[] a, float[] y, int offset, int outputs, float[] losses, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector difference = FloatVector.fromArray(FLOATS, a, i).sub(FloatVector.fromArray(FLOATS, y, i));
            sum = difference.fma(difference, sum);
        }
        sum.mul(0.5f).intoArray(losses, at);
    }

    private static void binaryCrossEntropyLoop(float[] z, float[] y, int offset, int outputs, float[] losses, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            FloatVector positive = x.blend(0f, x.compare(VectorOperators.LE, 0f));
            FloatVector linear = x.neg().fma(FloatVector.fromArray(FLOATS, y, i), positive);
            sum = sum.add(
                    linear.add(VectorMath.log1pOfUnit(VectorMath.exp(x.abs().neg()))));
        }
        sum.intoArray(losses, at);
    }

    /** 1 where outputs and targets have the same {@link PredictedClass}, else 0: samples in lanes. */
    private static void correctLoop(float[] a, float[] y, int offset, int outputs, float[] correct, int at) {
        FloatVector largestOutput = FloatVector.fromArray(FLOATS, a, offset);
        FloatVector largestTarget = FloatVector.fromArray(FLOATS, y, offset);
        FloatVector predicted = FloatVector.zero(FLOATS);
        FloatVector expected = FloatVector.zero(FLOATS);
        if (outputs == 1) {
            predicted = predicted.blend(1f, largestOutput.compare(VectorOperators.GT, 0.5f));
            expected = expected.blend(1f, largestTarget.compare(VectorOperators.GT, 0.5f));
        }
        for (int j = 1; j < outputs; j++) {
            FloatVector output = FloatVector.fromArray(FLOATS, a, offset + j * PANEL);
            VectorMask<Float> largerOutput = output.compare(VectorOperators.GT, largestOutput);
            largestOutput = largestOutput.blend(output, largerOutput);
            predicted = predicted.blend(j, largerOutput);
            FloatVector target = FloatVector.fromArray(FLOATS, y, offset + j * PANEL);
            VectorMask<Float> largerTarget = target.compare(VectorOperators.GT, largestTarget);
            largestTarget = largestTarget.blend(target, largerTarget);
            expected = expected.blend(j, largerTarget);
        }
        FloatVector.zero(FLOATS)
                .blend(1f, predicted.compare(VectorOperators.EQ, expected))
                .intoArray(correct, at);
    }

    private static void huber(float[] a, float[] y, int offset, int outputs, float[] losses, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector size = FloatVector.fromArray(FLOATS, a, i)
                    .sub(FloatVector.fromArray(FLOATS, y, i))
                    .abs();
            FloatVector square = size.mul(0.5f).mul(size);
            sum = sum.add(square.blend(size.sub(0.5f), size.compare(VectorOperators.GT, 1f)));
        }
        sum.intoArray(losses, at);
    }

    private static void absoluteError(float[] a, float[] y, int offset, int outputs, float[] losses, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            sum = sum.add(FloatVector.fromArray(FLOATS, a, i)
                    .sub(FloatVector.fromArray(FLOATS, y, i))
                    .abs());
        }
        sum.intoArray(losses, at);
    }

    private static void quantile(
            float[] a, float[] y, int offset, int outputs, float quantile, float[] losses, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector e = FloatVector.fromArray(FLOATS, a, i).sub(FloatVector.fromArray(FLOATS, y, i));
            FloatVector factor =
                    FloatVector.broadcast(FLOATS, -quantile).blend(1f - quantile, e.compare(VectorOperators.GT, 0f));
            sum = sum.add(e.mul(factor));
        }
        sum.intoArray(losses, at);
    }

    private static void poisson(float[] z, float[] a, float[] y, int offset, int outputs, float[] losses, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i).neg();
            sum = sum.add(x.fma(FloatVector.fromArray(FLOATS, y, i), FloatVector.fromArray(FLOATS, a, i)));
        }
        sum.intoArray(losses, at);
    }

    private static void gamma(float[] z, float[] a, float[] y, int offset, int outputs, float[] losses, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector share = FloatVector.fromArray(FLOATS, y, i).div(FloatVector.fromArray(FLOATS, a, i));
            sum = sum.add(FloatVector.fromArray(FLOATS, z, i).add(share));
        }
        sum.intoArray(losses, at);
    }

    private static void tweedieLoop(
            float[] z, float[] y, int offset, int outputs, float power, float[] losses, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            FloatVector first = VectorMath.exp(x.mul(2f - power)).mul(1f / (2f - power));
            FloatVector second = VectorMath.exp(x.mul(1f - power)).mul(1f / (power - 1f));
            sum = sum.add(FloatVector.fromArray(FLOATS, y, i).fma(second, first));
        }
        sum.intoArray(losses, at);
    }

    /**
     * The derivative of the loss by the output, {@code dL/da} ({@code dL/dz} where {@link Losses#cancelsDerivative}), for one
     * panel.
     *
     * @param network says which loss, and its parameter
     */
    static void errors(NetworkSpec network, float[] z, float[] a, float[] y, float[] d, int offset, int count) {
        Loss loss = network.loss();
        if (loss == Loss.TWEEDIE) {
            tweedieErrorsLoop(z, y, d, offset, count, network.lossParameter());
            return;
        }
        if (loss == Loss.GAMMA) {
            gammaErrors(a, y, d, offset, count);
            return;
        }
        if (loss == Loss.QUANTILE) {
            quantileErrors(a, y, d, offset, count, network.lossParameter());
            return;
        }
        differences(loss, a, y, d, offset, count);
    }

    private static void tweedieErrorsLoop(float[] z, float[] y, float[] d, int offset, int count, float power) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            FloatVector first = VectorMath.exp(x.mul(2f - power));
            FloatVector second = VectorMath.exp(x.mul(1f - power));
            FloatVector.fromArray(FLOATS, y, i).neg().fma(second, first).intoArray(d, i);
        }
    }

    private static void gammaErrors(float[] a, float[] y, float[] d, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector share = FloatVector.fromArray(FLOATS, y, i).div(FloatVector.fromArray(FLOATS, a, i));
            FloatVector.broadcast(FLOATS, 1f).sub(share).intoArray(d, i);
        }
    }

    private static void quantileErrors(float[] a, float[] y, float[] d, int offset, int count, float quantile) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector e = FloatVector.fromArray(FLOATS, a, i).sub(FloatVector.fromArray(FLOATS, y, i));
            FloatVector error = e.blend(1f - quantile, e.compare(VectorOperators.GT, 0f));
            error.blend(-quantile, e.compare(VectorOperators.LT, 0f)).intoArray(d, i);
        }
    }

    private static void differences(Loss loss, float[] a, float[] y, float[] d, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector e = FloatVector.fromArray(FLOATS, a, i).sub(FloatVector.fromArray(FLOATS, y, i));
            FloatVector error = e;
            if (loss == Loss.HUBER) {
                error = e.blend(1f, e.compare(VectorOperators.GT, 1f));
                error = error.blend(-1f, error.compare(VectorOperators.LT, -1f));
            } else if (loss == Loss.ABSOLUTE_ERROR) {
                error = e.blend(1f, e.compare(VectorOperators.GT, 0f));
                error = error.blend(-1f, e.compare(VectorOperators.LT, 0f));
            }
            error.intoArray(d, i);
        }
    }
}
