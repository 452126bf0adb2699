package dev.tutti.reduce;

/**
 * The numbers that are the upper half of a float: its sign and its exponent, and 7 bits of its fraction. They are kept in floats whose
 * lower half is 0. Stateless.
 */
public final class BFloat16 {
    private static final int UPPER = 0xffff0000;
    private static final int QUIET = 0x00400000;
    private static final int BELOW_HALF = 0x7fff;

    private BFloat16() {}

    /**
     * Returns the nearest one, of two as near the one whose last bit is 0. What is nearer to the next power of two than to the
     * largest becomes infinite. Infinities stay, and a NaN stays one, with its sign and the upper bits of its payload.
     */
    public static float round(float value) {
        int bits = Float.floatToRawIntBits(value);
        // A branch that is never taken costs less than the arithmetic that would do without it.
        int rounded = Float.isNaN(value) ? bits | QUIET : bits + BELOW_HALF + (bits >>> 16 & 1);
        return Float.intBitsToFloat(rounded & UPPER);
    }
}
