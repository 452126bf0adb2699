package dev.tutti.data;

import dev.tutti.files.InputException;
import java.nio.file.Path;
import java.util.Locale;

/** The form of a data file; each may be compressed with gzip, told by the ending {@code .gz}. */
public enum DataFormat {
    /** Comma-separated values, one sample in each row. */
    CSV,
    /** Images and labels in two binary files, the form of MNIST. */
    IDX;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Tells the form by the ending of a file's name: {@code .csv}; {@code .idx} or {@code -ubyte}; each also with {@code .gz}.
     *
     * @throws InputException if the ending is another
     */
    static DataFormat of(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".gz")) {
            name = name.substring(0, name.length() - ".gz".length());
        }
        if (name.endsWith(".csv")) {
            return CSV;
        }
        if (name.endsWith("ubyte") || name.endsWith(".idx")) {
            return IDX;
        }
        throw new InputException(
                file + ": the ending does not tell the form of the data (.csv, .idx, -ubyte, each also with"
                        + " .gz); give --format csv or --format idx");
    }
}
