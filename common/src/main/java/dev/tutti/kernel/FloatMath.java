package dev.tutti.kernel;

/**
 * Elementary functions in float32 made of {@code + - * /}, fused multiply-add and moves of bits alone, so that they
 * give the same bits in scalar code and at every vector width (rule 8 of the contract; the JDK's and the vector
 * library's functions differ from each other). The error is at most 2 units in the last place over all finite floats;
 * infinities and NaN are treated as {@link Math} does.
 *
 * <p>{@link VectorMath} repeats each of them lane by lane, operation by operation: a change here is a change there. The
 * polynomials are least-maximum fits of the remainder named beside them, rounded to float.
 */
public final class FloatMath {
    // exp: reduction to |r| <= ln(2)/2, then exp(r) = 1 + r + r^2 (E0 + E1 r + ... + E4 r^4).
    /** Low enough for {@link #gelu}, which wants smaller results than a float holds; {@link #exp} is 0 from -104 on. */
    static final float EXP_LOWEST = -120f;

    static final float EXP_HIGHEST = 89f;
    static final float LOG2_E = 0x1.715476p+0f;
    /** Adding and taking away 1.5 * 2^23 rounds to a whole number; the sum's low bits are that number. */
    static final float ROUNDER = 0x1.8p23f;

    static final int ROUNDER_BITS = 0x4B400000;
    static final float LN2_HIGH = 0x1.62e430p-1f;
    static final float LN2_LOW = -0x1.05c610p-29f;
    static final float E0 = 0x1.fffffcp-2f;
    static final float E1 = 0x1.55548ep-3f;
    static final float E2 = 0x1.555904p-5f;
    static final float E3 = 0x1.123ccap-7f;
    static final float E4 = 0x1.6a1f62p-10f;

    // log: reduction to 1 + f in [sqrt(1/2), sqrt(2)), then log(1 + f) = f - f^2/2 + f^3 (L0 + L1 f + ... + L7 f^7).
    static final int SQRT_HALF_BITS = 0x3F3504F3;
    static final float SMALLEST_NORMAL = 0x1p-126f;
    static final float L0 = 0x1.555554p-2f;
    static final float L1 = -0x1.000226p-2f;
    static final float L2 = 0x1.99a008p-3f;
    static final float L3 = -0x1.547244p-3f;
    static final float L4 = 0x1.22da1cp-3f;
    static final float L5 = -0x1.0d8542p-3f;
    static final float L6 = 0x1.055b6ap-3f;
    static final float L7 = -0x1.38b580p-4f;
    /** sqrt(2) - 1, where {@link #log1pOfUnit} halves its argument. */
    static final float SQRT_TWO_MINUS_ONE = 0x1.a82798p-2f;

    // tanh: x + x^3 (T0 + T1 x^2 + ... + T4 x^8) below TANH_SMALL, 1 - 2 / (exp(2|x|) + 1) above.
    static final float TANH_SMALL = 0.625f;
    static final float T0 = -0x1.555532p-2f;
    static final float T1 = 0x1.110726p-3f;
    static final float T2 = -0x1.b83c5ap-5f;
    static final float T3 = 0x1.52269ap-6f;
    static final float T4 = -0x1.75e1cap-8f;

    // GELU: z s(z (G0 + G1 z^2)) with s the logistic function, G0 = 2 sqrt(2/pi), G1 = 0.044715 G0, each as high + low
    // part.
    static final float G0_HIGH = 0x1.988454p+0f;
    static final float G0_LOW = -0x1.857936p-25f;
    static final float G1_HIGH = 0x1.2444f2p-4f;
    static final float G1_LOW = 0x1.49b16ap-29f;
    static final float G1_TIMES_3 = 0x1.b6676cp-3f;

    /** Below, the gate is computed {@code 2^24} times too large, since its denormals would be too coarse. */
    static final float GELU_FAR = -9f;

    /** Above, the result is the argument. */
    static final float GELU_LINEAR = 20f;

