package dev.tutti.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Directories with all that is in them. */
public final class Trees {
    private Trees() {}

    /**
     * Deletes a directory; links are deleted, not followed.
     *
     * @param files carries it out
     * @param root the directory
     * @param first name of a file in it without which the rest is worth nothing: it goes first
     */
    public static void delete(FileOperations files, Path root, String first) throws IOException {
        files.delete(root.resolve(first));
        delete(files, root);
    }

    /** The same in whatever order. */
    public static void delete(FileOperations files, Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException problem) throws IOException {
                if (problem != null) {
                    throw problem;
                }
                files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
