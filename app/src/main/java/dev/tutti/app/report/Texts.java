package dev.tutti.app.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** Numbers and names as people read them. */
final class Texts {
    private static final double LARGEST_WHOLE = 1e15;

    private Texts() {}

    /** A number with four digits that count; whole ones with all of theirs, in groups. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < LARGEST_WHOLE) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        double size = Math.abs(value);
        if (size >= 1000 && size < 1e9) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (size < 1e-4 || size >= 1e9) {
            return String.format(Locale.ROOT, "%.3e", value);
        }
        int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
        return String.format(Locale.ROOT, "%." + Math.min(7, decimals) + "f", value);
    }

    /** A value of JSON, in a line. */
    static String value(JsonNode value) {
        if (value.isNumber()) {
            return number(value.asDouble());
        }
        if (value.isBoolean()) {
            return value.asBoolean() ? "yes" : "no";
        }
        return value.asText();
    }

    /** The words of a key: {@code validationRmse} makes {@code validation RMSE}. */
    static String words(String key) {
        StringBuilder words = new StringBuilder();
        for (String word : key.split("(?<=[a-z0-9])(?=[A-Z])|[_.]", -1)) {
            String small = word.toLowerCase(Locale.ROOT);
            words.append(words.isEmpty() ? "" : " ")
                    .append(
                            switch (small) {
                                case "rmse", "mae", "roc", "auc", "pr", "ece", "f1", "r2" ->
                                    small.toUpperCase(Locale.ROOT);
                                default -> small;
                            });
        }
        return words.toString();
    }

    /** With a capital at its beginning. */
    static String title(String words) {
        return words.isEmpty() ? words : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
