package dev.tutti.data;

import java.util.List;
import java.util.Locale;

/** What is done about cells without a value: empty, {@code ?}, {@code NA}, {@code n/a}, {@code NaN} or {@code null}. */
public enum Missing {
    /**
     * In a column of numbers their mean takes its place, in a category the most frequent level, as measured on the training samples;
     * where these have such cells, a further input says so. Rows without a target are left out.
     */
    MEAN,
    /** The file is refused. */
    REFUSE;

    /** What a cell without a value may hold, in small letters; it may have large ones, too. */
    public static final List<String> SIGNS = List.of("", "?", "na", "n/a", "nan", "+nan", "-nan", "null");

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
