package dev.tutti.data;

import java.util.Map;

/** What may separate the cells of a CSV, and what it is called where it cannot be seen. */
public final class Separators {
    /** What may be given, in words. */
    public static final String ALLOWED =
            "one character that is neither a letter, a digit nor one of \"#+-. , or comma, semicolon, tab, pipe, space";

    private static final Map<String, Character> NAMES =
            Map.of("comma", ',', "semicolon", ';', "tab", '\t', "\\t", '\t', "pipe", '|', "space", ' ');

    private Separators() {}

    /** Returns the separator that is meant; 0 if none is. */
    public static char of(String text) {
        if (NAMES.containsKey(text)) {
            return NAMES.get(text);
        }
        return text.length() == 1 && isOne(text.charAt(0)) ? text.charAt(0) : 0;
    }

    /** Returns what {@link #of} takes for {@code separator}. */
    public static String name(char separator) {
        return switch (separator) {
            case '\t' -> "tab";
            case ' ' -> "space";
            default -> String.valueOf(separator);
        };
    }

    private static boolean isOne(char separator) {
        boolean visible = separator > ' ' && separator < 0x7F;
        return visible && "\"#+-.".indexOf(separator) < 0 && !Character.isLetterOrDigit(separator);
    }
}
