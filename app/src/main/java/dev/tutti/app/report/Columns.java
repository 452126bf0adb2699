package dev.tutti.app.report;

import dev.tutti.app.prediction.Importance;
import dev.tutti.data.CategoryInputs;
import dev.tutti.data.ColumnType;
import dev.tutti.data.DataSchema;
import dev.tutti.data.Preprocessing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** What the columns are, what was made of them and, where it was measured, how much each matters. */
final class Columns {
    private static final int MOST = 200;
    private static final int MOST_LEVELS = 12;

    private Columns() {}

    static Html of(Preprocessing preprocessing, Optional<Importance> importance) {
        DataSchema schema = preprocessing.schema();
        List<Integer> order = importance
                .map(measured -> measured.columns().stream()
                        .map(Importance.Column::column)
                        .toList())
                .orElseGet(() -> IntStream.range(0, schema.inputCount()).boxed().toList());
        Html html = new Html();
        html.raw("<h2>Columns</h2>\n<p class=\"quiet\">")
                .text(about(schema, importance))
                .raw("</p>\n<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Columns\">")
                .raw("<table class=\"numbers\"><thead><tr><th scope=\"col\">column</th>");
        if (importance.isPresent()) {
            html.raw("<th scope=\"col\">importance</th><th scope=\"col\">loss</th><th scope=\"col\">"
                    + (schema.classification() ? "accuracy" : "RMSE") + "</th>");
        }
        html.raw("<th scope=\"col\">type</th><th scope=\"col\">becomes</th><th scope=\"col\">where it is missing</th>")
                .raw("</tr></thead><tbody>\n");
        for (int place = 0; place < Math.min(MOST, order.size()); place++) {
            int column = order.get(place);
            html.raw("<tr><th scope=\"row\">").text(schema.inputName(column)).raw("</th>");
            int rank = place;
            importance.ifPresent(measured -> importanceOf(measured, rank, html));
            html.element("td", schema.inputType(column).id())
                    .element("td", becomes(preprocessing, column))
                    .element("td", missing(preprocessing, column))
                    .raw("</tr>\n");
        }
        html.raw("</tbody></table></div>\n");
        if (order.size() > MOST) {
            html.raw("<p class=\"quiet\">")
                    .text((order.size() - MOST) + " more columns.")
                    .raw("</p>\n");
        }
        return html;
    }

    private static String about(DataSchema schema, Optional<Importance> importance) {
        String target = schema.targetName().isEmpty() ? "the target" : schema.targetName();
        String what = schema.inputCount() + " columns to predict " + target
                + (schema.classification() ? ", one of " + schema.classCount() + " classes." : ", a number.");
        return what
                + importance
                        .map(measured ->
                                " Importance is what shuffling a column among the validation samples does to loss"
                                        + " and " + (schema.classification() ? "accuracy" : "error") + " (means of "
                                        + measured.repeats() + " times, seed " + measured.seed() + ").")
                        .orElse(" Their importance was not measured here: tutti eval RUN DATA --importance does.");
    }

    private static void importanceOf(Importance importance, int place, Html html) {
        Importance.Column column = importance.columns().get(place);
        double most = Math.max(Double.MIN_NORMAL, importance.columns().get(0).loss());
        double share = Math.max(0, Math.min(1, column.loss() / most));
        html.raw("<td><svg class=\"bar-cell\" viewBox=\"0 0 100 8\" aria-hidden=\"true\"><rect class=\"bar\" width=\""
                        + String.format(Locale.ROOT, "%.1f", 100 * share) + "\" height=\"8\"/></svg></td>")
                .element("td", signed(column.loss()))
                .element("td", signed(column.metric()));
    }

    private static String signed(double value) {
        return (value > 0 ? "+" : "") + Texts.number(value);
    }

    private static String becomes(Preprocessing preprocessing, int column) {
        if (preprocessing.schema().inputType(column) == ColumnType.CATEGORY) {
            CategoryInputs category = category(preprocessing, column);
            List<String> names = new ArrayList<>(category.levels()
                    .subList(0, Math.min(MOST_LEVELS, category.levels().size())));
            if (category.levels().size() > MOST_LEVELS) {
                names.add("...");
            }
            if (category.other()) {
                names.add("other");
            }
            return category.width() + " inputs: " + String.join(", ", names);
        }
        double shift = preprocessing.inputShift()[column];
        double factor = preprocessing.inputFactor()[column];
        return shift == 0 && factor == 1
                ? "as it is"
                : "(x - " + Texts.number(shift) + ") / " + Texts.number(1 / factor);
    }

    private static String missing(Preprocessing preprocessing, int column) {
        double standIn = preprocessing.standIn(column);
        String value = Texts.number(standIn);
        if (preprocessing.schema().inputType(column) == ColumnType.CATEGORY) {
            value = standIn < 0
                    ? "no level"
                    : category(preprocessing, column).levels().get((int) standIn);
        }
        return value + (preprocessing.indicators().contains(column) ? ", and an input that says so" : "");
    }

    private static CategoryInputs category(Preprocessing preprocessing, int column) {
        return preprocessing.categories().stream()
                .filter(category -> category.column() == column)
                .findFirst()
                .orElseThrow();
    }
}
