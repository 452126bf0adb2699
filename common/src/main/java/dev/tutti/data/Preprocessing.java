package dev.tutti.data;

import dev.tutti.files.InputException;
import dev.tutti.model.Loss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How raw data becomes numbers for the network: remembered in the model, so that other data is treated alike. Column by column: a
 * number {@code x} becomes {@code (float) ((x - shift) * factor)}, computed in double: the same bits everywhere. A category becomes
 * an input for each level ({@link CategoryInputs}). A value that is missing is replaced, and a further input behind these of the
 * column is 1 then, if there is one.
 *
 * @param schema what the columns mean
 * @param scale the rule by which shifts and factors were measured
 * @param inputShift one for each input column; 0 for a category
 * @param inputFactor one for each input column, above 0; 1 for a category
 * @param targetShift of a regression's target; 0 for classes
 * @param targetFactor of a regression's target; 1 for classes
 * @param split which rows were trained on
 * @param fill for each input column what stands in for a missing value: the mean of the training rows, of a category the place of the
 *     most frequent level, or -1; empty with models of before there were such
 * @param indicators numbers of the input columns with an input that says that the value is missing, ascending
 * @param categories the levels of the input columns that are categories, in their order
 */
public record Preprocessing(
        DataSchema schema,
        Scale scale,
        double[] inputShift,
        double[] inputFactor,
        double targetShift,
        double targetFactor,
        DataSplit split,
        double[] fill,
        List<Integer> indicators,
        List<CategoryInputs> categories) {

    /** @throws InputException if the counts do not match or a number is not finite */
    public Preprocessing {
        indicators = List.copyOf(indicators);
        categories = List.copyOf(categories);
        int columns = schema.inputCount();
        if (inputShift.length != columns || inputFactor.length != columns) {
            throw new InputException("a shift and a factor for each input are needed: inputs=" + columns + ", shifts="
                    + inputShift.length + ", factors=" + inputFactor.length);
        }
        for (int input = 0; input < columns; input++) {
            requireScaling("input " + input, inputShift[input], inputFactor[input]);
        }
        requireScaling("target", targetShift, targetFactor);
        if (fill.length != 0 && fill.length != columns) {
            throw new InputException("a value for each input that may be missing is needed: inputs=" + columns
                    + ", found=" + fill.length);
        }
        requireAscending(indicators, columns);
        requireCategories(schema, fill, categories);
    }

    private static void requireAscending(List<Integer> indicators, int columns) {
        int before = -1;
        for (int column : indicators) {
            if (column <= before || column >= columns) {
                throw new InputException("columns with an input for missing values: " + indicators
                        + ", allowed: ascending numbers below " + columns);
            }
            before = column;
        }
    }

    private static void requireCategories(DataSchema schema, double[] fill, List<CategoryInputs> categories) {
        int next = 0;
        for (int column = 0; column < schema.inputCount(); column++) {
            boolean category = schema.inputType(column) == ColumnType.CATEGORY;
            boolean found = next < categories.size() && categories.get(next).column() == column;
            if (category != found) {
                throw new InputException(
                        "levels are needed for each category and for no other: input column " + column);
            }
            boolean fits = fill.length == 0
                    ? !category
                    : Double.isFinite(fill[column])
                            && (!category
                                    || (fill[column] == Math.rint(fill[column])
                                            && fill[column] >= -1
                                            && fill[column]
                                                    < categories
                                                            .get(next)
                                                            .levels()
                                                            .size()));
            if (!fits) {
                throw new InputException("what stands in for a missing value is out of range: input column " + column);
            }
            next += category ? 1 : 0;
        }
        if (next != categories.size()) {
            throw new InputException("levels of columns that are not there: " + categories.size());
        }
    }

    /** Measures on the training rows alone. */
    static Preprocessing measure(RawData data, int[] trainingRows, PreparationRules rules, DataSplit split, Loss loss) {
        DataSchema schema = data.schema();
        int columns = schema.inputCount();
        double[] shift = new double[columns];
        double[] factor = new double[columns];
        double[] fill = new double[columns];
        List<Integer> indicators = new ArrayList<>();
        List<CategoryInputs> categories = new ArrayList<>();
        Scaling[] scalings = Scaling.measure(rules.scale(), data.features(), columns, trainingRows);
        for (int column = 0; column < columns; column++) {
            Scaling scaling = scalings[column];
            boolean category = schema.inputType(column) == ColumnType.CATEGORY;
            shift[column] = category ? 0 : scaling.shift();
            factor[column] = category ? 1 : scaling.factor();
            fill[column] = scaling.mean();
            if (category) {
                List<String> names = data.levelsOf(column);
                int[] counts = counts(data, column, trainingRows);
                CategoryInputs chosen = CategoryInputs.choose(column, names, counts, rules.mostLevels());
                categories.add(chosen);
                fill[column] = chosen.mode(names, counts);
            }
            if (scaling.missing() > 0) {
                indicators.add(column);
            }
        }
        Scaling target = schema.classification() || loss.ofPositiveMeans()
                ? Scaling.UNTOUCHED
                : Scaling.measure(rules.scale(), data.targets(), 1, trainingRows)[0];
        return new Preprocessing(
                schema,
                rules.scale(),
                shift,
                factor,
                target.shift(),
                target.factor(),
                split,
                fill,
                indicators,
                categories);
    }

    private static int[] counts(RawData data, int column, int[] rows) {
        int[] counts = new int[data.levelsOf(column).size()];
        for (int row : rows) {
            float level = data.features()[row * data.schema().inputCount() + column];
            if (!Float.isNaN(level)) {
                counts[(int) level]++;
            }
        }
        return counts;
    }

    /** Number of inputs of the network. */
    public int inputCount() {
        return schema.inputCount()
                - categories.size()
                + categories.stream().mapToInt(CategoryInputs::width).sum()
                + indicators.size();
    }

    /** Number of inputs of the network that come of input column {@code column}; they lie side by side, in the order of the columns. */
    public int width(int column) {
        int levels = categories.stream()
                .filter(category -> category.column() == column)
                .mapToInt(CategoryInputs::width)
                .findFirst()
                .orElse(1);
        return levels + (indicators.contains(column) ? 1 : 0);
    }

    /** Names of the inputs of the network, such as {@code age}, {@code age missing} or {@code sex = male}; numbers without names. */
    public List<String> inputLabels() {
        List<String> labels = new ArrayList<>();
        Iterator<CategoryInputs> next = categories.iterator();
        for (int column = 0; column < schema.inputCount(); column++) {
            String name = schema.inputName(column);
            if (schema.inputType(column) == ColumnType.CATEGORY) {
                CategoryInputs category = next.next();
                category.levels().forEach(level -> labels.add(name + " = " + level));
                if (category.other()) {
                    labels.add(name + " = other");
                }
            } else {
                labels.add(name);
            }
            if (indicators.contains(column)) {
                labels.add(name + " missing");
            }
        }
        return labels;
    }

    /** What stands in for a missing value of input column {@code column}: a number, or the place of a level; -1 for none of them. */
    public double standIn(int column) {
        if (fill.length > 0) {
            return fill[column];
        }
        return switch (scale) {
            case STANDARDIZE -> inputShift[column];
            case MINMAX -> inputShift[column] + 0.5 / inputFactor[column];
            case NONE -> 0;
        };
    }

    /**
     * Returns all rows of {@code data}, scaled, with targets laid out for {@code loss}; see {@link #apply(RawData, int[], Loss)}.
     */
    public Dataset apply(RawData data, Loss loss) {
        return apply(data, IntStream.range(0, data.rows()).toArray(), loss);
    }

    /**
     * Returns rows of {@code data}, scaled, with targets laid out for a network of {@code schema.outputsFor(loss)} outputs: the
     * number of the class for cross-entropy; 0 or 1 for one output; 1 for the class and 0 for the others for several; the
     * scaled number for a regression. Without targets they are 0.
     *
     * @param data what to transform
     * @param rows numbers of the rows to take, in this order
     * @param loss loss of the network
     * @throws InputException if the data does not match the schema, or a scaled value is out of float32's range
     */
    public Dataset apply(RawData data, int[] rows, Loss loss) {
        return apply(data, rows, loss, new float[Math.multiplyExact(rows.length, inputCount())]);
    }

    /**
     * As {@link #apply(RawData, int[], Loss)}, where the features lie: there is no second copy of them. Only where each column is one
     * input, and for rows in their order.
     */
    Dataset applyInPlace(RawData data, int[] rows, Loss loss) {
        return apply(data, rows, loss, data.features());
    }

    private Dataset apply(RawData data, int[] rows, Loss loss, float[] features) {
        RawData matching = data.schema().equals(schema) ? data : Conformance.conform(data, schema);
        new Encoder(matching).encode(rows, features);
        int targetCount = loss.targetCount(schema.outputsFor(loss));
        float[] targets = new float[Math.multiplyExact(rows.length, targetCount)];
        if (matching.hasTargets()) {
            if (loss.ofPositiveMeans()) {
                requirePositive(matching, rows, loss);
            }
            layOutTargets(matching, rows, targets, targetCount);
        }
        return new Dataset(features, inputCount(), targets, targetCount, rows.length);
    }

    /** Makes inputs of the columns of some data. */
    private final class Encoder {
        private final RawData data;
        private final int columns = schema.inputCount();
        private final double[] fills = new double[columns];
        private final boolean[] indicated = new boolean[columns];
        /** For each level of a category which of its inputs is 1; null for a column of numbers. */
        private final int[][] places = new int[columns][];

        private final int[] widths = new int[columns];

        Encoder(RawData data) {
            this.data = data;
            Arrays.setAll(fills, Preprocessing.this::standIn);
            Arrays.fill(widths, 1);
            indicators.forEach(column -> indicated[column] = true);
            for (CategoryInputs category : categories) {
                places[category.column()] = category.places(data.levelsOf(category.column()));
                widths[category.column()] = category.width();
            }
        }

        void encode(int[] rows, float[] to) {
            int at = 0;
            for (int row : rows) {
                for (int column = 0; column < columns; column++) {
                    float raw = data.features()[row * columns + column];
                    boolean missing = Float.isNaN(raw);
                    if (places[column] == null) {
                        to[at] = scaled(missing ? fills[column] : raw, row, column);
                    } else {
                        int place = missing ? (int) fills[column] : places[column][(int) raw];
                        if (place >= 0) {
                            to[at + place] = 1;
                        }
                    }
                    at += widths[column];
                    if (indicated[column]) {
                        to[at++] = missing ? 1 : 0;
                    }
                }
            }
        }

        private float scaled(double value, int row, int column) {
            float scaled = (float) ((value - inputShift[column]) * inputFactor[column]);
            if (!Float.isFinite(scaled)) {
                throw new InputException(data.source() + ", row " + (row + 1) + ", input " + column + ": "
                        + (float) value + " is out of range after scaling with shift=" + inputShift[column]
                        + ", factor=" + inputFactor[column]);
            }
            return scaled;
        }
    }

    /** What the targets of the samples that {@link #apply} returns stand for. */
    public TargetUnit targetUnit() {
        return new TargetUnit(schema.task(), targetFactor);
    }

    /** Returns the number that output {@code scaled} of a regression's network stands for, in the unit of the data. */
    public float unscaleTarget(float scaled) {
        return (float) (scaled / targetFactor + targetShift);
    }

    private static void requirePositive(RawData data, int[] rows, Loss loss) {
        boolean aboveZero = loss == Loss.GAMMA;
        for (int row : rows) {
            float target = data.targets()[row];
            if (aboveZero ? target <= 0 : target < 0) {
                throw new InputException(data.source() + ", row " + (row + 1) + ": target " + target
                        + " is out of range for the loss " + loss.id() + ", allowed: "
                        + (aboveZero ? "above 0" : "0 or more") + "; use --loss squared_error");
            }
        }
    }

    private void layOutTargets(RawData data, int[] rows, float[] targets, int targetCount) {
        for (int sample = 0; sample < rows.length; sample++) {
            float target = data.targets()[rows[sample]];
            if (!schema.classification()) {
                targets[sample] = (float) ((target - targetShift) * targetFactor);
                if (!Float.isFinite(targets[sample])) {
                    throw new InputException(data.source() + ", row " + (rows[sample] + 1) + ": target " + target
                            + " is out of range after scaling with shift=" + targetShift + ", factor=" + targetFactor);
                }
            } else if (targetCount == 1) {
                targets[sample] = target;
            } else {
                targets[sample * targetCount + (int) target] = 1;
            }
        }
    }

    private static void requireScaling(String what, double shift, double factor) {
        if (!Double.isFinite(shift) || !(factor > 0) || Double.isInfinite(factor)) {
            throw new InputException("scaling of " + what + " out of range: shift=" + shift + ", factor=" + factor
                    + ", allowed: finite, factor above 0");
        }
    }
}
