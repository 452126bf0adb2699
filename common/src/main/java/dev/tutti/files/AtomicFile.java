package dev.tutti.files;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a file whole or not at all: into a temporary file beside it, forced to the disk, then renamed. Whoever opens the file
 * finds the old content or the new, never a part.
 */
public final class AtomicFile {
    /** How the names of temporary files end; a killed process may leave one. */
    public static final String TEMPORARY = ".tmp";

    private AtomicFile() {}

    /** What writes the content. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of the content to {@code channel}. */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Writes {@code file}, replacing it if there is one.
     *
     * @throws InputException if it cannot be written, and no temporary file is left behind; if only the directory could not be
     *     forced to the disk, the new content is there, but might not survive a crash of the machine
     */
    public static void write(Path file, Content content) {
        write(FileOperations.SYSTEM, file, content);
    }

    /**
     * Writes {@code file}, replacing it if there is one.
     *
     * @param files carries it out
     * @throws InputException if it cannot be written, and no temporary file is left behind; if only the directory could not be
     *     forced to the disk, the new content is there, but might not survive a crash of the machine
     */
    public static void write(FileOperations files, Path file, Content content) {
        Path absolute = file.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null || Files.isDirectory(absolute)) {
            throw new InputException(file + ": cannot be written: it is a directory; give the path of a file");
        }
        Path temporary = directory.resolve(
                "." + absolute.getFileName() + "." + ProcessHandle.current().pid() + TEMPORARY);
        try {
            try (FileOperations.OutputFile out = files.create(temporary)) {
                content.writeTo(out);
                out.force();
            }
            files.rename(temporary, absolute);
            files.forceDirectory(directory);
        } catch (IOException e) {
            throw new InputException(
                    file + ": cannot be written: " + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "; check the directory, its permissions and the free space",
                    e);
        } finally {
            deleteQuietly(files, temporary);
        }
    }

    private static void deleteQuietly(FileOperations files, Path file) {
        try {
            files.delete(file);
        } catch (IOException e) {
            // The error that matters has been told.
        }
    }
}
