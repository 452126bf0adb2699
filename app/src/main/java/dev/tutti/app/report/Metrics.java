package dev.tutti.app.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The numbers of a JSON object as tables, by their names. */
final class Metrics {
    private static final int MOST_LISTED = 20;

    private final List<String> classes;
    private final Map<String, String> single = new LinkedHashMap<>();
    /** By the class: those of which there is one for each. */
    private final Map<String, JsonNode> byClass = new LinkedHashMap<>();

    private final Html tables = new Html();

    private Metrics(List<String> classes) {
        this.classes = classes;
    }

    /**
     * Returns tables of all that is in an object; empty where there is nothing.
     *
     * @param object of JSON
     * @param but keys to leave out
     * @param classes names of the classes; a list as long as these has a number for each
     */
    static Html of(JsonNode object, Set<String> but, List<String> classes) {
        Metrics metrics = new Metrics(classes);
        object.properties().forEach(field -> {
            if (!but.contains(field.getKey())) {
                metrics.collect(Texts.words(field.getKey()), field.getValue());
            }
        });
        return metrics.html();
    }

    private void collect(String name, JsonNode value) {
        if (value.isObject()) {
            value.properties().forEach(field -> collect(name + ", " + Texts.words(field.getKey()), field.getValue()));
        } else if (value.isArray() && value.size() > 0 && value.get(0).isObject()) {
            tables.add(objects(Texts.title(name), value));
        } else if (value.isArray()
                && value.size() > 1
                && value.size() == classes.size()
                && !value.get(0).isArray()) {
            byClass.put(name, value);
        } else if (value.isArray()) {
            List<String> values = new ArrayList<>();
            value.forEach(one -> values.add(one.isValueNode() ? Texts.value(one) : one.toString()));
            boolean longer = values.size() > MOST_LISTED;
            single.put(
                    Texts.title(name),
                    String.join(", ", longer ? values.subList(0, MOST_LISTED) : values) + (longer ? ", ..." : ""));
        } else {
            single.put(Texts.title(name), Texts.value(value));
        }
    }

    private Html html() {
        Html html = new Html();
        if (!single.isEmpty()) {
            html.add(table("Metrics", single));
        }
        if (!byClass.isEmpty()) {
            List<String> head = new ArrayList<>(List.of("class"));
            head.addAll(byClass.keySet());
            List<List<String>> rows = new ArrayList<>();
            for (int i = 0; i < classes.size(); i++) {
                List<String> row = new ArrayList<>(List.of(classes.get(i)));
                for (JsonNode values : byClass.values()) {
                    row.add(Texts.value(values.get(i)));
                }
                rows.add(row);
            }
            html.add(table("By class", head, rows));
        }
        return html.add(tables);
    }

    /** A table of names and values. */
    static Html table(String about, Map<String, String> rows) {
        Html html = new Html();
        html.raw("<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
                .text(about)
                .raw("\"><table class=\"numbers pairs\"><tbody>\n");
        rows.forEach((name, value) -> html.raw("<tr><th scope=\"row\">")
                .text(name)
                .raw("</th><td>")
                .text(value)
                .raw("</td></tr>\n"));
        return html.raw("</tbody></table></div>\n");
    }

    /** A table of objects with the same keys: a row for each. */
    static Html objects(String about, JsonNode list) {
        Set<String> keys = new LinkedHashSet<>();
        list.forEach(object -> object.fieldNames().forEachRemaining(keys::add));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode object : list) {
            rows.add(keys.stream().map(key -> Texts.value(object.path(key))).toList());
        }
        return table(about, keys.stream().map(Texts::words).toList(), rows);
    }

    /** A table with a heading. */
    static Html table(String about, List<String> head, List<List<String>> rows) {
        Html html = new Html();
        html.raw("<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
                .text(about)
                .raw("\"><table class=\"numbers\"><caption>")
                .text(about)
                .raw("</caption><thead><tr>");
        head.forEach(name -> html.raw("<th scope=\"col\">").text(name).raw("</th>"));
        html.raw("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            html.raw("<tr>");
            row.forEach(cell -> html.raw("<td>").text(cell).raw("</td>"));
            html.raw("</tr>\n");
        }
        return html.raw("</tbody></table></div>\n");
    }
}
