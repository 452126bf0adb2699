package dev.tutti.app.service;

import dev.tutti.files.FileOperations;
import dev.tutti.files.Trees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/**
 * A machine that loses its power before one of its file operations: that one is half done or not at all, none after it is done, and
 * of what was done to the names in a directory since it was last forced to the disk, the last few things may be undone.
 */
final class CrashingFiles implements FileOperations {
    private final Random random;
    private final Deque<Change> unforced = new ArrayDeque<>();
    private int left;
    private boolean crashed;

    /** Something done to a name in a directory, and how the disk looks without it. */
    private record Change(Path directory, Undo undo) {}

    @FunctionalInterface
    private interface Undo {
        void run() throws IOException;
    }

    /**
     * @param operations that are carried out before the crash
     * @param random decides what is undone
     */
    CrashingFiles(int operations, Random random) {
        this.left = operations;
        this.random = random;
    }

    /** A machine that does not lose its power, and as fast as one that would. */
    static CrashingFiles withPower() {
        return new CrashingFiles(Integer.MAX_VALUE, new Random(1));
    }

    boolean hasCrashed() {
        return crashed;
    }

    /** What the disk holds after the crash. */
    void losePower() throws IOException {
        while (!unforced.isEmpty() && random.nextBoolean()) {
            unforced.pop().undo().run();
        }
    }

    private void step() throws IOException {
        crashed |= left-- <= 0;
        if (crashed) {
            throw new IOException("the power is gone");
        }
    }

    @Override
    public OutputFile create(Path file) throws IOException {
        step();
        OutputFile real = SYSTEM.create(file);
        return new OutputFile() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                if (left <= 0 && !crashed) {
                    real.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
                }
                step();
                return real.write(bytes);
            }

            /** The real one is slow, and this test is not about it. */
            @Override
            public void force() throws IOException {
                step();
            }

            @Override
            public boolean isOpen() {
                return real.isOpen();
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        byte[] before = Files.exists(to) ? Files.readAllBytes(to) : null;
        SYSTEM.rename(from, to);
        unforced.push(new Change(to.getParent(), () -> put(to, before)));
    }

    @Override
    public void delete(Path file) throws IOException {
        step();
        byte[] before = Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
        SYSTEM.delete(file);
        if (before != null) {
            unforced.push(new Change(file.getParent(), () -> put(file, before)));
        }
    }

    private static void put(Path file, byte[] content) throws IOException {
        if (content == null) {
            Files.deleteIfExists(file);
        } else {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        step();
        if (!Files.exists(directory)) {
            Files.createDirectories(directory);
            unforced.push(new Change(directory.getParent(), () -> Trees.delete(SYSTEM, directory)));
            forceDirectory(directory.getParent());
        }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        step();
        unforced.removeIf(change -> change.directory().equals(directory));
    }
}
