package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.FLOATS;
import static dev.tutti.kernel.VectorLanes.LANES;

import dev.tutti.model.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link Activations}, lane by lane. */
final class VectorActivations {
    private VectorActivations() {}

    /** Tells whether the derivative needs the pre-activation, so that {@link #activate} has to compute it. */
    static boolean keepsSlope(Activation activation) {
        return activation == Activation.SOFTPLUS || activation == Activation.GELU_TANH;
    }

    /**
     * Replaces pre-activations by outputs; not for softmax.
     *
     * @param z {@code count} values from {@code offset}, a multiple of the vector length
     * @param slope receives the derivatives at the same places where {@link #keepsSlope} says so
     */
    static void activate(Activation activation, float[] z, int offset, int count, float[] slope) {
        switch (activation) {
            case IDENTITY, SOFTMAX -> {}
            case RELU -> relu(z, offset, count);
            case LEAKY_RELU -> leakyRelu(z, offset, count);
            case TANH -> tanhLoop(z, offset, count);
            case SIGMOID -> sigmoidLoop(z, offset, count);
            case EXP -> expLoop(z, offset, count);
            case ELU -> eluLoop(z, offset, count);
            case SOFTPLUS -> softplus(z, offset, count, slope);
            case GELU_TANH -> gelu(z, offset, count, slope);
        }
    }

    private static void relu(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            x.blend(0f, x.compare(VectorOperators.LE, 0f)).intoArray(z, i);
        }
    }

    private static void leakyRelu(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            x.mul(Activations.LEAK).blend(x, x.compare(VectorOperators.GT, 0f)).intoArray(z, i);
        }
    }

    private static void tanhLoop(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            VectorMath.tanh(FloatVector.fromArray(FLOATS, z, i)).intoArray(z, i);
        }
    }

    private static void sigmoidLoop(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            VectorMath.sigmoid(FloatVector.fromArray(FLOATS, z, i)).intoArray(z, i);
        }
    }

    private static void expLoop(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            VectorMath.exp(FloatVector.fromArray(FLOATS, z, i)).intoArray(z, i);
        }
    }

    private static void eluLoop(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            VectorMath.expm1OfNegative(x)
                    .blend(x, x.compare(VectorOperators.GT, 0f))
                    .intoArray(z, i);
        }
    }

    /**
     * Several short loops: C2 does not inline all of one long one, and its vectors would go to the heap. For the same
     * reason the start script keeps C2 from inlining the methods whose names end in {@code Loop} into one.
     */
    private static void softplus(float[] z, int offset, int count, float[] slope) {
        System.arraycopy(z, offset, slope, offset, count);
        sigmoidLoop(slope, offset, count);
        softplusLoop(z, offset, count);
    }

    private static void softplusLoop(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            VectorMath.softplus(FloatVector.fromArray(FLOATS, z, i)).intoArray(z, i);
        }
    }

    /** Several loops, as {@link #softplus}. */
    private static void gelu(float[] z, int offset, int count, float[] slope) {
        geluLowLoop(z, offset, count, slope);
        geluExpLoop(z, offset, count, slope);
        geluLoop(z, offset, count, slope);
    }

    private static void geluLowLoop(float[] z, int offset, int count, float[] low) {
        for (int i = offset; i < offset + count; i += LANES) {
            VectorMath.geluLow(FloatVector.fromArray(FLOATS, z, i)).intoArray(low, i);
        }
    }

    /** {@code slope} holds the lower parts of the arguments, and receives the exponentials. */
    private static void geluExpLoop(float[] z, int offset, int count, float[] slope) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector low = FloatVector.fromArray(FLOATS, slope, i);
            VectorMath.geluExp(FloatVector.fromArray(FLOATS, z, i), low).intoArray(slope, i);
        }
    }

    /** {@code slope} holds the exponentials. */
    private static void geluLoop(float[] z, int offset, int count, float[] slope) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            FloatVector e = FloatVector.fromArray(FLOATS, slope, i);
            VectorMath.gelu(x, e).intoArray(z, i);
            VectorMath.geluDerivative(x, e).intoArray(slope, i);
        }
    }

    /**
     * Multiplies by the derivative of an activation: {@code d[i] *= f'(z[i])}.
     *
     * @param a outputs of the activation, at the same places as {@code d}
     * @param slope what {@link #activate} left
     */
    static void multiplyByDerivative(
            Activation activation, float[] d, int offset, int count, float[] a, float[] slope) {
        switch (activation) {
            case IDENTITY, SOFTMAX -> {}
            case RELU -> multiplyByStep(d, offset, count, a, 0f);
            case LEAKY_RELU -> multiplyByStep(d, offset, count, a, Activations.LEAK);
            case TANH -> multiplyByTanhDerivative(d, offset, count, a);
            case SIGMOID -> multiplyBySigmoidDerivative(d, offset, count, a);
            case ELU -> multiplyByEluDerivative(d, offset, count, a);
            case EXP -> VectorRows.multiply(d, offset, a, offset, count);
            case SOFTPLUS, GELU_TANH -> VectorRows.multiply(d, offset, slope, offset, count);
        }
    }

    private static void multiplyByStep(float[] d, int offset, int count, float[] a, float below) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector error = FloatVector.fromArray(FLOATS, d, i);
            VectorMask<Float> positive = FloatVector.fromArray(FLOATS, a, i).compare(VectorOperators.GT, 0f);
            error.mul(FloatVector.broadcast(FLOATS, below).blend(1f, positive)).intoArray(d, i);
        }
    }

    private static void multiplyByTanhDerivative(float[] d, int offset, int count, float[] a) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector output = FloatVector.fromArray(FLOATS, a, i);
            FloatVector derivative = output.neg().fma(output, one);
            FloatVector.fromArray(FLOATS, d, i).mul(derivative).intoArray(d, i);
        }
    }

    private static void multiplyBySigmoidDerivative(float[] d, int offset, int count, float[] a) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector output = FloatVector.fromArray(FLOATS, a, i);
            FloatVector derivative = output.neg().fma(output, output);
            FloatVector.fromArray(FLOATS, d, i).mul(derivative).intoArray(d, i);
        }
    }

    private static void multiplyByEluDerivative(float[] d, int offset, int count, float[] a) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector output = FloatVector.fromArray(FLOATS, a, i);
            FloatVector derivative = output.add(1f).blend(1f, output.compare(VectorOperators.GT, 0f));
            FloatVector.fromArray(FLOATS, d, i).mul(derivative).intoArray(d, i);
        }
    }
}
