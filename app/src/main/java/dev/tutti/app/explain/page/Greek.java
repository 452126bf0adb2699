package dev.tutti.app.explain.page;

import java.util.Map;

/** Letters that plain text spells out. */
final class Greek {
    private static final Map<String, String> LETTERS = Map.of(
            "alpha", "\u03b1",
            "beta", "\u03b2",
            "delta", "\u03b4",
            "eta", "\u03b7",
            "lambda", "\u03bb",
            "sigma", "\u03c3");

    private Greek() {}

    /** Whether {@code name} is the name of a letter. */
    static boolean isLetter(String name) {
        return LETTERS.containsKey(name);
    }

    /** The letter named {@code name}, or {@code name} itself. */
    static String letter(String name) {
        return LETTERS.getOrDefault(name, name);
    }
}
