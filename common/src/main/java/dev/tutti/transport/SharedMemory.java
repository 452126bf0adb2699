package dev.tutti.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** The shared memory that holds a media driver's files: where, and whether there is enough. */
public final class SharedMemory {
    private static final Path LINUX_SHARED_MEMORY = Path.of("/dev/shm");

    /**
     * What a driver and the streams of one generation need at least: the driver's own file (about 8 MiB as it is set here) and
     * three terms for each of a few streams.
     */
    public static final long REQUIRED_BYTES = 64L << 20;

    /**
     * How long the memory of closed streams may stay in use: the driver keeps them for a second, and the clients that had
     * mapped them for three more.
     */
    private static final long RELEASE_NS = 7_000_000_000L;

    private static final long POLL_NS = 20_000_000;
    private static final String ADVICE =
            "; in a container give --shm-size=1g (compose: shm_size: 1g), or name another --aeron-dir";

    private SharedMemory() {}

    /** The folder for directories of media drivers: shared memory where there is one. */
    public static Path base() {
        return Files.isWritable(LINUX_SHARED_MEMORY)
                ? LINUX_SHARED_MEMORY
                : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Number of bytes free where {@code directory} is or would be made. */
    public static long freeBytes(Path directory) {
        Path existing = directory.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            return Files.getFileStore(existing).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until streams find room, before they are opened: those of the generation before are still there for some seconds.
     *
     * @param directory the media driver's
     * @param bytes number of bytes that the streams take
     * @param streams what they are, for the message
     * @throws NoRoomException if fewer than {@code bytes} are free beside {@code directory}, and stay so
     */
    public static void awaitRoom(Path directory, long bytes, String streams) {
        awaitRoom(directory, bytes, streams, () -> freeBytes(directory), RELEASE_NS);
    }

    static void awaitRoom(Path directory, long bytes, String streams, LongSupplier freeBytes, long patienceNs) {
        long sinceNs = System.nanoTime();
        long free = freeBytes.getAsLong();
        while (free < bytes) {
            if (System.nanoTime() - sinceNs >= patienceNs) {
                throw new NoRoomException("too little shared memory for " + streams + ": "
                        + directory.toAbsolutePath().getParent() + " has " + mebibytes(free) + " free, needed are "
                        + mebibytes(bytes) + ADVICE);
            }
            LockSupport.parkNanos(POLL_NS);
            free = freeBytes.getAsLong();
        }
    }

    /** @throws NoRoomException if too little is free in {@code folder} */
    static void checkRoomForDriver(Path folder) {
        long free = freeBytes(folder);
        if (free < REQUIRED_BYTES) {
            throw new NoRoomException("too little shared memory for the media driver: " + folder + " has "
                    + mebibytes(free) + " free, needed are " + mebibytes(REQUIRED_BYTES) + ADVICE);
        }
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
    }
}
