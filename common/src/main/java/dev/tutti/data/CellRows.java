package dev.tutti.data;

import dev.tutti.files.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows that a program has in its hands, as texts, for a model. */
public final class CellRows {
    private CellRows() {}

    /**
     * Returns rows without targets.
     *
     * @param schema of the model
     * @param rows of each the cells of the model's input columns, in their order; empty, {@code ?} or {@code NA} where there is no value
     * @throws InputException if there is no row, one has more or fewer cells than there are columns, or a cell holds no number where one
     *     is needed
     */
    public static RawData of(DataSchema schema, List<List<String>> rows) {
        if (rows.isEmpty()) {
            throw new InputException("no rows; give one or more");
        }
        int columns = schema.inputCount();
        float[] features = new float[Math.multiplyExact(rows.size(), columns)];
        List<Map<String, Integer>> levels = new ArrayList<>();
        for (int column = 0; column < columns; column++) {
            levels.add(new LinkedHashMap<>());
        }
        for (int row = 0; row < rows.size(); row++) {
            List<String> cells = rows.get(row);
            if (cells.size() != columns) {
                throw new InputException("row " + row + ": expected " + columns + " cells, found " + cells.size());
            }
            for (int column = 0; column < columns; column++) {
                String cell = cells.get(column).strip();
                features[row * columns + column] = Cell.isMissing(cell)
                        ? Float.NaN
                        : schema.inputType(column) == ColumnType.CATEGORY
                                ? level(levels.get(column), cell)
                                : number(schema, cell, row, column);
            }
        }
        List<List<String>> names = schema.inputTypes().isEmpty()
                ? List.of()
                : levels.stream().map(of -> List.copyOf(of.keySet())).toList();
        return new RawData("rows", schema, features, new float[0], rows.size(), false, names, List.of());
    }

    private static float level(Map<String, Integer> levels, String cell) {
        int next = levels.size();
        return levels.computeIfAbsent(cell, name -> next);
    }

    private static float number(DataSchema schema, String cell, int row, int column) {
        float number = Cell.number(cell);
        if (!Float.isFinite(number)) {
            String name = schema.inputNames().isEmpty()
                    ? ""
                    : " (" + schema.inputNames().get(column) + ")";
            throw new InputException("row " + row + ", column " + column + name + ": " + Cell.problem(cell)
                    + "; give a number, or nothing where there is none");
        }
        return number;
    }
}
