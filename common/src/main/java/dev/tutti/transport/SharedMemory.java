package dev.tutti.transport;

import dev.tutti.files.InputException;
import io.aeron.driver.MediaDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.IoUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shared memory that holds a media driver's files: where, whether there is enough, and what dead processes left. */
public final class SharedMemory {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemory.class);
    private static final Path LINUX_SHARED_MEMORY = Path.of("/dev/shm");
    private static final Pattern OWN_NAME = Pattern.compile("tutti-.*-(\\d+)-[0-9a-f]+");

    /** How long a driver's heartbeat must be old before its directory counts as left behind. */
    private static final long STALE_MS = 10_000;

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

    /** A directory name that no other process uses. */
    static Path newDirectory() {
        return base().resolve("tutti-" + System.getProperty("user.name") + "-"
                + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()));
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

    /** @throws InputException if too little is free */
    static void checkRoom(Path directory) {
        long free = freeBytes(directory);
        if (free < REQUIRED_BYTES) {
            throw new InputException("too little shared memory for the media driver: " + directory.getParent() + " has "
                    + (free >> 20) + " MiB free, needed are " + (REQUIRED_BYTES >> 20)
                    + " MiB; in a container give --shm-size=1g (compose: shm_size: 1g), or name another --aeron-dir");
        }
    }

    /** Removes the directories that killed processes of this user left beside {@code directory}. */
    static void removeLeftovers(Path directory) {
        try (DirectoryStream<Path> siblings =
                Files.newDirectoryStream(directory.toAbsolutePath().getParent(), "tutti-*")) {
            for (Path sibling : siblings) {
                Matcher name = OWN_NAME.matcher(sibling.getFileName().toString());
                if (name.matches() && isLeftover(sibling, Long.parseLong(name.group(1)))) {
                    IoUtil.delete(sibling.toFile(), true);
                    LOG.info("removed what a killed process left: {}", sibling);
                }
            }
        } catch (IOException e) {
            LOG.debug("leftovers not looked for", e);
        }
    }

    /** Both must hold: a process number may belong to another container that shares the memory, a heartbeat may pause. */
    private static boolean isLeftover(Path directory, long pid) {
        return Files.isWritable(directory)
                && ProcessHandle.of(pid).isEmpty()
                && !new MediaDriver.Context()
                        .aeronDirectoryName(directory.toString())
                        .isDriverActive(STALE_MS, message -> {});
    }
}
