package dev.tutti.data;

import dev.tutti.files.InputException;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import java.util.zip.GZIPInputStream;

/**
 * Reads data sets: built-in ones by their names, files by their paths, or by a pattern such as {@code part-*.csv}. See docs/data.md
 * for the forms and rules. Everything that is wrong with a file is an {@link InputException} of one line, with the file and the place
 * in it.
 */
public final class DataFiles {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final String PATTERN = "*?[{";

    private DataFiles() {}

    /**
     * Reads data to train on; what the columns mean is told by the data and the options.
     *
     * @param source a built-in name (see {@link BuiltInData#names()}), or the path of a file
     * @param options what the file does not tell by itself
     * @throws InputException if it cannot be read, is no such data, or an option is not for such data
     */
    public static RawData read(String source, DataOptions options) {
        return read(source, options, ReadProgress.NONE);
    }

    /** As {@link #read(String, DataOptions)}; {@code progress} is told how far it is. */
    public static RawData read(String source, DataOptions options, ReadProgress progress) {
        if (BuiltInData.has(source)) {
            options.requireForBuiltIn(source);
            return BuiltInData.read(source);
        }
        List<Path> files = existing(source);
        DataFormat format = format(files, options);
        options.requireFor(format, source);
        return switch (format) {
            case CSV -> spooled(files, those -> CsvFile.read(source, those, options, progress));
            case IDX -> IdxFile.read(single(files, format), options);
            case NPY, NPZ ->
                NumpyFile.read(single(files, format), format, options.labels()).toTrain(options);
            case LIBSVM -> LibsvmFile.read(single(files, format), 0).toTrain(options);
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
        return read(source, options, model, Purpose.EVALUATE);
    }

    /** As {@link #read(String, DataOptions, DataSchema)}, for a purpose: to predict, no targets are needed, and none are read. */
    public static RawData read(String source, DataOptions options, DataSchema model, Purpose purpose) {
        if (BuiltInData.has(source)) {
            return Conformance.conform(BuiltInData.read(source), model);
        }
        List<Path> files = existing(source);
        DataFormat format = format(files, options);
        return switch (format) {
            case CSV ->
                spooled(files, those -> CsvFile.read(source, those, options, model, purpose, ReadProgress.NONE));
            case IDX -> IdxFile.read(single(files, format), options, model);
            case NPY, NPZ ->
                NumpyFile.read(single(files, format), format, options.labels()).forModel(options, model, purpose);
            case LIBSVM ->
                LibsvmFile.read(single(files, format), model.inputCount()).forModel(options, model, purpose);
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

    /**
     * Looks at the columns of data.
     *
     * @throws InputException if it cannot be read
     */
    public static TableDescription describe(String source, DataOptions options, ReadProgress progress) {
        if (!BuiltInData.has(source)) {
            List<Path> files = existing(source);
            if (format(files, options) == DataFormat.CSV) {
                options.requireFor(DataFormat.CSV, source);
                return spooled(files, those -> CsvFile.describe(source, those, options, progress));
            }
        }
        return TableDescription.of(read(source, options, progress));
    }

    private static DataFormat format(List<Path> files, DataOptions options) {
        if (options.format() != null) {
            return options.format();
        }
        DataFormat format = DataFormat.of(files.get(0));
        for (Path file : files) {
            if (DataFormat.of(file) != format) {
                throw new InputException(file + ": of another form than " + files.get(0) + "; name files of one form");
            }
        }
        return format;
    }

    private static Path single(List<Path> files, DataFormat format) {
        if (files.size() > 1) {
            throw new InputException(
                    files.get(1) + ": several files of form " + format.id() + " are not read as one; name one of them");
        }
        return files.get(0);
    }

    private static List<Path> existing(String source) {
        Path file;
        try {
            file = Path.of(source);
        } catch (InvalidPathException e) {
            throw new InputException("not a path: " + Cell.quote(source), e);
        }
        if (source.isBlank() || !Files.exists(file)) {
            List<Path> files = matching(file);
            if (!files.isEmpty()) {
                return files;
            }
            throw new InputException(source + ": no such file, and no built-in data set of that name; built in are "
                    + String.join(", ", BuiltInData.names()));
        }
        return List.of(requireReadable(file));
    }

    /** The files of a directory whose names match the last part of a path, in the order of their names. */
    private static List<Path> matching(Path pattern) {
        Path name = pattern.getFileName();
        boolean isPattern = name != null && name.toString().chars().anyMatch(c -> PATTERN.indexOf(c) >= 0);
        Path directory = pattern.getParent() == null ? Path.of("") : pattern.getParent();
        if (!isPattern || !Files.isDirectory(directory)) {
            return List.of();
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, name.toString())) {
            for (Path file : found) {
                if (!Files.isDirectory(file)) {
                    files.add(requireReadable(pattern.getParent() == null ? file.getFileName() : file));
                }
            }
        } catch (PatternSyntaxException e) {
            throw new InputException(pattern + ": not a pattern of names: " + e.getDescription(), e);
        } catch (IOException e) {
            throw failure(directory, e);
        }
        files.sort(null);
        return files;
    }

    /** Does something with files, for which a pipe, which can be read once only, is written to a temporary file first. */
    private static <T> T spooled(List<Path> files, Function<List<Path>, T> use) {
        Path file = files.get(0);
        if (files.size() > 1 || Files.isRegularFile(file)) {
            return use.apply(files);
        }
        Path copy = null;
        try (InputStream in = new FileInputStream(file.toFile())) {
            copy = Files.createTempFile("tutti", isCompressed(file) ? ".gz" : "");
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return use.apply(List.of(copy));
        } catch (IOException e) {
            throw failure(file, e);
        } catch (InputException e) {
            throw new InputException(String.valueOf(e.getMessage()).replace(String.valueOf(copy), file.toString()), e);
        } finally {
            if (copy != null) {
                // As a file that cannot be deleted harms nobody.
                copy.toFile().delete();
            }
        }
    }

    /** Returns {@code file} if it is a readable file, or a pipe, and no directory. */
    static Path requireReadable(Path file) {
        if (!Files.exists(file)) {
            throw new InputException(file + ": no such file");
        }
        if (Files.isDirectory(file)) {
            throw new InputException(
                    file + ": is a directory; name a file in it, or a pattern such as " + file.resolve("*.csv"));
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

    /** Whether the name of a file tells that it is compressed. */
    static boolean isCompressed(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".gz");
    }
}
