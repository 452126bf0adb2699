package dev.tutti.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What the columns of a table hold.
 *
 * @param source the table
 * @param rows number of its rows
 * @param columns in the order of the table
 */
public record TableDescription(String source, int rows, List<Column> columns) {
    /** Number of the bars of a histogram. */
    public static final int BARS = 10;

    private static final int MOST_LEVELS = 10;

    /**
     * One column.
     *
     * @param name of the column; empty if it has none
     * @param type what it holds
     * @param missing cells without a value
     * @param distinct different values; at least so many, if {@code capped}
     * @param capped whether there are more than are counted
     * @param unfit cells of a column of numbers that hold none
     * @param min smallest number; NaN if it does not hold numbers
     * @param max largest number
     * @param mean of the numbers
     * @param histogram number of values in {@link #BARS} parts of equal width from the smallest to the largest; of a category those
     *     of the levels shown; empty for text
     * @param levels the most frequent values of a category, the most frequent one first; some first values of text
     */
    public record Column(
            String name,
            ColumnType type,
            long missing,
            long distinct,
            boolean capped,
            long unfit,
            double min,
            double max,
            double mean,
            long[] histogram,
            List<String> levels) {}

    /** Describes data all of whose columns are known. */
    static TableDescription of(RawData data) {
        DataSchema schema = data.schema();
        int inputs = schema.inputCount();
        List<Column> columns = new ArrayList<>();
        for (int input = 0; input < inputs; input++) {
            String name =
                    schema.inputNames().isEmpty() ? "" : schema.inputNames().get(input);
            columns.add(numbers(name, data.features(), input, inputs, data.rows(), 0));
        }
        if (data.hasTargets()) {
            columns.add(
                    schema.classification()
                            ? category(schema.targetName(), schema.classNames(), data.targets(), 0, 1, data.rows())
                            : numbers(schema.targetName(), data.targets(), 0, 1, data.rows(), 0));
        }
        return new TableDescription(data.source(), data.rows(), columns);
    }

    /** Describes a column of numbers of {@code [rows x stride]} values; NaN is missing. */
    static Column numbers(String name, float[] values, int column, int stride, int rows, long unfit) {
        float[] sorted = new float[rows];
        int count = 0;
        double sum = 0;
        for (int row = 0; row < rows; row++) {
            float value = values[row * stride + column];
            if (!Float.isNaN(value)) {
                sum += value;
                // 0 and -0 are one value.
                sorted[count++] = value + 0f;
            }
        }
        Arrays.sort(sorted, 0, count);
        long distinct = 0;
        for (int i = 0; i < count; i++) {
            distinct += i == 0 || sorted[i] != sorted[i - 1] ? 1 : 0;
        }
        if (count == 0) {
            return new Column(
                    name,
                    ColumnType.CONSTANT,
                    rows - unfit,
                    0,
                    false,
                    unfit,
                    Double.NaN,
                    Double.NaN,
                    Double.NaN,
                    new long[0],
                    List.of());
        }
        double min = sorted[0];
        double max = sorted[count - 1];
        long[] histogram = new long[BARS];
        for (int i = 0; i < count; i++) {
            int bar = max == min ? 0 : (int) ((sorted[i] - min) / (max - min) * BARS);
            histogram[Math.min(bar, BARS - 1)]++;
        }
        ColumnType type = distinct == 1 && unfit == 0 ? ColumnType.CONSTANT : ColumnType.NUMBER;
        return new Column(
                name, type, rows - count - unfit, distinct, false, unfit, min, max, sum / count, histogram, List.of());
    }

    /** Describes a column of numbers of levels. */
    static Column category(String name, List<String> levels, float[] values, int column, int stride, int rows) {
        long[] counts = new long[levels.size()];
        long missing = 0;
        for (int row = 0; row < rows; row++) {
            float level = values[row * stride + column];
            if (Float.isNaN(level)) {
                missing++;
            } else {
                counts[(int) level]++;
            }
        }
        List<Integer> shown = IntStream.range(0, counts.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(level -> -counts[level])
                        .thenComparing(levels::get))
                .limit(MOST_LEVELS)
                .toList();
        return new Column(
                name,
                ColumnType.CATEGORY,
                missing,
                levels.size(),
                false,
                0,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                shown.stream().mapToLong(level -> counts[level]).toArray(),
                shown.stream().map(levels::get).toList());
    }

    /** Describes a column that is not learned from. */
    static Column other(String name, ColumnType type, List<String> values, long missing, boolean capped) {
        Set<String> different = new HashSet<>(values);
        return new Column(
                name,
                type,
                missing,
                different.size(),
                capped,
                0,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                new long[0],
                values.stream().limit(3).toList());
    }
}