    /** Below, the result is too small for a float. */
    static final float GELU_ZERO = -11f;

    static final int GELU_FAR_EXPONENT = 24;
    static final float GELU_FAR_SCALE = 0x1p-24f;

    private FloatMath() {}

    /** Returns {@code e^x}: 0 below about -104, infinity above about 88.72. */
    public static float exp(float x) {
        float clamped = clampForExp(x);
        float shifted = Math.fma(clamped, LOG2_E, ROUNDER);
        float whole = shifted - ROUNDER;
        float r = Math.fma(whole, -LN2_LOW, Math.fma(whole, -LN2_HIGH, clamped));
        return timesPowerOfTwo(expOfReduced(r), Float.floatToRawIntBits(shifted) - ROUNDER_BITS);
    }

    /** Returns {@code e^(x + low) 2^exponent}, where {@code low} is what rounding took from {@code x}. */
    private static float expOfSum(float x, float low, int exponent) {
        float clamped = clampForExp(x);
        float shifted = Math.fma(clamped, LOG2_E, ROUNDER);
        float whole = shifted - ROUNDER;
        float r = Math.fma(whole, -LN2_HIGH, clamped) + Math.fma(whole, -LN2_LOW, low);
        return timesPowerOfTwo(expOfReduced(r), Float.floatToRawIntBits(shifted) - ROUNDER_BITS + exponent);
    }

    private static float clampForExp(float x) {
        float clamped = x > EXP_HIGHEST ? EXP_HIGHEST : x;
        return clamped < EXP_LOWEST ? EXP_LOWEST : clamped;
    }

    private static float expOfReduced(float r) {
        float p = Math.fma(E4, r, E3);
        p = Math.fma(p, r, E2);
        p = Math.fma(p, r, E1);
        p = Math.fma(p, r, E0);
        return Math.fma(p, r * r, r) + 1f;
    }

    private static float timesPowerOfTwo(float p, int n) {
        // Two factors, since 2^n alone may be out of range where the result is not.
        int half = n >> 1;
        return p * powerOfTwo(half) * powerOfTwo(n - half);
    }

    /** Returns the natural logarithm of {@code x}: NaN below 0, minus infinity at 0. */
    public static float log(float x) {
        boolean denormal = x < SMALLEST_NORMAL;
        int bits = Float.floatToRawIntBits(denormal ? x * 0x1p23f : x);
        int exponent = (bits - SQRT_HALF_BITS) >> 23;
        float f = Float.intBitsToFloat(bits - (exponent << 23)) - 1f;
        float result = logOfReduced(f, denormal ? exponent - 23 : exponent);
        result = x < Float.POSITIVE_INFINITY ? result : x;
        result = x == 0f ? Float.NEGATIVE_INFINITY : result;
        return x < 0f ? Float.NaN : result;
    }

    /** Returns {@code log(1 + u)} for {@code u} in [0, 1], without the rounding of the sum. */
    public static float log1pOfUnit(float u) {
        boolean large = u > SQRT_TWO_MINUS_ONE;
        return logOfReduced(large ? (u - 1f) * 0.5f : u, large ? 1 : 0);
    }

    private static float logOfReduced(float f, float exponent) {
        float p = Math.fma(L7, f, L6);
        p = Math.fma(p, f, L5);
        p = Math.fma(p, f, L4);
        p = Math.fma(p, f, L3);
        p = Math.fma(p, f, L2);
        p = Math.fma(p, f, L1);
        p = Math.fma(p, f, L0);
        p = Math.fma(p, f, -0.5f);
        float low = Math.fma(exponent, LN2_LOW, f);
        return Math.fma(exponent, LN2_HIGH, Math.fma(p, f * f, low));
    }

    /** Returns the hyperbolic tangent of {@code x}. */
    public static float tanh(float x) {
        float size = Math.abs(x);
        float square = x * x;
        float p = Math.fma(T4, square, T3);
        p = Math.fma(p, square, T2);
        p = Math.fma(p, square, T1);
        p = Math.fma(p, square, T0);
        float small = Math.fma(p * square, size, size);
        float large = 1f - 2f / (exp(size + size) + 1f);
        return Math.copySign(size < TANH_SMALL ? small : large, x);
    }

