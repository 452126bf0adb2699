package dev.tutti.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The calls by which files are changed: a seam, so that tests can let each of them fail. */
public interface FileOperations {
    /** The file system of this machine. */
    FileOperations SYSTEM = new FileOperations() {};

    /** A file that is being written. */
    interface OutputFile extends WritableByteChannel {
        /** Returns when all that was written, and the file's length, are on the disk. */
        void force() throws IOException;
    }

    /** Opens an empty file for writing, in place of one that is there. */
    default OutputFile create(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        return new OutputFile() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                return channel.write(bytes);
            }

            @Override
            public void force() throws IOException {
                channel.force(true);
            }

            @Override
            public boolean isOpen() {
                return channel.isOpen();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** Gives {@code from} the name {@code to} in one step, in place of a file of that name. */
    default void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Gives a file a second name, which must not exist. */
    default void link(Path link, Path existing) throws IOException {
        Files.createLink(link, existing);
    }

    /** Deletes a file, if it is there. */
    default void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** Makes a directory and those above it, where they are missing, so that they survive a crash of the machine. */
    default void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        Files.createDirectory(directory);
        if (parent != null) {
            forceDirectory(parent);
        }
    }

    /**
     * Makes the names in a directory survive a crash of the machine. Does nothing where directories
     * cannot be opened.
     */
    default void forceDirectory(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            // May be written to, but not read: its file system has to look after the name itself.
            return;
        }
    }
}
