package dev.tutti.model;

import dev.tutti.config.InputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file whole or not at all: into a temporary file beside it, forced to the disk, then renamed. Whoever opens the file
 * finds the old content or the new, never a part.
 */
public final class AtomicFile {
    private AtomicFile() {}

    /** What writes the content. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of the content from position 0 of {@code channel}. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Writes {@code file}, replacing it if there is one.
     *
     * @throws InputException if it cannot be written; nothing is left behind
     */
    public static void write(Path file, Content content) {
        Path absolute = file.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null || Files.isDirectory(absolute)) {
            throw new InputException(file + ": cannot be written: it is a directory; give the path of a file");
        }
        Path temporary = directory.resolve(
                "." + absolute.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
            forceDirectory(directory);
        } catch (IOException e) {
            throw new InputException(
                    file + ": cannot be written: " + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "; check the directory, its permissions and the free space",
                    e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    /** Makes the rename itself survive a crash of the machine, where the system allows to open directories. */
    private static void forceDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not possible on this system: the content is safe all the same, only the moment of the rename is not.
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The error that matters has been told.
        }
    }
}
