package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.FLOATS;
import static dev.tutti.kernel.VectorLanes.INTS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link FloatMath}, lane by lane. All of it must be inlined: a vector that is passed goes to the heap. */
final class VectorMath {
    /**
     * The constants of the functions, as vectors: a broadcast at each use would make the functions too large for C2 to
     * inline.
     */
    private static final FloatVector LOG2_E = broadcast(FloatMath.LOG2_E);

    private static final FloatVector ROUNDER = broadcast(FloatMath.ROUNDER);
    private static final FloatVector MINUS_LN2_HIGH = broadcast(-FloatMath.LN2_HIGH);
    private static final FloatVector MINUS_LN2_LOW = broadcast(-FloatMath.LN2_LOW);
    private static final FloatVector E4 = broadcast(FloatMath.E4);
    private static final FloatVector E3 = broadcast(FloatMath.E3);
    private static final FloatVector E2 = broadcast(FloatMath.E2);
    private static final FloatVector E1 = broadcast(FloatMath.E1);
    private static final FloatVector E0 = broadcast(FloatMath.E0);
    private static final FloatVector L7 = broadcast(FloatMath.L7);
    private static final FloatVector L6 = broadcast(FloatMath.L6);
    private static final FloatVector L5 = broadcast(FloatMath.L5);
    private static final FloatVector L4 = broadcast(FloatMath.L4);
    private static final FloatVector L3 = broadcast(FloatMath.L3);
    private static final FloatVector L2 = broadcast(FloatMath.L2);
    private static final FloatVector L1 = broadcast(FloatMath.L1);
    private static final FloatVector L0 = broadcast(FloatMath.L0);
    private static final FloatVector MINUS_HALF = broadcast(-0.5f);
    private static final FloatVector LN2_LOW = broadcast(FloatMath.LN2_LOW);
    private static final FloatVector LN2_HIGH = broadcast(FloatMath.LN2_HIGH);
    private static final FloatVector T4 = broadcast(FloatMath.T4);
    private static final FloatVector T3 = broadcast(FloatMath.T3);
    private static final FloatVector T2 = broadcast(FloatMath.T2);
    private static final FloatVector T1 = broadcast(FloatMath.T1);
    private static final FloatVector T0 = broadcast(FloatMath.T0);
    private static final FloatVector ONE = broadcast(1f);
    private static final FloatVector TWO = broadcast(2f);
    private static final FloatVector G1_TIMES_3 = broadcast(FloatMath.G1_TIMES_3);
    private static final FloatVector G0_HIGH = broadcast(FloatMath.G0_HIGH);
    private static final FloatVector G1_HIGH = broadcast(FloatMath.G1_HIGH);
    private static final FloatVector G1_LOW = broadcast(FloatMath.G1_LOW);
    private static final FloatVector HALF = broadcast(0.5f);
    private static final FloatVector G0_LOW = broadcast(FloatMath.G0_LOW);
    private static final FloatVector EXP_HIGHEST = broadcast(FloatMath.EXP_HIGHEST);
    private static final FloatVector EXP_LOWEST = broadcast(FloatMath.EXP_LOWEST);
    private static final FloatVector SQRT_TWO_MINUS_ONE = broadcast(FloatMath.SQRT_TWO_MINUS_ONE);
    private static final FloatVector TANH_SMALL = broadcast(FloatMath.TANH_SMALL);
    private static final FloatVector ZERO = broadcast(0f);
    private static final FloatVector MINUS_HALF_LN2 = broadcast(-FloatMath.LN2_HIGH * 0.5f);
    private static final FloatVector GELU_ZERO = broadcast(FloatMath.GELU_ZERO);
    private static final FloatVector GELU_LINEAR = broadcast(FloatMath.GELU_LINEAR);
    private static final FloatVector GELU_FAR = broadcast(FloatMath.GELU_FAR);
    private static final FloatVector MINUS_EXP_LOWEST = broadcast(-FloatMath.EXP_LOWEST);
    private static final FloatVector MINUS_ZERO = broadcast(-0f);
    private static final FloatVector GELU_FAR_SCALE = broadcast(FloatMath.GELU_FAR_SCALE);

