package dev.tutti.app.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An axis of a picture: from value to place, with marks at round numbers. */
final class Axis {
    private static final int MOST_MARKS = 6;

    private final double low;
    private final double high;
    private final double from;
    private final double to;
    private final double step;

    /**
     * @param low smallest value
     * @param high largest value
     * @param from place of the lower end
     * @param to place of the upper end
     */
    Axis(double low, double high, double from, double to) {
        double width = high - low;
        double wide = width > 0 && Double.isFinite(width) ? width : Math.max(1e-9, Math.abs(low)) * 0.1;
        step = round(wide / (MOST_MARKS - 1));
        this.low = Math.floor(low / step + 1e-9) * step;
        this.high = Math.max(this.low + step, Math.ceil(high / step - 1e-9) * step);
        this.from = from;
        this.to = to;
    }

    /** The next larger of 1, 2, 5, 10, 20, ... */
    private static double round(double step) {
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        double digit = step / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }

    double place(double value) {
        return from + (value - low) / (high - low) * (to - from);
    }

    List<Double> marks() {
        List<Double> marks = new ArrayList<>();
        for (int i = 0; low + i * step <= high + step / 2; i++) {
            marks.add(low + i * step);
        }
        return marks;
    }

    /** A mark as text, with as many decimals as the steps need. */
    String text(double mark) {
        if (Math.abs(high) >= 1e7 || Math.abs(low) >= 1e7 || step < 1e-6) {
            return String.format(Locale.ROOT, "%.1e", mark);
        }
        int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
        // Not -0.
        return String.format(Locale.ROOT, "%,." + decimals + "f", Math.abs(mark) < step / 2 ? 0.0 : mark);
    }
}
