package dev.tutti.data;

import java.util.Locale;

/** One cell of a table, as text. */
final class Cell {
    private static final int SHOWN = 40;

    private Cell() {}

    /** Returns the number in a cell; NaN if it holds none, an infinity if it is out of float32's range. */
    static float number(String text) {
        if (!looksLikeNumber(text)) {
            return Float.NaN;
        }
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            return Float.NaN;
        }
    }

    /** Whether a cell holds a finite number. */
    static boolean isNumber(String text) {
        return Float.isFinite(number(text));
    }

    /** Whether a cell holds a word: neither a number, nor one of the ways to write that there is none. */
    static boolean isWord(String text) {
        return Float.isNaN(number(text)) && !isMissing(text) && !isInfinity(text);
    }

    /** Whether it is none that could be one of several classes or levels: no value, or no finite one. */
    static boolean isNoValue(String text) {
        return isMissing(text) || isInfinity(text);
    }

    /** Says what is wrong with a cell that should hold a finite number. */
    static String problem(String text) {
        if (text.isBlank()) {
            return "empty, a number is needed";
        }
        if (isNoValue(text)) {
            return "not a finite number: " + quote(text);
        }
        return (looksLikeNumber(text) && Float.isInfinite(number(text))
                        ? "out of the range of float32: "
                        : "not a number: ")
                + quote(text);
    }

    /** Returns text in quotes, cut short and without control characters, fit for a message of one line. */
    static String quote(String text) {
        StringBuilder shown = new StringBuilder("\"");
        text.codePoints()
                .limit(SHOWN)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.LINE_SEPARATOR ? '?' : c)
                .forEach(shown::appendCodePoint);
        return shown.append(text.codePointCount(0, text.length()) > SHOWN ? "...\"" : "\"")
                .toString();
    }

    /** Whether a cell holds one of the ways to write that there is no value. */
    static boolean isMissing(String text) {
        return Missing.SIGNS.contains(text.toLowerCase(Locale.ROOT));
    }

    /** As {@link #isMissing(String)}, for a cell that was not made a string of. */
    static boolean isMissing(byte[] bytes, int from, int to) {
        return switch (to - from) {
            case 0 -> true;
            case 1 -> bytes[from] == '?';
            case 2 -> is("na", bytes, from);
            case 3 -> is("nan", bytes, from) || is("n/a", bytes, from);
            case 4 -> is("null", bytes, from) || is("+nan", bytes, from) || is("-nan", bytes, from);
            default -> false;
        };
    }

    private static boolean is(String sign, byte[] bytes, int from) {
        for (int i = 0; i < sign.length(); i++) {
            int c = bytes[from + i];
            if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != sign.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a cell holds an infinity. */
    static boolean isInfinity(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity" -> true;
            default -> false;
        };
    }

    /** Java's parser takes more than numbers: "1f", "0x1p3", "NaN". */
    private static boolean looksLikeNumber(String text) {
        if (text.isEmpty()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
                return false;
            }
        }
        return true;
    }
}
