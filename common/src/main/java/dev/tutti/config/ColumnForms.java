package dev.tutti.config;

import dev.tutti.data.ColumnType;
import dev.tutti.data.Separators;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Forms of what is said about the columns of a table. */
final class ColumnForms {
    private static final List<ColumnType> TYPES = List.of(ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TEXT);
    private static final String ALLOWED_TYPES =
            "a column, = and number, category or text, with commas between, such as zip=category,note=text";

    private ColumnForms() {}

    /** One character, or its name. */
    static Form<Character> separator() {
        return new Form<>(
                "",
                text -> {
                    char found = Separators.of(text);
                    if (found == 0) {
                        throw new Form.BadValueException("not a separator", text, Separators.ALLOWED);
                    }
                    return found;
                },
                Separators::name);
    }

    /** Types of columns, by their names. */
    static Form<Map<String, ColumnType>> types() {
        Form<ColumnType> type = Form.choice(TYPES, ColumnType::id);
        return new Form<>(
                "",
                text -> {
                    Map<String, ColumnType> types = new LinkedHashMap<>();
                    for (String part : text.split(",", -1)) {
                        int equals = part.lastIndexOf('=');
                        if (equals < 0 || part.substring(0, equals).isBlank()) {
                            throw new Form.BadValueException("not a type of a column", part.strip(), ALLOWED_TYPES);
                        }
                        String column = part.substring(0, equals).strip();
                        ColumnType before = types.put(
                                column,
                                type.parser().parse(part.substring(equals + 1).strip()));
                        if (before != null) {
                            throw new Form.BadValueException("a column twice", column, "each column once");
                        }
                    }
                    return Map.copyOf(types);
                },
                types -> types.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey() + "=" + entry.getValue().id())
                        .collect(Collectors.joining(",")));
    }

    /** Columns, with commas between. */
    static Form<List<String>> columns() {
        return new Form<>(
                "",
                text -> {
                    List<String> columns = new ArrayList<>();
                    for (String part : text.split(",", -1)) {
                        if (part.isBlank()) {
                            throw new Form.BadValueException(
                                    "not a list of columns", text, "names or numbers, with commas between");
                        }
                        columns.add(part.strip());
                    }
                    return List.copyOf(columns);
                },
                columns -> columns);
    }
}
