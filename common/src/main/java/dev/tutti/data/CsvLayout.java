package dev.tutti.data;

import dev.tutti.data.CsvPass.Role;
import dev.tutti.files.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Which column of a CSV is the target, which are inputs, and what the user or a model says about them. */
final class CsvLayout {
    private static final int NONE = -1;

    private final String source;
    private final List<String> names;
    private final int columns;
    private final long firstLine;
    private final DataOptions options;
    /** Null: what the columns mean is told by the file. */
    private final DataSchema model;

    private final boolean description;
    private int target = NONE;
    private Task task;
    private final boolean[] skipped;
    private final ColumnType[] wanted;
    /** Columns of the inputs of a model, in its order. */
    private int[] inputs = {};

    private CsvLayout(String source, CsvHead head, DataOptions options, DataSchema model, boolean description) {
        this.source = source;
        this.names = head.names();
        this.columns = head.columns();
        this.firstLine = head.firstLine();
        this.options = options;
        this.model = model;
        this.description = description;
        this.task = options.task();
        this.skipped = new boolean[columns];
        this.wanted = new ColumnType[columns];
    }

    /** @throws InputException if columns are named that are not there, or there are too few */
    static CsvLayout toTrain(String source, CsvHead head, DataOptions options) {
        CsvLayout layout = new CsvLayout(source, head, options, null, false);
        layout.readOptions();
        layout.chooseTarget();
        return layout;
    }

    /** All columns are looked at. */
    static CsvLayout toDescribe(String source, CsvHead head, DataOptions options) {
        CsvLayout layout = new CsvLayout(source, head, options, null, true);
        options.types().forEach((name, type) -> layout.want(layout.column("--types", name), type));
        return layout;
    }

    /** @throws InputException if the columns are not those of the model */
    static CsvLayout forModel(String source, CsvHead head, DataOptions options, DataSchema model, Purpose purpose) {
        CsvLayout layout = new CsvLayout(source, head, options, model, false);
        layout.task = model.task();
        layout.match();
        Arrays.fill(layout.skipped, true);
        for (int input = 0; input < layout.inputs.length; input++) {
            layout.skipped[layout.inputs[input]] = false;
            layout.wanted[layout.inputs[input]] = model.inputType(input);
        }
        if (purpose == Purpose.PREDICT) {
            layout.target = NONE;
        } else if (layout.target >= 0) {
            layout.skipped[layout.target] = false;
        }
        return layout;
    }

    /** Whether the first record of a file for a model holds names: it does if one is that of an input. */
    static boolean isHeader(List<String> first, List<List<String>> rest, DataSchema model) {
        if (first.stream().anyMatch(Cell::isNumber)) {
            return false;
        }
        return first.stream().anyMatch(model.inputNames()::contains)
                || (!rest.isEmpty() && CsvHead.isHeaderOverNumbers(first, rest))
                || (rest.isEmpty() && model.inputTypes().isEmpty());
    }

    private void want(int column, ColumnType type) {
        wanted[column] = type;
    }

    private void readOptions() {
        for (String name : options.ignore()) {
            skipped[column("--ignore", name)] = true;
        }
        options.types().forEach((name, type) -> {
            int column = column("--types", name);
            if (type == ColumnType.TEXT || type == ColumnType.CONSTANT) {
                skipped[column] = true;
            } else {
                wanted[column] = type;
            }
        });
    }

    private void chooseTarget() {
        target = columns - 1;
        while (target > 0 && skipped[target]) {
            target--;
        }
        if (options.target() != null) {
            target = column("--target", options.target());
            if (skipped[target]) {
                throw new InputException(source + ", column " + shown(target)
                        + ": is the target, and cannot be left out; name another --target");
            }
        }
        long left =
                IntStream.range(0, columns).filter(column -> !skipped[column]).count();
        if (columns < 2) {
            throw new InputException(source + ", line " + firstLine
                    + ": one column only, no inputs beside the target; give more columns, or say what separates them:"
                    + " --separator");
        }
        if (left < 2) {
            throw new InputException(source + ": no inputs are left beside the target; ignore fewer columns");
        }
        if (wanted[target] != null && task == null) {
            task = wanted[target] == ColumnType.NUMBER ? Task.REGRESSION : Task.CLASSIFICATION;
        }
        wanted[target] = null;
    }

