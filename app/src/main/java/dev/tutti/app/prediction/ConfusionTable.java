package dev.tutti.app.prediction;

import java.util.List;
import java.util.Locale;

/** A table of what classes are taken for: a row for each class, a column for each prediction. */
public final class ConfusionTable {
    private static final int MOST_CLASSES = 20;
    private static final int MOST_PAIRS = 10;
    private static final int LONGEST_NAME = 16;

    private ConfusionTable() {}

    /** Returns the table; for very many classes the pairs that are confused most. */
    public static String of(Predictions predictions) {
        List<String> names = predictions.schema().classNames();
        return names.size() > MOST_CLASSES ? pairs(predictions) : square(names, predictions.confusion());
    }

    private static String square(List<String> names, int[][] table) {
        List<String> shown = names.stream().map(ConfusionTable::shortened).toList();
        int width = Math.max(5, shown.stream().mapToInt(String::length).max().orElse(0));
        StringBuilder text =
                new StringBuilder("Rows: the class; columns: what the model says." + System.lineSeparator());
        text.append(" ".repeat(width));
        shown.forEach(name -> text.append(padded(name, width)));
        text.append(System.lineSeparator());
        for (int is = 0; is < table.length; is++) {
            text.append(String.format(Locale.ROOT, "%-" + width + "s", shown.get(is)));
            for (int predicted = 0; predicted < table.length; predicted++) {
                int count = table[is][predicted];
                text.append(padded(count == 0 ? "." : String.valueOf(count), width));
            }
            text.append(System.lineSeparator());
        }
        return text.toString();
    }

    private static String pairs(Predictions predictions) {
        List<String> names = predictions.schema().classNames();
        StringBuilder text = new StringBuilder("Confused most:" + System.lineSeparator());
        predictions
                .mostConfused(MOST_PAIRS)
                .forEach(pair -> text.append(String.format(
                        Locale.ROOT,
                        "%6d  %s taken for %s%n",
                        pair.count(),
                        names.get(pair.is()),
                        names.get(pair.said()))));
        return text.toString();
    }

    private static String padded(String text, int width) {
        return String.format(Locale.ROOT, " %" + width + "s", text);
    }

    private static String shortened(String name) {
        return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME - 1) + "~" : name;
    }
}