    private VectorMath() {}

    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.blend(EXP_HIGHEST, x.compare(VectorOperators.GT, EXP_HIGHEST));
        clamped = clamped.blend(EXP_LOWEST, clamped.compare(VectorOperators.LT, EXP_LOWEST));
        FloatVector shifted = clamped.fma(LOG2_E, ROUNDER);
        FloatVector whole = shifted.sub(ROUNDER);
        FloatVector r = whole.fma(MINUS_LN2_HIGH, clamped);
        r = whole.fma(MINUS_LN2_LOW, r);
        IntVector n = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS);
        return timesPowerOfTwo(r.mul(r).fma(expPolynomial(r), r).add(ONE), n);
    }

    private static FloatVector expOfSum(FloatVector x, FloatVector low, IntVector exponent) {
        FloatVector clamped = x.blend(EXP_HIGHEST, x.compare(VectorOperators.GT, EXP_HIGHEST));
        clamped = clamped.blend(EXP_LOWEST, clamped.compare(VectorOperators.LT, EXP_LOWEST));
        FloatVector shifted = clamped.fma(LOG2_E, ROUNDER);
        FloatVector whole = shifted.sub(ROUNDER);
        FloatVector r = whole.fma(MINUS_LN2_HIGH, clamped);
        r = r.add(whole.fma(MINUS_LN2_LOW, low));
        IntVector n = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS).add(exponent);
        return timesPowerOfTwo(r.mul(r).fma(expPolynomial(r), r).add(ONE), n);
    }

    private static FloatVector expPolynomial(FloatVector r) {
        FloatVector p = E4.fma(r, E3);
        p = p.fma(r, E2);
        p = p.fma(r, E1);
        return p.fma(r, E0);
    }

    private static FloatVector timesPowerOfTwo(FloatVector p, IntVector n) {
        IntVector half = n.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
    }

    private static FloatVector powerOfTwo(IntVector exponent) {
        return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    static FloatVector log1pOfUnit(FloatVector u) {
        VectorMask<Float> large = u.compare(VectorOperators.GT, SQRT_TWO_MINUS_ONE);
        FloatVector f = u.blend(u.sub(ONE).mul(HALF), large);
        return logOfReduced(f, ZERO.blend(ONE, large));
    }

    static FloatVector logOfReduced(FloatVector f, FloatVector exponent) {
        FloatVector p = L7.fma(f, L6);
        p = p.fma(f, L5);
        p = p.fma(f, L4);
        p = p.fma(f, L3);
        p = p.fma(f, L2);
        p = p.fma(f, L1);
        p = p.fma(f, L0);
        p = p.fma(f, MINUS_HALF);
        FloatVector low = exponent.fma(LN2_LOW, f);
        return exponent.fma(LN2_HIGH, p.fma(f.mul(f), low));
    }

    static FloatVector tanh(FloatVector x) {
        FloatVector size = x.abs();
        FloatVector square = x.mul(x);
        FloatVector p = T4.fma(square, T3);
        p = p.fma(square, T2);
        p = p.fma(square, T1);
        p = p.fma(square, T0);
        FloatVector small = p.mul(square).fma(size, size);
        FloatVector large = ONE.sub(TWO.div(exp(size.add(size)).add(ONE)));
        FloatVector result = large.blend(small, size.compare(VectorOperators.LT, TANH_SMALL));
        // Not in a method of its own: C2 does not inline that in so large a function, and the vector would go to the
        // heap.
        IntVector sign = x.reinterpretAsInts().and(0x80000000);
        return result.reinterpretAsInts().and(0x7FFFFFFF).or(sign).reinterpretAsFloats();
    }

    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector numerator = ONE.blend(e, x.compare(VectorOperators.LT, ZERO));
        FloatVector denominator = e.add(ONE);
        FloatVector denominatorLow = e.sub(denominator.sub(ONE));
        FloatVector reciprocal = ONE.div(denominator);
        FloatVector quotient = numerator.mul(reciprocal);
        FloatVector minus = quotient.neg();
        FloatVector remainder = minus.fma(denominatorLow, minus.fma(denominator, numerator));
        return remainder.fma(reciprocal, quotient);
    }

    static FloatVector expm1OfNegative(FloatVector x) {
        FloatVector small = expPolynomial(x).fma(x.mul(x), x);
        FloatVector large = exp(x).sub(ONE);
        return large.blend(small, x.compare(VectorOperators.GT, MINUS_HALF_LN2));
    }

    static FloatVector softplus(FloatVector x) {
        FloatVector positive = x.blend(ZERO, x.compare(VectorOperators.LE, ZERO));
        return positive.add(log1pOfUnit(exp(x.abs().neg())));
    }

    static FloatVector gelu(FloatVector x, FloatVector e) {
        VectorMask<Float> negative = x.compare(VectorOperators.LT, ZERO);
        FloatVector product = x.mul(e);
        FloatVector numerator = x.blend(product, negative);
        FloatVector numeratorLow = ZERO.blend(x.fma(e, product.neg()), negative);
        FloatVector denominator = e.add(ONE);
        FloatVector denominatorLow = e.sub(denominator.sub(ONE));
        FloatVector quotient = numerator.div(denominator);
        FloatVector minus = quotient.neg();
        FloatVector remainder = minus.fma(denominator, numerator).add(minus.fma(denominatorLow, numeratorLow));
        FloatVector result = quotient.add(remainder.div(denominator)).mul(geluScale(x));
        result = result.blend(MINUS_ZERO, x.compare(VectorOperators.LT, GELU_ZERO));
        result = result.blend(x, x.compare(VectorOperators.GT, GELU_LINEAR));
        return result.blend(x, x.compare(VectorOperators.EQ, ZERO));
    }

    static FloatVector geluDerivative(FloatVector x, FloatVector e) {
        VectorMask<Float> negative = x.compare(VectorOperators.LT, ZERO);
        FloatVector gate = ONE.blend(e, negative).div(e.add(ONE)).mul(geluScale(x));
        FloatVector inner = G1_TIMES_3.fma(x.mul(x), G0_HIGH);
        FloatVector slope = gate.neg().fma(gate, gate);
        return x.mul(inner).fma(slope, gate).blend(gate, slope.compare(VectorOperators.EQ, ZERO));
    }

    private static FloatVector geluScale(FloatVector x) {
        return ONE.blend(GELU_FAR_SCALE, x.compare(VectorOperators.LT, GELU_FAR));
    }

    /** What the argument of the exponential, in twice the precision, has beyond a float. */
    static FloatVector geluLow(FloatVector x) {
        FloatVector square = x.mul(x);
        FloatVector squareLow = x.fma(x, square.neg());
        FloatVector product = square.mul(G1_HIGH);
        FloatVector productLow = G1_HIGH.fma(square, product.neg());
        productLow = G1_HIGH.fma(squareLow, G1_LOW.fma(square, productLow));
        FloatVector sum = product.add(G0_HIGH);
        FloatVector rest = sum.sub(product);
        FloatVector sumLow = product.sub(sum.sub(rest)).add(G0_HIGH.sub(rest)).add(productLow.add(G0_LOW));
        FloatVector argument = x.mul(sum);
        FloatVector argumentLow = x.fma(sumLow, x.fma(sum, argument.neg()));
        argumentLow = ZERO.blend(argumentLow, argument.abs().compare(VectorOperators.LT, MINUS_EXP_LOWEST));
        return argumentLow.neg().blend(argumentLow, x.compare(VectorOperators.LT, ZERO));
    }

    static FloatVector geluExp(FloatVector x, FloatVector low) {
        FloatVector argument = x.mul(x.mul(x).mul(G1_HIGH).add(G0_HIGH));
        VectorMask<Integer> far = x.compare(VectorOperators.LT, GELU_FAR).cast(INTS);
        IntVector exponent = IntVector.zero(INTS).blend(FloatMath.GELU_FAR_EXPONENT, far);
        return expOfSum(argument.abs().neg(), low, exponent);
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }
}
