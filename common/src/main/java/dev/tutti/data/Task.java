package dev.tutti.data;

import java.util.Locale;

/** What is to be predicted. */
public enum Task {
    /** One of several classes. */
    CLASSIFICATION,
    /** A number. */
    REGRESSION;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
