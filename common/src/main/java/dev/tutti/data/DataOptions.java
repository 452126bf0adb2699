package dev.tutti.data;

import dev.tutti.files.InputException;
import java.nio.file.Path;

/**
 * How to read a data file, where the file does not tell by itself.
 *
 * @param format form of the file; null: told by its ending
 * @param header whether a CSV has a first row of names
 * @param target target column of a CSV, by name or by number from 0; null: the last
 * @param task what is to be predicted; null: told by the target column
 * @param labels labels file of an IDX images file; null: found beside it by its usual name
 */
public record DataOptions(DataFormat format, Header header, String target, Task task, Path labels) {
    /** Everything is told by the file. */
    public static final DataOptions DEFAULT = new DataOptions(null, Header.AUTO, null, null, null);

    /** Returns these options with another target column. */
    public DataOptions withTarget(String newTarget) {
        return new DataOptions(format, header, newTarget, task, labels);
    }

    /** Returns these options with another header option. */
    public DataOptions withHeader(Header newHeader) {
        return new DataOptions(format, newHeader, target, task, labels);
    }

    /** Returns these options with another task. */
    public DataOptions withTask(Task newTask) {
        return new DataOptions(format, header, target, newTask, labels);
    }

    /** Returns these options with another form. */
    public DataOptions withFormat(DataFormat newFormat) {
        return new DataOptions(newFormat, header, target, task, labels);
    }

    /** Returns these options with another labels file. */
    public DataOptions withLabels(Path newLabels) {
        return new DataOptions(format, header, target, task, newLabels);
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
        refuse(form != DataFormat.CSV && target != null, "--target", source, what);
        refuse(form != DataFormat.CSV && header != Header.AUTO, "--header", source, what);
        refuse(form != DataFormat.IDX && labels != null, "--labels", source, what);
    }

    private static void refuse(boolean given, String option, String source, String what) {
        if (given) {
            throw new InputException(source + ": " + option + " is not for " + what + "; leave it out");
        }
    }
}
