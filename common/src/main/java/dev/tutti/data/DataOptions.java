package dev.tutti.data;

import dev.tutti.files.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to read a data file, where the file does not tell by itself.
 *
 * @param format form of the file; null: told by its ending
 * @param header whether a CSV has a first row of names
 * @param separator between the cells of a CSV; 0: found
 * @param target target column, by name or by number from 0; null: the last
 * @param task what is to be predicted; null: told by the target column
 * @param labels labels file of an IDX images file; null: found beside it by its usual name; file with the targets of an array of
 *     NumPy; null: in it
 * @param types what columns of a CSV hold, by name or by number from 0; of the others it is found
 * @param ignore columns of a CSV that are left out, by name or by number from 0
 * @param missing what is done about cells of a CSV without a value
 */
public record DataOptions(
        DataFormat format,
        Header header,
        char separator,
        String target,
        Task task,
        Path labels,
        Map<String, ColumnType> types,
        List<String> ignore,
        Missing missing) {
    /** Everything is told by the file. */
    public static final DataOptions DEFAULT =
            new DataOptions(null, Header.AUTO, (char) 0, null, null, null, Map.of(), List.of(), Missing.MEAN);

    /** Makes its own copies. */
    public DataOptions {
        types = Map.copyOf(types);
        ignore = List.copyOf(ignore);
    }

    /** Returns these options with another target column. */
    public DataOptions withTarget(String newTarget) {
        return new DataOptions(format, header, separator, newTarget, task, labels, types, ignore, missing);
    }

    /** Returns these options with another header option. */
    public DataOptions withHeader(Header newHeader) {
        return new DataOptions(format, newHeader, separator, target, task, labels, types, ignore, missing);
    }

    /** Returns these options with another separator; 0: found. */
    public DataOptions withSeparator(char newSeparator) {
        return new DataOptions(format, header, newSeparator, target, task, labels, types, ignore, missing);
    }

    /** Returns these options with another task. */
    public DataOptions withTask(Task newTask) {
        return new DataOptions(format, header, separator, target, newTask, labels, types, ignore, missing);
    }

    /** Returns these options with another form. */
    public DataOptions withFormat(DataFormat newFormat) {
        return new DataOptions(newFormat, header, separator, target, task, labels, types, ignore, missing);
    }

    /** Returns these options with another labels file. */
    public DataOptions withLabels(Path newLabels) {
        return new DataOptions(format, header, separator, target, task, newLabels, types, ignore, missing);
    }

    /** Returns these options with other types of columns. */
    public DataOptions withTypes(Map<String, ColumnType> newTypes) {
        return new DataOptions(format, header, separator, target, task, labels, newTypes, ignore, missing);
    }

    /** Returns these options with other columns left out. */
    public DataOptions withIgnore(List<String> newIgnore) {
        return new DataOptions(format, header, separator, target, task, labels, types, newIgnore, missing);
    }

    /** Returns these options with another rule for cells without a value. */
    public DataOptions withMissing(Missing newMissing) {
        return new DataOptions(format, header, separator, target, task, labels, types, ignore, newMissing);
    }

    /** @throws InputException if an option is given that says how to read a file */
    void requireForBuiltIn(String name) {
        refuse(format != null, "--format", name, "a built-in data set");
        refuse(task != null, "--task", name, "a built-in data set");
        requireFor(null, name);
    }

    /** @throws InputException if an option is given that is for another form; null: for a built-in data set, all are */
    void requireFor(DataFormat form, String source) {
        String what = form == null ? "a built-in data set" : "a file of form " + form.id();
        boolean columns = form == DataFormat.CSV;
        boolean array = form == DataFormat.NPY || form == DataFormat.NPZ;
        boolean rows = columns || array || form == DataFormat.LIBSVM;
        refuse(!columns && !array && target != null, "--target", source, what);
        refuse(!columns && header != Header.AUTO, "--header", source, what);
        refuse(!columns && separator != 0, "--separator", source, what);
        refuse(!columns && !types.isEmpty(), "--types", source, what);
        refuse(!columns && !ignore.isEmpty(), "--ignore", source, what);
        refuse(!rows && missing != Missing.MEAN, "--missing", source, what);
        refuse(form != DataFormat.IDX && !array && labels != null, "--labels", source, what);
    }

    private static void refuse(boolean given, String option, String source, String what) {
        if (given) {
            throw new InputException(source + ": " + option + " is not for " + what + "; leave it out");
        }
    }
}
