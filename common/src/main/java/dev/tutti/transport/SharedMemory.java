package dev.tutti.transport;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The shared memory that holds a media driver's files: where, and whether there is enough. */
public final class SharedMemory {
    private static final Path LINUX_SHARED_MEMORY = Path.of("/dev/shm");

    /**
     * What a driver and the streams of one generation need at least: the driver's own file (about 8 MiB as it is set here) and
     * three terms for each of a few streams.
     */
    public static final long REQUIRED_BYTES = 64L << 20;

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
     * Checks that streams find room, before they are opened.
     *
     * @throws InputException if fewer than {@code bytes} are free beside {@code directory}
     */
    public static void checkRoomForStreams(Path directory, long bytes) {
        long free = freeBytes(directory);
        if (free < bytes) {
            throw new InputException("too little shared memory for the streams of this network: "
                    + directory.toAbsolutePath().getParent() + " has " + (free >> 20) + " MiB free, needed are "
                    + (bytes >> 20)
                    + " MiB; in a container give --shm-size=1g (compose: shm_size: 1g), or name another --aeron-dir");
        }
    }

    /** @throws InputException if too little is free in {@code folder} */
    static void checkRoomForDriver(Path folder) {
        long free = freeBytes(folder);
        if (free < REQUIRED_BYTES) {
            throw new InputException("too little shared memory for the media driver: " + folder + " has "
                    + (free >> 20) + " MiB free, needed are " + (REQUIRED_BYTES >> 20)
                    + " MiB; in a container give --shm-size=1g (compose: shm_size: 1g), or name another --aeron-dir");
        }
    }
}
