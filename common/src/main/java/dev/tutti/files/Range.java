package dev.tutti.files;

import java.util.function.DoublePredicate;

/**
 * Which numbers a value may be, and how that is said. Whoever owns a value holds its range; what reads it from an option or a file
 * asks the same one.
 *
 * @param allowed the range in words, such as {@code 0 to below 1}
 * @param has whether it has a number that is finite
 */
public record Range(String allowed, DoublePredicate has) {

    /** Whole numbers from {@code min} up. */
    public static Range count(int min) {
        return count(min, Integer.MAX_VALUE);
    }

    /** Whole numbers from {@code min} to {@code max}. */
    public static Range count(int min, int max) {
        return new Range("whole numbers from " + min + " to " + max, value -> value >= min && value <= max);
    }

    /** Numbers above 0. */
    public static Range positive() {
        return new Range("above 0", value -> value > 0);
    }

    /** Shares: numbers from 0 to below 1. */
    public static Range share() {
        return new Range("0 to below 1", value -> value >= 0 && value < 1);
    }

    /** All numbers that are finite. */
    public static Range finite() {
        return new Range("any finite number", value -> true);
    }

    /** Whether {@code value} is one of these; NaN and infinities never are. */
    public boolean contains(double value) {
        return Double.isFinite(value) && has.test(value);
    }

    /** @throws InputException that names the value, unless it is one of these */
    public void require(String name, Number value) {
        if (!contains(value.doubleValue())) {
            throw new InputException(name + " out of range: " + value + ", allowed: " + allowed);
        }
    }
}
