package dev.tutti.data;

import java.util.Locale;

/** Whether the first row of a CSV file holds the names of the columns. */
public enum Header {
    /** It does if none of its cells is a number and some cell below one of them in the next row is. */
    AUTO,
    /** It does. */
    ON,
    /** It is a sample. */
    OFF;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