    /** Returns the number of a column, given by name or by number from 0; a name wins. */
    private int column(String option, String wantedName) {
        int byName = names.indexOf(wantedName);
        if (byName >= 0) {
            if (byName != names.lastIndexOf(wantedName)) {
                throw new InputException(source + ", line " + firstLine + ": two columns are named "
                        + Cell.quote(wantedName) + "; give " + option + " by number from 0");
            }
            return byName;
        }
        try {
            int byNumber = Integer.parseInt(wantedName);
            if (byNumber >= 0 && byNumber < columns) {
                return byNumber;
            }
        } catch (NumberFormatException e) {
            // Not a number either: told below.
        }
        throw new InputException(source + ": no " + (option.equals("--target") ? "target column " : "column ")
                + Cell.quote(wantedName) + (option.equals("--target") ? "" : " (" + option + ")") + "; allowed: "
                + (names.isEmpty() ? "" : "a name (" + Cell.quote(String.join(", ", names)) + "), or ")
                + "a number from 0 to "
                + (columns - 1));
    }

    /** Finds the columns of the model: by their names where both have some, else by their places. */
    private void match() {
        boolean byName = !names.isEmpty()
                && isDistinct(model.inputNames())
                && !model.inputNames().isEmpty();
        if (byName) {
            matchNames();
        } else {
            matchPlaces();
        }
    }

    private static boolean isDistinct(List<String> names) {
        Set<String> different = new HashSet<>(names);
        return different.size() == names.size();
    }

    private void matchNames() {
        inputs = new int[model.inputCount()];
        for (int input = 0; input < inputs.length; input++) {
            inputs[input] = place(model.inputNames().get(input));
            if (inputs[input] < 0) {
                throw new InputException(source + ", line " + firstLine + ": no column "
                        + Cell.quote(model.inputNames().get(input)) + ", which the model was trained on; found "
                        + Cell.quote(String.join(", ", names)));
            }
        }
        target = options.target() != null ? column("--target", options.target()) : place(model.targetName());
        if (target >= 0 && isInput(target)) {
            target = NONE;
        }
    }

    /** Older versions took the mark of a comment that holds the names for a part of the first. */
    private int place(String name) {
        int place = names.indexOf(name);
        return place < 0 && name.startsWith("#")
                ? names.indexOf(name.replaceFirst("^#+", "").strip())
                : place;
    }

    private boolean isInput(int column) {
        return Arrays.stream(inputs).anyMatch(input -> input == column);
    }

    private void matchPlaces() {
        int count = model.inputCount();
        int all = count + model.leftOut().size() + 1;
        List<Integer> places =
                new ArrayList<>(IntStream.range(0, columns).boxed().toList());
        int usual = model.targetColumn() == DataSchema.NO_COLUMN ? all - 1 : model.targetColumn();
        if (columns == count && options.target() == null) {
            target = NONE;
        } else if (columns == all) {
            int named = place(model.targetName());
            target = options.target() != null
                    ? column("--target", options.target())
                    : named >= 0 && !model.targetName().isEmpty() ? named : usual;
            places.removeAll(model.leftOut());
            places.remove(Integer.valueOf(target));
        } else if (columns == all - 1 && options.target() == null) {
            for (int left : model.leftOut()) {
                places.remove(Integer.valueOf(left > usual ? left - 1 : left));
            }
        } else if (columns == count + 1 && options.target() != null) {
            target = column("--target", options.target());
            places.remove(Integer.valueOf(target));
        } else {
            throw new InputException(source + ": expected " + count + " inputs (with a target column " + (count + 1)
                    + " columns), found " + columns
                    + " columns; give data with the columns the model was trained on");
        }
        if (places.size() != count) {
            throw new InputException(source + ": the target is not where the model's data had it, and columns have no"
                    + " names; give data with the columns the model was trained on");
        }
        inputs = places.stream().mapToInt(Integer::intValue).toArray();
    }

