package dev.tutti.app.service;

import java.util.Random;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Names for what the service keeps: the time, in a fixed number of digits, and something that nobody hits by accident. Later ones are
 * higher, also when the clock is put back. For one thread at a time.
 */
final class Ids {
    private static final Pattern ID = Pattern.compile("[0-9a-z]{9}-[0-9a-z]{4}");
    private static final int TIME_DIGITS = 9;
    private static final int MORE_DIGITS = 4;
    private static final int BASE = 36;

    private final LongSupplier clockMs;
    private final Random random;
    private long lastMs;

    /**
     * @param clockMs the time in milliseconds since 1970
     * @param random for the rest
     */
    Ids(LongSupplier clockMs, Random random) {
        this.clockMs = clockMs;
        this.random = random;
    }

    /** Whether this could be an id: safe as the name of a file, too. */
    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** An id as a message shows it; of what a client made up, nothing. */
    static String shown(String id) {
        return isId(id) ? id : "it has not the form of an id";
    }

    /** An id is in use: those that follow are higher. */
    void taken(String id) {
        lastMs = Math.max(lastMs, Long.parseLong(id.substring(0, TIME_DIGITS), BASE));
    }

    /** Returns a new id. */
    String next() {
        lastMs = Math.max(lastMs + 1, clockMs.getAsLong());
        int more = random.nextInt(BASE * BASE * BASE * BASE);
        return padded(Long.toString(lastMs, BASE), TIME_DIGITS) + "-"
                + padded(Integer.toString(more, BASE), MORE_DIGITS);
    }

    private static String padded(String text, int digits) {
        return "0".repeat(digits - text.length()) + text;
    }
}
