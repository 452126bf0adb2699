package dev.tutti.data;

import dev.tutti.files.InputException;
import dev.tutti.model.Loss;
import java.util.HashSet;
import java.util.List;

/**
 * What the columns of a data set mean. Remembered in the model, so that other data can be checked against it.
 *
 * @param task what is to be predicted
 * @param inputCount number of columns that are inputs, at least 1; a category becomes several inputs of a network
 * @param inputNames their names, or empty where the data has none
 * @param targetName name of the target column, or empty where it has none
 * @param targetColumn number of the target column in the file, counted from 0; {@link #NO_COLUMN} where the data has no columns, or
 *     where that is not known (models of version 0.1)
 * @param classNames names of the classes in the order of their numbers, at least 2; empty for a regression
 * @param inputTypes what they hold, numbers or categories; empty where all are numbers
 * @param leftOut numbers of the columns in the file that are neither inputs nor the target, ascending
 */
public record DataSchema(
        Task task,
        int inputCount,
        List<String> inputNames,
        String targetName,
        int targetColumn,
        List<String> classNames,
        List<ColumnType> inputTypes,
        List<Integer> leftOut) {

    /** The target is in no column, or it is not known in which. */
    public static final int NO_COLUMN = -1;

    /** A schema of data that has no columns. */
    public DataSchema(Task task, int inputCount, List<String> inputNames, String targetName, List<String> classNames) {
        this(task, inputCount, inputNames, targetName, NO_COLUMN, classNames);
    }

    /** A schema of data all of whose columns are numbers, and of which none is left out. */
    public DataSchema(
            Task task,
            int inputCount,
            List<String> inputNames,
            String targetName,
            int targetColumn,
            List<String> classNames) {
        this(task, inputCount, inputNames, targetName, targetColumn, classNames, List.of(), List.of());
    }

    /** @throws InputException if the counts and names do not go together */
    public DataSchema {
        inputNames = List.copyOf(inputNames);
        classNames = List.copyOf(classNames);
        inputTypes = List.copyOf(inputTypes);
        leftOut = List.copyOf(leftOut);
        if (inputCount < 1) {
            throw new InputException("input count out of range: " + inputCount + ", allowed: 1 or more");
        }
        if (!inputNames.isEmpty() && inputNames.size() != inputCount) {
            throw new InputException(
                    "one name for each input is needed: inputs=" + inputCount + ", names=" + inputNames.size());
        }
        if (!inputTypes.isEmpty() && inputTypes.size() != inputCount) {
            throw new InputException(
                    "one type for each input is needed: inputs=" + inputCount + ", types=" + inputTypes.size());
        }
        for (ColumnType type : inputTypes) {
            if (type != ColumnType.NUMBER && type != ColumnType.CATEGORY) {
                throw new InputException("type of an input: " + type.id() + ", allowed: number, category");
            }
        }
        int columns = Math.addExact(inputCount, leftOut.size());
        requireAscending(leftOut, columns);
        if (targetColumn < NO_COLUMN || targetColumn > columns) {
            throw new InputException(
                    "target column out of range: " + targetColumn + ", allowed: 0 to " + columns + ", or " + NO_COLUMN);
        }
        if (task == Task.CLASSIFICATION ? classNames.size() < 2 : !classNames.isEmpty()) {
            throw new InputException("a classification needs at least 2 classes, a regression none: task=" + task.id()
                    + ", classes=" + classNames);
        }
        if (new HashSet<>(classNames).size() != classNames.size()) {
            throw new InputException("two classes have the same name: " + classNames);
        }
    }

    private static void requireAscending(List<Integer> leftOut, int largest) {
        int before = -1;
        for (int column : leftOut) {
            if (column <= before || column > largest) {
                throw new InputException(
                        "columns left out: " + leftOut + ", allowed: ascending numbers from 0 to " + largest);
            }
            before = column;
        }
    }

    /** Name of input column {@code input}; its number where it has none. */
    public String inputName(int input) {
        return inputNames.isEmpty() ? String.valueOf(input) : inputNames.get(input);
    }

    /** What input column {@code input} holds. */
    public ColumnType inputType(int input) {
        return inputTypes.isEmpty() ? ColumnType.NUMBER : inputTypes.get(input);
    }

    /** Whether classes are to be predicted. */
    public boolean classification() {
        return task == Task.CLASSIFICATION;
    }

    /** Number of classes; 0 for a regression. */
    public int classCount() {
        return classNames.size();
    }

    /**
     * Returns the loss used where none is asked for: binary cross-entropy for 2 classes, cross-entropy for more, squared error
     * for a regression.
     */
    public Loss defaultLoss() {
        if (!classification()) {
            return Loss.SQUARED_ERROR;
        }
        return classCount() == 2 ? Loss.BINARY_CROSS_ENTROPY : Loss.CROSS_ENTROPY;
    }

    /**
     * Returns the number of outputs of a network trained on such data with {@code loss}: with 2 classes one (except with
     * cross-entropy), with more one for each class, for a regression one.
     *
     * @throws InputException if the loss is not for such data
     */
    public int outputsFor(Loss loss) {
        if (!classification()) {
            if (loss.ofClasses()) {
                throw new InputException("loss " + loss.id() + " is for classes, but the target" + named(targetName)
                        + " is a number; use --loss squared_error");
            }
            return 1;
        }
        if (loss.ofPositiveMeans()) {
            throw new InputException("loss " + loss.id() + " is for numbers, but the target" + named(targetName)
                    + " has classes; use --loss cross_entropy");
        }
        return classCount() == 2 && loss != Loss.CROSS_ENTROPY ? 1 : classCount();
    }

    private static String named(String name) {
        return name.isEmpty() ? "" : " (" + name + ")";
    }
}
