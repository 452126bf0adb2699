package dev.tutti.app.describe;

import dev.tutti.app.run.PreparedRun;
import dev.tutti.data.DataSchema;
import dev.tutti.data.TableDescription;
import dev.tutti.data.TableDescription.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A description as a table for people. */
public final class DescriptionText {
    private static final String BARS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
    private static final int LONGEST = 24;
    private static final int MOST_LEVELS = 4;
    private static final int MOST_INPUTS = 24;
    private static final int MOST_COLUMNS = 200;

    private DescriptionText() {}

    /** Returns the table, and what training would make of it, line by line. */
    public static List<String> of(TableDescription table, Outlook outlook) {
        List<String> lines = new ArrayList<>();
        lines.add(table.source() + ": " + table.rows() + " rows, "
                + table.columns().size() + " columns");
        lines.add("");
        lines.addAll(aligned(cells(table, outlook)));
        if (table.columns().size() > MOST_COLUMNS) {
            lines.add("... and " + (table.columns().size() - MOST_COLUMNS) + " more; --json shows all");
        }
        lines.add("");
        if (outlook.run().isEmpty()) {
            lines.add("training would refuse it: " + outlook.refusal());
        } else {
            lines.addAll(training(outlook, outlook.run().get()));
        }
        return lines;
    }

    private static List<List<String>> cells(TableDescription table, Outlook outlook) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("column", "name", "type", "missing", "distinct", "used as", "", "values"));
        for (int column = 0; column < Math.min(MOST_COLUMNS, table.columns().size()); column++) {
            Column one = table.columns().get(column);
            rows.add(List.of(
                    String.valueOf(column),
                    shortened(one.name()),
                    one.type().id(),
                    String.valueOf(one.missing()),
                    one.distinct() + (one.capped() ? "+" : ""),
                    outlook.roleOf(column),
                    one.levels().isEmpty() ? bars(one.histogram()) : "",
                    values(one)));
        }
        return rows;
    }

    private static String values(Column column) {
        if (!Double.isNaN(column.min())) {
            String unfit = column.unfit() == 0 ? "" : ", " + column.unfit() + " no numbers";
            return number(column.min()) + " to " + number(column.max()) + ", mean " + number(column.mean()) + unfit;
        }
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < Math.min(MOST_LEVELS, column.levels().size()); i++) {
            String count = column.histogram().length > i ? " " + column.histogram()[i] : "";
            shown.add(shortened(column.levels().get(i)) + count);
        }
        return String.join(", ", shown) + (column.distinct() > shown.size() ? ", ..." : "");
    }

    private static List<String> training(Outlook outlook, PreparedRun run) {
        DataSchema schema = outlook.schema().orElseThrow();
        List<String> lines = new ArrayList<>(List.of("training would make of it:"));
        lines.add("  target    " + (schema.targetName().isEmpty() ? "" : schema.targetName() + ", ")
                + (schema.classification()
                        ? schema.classCount() + " classes: " + listed(schema.classNames(), MOST_INPUTS)
                        : "a number"));
        List<String> labels = outlook.preprocessing().orElseThrow().inputLabels();
        lines.add("  inputs    " + labels.size() + ": " + listed(labels, MOST_INPUTS));
        run.remarks().forEach(remark -> lines.add("  note      " + remark));
        lines.add("  run       " + run.describe());
        return lines;
    }

    private static String listed(List<String> names, int most) {
        String shown =
                names.stream().limit(most).map(DescriptionText::shortened).collect(Collectors.joining(", "));
        return names.size() > most ? shown + ", ..." : shown;
    }

    /** One sign for each part; the highest stands for the largest number. */
    private static String bars(long[] counts) {
        long most = LongStream.of(counts).max().orElse(0);
        StringBuilder bars = new StringBuilder();
        for (long count : counts) {
            int height = (int) (count * (BARS.length() - 1) / Math.max(1, most));
            bars.append(count == 0 ? ' ' : BARS.charAt(height));
        }
        return bars.toString();
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    private static String shortened(String text) {
        String line = text.codePoints()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return line.length() > LONGEST ? line.substring(0, LONGEST - 1) + "~" : line;
    }

    private static List<String> aligned(List<List<String>> rows) {
        List<String> lines = new ArrayList<>();
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                if (widths[column] == 0) {
                    continue;
                }
                boolean right = column == 3 || column == 4;
                String blanks = " ".repeat(widths[column] - row.get(column).length());
                line.append(right ? blanks + row.get(column) : row.get(column) + blanks)
                        .append("  ");
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