    /** Returns {@code 1 / (1 + exp(-x))}. */
    public static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        float numerator = x < 0f ? e : 1f;
        float denominator = 1f + e;
        float denominatorLow = e - (denominator - 1f);
        float reciprocal = 1f / denominator;
        float quotient = numerator * reciprocal;
        float remainder = Math.fma(-quotient, denominatorLow, Math.fma(-quotient, denominator, numerator));
        return Math.fma(remainder, reciprocal, quotient);
    }

    /** Returns {@code e^x - 1} for {@code x} up to 0. */
    public static float expm1OfNegative(float x) {
        float p = Math.fma(E4, x, E3);
        p = Math.fma(p, x, E2);
        p = Math.fma(p, x, E1);
        p = Math.fma(p, x, E0);
        float small = Math.fma(p, x * x, x);
        float large = exp(x) - 1f;
        return x > -LN2_HIGH * 0.5f ? small : large;
    }

    /** Returns {@code log(1 + e^x)}. */
    public static float softplus(float x) {
        float positive = x <= 0f ? 0f : x;
        return positive + log1pOfUnit(exp(-Math.abs(x)));
    }

    /** Returns {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) = x s(2 sqrt(2/pi) (x + 0.044715 x^3))}. */
    public static float gelu(float x) {
        float e = geluExp(x);
        float numerator = x < 0f ? x * e : x;
        float numeratorLow = x < 0f ? Math.fma(x, e, -numerator) : 0f;
        float denominator = 1f + e;
        float denominatorLow = e - (denominator - 1f);
        float quotient = numerator / denominator;
        float remainder =
                Math.fma(-quotient, denominator, numerator) + Math.fma(-quotient, denominatorLow, numeratorLow);
        float result = (quotient + remainder / denominator) * geluScale(x);
        result = x < GELU_ZERO ? -0f : result;
        return x > GELU_LINEAR || x == 0f ? x : result;
    }

    /** Returns the derivative of {@link #gelu}. */
    public static float geluDerivative(float x) {
        float e = geluExp(x);
        float gate = (x < 0f ? e : 1f) / (1f + e) * geluScale(x);
        float inner = Math.fma(G1_TIMES_3, x * x, G0_HIGH);
        float slope = Math.fma(-gate, gate, gate);
        return slope == 0f ? gate : Math.fma(x * inner, slope, gate);
    }

    private static float geluScale(float x) {
        return x < GELU_FAR ? GELU_FAR_SCALE : 1f;
    }

    /**
     * {@code exp(-|x (G0 + G1 x^2)|)}, the argument in twice the precision since its rounding would be magnified; below
     * {@link #GELU_FAR} to be multiplied by {@link #geluScale}.
     */
    private static float geluExp(float x) {
        float square = x * x;
        float squareLow = Math.fma(x, x, -square);
        float product = G1_HIGH * square;
        float productLow = Math.fma(G1_HIGH, square, -product);
        productLow = Math.fma(G1_HIGH, squareLow, Math.fma(G1_LOW, square, productLow));
        float sum = product + G0_HIGH;
        float rest = sum - product;
        float sumLow = (product - (sum - rest)) + (G0_HIGH - rest) + (productLow + G0_LOW);
        float argument = x * sum;
        float argumentLow = Math.fma(x, sumLow, Math.fma(x, sum, -argument));
        // Beyond, the low part is infinite or NaN and of no use.
        argumentLow = Math.abs(argument) < -EXP_LOWEST ? argumentLow : 0f;
        int exponent = x < GELU_FAR ? GELU_FAR_EXPONENT : 0;
        return expOfSum(-Math.abs(argument), x < 0f ? argumentLow : -argumentLow, exponent);
    }

    private static float powerOfTwo(int exponent) {
        return Float.intBitsToFloat((exponent + 127) << 23);
    }
}