    /** What columns seem to hold, by the first rows. */
    Role[] guess(CsvHead head) {
        Role[] roles = new Role[columns];
        for (int column = 0; column < columns; column++) {
            int at = column;
            List<String> cells = head.rows().stream()
                    .filter(row -> at < row.size())
                    .map(row -> row.get(at))
                    .filter(cell -> !Cell.isMissing(cell))
                    .toList();
            if (skipped[column]) {
                roles[column] = Role.SKIP;
            } else if (column == target) {
                roles[column] = guessTarget(cells);
            } else {
                roles[column] = role(wanted[column] != null ? wanted[column] : guess(cells));
            }
        }
        return roles;
    }

    private static ColumnType guess(List<String> cells) {
        long words = cells.stream().filter(cell -> !Cell.isNumber(cell)).count();
        if (words * 2 <= cells.size()) {
            return ColumnType.NUMBER;
        }
        long different = cells.stream().distinct().count();
        return different > 2 && different * 2 > cells.size() ? ColumnType.TEXT : ColumnType.CATEGORY;
    }

    /** Numbers with fractions, or more different ones than there are classes, are a regression whatever comes. */
    private Role guessTarget(List<String> cells) {
        if (task != null) {
            return task == Task.REGRESSION ? Role.TARGET_NUMBER : Role.TARGET_LEVELS;
        }
        boolean numbers = !cells.isEmpty() && cells.stream().allMatch(Cell::isNumber);
        return numbers && !TargetColumn.mayBeClasses(cells) ? Role.TARGET_NUMBER : Role.TARGET_LEVELS;
    }

    static Role role(ColumnType type) {
        return switch (type) {
            case NUMBER -> Role.NUMBER;
            case CATEGORY -> Role.LEVELS;
            case TEXT, CONSTANT -> Role.COUNT;
        };
    }

    /** What the columns mean. */
    DataSchema schema(TargetColumn.Meaning meaning, int[] kept, List<ColumnType> types) {
        List<Integer> leftOut = IntStream.range(0, columns)
                .filter(column -> column != target && Arrays.binarySearch(kept, column) < 0)
                .boxed()
                .toList();
        return new DataSchema(
                meaning.task(),
                kept.length,
                names.isEmpty()
                        ? List.of()
                        : Arrays.stream(kept).mapToObj(names::get).toList(),
                name(target),
                target,
                meaning.classNames(),
                types,
                leftOut);
    }

    /** For each column its place among the inputs, where that is not the order of the columns; else null. */
    int[] order() {
        if (model == null) {
            return null;
        }
        int[] order = new int[columns];
        for (int input = 0; input < inputs.length; input++) {
            order[inputs[input]] = input;
        }
        return order;
    }

    int columns() {
        return columns;
    }

    int target() {
        return target;
    }

    boolean hasTarget() {
        return target >= 0;
    }

    /** The columns of a model's inputs. */
    int[] inputs() {
        return inputs;
    }

    boolean isOfModel() {
        return model != null;
    }

    boolean isDescription() {
        return description;
    }

    /** What the task is, if that is said; else null. */
    Task task() {
        return task;
    }

    /** What the user or a model says about a column; null: nothing. */
    ColumnType wanted(int column) {
        return wanted[column];
    }

    String name(int column) {
        return names.isEmpty() ? "" : names.get(column);
    }

    /** Number and name, for messages. */
    String shown(int column) {
        return column + (name(column).isEmpty() ? "" : " (" + name(column) + ")");
    }

    /** What an option calls it: its name, if that has none of the characters that options are made of. */
    String reference(int column) {
        return name(column).matches("[\\w.]+") ? name(column) : String.valueOf(column);
    }
}
