package dev.tutti.data;

import java.nio.charset.StandardCharsets;

/** Numbers in text: decimal to float32, to the same bits as {@link Float#parseFloat}, without making a string of them. */
final class Decimal {
    /** Digits that a long surely holds; what the others are worth is less than the error that is allowed for. */
    private static final int MOST_DIGITS = 18;

    private static final int LARGEST_POWER = 308;
    private static final int LARGEST_EXPONENT = 100_000;

    /** What a double has below the last bit of a float, and the middle between two floats. */
    private static final long BELOW = (1L << 29) - 1;

    private static final long MIDDLE = 1L << 28;

    /** Units in the last place of a double: more than the two roundings and the digits left out are off together. */
    private static final long ERROR = 8;

    private static final double[] POWERS = powers();

    private Decimal() {}

    private static double[] powers() {
        double[] powers = new double[LARGEST_POWER + 1];
        for (int exponent = 0; exponent < powers.length; exponent++) {
            powers[exponent] = Double.parseDouble("1e" + exponent);
        }
        return powers;
    }

    /**
     * Returns the number that some bytes are; NaN if they are none, an infinity if it is out of float32's range.
     *
     * @param mark between whole and fraction: a point or a comma
     */
    static float parse(byte[] bytes, int from, int to, byte mark) {
        int i = from;
        boolean negative = false;
        if (i < to && (bytes[i] == '-' || bytes[i] == '+')) {
            negative = bytes[i++] == '-';
        }
        long digits = 0;
        int count = 0;
        int exponent = 0;
        int start = i;
        for (; i < to; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            if (count < MOST_DIGITS) {
                digits = digits * 10 + digit;
                count += digits == 0 ? 0 : 1;
            } else {
                exponent++;
            }
        }
        int found = i - start;
        if (i < to && bytes[i] == mark) {
            start = ++i;
            for (; i < to; i++) {
                int digit = bytes[i] - '0';
                if (digit < 0 || digit > 9) {
                    break;
                }
                if (count < MOST_DIGITS) {
                    digits = digits * 10 + digit;
                    count += digits == 0 ? 0 : 1;
                    exponent--;
                }
            }
            found += i - start;
        }
        if (found == 0) {
            return Float.NaN;
        }
        if (i < to) {
            int power = exponent(bytes, i, to);
            if (power == Integer.MIN_VALUE) {
                return Float.NaN;
            }
            if (Math.abs(power) == LARGEST_EXPONENT) {
                // It was cut there, and zeros before or behind the point may make up for it.
                return slow(bytes, from, to, mark);
            }
            exponent += power;
        }
        return number(bytes, from, to, mark, negative, digits, exponent);
    }

    /** Returns what stands behind the digits, {@code e-5}; {@link Integer#MIN_VALUE} if it is no exponent. */
    private static int exponent(byte[] bytes, int from, int to) {
        int i = from;
        if (bytes[i] != 'e' && bytes[i] != 'E') {
            return Integer.MIN_VALUE;
        }
        i++;
        boolean negative = false;
        if (i < to && (bytes[i] == '-' || bytes[i] == '+')) {
            negative = bytes[i++] == '-';
        }
        if (i == to) {
            return Integer.MIN_VALUE;
        }
        int exponent = 0;
        for (; i < to; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return Integer.MIN_VALUE;
            }
            exponent = Math.min(LARGEST_EXPONENT, exponent * 10 + digit);
        }
        return negative ? -exponent : exponent;
    }

    /**
     * A double that is off by few units in its last place rounds to the right float, unless it is about in the middle between two:
     * then, as at the ends of the range, the slow way is taken.
     */
    private static float number(
            byte[] bytes, int from, int to, byte mark, boolean negative, long digits, int exponent) {
        if (digits == 0) {
            return negative ? -0f : 0f;
        }
        if (exponent < -LARGEST_POWER || exponent > LARGEST_POWER) {
            return slow(bytes, from, to, mark);
        }
        double value = exponent < 0 ? digits / POWERS[-exponent] : digits * POWERS[exponent];
        long off = (Double.doubleToRawLongBits(value) & BELOW) - MIDDLE;
        boolean sure = (off > ERROR || off < -ERROR) && value > 2 * Float.MIN_NORMAL && value < Float.MAX_VALUE / 2;
        if (!sure) {
            return slow(bytes, from, to, mark);
        }
        return (float) (negative ? -value : value);
    }

    private static float slow(byte[] bytes, int from, int to, byte mark) {
        String text = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        return Float.parseFloat(mark == '.' ? text : text.replace((char) mark, '.'));
    }
}
