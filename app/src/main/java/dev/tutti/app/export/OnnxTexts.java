package dev.tutti.app.export;

import dev.tutti.data.CategoryInputs;
import dev.tutti.data.Missing;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Tables from texts to whole numbers, as the attributes of ONNX' {@code LabelEncoder}. */
final class OnnxTexts {
    private OnnxTexts() {}

    /** Which input of a category is 1: of levels as they are written, and of numbers also in the usual other ways. */
    static Map<String, Object> places(CategoryInputs category, int standIn) {
        Map<String, Long> places = new LinkedHashMap<>();
        category.placeOf().forEach((level, place) -> places.put(level, (long) place));
        category.placeOf().forEach((level, place) -> {
            if (level.matches("-?[0-9]+")) {
                places.putIfAbsent(level + ".0", (long) place);
            }
        });
        missingTexts().forEach(text -> places.put(text, (long) standIn));
        return attributes(places, category.rest());
    }

    /** 1 for a text that stands for no value, 0 for the others. */
    static Map<String, Object> missing() {
        Map<String, Long> ones = new LinkedHashMap<>();
        missingTexts().forEach(text -> ones.put(text, 1L));
        return attributes(ones, 0);
    }

    private static Map<String, Object> attributes(Map<String, Long> table, long otherwise) {
        return Map.of(
                "keys_strings", List.copyOf(table.keySet()),
                "values_int64s",
                        table.values().stream().mapToLong(Long::longValue).toArray(),
                "default_int64", otherwise);
    }

    /** The signs for a missing value, each letter large or small. */
    private static Set<String> missingTexts() {
        Set<String> texts = new LinkedHashSet<>();
        Missing.SIGNS.forEach(sign -> addSpellings(sign, 0, texts));
        return texts;
    }

    private static void addSpellings(String text, int from, Set<String> to) {
        if (from == text.length()) {
            to.add(text);
            return;
        }
        addSpellings(text, from + 1, to);
        String letter = text.substring(from, from + 1);
        String large = letter.toUpperCase(Locale.ROOT);
        if (!large.equals(letter)) {
            addSpellings(text.substring(0, from) + large + text.substring(from + 1), from + 1, to);
        }
    }
}
