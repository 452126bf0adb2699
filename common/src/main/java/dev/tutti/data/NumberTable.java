package dev.tutti.data;

import dev.tutti.files.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A table of nothing but numbers, whose columns have no names.
 *
 * @param source where it is from, for messages
 * @param rows number of rows
 * @param columns number of columns
 * @param values {@code [rows x columns]}, row-major; NaN where there is no value
 * @param targets one for each row; null: they are a column of the table, or there are none
 */
record NumberTable(String source, int rows, int columns, float[] values, float[] targets) {

    /** @throws InputException if there is nothing to learn, or a number is infinite */
    NumberTable {
        if (rows < 1 || columns < 1) {
            throw new InputException(source + ": empty: " + rows + " rows of " + columns + " columns");
        }
        requireFinite(source, values, columns);
        if (targets != null) {
            requireFinite(source + ", targets", targets, 1);
        }
    }

    private static void requireFinite(String source, float[] values, int columns) {
        for (int i = 0; i < values.length; i++) {
            if (Float.isInfinite(values[i])) {
                throw new InputException(source + ", row " + (i / columns + 1) + ", column " + i % columns
                        + ": not a finite number of float32; give a number, or NaN where there is none");
            }
        }
    }

    /** Returns data to train on. */
    RawData toTrain(DataOptions options) {
        refuseMissing(options);
        int column = targets != null ? DataSchema.NO_COLUMN : targetColumn(options.target(), columns - 1);
        NumberTable split = targets != null ? this : withTargetColumn(column);
        NumberTable complete = split.withoutMissingTargets(options);
        TargetColumn.Meaning meaning = complete.meaning(options.task());
        DataSchema schema =
                new DataSchema(meaning.task(), complete.columns, List.of(), "", column, meaning.classNames());
        return complete.data(schema, meaning.targets(), rows - complete.rows);
    }

    private void refuseMissing(DataOptions options) {
        for (int i = 0; i < values.length && options.missing() == Missing.REFUSE; i++) {
            if (Float.isNaN(values[i])) {
                throw new InputException(source + ", row " + (i / columns + 1) + ", column " + i % columns
                        + ": no value; give one, or leave out --missing refuse");
            }
        }
    }

    /** Returns data in the terms of a model; targets may be missing. */
    RawData forModel(DataOptions options, DataSchema model, Purpose purpose) {
        if (!model.inputTypes().isEmpty()) {
            throw new InputException(source + ": the model was trained on categories, this has numbers only; give a CSV"
                    + " with the columns the model was trained on");
        }
        int inputs = model.inputCount();
        boolean column = targets == null && columns == inputs + 1;
        if (!column && columns != inputs) {
            throw new InputException(source + ": expected " + inputs + " inputs, found " + columns
                    + " columns; give data with the columns the model was trained on");
        }
        NumberTable split = column ? withTargetColumn(targetColumn(options.target(), usualTarget(model))) : this;
        if (split.targets == null || purpose == Purpose.PREDICT) {
            return new RawData(source, model, split.values, new float[0], rows, true);
        }
        NumberTable complete = split.withoutMissingTargets(options);
        float[] found = model.classification() ? complete.classes(model.classNames()) : complete.targets;
        return complete.data(model, found, rows - complete.rows);
    }

    private RawData data(DataSchema schema, float[] found, int leftOut) {
        List<String> remarks = leftOut == 0 ? List.of() : List.of(leftOut + " rows without a target: left out");
        return new RawData(source, schema, values, found, rows, true, List.of(), remarks);
    }

    /** Where the target is if the columns that the model left out are not here. */
    private int usualTarget(DataSchema model) {
        int before = model.targetColumn();
        return before == DataSchema.NO_COLUMN
                ? columns - 1
                : before
                        - (int) model.leftOut().stream()
                                .filter(column -> column < before)
                                .count();
    }

    private int targetColumn(String wanted, int usual) {
        if (columns < 2) {
            throw new InputException(source + ": one column only, no inputs beside the target; give more columns, or"
                    + " --labels FILE");
        }
        if (wanted == null) {
            return usual;
        }
        if (wanted.matches("[0-9]{1,9}") && Integer.parseInt(wanted) < columns) {
            return Integer.parseInt(wanted);
        }
        throw new InputException(
                source + ": no target column " + Cell.quote(wanted) + "; allowed: a number from 0 to " + (columns - 1));
    }

    /** The same with a column as the target; the values stay where they are, and move together. */
    private NumberTable withTargetColumn(int column) {
        if (column < 0 || column >= columns) {
            throw new InputException(source + ": the target is not where the model's data had it; found " + columns
                    + " columns; say which it is: --target");
        }
        float[] found = new float[rows];
        int to = 0;
        for (int i = 0; i < rows * columns; i++) {
            if (i % columns == column) {
                found[i / columns] = values[i];
            } else {
                values[to++] = values[i];
            }
        }
        return new NumberTable(source, rows, columns - 1, values, found);
    }

    private NumberTable withoutMissingTargets(DataOptions options) {
        int kept = 0;
        for (int row = 0; row < rows; row++) {
            if (!Float.isNaN(targets[row])) {
                System.arraycopy(values, row * columns, values, kept * columns, columns);
                targets[kept++] = targets[row];
            } else if (options.missing() == Missing.REFUSE) {
                throw new InputException(
                        source + ", row " + (row + 1) + ": no target; give one, or leave out --missing refuse");
            }
        }
        if (kept == 0) {
            throw new InputException(source + ": no row has a target; name another --target");
        }
        return new NumberTable(source, kept, columns, values, kept == rows ? targets : Arrays.copyOf(targets, kept));
    }

    private TargetColumn.Meaning meaning(Task task) {
        boolean whole = true;
        for (float target : targets) {
            whole &= target == Math.rint(target);
        }
        if (task == Task.REGRESSION || (task == null && !whole)) {
            return new TargetColumn.Meaning(Task.REGRESSION, List.of(), targets);
        }
        Map<Float, Integer> codes = new HashMap<>();
        List<String> texts = new ArrayList<>();
        List<Long> firstSeen = new ArrayList<>();
        float[] valueOfRow = new float[rows];
        for (int row = 0; row < rows; row++) {
            Integer code = codes.get(targets[row]);
            if (code == null) {
                code = texts.size();
                if (code == Levels.MOST) {
                    if (task == null) {
                        return new TargetColumn.Meaning(Task.REGRESSION, List.of(), targets);
                    }
                    throw new InputException(source + ": more than " + Levels.MOST
                            + " different targets, too many for classes; give --task regression");
                }
                codes.put(targets[row], code);
                texts.add(TargetColumn.canonical(Float.toString(targets[row])));
                firstSeen.add((long) row);
            }
            valueOfRow[row] = code;
        }
        return new TargetColumn(row -> source + ", row " + (row + 1), texts, firstSeen, valueOfRow).discover(task);
    }

    private float[] classes(List<String> names) {
        Map<String, Integer> numbers = new HashMap<>();
        names.forEach(name -> numbers.put(name, numbers.size()));
        float[] found = new float[rows];
        for (int row = 0; row < rows; row++) {
            String name = TargetColumn.canonical(Float.toString(targets[row]));
            if (!numbers.containsKey(name)) {
                throw new InputException(source + ", row " + (row + 1) + ": unknown class " + Cell.quote(name)
                        + "; the model knows " + String.join(", ", names.subList(0, Math.min(10, names.size()))));
            }
            found[row] = numbers.get(name);
        }
        return found;
    }
}
