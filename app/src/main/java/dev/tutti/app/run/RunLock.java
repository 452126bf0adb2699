package dev.tutti.app.run;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second process out of a directory, such as that of a run, by a lock of the operating system on the file {@value #NAME} there: it is gone when
 * the process is, however that ends. The file stays, as removing it would let two processes lock two files of that name; it says who
 * held it last. While it is held, nobody in this process may open it otherwise: closing any channel to a file frees the process's locks.
 */
public final class RunLock implements AutoCloseable {
    /** Name of the file in the directory. */
    public static final String NAME = ".lock";

    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the lock of a run directory. */
    static RunLock take(Path directory) throws IOException {
        return take(directory, "run directory");
    }

    /**
     * Takes the lock.
     *
     * @param directory exists
     * @param what the directory is, for messages
     * @throws InputException if somebody else holds it
     * @throws IOException if the file cannot be made
     */
    public static RunLock take(Path directory, String what) throws IOException {
        Path file = directory.toRealPath().resolve(NAME);
        if (!HELD.add(file)) {
            throw inUse(directory, what, "this process");
        }
        try {
            return new RunLock(file, lock(directory, what, file));
        } catch (IOException | RuntimeException e) {
            HELD.remove(file);
            throw e;
        }
    }

    private static FileChannel lock(Path directory, String what, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw inUse(directory, what, Files.readString(file).strip());
            }
            String holder = "process " + ProcessHandle.current().pid() + "\n";
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static InputException inUse(Path directory, String what, String holder) {
        return new InputException(what + " is in use: " + directory + " (" + holder
                + "); wait for its end or stop it, or give another directory");
    }

    /** Frees the lock. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It ends with the process.
        }
        HELD.remove(file);
    }
}
