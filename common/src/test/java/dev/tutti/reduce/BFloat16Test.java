package dev.tutti.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over a sample of all floats; the profile {@code exhaustive} takes every one. */
class BFloat16Test {
    private static final int STRIDE = Integer.getInteger("tutti.test.stride", 4099);

    @ParameterizedTest
    @CsvSource({
        "00000000, 00000000",
        "80000000, 80000000",
        "3f800000, 3f800000",
        "3f807fff, 3f800000",
        "3f808000, 3f800000", // a tie, to even
        "3f808001, 3f810000",
        "3f818000, 3f820000", // a tie, to even
        "bf818000, bf820000",
        "3fff8000, 40000000", // to the next power of two
        "00000001, 00000000", // subnormal
        "00008000, 00000000",
        "00008001, 00010000",
        "80018000, 80020000",
        "007fffff, 00800000",
        "7f7f7fff, 7f7f0000", // the largest
        "7f7f8000, 7f800000", // a tie, to even: infinity
        "7f7fffff, 7f800000",
        "ff7fffff, ff800000",
        "7f800000, 7f800000",
        "ff800000, ff800000",
        "7fc00000, 7fc00000",
        "7f800001, 7fc00000", // a NaN whose payload is below
        "ff80ffff, ffc00000",
        "7fffffff, 7fff0000",
        "ffabcdef, ffeb0000",
    })
    void shouldRoundToNearestEven(String bits, String expected) {
        float value = Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16));
        assertThat(String.format("%08x", Float.floatToRawIntBits(BFloat16.round(value))))
                .isEqualTo(expected);
    }

    @Test
    void shouldRoundAsTheDistancesSay() {
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += STRIDE) {
            assertNearest((int) bits);
        }
        for (int upper = 0; upper < 1 << 16; upper++) {
            assertNearest(upper << 16 | 0x8000);
        }
    }

    /** By distances in double, where all of them are exact; beyond the largest there is the next power of two. */
    private static void assertNearest(int bits) {
        float value = Float.intBitsToFloat(bits);
        int found = Float.floatToRawIntBits(BFloat16.round(value));
        boolean right;
        if (Float.isNaN(value)) {
            right = Float.isNaN(Float.intBitsToFloat(found)) && (bits ^ found) >= 0;
        } else {
            int below = bits & 0xffff0000;
            double exact = magnitude(bits);
            double toBelow = exact - magnitude(below);
            double toAbove = magnitude(below + 0x10000) - exact;
            boolean up = toAbove < toBelow || toAbove == toBelow && (below & 0x10000) != 0;
            right = found == (up ? below + 0x10000 : below);
        }
        if (!right || (found & 0xffff) != 0) {
            throw new AssertionError("bits " + Integer.toHexString(bits) + ": found " + Integer.toHexString(found));
        }
    }

    /** The value without its sign; of infinity what the next exponent would be. */
    private static double magnitude(int bits) {
        int magnitude = bits & 0x7fffffff;
        return magnitude == 0x7f800000 ? 0x1p128 : Float.intBitsToFloat(magnitude);
    }

    @Test
    void shouldAddAndRoundEachElementOfARange() {
        float[] sum = {1, 1, 1, 1};
        float[] values = {0x1p-8f, 0x1.8p-7f, 2, Float.POSITIVE_INFINITY};
        NodePrecision.BFLOAT16.addRange(sum, values, 0, 2);
        assertThat(sum).containsExactly(1, 1 + 0x1p-6f, 1, 1);
        NodePrecision.BFLOAT16.add(sum, values);
        assertThat(sum[2]).isEqualTo(3);
        assertThat(sum[3]).isEqualTo(Float.POSITIVE_INFINITY);
        NodePrecision.FLOAT32.addRange(sum, new float[] {0x1p-20f, 0, 0, 0}, 0, 1);
        assertThat(sum[0]).isEqualTo(1 + 0x1p-20f);
    }
}
