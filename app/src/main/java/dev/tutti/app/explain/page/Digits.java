package dev.tutti.app.explain.page;

import java.math.BigDecimal;
import java.util.Locale;

/** How numbers are written: six decimals, and never minus zero. */
public final class Digits {
    /** From here on a number with six decimals has few digits left, and is written with a power of ten. */
    private static final double SMALL = 1e-4;

    private static final double LARGE = 1e6;
    private static final double ZERO = 5e-7;
    private static final int DECIMALS = 6;

    private Digits() {}

    /** A number that was computed. */
    public static String of(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : value > 0 ? "infinite" : "-infinite";
        }
        if (size < ZERO) {
            return "0.000000";
        }
        return String.format(Locale.ROOT, size < SMALL || size >= LARGE ? "%.3e" : "%.6f", value);
    }

    /** A number that was given, as short as it was given. */
    public static String given(float value) {
        if (!Float.isFinite(value)) {
            return of(value);
        }
        BigDecimal exact = new BigDecimal(Float.toString(value)).stripTrailingZeros();
        if (exact.signum() == 0) {
            return "0";
        }
        return exact.scale() > DECIMALS || Math.abs(value) >= LARGE ? of(value) : exact.toPlainString();
    }
}
