package dev.tutti.data;

import java.util.Locale;

/** What a column of a table holds. */
public enum ColumnType {
    /** Numbers: one input. */
    NUMBER,
    /** Names of a limited number of levels: one input for each. */
    CATEGORY,
    /** Text that is rather different in each row, such as names: not learned from. */
    TEXT,
    /** One value only, or none: nothing to learn from. */
    CONSTANT;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
