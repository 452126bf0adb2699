package dev.tutti.data;

import dev.tutti.files.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/** The target column while it is read: its different values, which of them each row has, and where each was seen first. */
final class TargetColumn {
    /** A column of whole numbers is one of classes if it has at most so many different values. */
    static final int MAX_NUMBERED_CLASSES = 20;

    private static final double LARGEST_WHOLE = 0x1p53;

    /** What a column turned out to be. */
    record Meaning(Task task, List<String> classNames, float[] targets) {}

    private final LongFunction<String> location;
    private final Map<String, Integer> numberOfValue = new HashMap<>();
    private final List<String> values = new ArrayList<>();
    private final List<Long> firstSeen = new ArrayList<>();
    /** Numbers of values: whole numbers below 2^24, which become the targets in place. */
    private float[] valueOfRow;

    private int rows;

    /** @param location says where a position is, for messages: "iris.csv, line 17, column 4 (species)" */
    TargetColumn(LongFunction<String> location) {
        this.location = location;
        this.valueOfRow = new float[64];
    }

    /**
     * A column that was read.
     *
     * @param location says where a position is
     * @param values the different values, by number
     * @param firstSeen the position of each
     * @param valueOfRow number of the value of each row; becomes the targets
     */
    TargetColumn(LongFunction<String> location, List<String> values, List<Long> firstSeen, float[] valueOfRow) {
        this.location = location;
        this.values.addAll(values);
        this.firstSeen.addAll(firstSeen);
        this.valueOfRow = valueOfRow;
        this.rows = valueOfRow.length;
    }

    /** Adds the value of the next row, found at {@code position}. */
    void add(String text, long position) {
        if (text.isBlank()) {
            throw new InputException(location.apply(position) + ": empty, a target is needed");
        }
        Integer number = numberOfValue.get(text);
        if (number == null) {
            number = values.size();
            numberOfValue.put(text, number);
            values.add(text);
            firstSeen.add(position);
        }
        if (rows == valueOfRow.length) {
            valueOfRow = Arrays.copyOf(valueOfRow, rows * 2);
        }
        valueOfRow[rows++] = number;
    }

    /**
     * Tells what the column means. Without {@code wanted}: text is classes; whole numbers are classes if they have at most
     * {@link #MAX_NUMBERED_CLASSES} different values, each twice on average; other numbers are a regression.
     *
     * @param wanted the task, or null to be told by the values
     * @throws InputException if numbers and text are mixed, a number is not finite, or values cannot be classes: a value is missing,
     *     there is one only, or (unless {@code wanted}) there are so many that they rather name the rows
     */
    Meaning discover(Task wanted) {
        boolean numbers = values.stream().anyMatch(Cell::isNumber);
        if (wanted == Task.REGRESSION || (wanted == null && numbers)) {
            float[] numbersOfValues = numbers();
            if (wanted == Task.REGRESSION || !fewWholeNumbers()) {
                return new Meaning(Task.REGRESSION, List.of(), ofRows(numbersOfValues));
            }
        }
        refuseMissing();
        List<String> names = classNames();
        if (wanted == null && names.size() > 2 && names.size() * 2L > rows) {
            throw new InputException(
                    location.apply(firstSeen.get(0)) + ": " + names.size() + " different values in " + rows
                            + " rows: names of the rows rather than classes; name another --target, or give"
                            + " --task classification to take them as classes");
        }
        if (names.size() < 2) {
            throw new InputException(location.apply(firstSeen.get(0)) + ": one class only: " + Cell.quote(values.get(0))
                    + " in all " + rows + " rows; give data with two or more classes, or name another --target");
        }
        return new Meaning(Task.CLASSIFICATION, names, against(names));
    }

    /**
     * Returns the targets in the terms of a model.
     *
     * @throws InputException if a class is not one of the model's, or a number is needed and not found
     */
    float[] against(DataSchema model) {
        return model.classification() ? against(model.classNames()) : ofRows(numbers());
    }

    private float[] against(List<String> names) {
        Map<String, Integer> classes = new HashMap<>();
        for (String name : names) {
            classes.put(name, classes.size());
        }
        float[] classOfValue = new float[values.size()];
        for (int i = 0; i < classOfValue.length; i++) {
            Integer number = classes.get(values.get(i));
            if (number == null) {
                number = classes.get(canonical(values.get(i)));
            }
            if (number == null) {
                throw new InputException(location.apply(firstSeen.get(i)) + ": unknown class "
                        + Cell.quote(values.get(i)) + "; the model knows " + shown(names));
            }
            classOfValue[i] = number;
        }
        return ofRows(classOfValue);
    }

    private void refuseMissing() {
        for (int i = 0; i < values.size(); i++) {
            if (Cell.isNoValue(values.get(i))) {
                throw new InputException(location.apply(firstSeen.get(i)) + ": not a class: "
                        + Cell.quote(values.get(i)) + "; give a class, or leave the row out");
            }
        }
    }

    private float[] numbers() {
        float[] numbers = new float[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Cell.number(values.get(i));
            if (!Float.isFinite(numbers[i])) {
                throw new InputException(location.apply(firstSeen.get(i)) + ": " + noNumber(values.get(i)));
            }
        }
        return numbers;
    }

    /** What is wrong with a value of a regression, and what to do. */
    static String noNumber(String text) {
        return Cell.problem(text)
                + "; give a number, name another --target, or give --task classification to take the values as names";
    }

    /** Whether numbers may be classes: whole ones, not too many different. */
    static boolean mayBeClasses(List<String> numbers) {
        return numbers.stream().allMatch(TargetColumn::isWhole)
                && numbers.stream().map(TargetColumn::canonical).distinct().count() <= MAX_NUMBERED_CLASSES;
    }

    private boolean fewWholeNumbers() {
        long different = values.stream().map(TargetColumn::canonical).distinct().count();
        return different <= MAX_NUMBERED_CLASSES
                && different * 2 <= rows
                && values.stream().allMatch(TargetColumn::isWhole);
    }

    private List<String> classNames() {
        if (values.stream().allMatch(Cell::isNumber)) {
            return values.stream()
                    .map(TargetColumn::canonical)
                    .distinct()
                    .sorted(Comparator.comparingDouble(Double::parseDouble))
                    .toList();
        }
        return values.stream().sorted().toList();
    }

    private float[] ofRows(float[] ofValues) {
        float[] targets = rows == valueOfRow.length ? valueOfRow : Arrays.copyOf(valueOfRow, rows);
        for (int row = 0; row < rows; row++) {
            targets[row] = ofValues[(int) targets[row]];
        }
        return targets;
    }

    /** "1", "01" and "1.0" are one class. */
    static String canonical(String text) {
        if (!Cell.isNumber(text)) {
            return text;
        }
        double value = Double.parseDouble(text);
        return isWhole(text) ? Long.toString((long) value) : Double.toString(value);
    }

    private static boolean isWhole(String text) {
        if (!Cell.isNumber(text)) {
            return false;
        }
        double value = Double.parseDouble(text);
        return value == Math.rint(value) && Math.abs(value) < LARGEST_WHOLE;
    }

    private static String shown(List<String> names) {
        int most = 10;
        String list = String.join(", ", names.subList(0, Math.min(most, names.size())));
        return names.size() > most ? list + ", ... (" + names.size() + ")" : list;
    }
}
