package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Errors of the elementary functions over a sample of all floats; the profile {@code exhaustive} takes every one. */
class FloatMathTest {
    private static final double MAX_ULPS = 2;
    /** A prime step through the bit patterns; 1 takes every float. */
    private static final int STRIDE = Integer.getInteger("tutti.test.stride", 4099);

    private interface FloatFunction {
        float apply(float x);
    }

    @Test
    void shouldComputeExp() {
        check(FloatMath::exp, StrictMath::exp, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
    }

    @Test
    void shouldComputeLog() {
        check(FloatMath::log, StrictMath::log, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
    }

    @Test
    void shouldComputeLog1pOfUnit() {
        check(FloatMath::log1pOfUnit, StrictMath::log1p, 0f, 1f);
    }

    @Test
    void shouldComputeTanh() {
        check(FloatMath::tanh, StrictMath::tanh, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
    }

    @Test
    void shouldComputeSigmoid() {
        check(
                FloatMath::sigmoid,
                x -> x < 0 ? StrictMath.exp(x) / (1 + StrictMath.exp(x)) : 1 / (1 + StrictMath.exp(-x)),
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY);
    }

    @Test
    void shouldComputeExpm1OfNegative() {
        check(FloatMath::expm1OfNegative, StrictMath::expm1, Float.NEGATIVE_INFINITY, -Float.MIN_VALUE);
    }

    @Test
    void shouldComputeSoftplus() {
        check(
                FloatMath::softplus,
                x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x))),
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY);
    }

    @Test
    void shouldComputeGelu() {
        check(FloatMath::gelu, DoubleNetwork::gelu, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
    }

    private static void check(FloatFunction function, DoubleUnaryOperator exact, float lowest, float highest) {
        assertSame(function, exact, Float.NaN);
        for (float special : new float[] {
            lowest,
            highest,
            0f,
            -0f,
            1f,
            -1f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            Float.MAX_VALUE,
            -Float.MAX_VALUE
        }) {
            if (Float.compare(special, lowest) >= 0 && special <= highest) {
                assertSame(function, exact, special);
            }
        }
        checkAll(function, exact, lowest, highest, STRIDE);
        // Where the errors are largest, closer together: from -16 to -1/8.
        checkAll(function, exact, Math.max(lowest, -16f), Math.min(highest, -0.125f), Math.max(1, STRIDE / 50));
    }

    private static void checkAll(
            FloatFunction function, DoubleUnaryOperator exact, float lowest, float highest, int stride) {
        double worst = 0;
        float where = 0;
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += stride) {
            float x = Float.intBitsToFloat((int) bits);
            if (Float.compare(x, lowest) >= 0 && x <= highest) {
                double error = ulps(function.apply(x), exact.applyAsDouble(x));
                if (!(error <= worst)) {
                    worst = error;
                    where = x;
                }
            }
        }
        assertThat(worst).as("error in ulps at %s", where).isLessThanOrEqualTo(MAX_ULPS);
    }

    private static void assertSame(FloatFunction function, DoubleUnaryOperator exact, float x) {
        assertThat(ulps(function.apply(x), exact.applyAsDouble(x)))
                .as("at %s", x)
                .isLessThanOrEqualTo(MAX_ULPS);
    }

    /** Distance in units in the last place of the exact value, denormals included. */
    // Only a result that is exactly 0 is told from -0: the other zeros are the roundings of values too small.
    private static double ulps(float actual, double exact) {
        float rounded = (float) exact;
        if (Float.isNaN(rounded) || Float.isInfinite(rounded) || Float.isInfinite(actual)) {
            return Float.compare(actual, rounded) == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        if (rounded == 0f && actual == 0f && exact == 0) {
            return Float.compare(actual, rounded) == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        return Math.abs(actual - exact) / Math.ulp(rounded);
    }
}
