package dev.tutti.data;

import dev.tutti.files.InputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Reads data sets: built-in ones by their names, files by their paths. See docs/data.md for the forms and rules. Everything
 * that is wrong with a file is an {@link InputException} of one line, with the file and the place in it.
 */
public final class DataFiles {
    private static final int BUFFER_BYTES = 1 << 16;

    private DataFiles() {}

    /**
     * Reads data to train on; what the columns mean is told by the data and the options.
     *
     * @param source a built-in name (see {@link BuiltInData#names()}), or the path of a file
     * @param options what the file does not tell by itself
     * @throws InputException if it cannot be read, is no such data, or an option is not for such data
     */
    public static RawData read(String source, DataOptions options) {
        if (BuiltInData.has(source)) {
            options.requireForBuiltIn(source);
            return BuiltInData.read(source);
        }
        Path file = existing(source);
        DataFormat format = format(file, options);
        options.requireFor(format, source);
        return switch (format) {
            case CSV -> CsvFile.read(file, options);
            case IDX -> IdxFile.read(file, options);
        };
    }

    /**
     * Reads data for a model, or for validation beside other data: the columns must mean the same. The target column may be
     * missing; {@link RawData#hasTargets()} tells.
     *
     * @param source a built-in name, or the path of a file
     * @param options what the file does not tell by itself; the task is the model's
     * @param model what the columns of the model's training data mean; the result has the same schema
     * @throws InputException if it cannot be read, or does not match the model's schema
     */
    public static RawData read(String source, DataOptions options, DataSchema model) {
        if (BuiltInData.has(source)) {
            return Conformance.conform(BuiltInData.read(source), model);
        }
        Path file = existing(source);
        return switch (format(file, options)) {
            case CSV -> CsvFile.read(file, options, model);
            case IDX -> IdxFile.read(file, options, model);
        };
    }

    /**
     * The file of labels that belongs to a file of samples, as its name tells.
     *
     * @param file whose labels are looked for
     * @param format its form; told by its ending where absent
     * @return empty if the data has its targets in itself, or there is no such file
     */
    public static Optional<Path> labelsBeside(Path file, Optional<DataFormat> format) {
        return format.orElseGet(() -> DataFormat.of(file)) == DataFormat.IDX
                ? Optional.ofNullable(IdxFile.labelsBeside(file))
                : Optional.empty();
    }

    private static DataFormat format(Path file, DataOptions options) {
        return options.format() != null ? options.format() : DataFormat.of(file);
    }

    private static Path existing(String source) {
        Path file;
        try {
            file = Path.of(source);
        } catch (InvalidPathException e) {
            throw new InputException("not a path: " + Cell.quote(source), e);
        }
        if (source.isBlank() || !Files.exists(file)) {
            throw new InputException(source + ": no such file, and no built-in data set of that name; built in are "
                    + String.join(", ", BuiltInData.names()));
        }
        return requireReadable(file);
    }

    /** Returns {@code file} if it is a readable file, or a pipe, and no directory. */
    static Path requireReadable(Path file) {
        if (!Files.exists(file)) {
            throw new InputException(file + ": no such file");
        }
        if (Files.isDirectory(file)) {
            throw new InputException(file + ": is a directory; name a file in it");
        }
        if (!Files.isReadable(file)) {
            throw new InputException(file + ": cannot be read; check its permissions");
        }
        return file;
    }

    /** Opens a file, through gzip if its name ends with {@code .gz}. */
    static InputStream open(Path file) throws IOException {
        InputStream in = Files.newInputStream(requireReadable(file));
        try {
            return isCompressed(file)
                    ? new GZIPInputStream(in, BUFFER_BYTES)
                    : new BufferedInputStream(in, BUFFER_BYTES);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /** Returns what to tell the user about a failed read. */
    static InputException failure(Path file, IOException e) {
        String hint = isCompressed(file) ? "; it is not a whole gzip file, or cannot be read" : "; it cannot be read";
        return new InputException(
                file + ": " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()) + hint, e);
    }

    private static boolean isCompressed(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".gz");
    }
}
