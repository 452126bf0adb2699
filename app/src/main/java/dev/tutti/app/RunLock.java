package dev.tutti.app;

import dev.tutti.config.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second process out of a run directory, by a lock of the operating system on the file {@value #NAME} there: it is gone when
 * the process is, however that ends. The file names the process that holds it.
 */
final class RunLock implements AutoCloseable {
    static final String NAME = ".lock";

    private static final int MOST_TRIES = 100;
    /** Locks are the process's, and closing any channel to the file would free them: within the process we keep watch ourselves. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @param directory exists
     * @throws InputException if somebody else holds it
     * @throws IOException if the file cannot be made
     */
    static RunLock take(Path directory) throws IOException {
        Path file = directory.toRealPath().resolve(NAME);
        if (!HELD.add(file)) {
            throw inUse(directory, "this process");
        }
        try {
            for (int i = 0; i < MOST_TRIES; i++) {
                FileChannel channel = tryTake(directory, file);
                if (channel != null) {
                    return new RunLock(file, channel);
                }
            }
            throw inUse(directory, "a process that comes and goes");
        } catch (IOException | RuntimeException e) {
            HELD.remove(file);
            throw e;
        }
    }

    /** Returns null if the file was deleted meanwhile by the process that had it. */
    private static FileChannel tryTake(Path directory, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw inUse(directory, holder(file));
            }
            String mark = "process " + ProcessHandle.current().pid() + "\n" + UUID.randomUUID() + "\n";
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(mark.getBytes(StandardCharsets.UTF_8)), 0);
            if (Files.exists(file) && Files.readString(file).equals(mark)) {
                return channel;
            }
            channel.close();
            return null;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String holder(Path file) {
        try {
            return Files.readString(file).lines().findFirst().orElse("another process");
        } catch (IOException e) {
            return "another process";
        }
    }

    private static InputException inUse(Path directory, String holder) {
        return new InputException("run directory is in use: " + directory + " (" + holder
                + "); wait for its end or stop it, or give another directory");
    }

    /** Frees the lock and removes its file. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
            channel.close();
        } catch (IOException e) {
            // It ends with the process.
        }
        HELD.remove(file);
    }
}
