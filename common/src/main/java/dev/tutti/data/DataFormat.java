package dev.tutti.data;

import dev.tutti.files.InputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The form of a data file; each may be compressed with gzip, told by the ending {@code .gz}. */
public enum DataFormat {
    /** Separated values, one sample in each row. */
    CSV(".csv", ".tsv", ".data"),
    /** Images and labels in two binary files, the form of MNIST. */
    IDX(".idx", "ubyte"),
    /** An array of NumPy. */
    NPY(".npy"),
    /** Several arrays of NumPy. */
    NPZ(".npz"),
    /** One sample in each row, {@code label index:value ...}: only what is not 0. */
    LIBSVM(".libsvm", ".svm", ".svmlight");

    private static final String GZIP = ".gz";

    private final List<String> endings;

    DataFormat(String... endings) {
        this.endings = List.of(endings);
    }

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Tells the form by the ending of a file's name, each also with {@code .gz}.
     *
     * @throws InputException if the ending is another
     */
    static DataFormat of(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(GZIP)) {
            name = name.substring(0, name.length() - GZIP.length());
        }
        for (DataFormat format : values()) {
            if (format.endings.stream().anyMatch(name::endsWith)) {
                return format;
            }
        }
        throw new InputException(file + ": the ending does not tell the form of the data ("
                + Arrays.stream(values())
                        .flatMap(format -> format.endings.stream())
                        .collect(Collectors.joining(", "))
                + ", each also with .gz); give --format "
                + Arrays.stream(values()).map(DataFormat::id).collect(Collectors.joining(" or ")));
    }
}
