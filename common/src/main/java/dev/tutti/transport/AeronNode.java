package dev.tutti.transport;

import dev.tutti.files.InputException;
import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.CloseHelper;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process's way to Aeron: a client, and the media driver it uses, which is either its own or another process's on the same
 * machine. Thread-safe.
 */
public final class AeronNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AeronNode.class);

    /** A file in the driver's directory whose text tells other processes whether they see the same directory. */
    private static final String ID_FILE = "tutti.id";

    /**
     * How long a process may stand still (garbage collection, suspension) before Aeron gives it up. Deaths are noticed
     * sooner, by the control plane; below this, a frozen process loses nothing.
     */
    private static final Duration LIVENESS = Duration.ofSeconds(40);

    private static final AtomicLong LAST_ERROR_NS = new AtomicLong(System.nanoTime() - 2_000_000_000L);
    /** What is asked for as buffers of UDP sockets; a system may allow less. */
    public static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private static final int WINDOW_BYTES = 1 << 20;
    private static final int COUNTERS_BYTES = 1 << 20;

    private final MediaDriver driver;
    private final Aeron aeron;
    private final Path directory;
    private final String id;

    private AeronNode(MediaDriver driver, Path directory, String id) {
        this.driver = driver;
        this.directory = directory;
        this.id = id;
        try {
            this.aeron = Aeron.connect(new Aeron.Context()
                    .aeronDirectoryName(directory.toString())
                    .driverTimeoutMs(LIVENESS.toMillis())
                    .idleStrategy(idleStrategy())
                    .useConductorAgentInvoker(false)
                    .errorHandler(AeronNode::logError));
        } catch (RuntimeException e) {
            CloseHelper.quietClose(driver);
            throw e;
        }
    }

    /**
     * Starts a media driver of this process's own.
     *
     * @param directory where its files go; null for a new directory in shared memory
     * @throws InputException if there is too little room or the directory is in use
     */
    public static AeronNode launch(Path directory) {
        Path where = directory == null ? SharedMemory.newDirectory() : directory;
        SharedMemory.checkRoom(where);
        SharedMemory.removeLeftovers(where);
        MediaDriver driver;
        try {
            driver = MediaDriver.launchEmbedded(driverContext(where));
        } catch (RuntimeException e) {
            throw new InputException(
                    "the media driver does not start in " + where + ": " + firstLine(e)
                            + "; is another process using the directory? give another --aeron-dir",
                    e);
        }
        String id = UUID.randomUUID().toString();
        try {
            Files.writeString(where.resolve(ID_FILE), id);
        } catch (IOException e) {
            CloseHelper.quietClose(driver);
            throw new UncheckedIOException(e);
        }
        LOG.info("media driver started: directory={}", where);
        return new AeronNode(driver, where, id);
    }

    /** Connects to the running media driver of another process of this machine. */
    public static AeronNode connect(Path directory, String id) {
        return new AeronNode(null, directory, id);
    }

    /** Returns whether this process sees the directory of the driver with this id, so that it can share the driver. */
    public static boolean canShare(Path directory, String id) {
        try {
            return Files.isReadable(directory.resolve(ID_FILE))
                    && Files.readString(directory.resolve(ID_FILE)).equals(id);
        } catch (IOException e) {
            return false;
        }
    }

    /** The client. */
    public Aeron aeron() {
        return aeron;
    }

    /** Where the driver's files are. */
    public Path directory() {
        return directory;
    }

    /** What names the driver to other processes. */
    public String id() {
        return id;
    }

    /** Whether the client is closed, for instance because its driver is gone: the node is then of no further use. */
    public boolean isClosed() {
        return aeron.isClosed();
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(aeron, driver);
    }

    private static MediaDriver.Context driverContext(Path directory) {
        return new MediaDriver.Context()
                .aeronDirectoryName(directory.toString())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(idleStrategy())
                .driverTimeoutMs(LIVENESS.toMillis())
                .clientLivenessTimeoutNs(LIVENESS.toNanos())
                .publicationUnblockTimeoutNs(LIVENESS.toNanos() * 3 / 2)
                .imageLivenessTimeoutNs(LIVENESS.toNanos())
                .publicationConnectionTimeoutNs(LIVENESS.toNanos() * 3 / 4)
                .publicationLingerTimeoutNs(Duration.ofSeconds(1).toNanos())
                .nakMulticastMaxBackoffNs(Duration.ofMillis(1).toNanos() / 5)
                .ipcMtuLength(Streams.IPC_MTU_BYTES)
                .initialWindowLength(WINDOW_BYTES)
                .socketRcvbufLength(SOCKET_BUFFER_BYTES)
                .socketSndbufLength(SOCKET_BUFFER_BYTES)
                .counterValuesBufferLength(COUNTERS_BYTES)
                // Room is checked by ourselves, for what is needed.
                .lowStorageWarningThreshold(0)
                .errorHandler(AeronNode::logError);
    }

    /** Backs off to sleeping: the cores belong to the kernel. */
    private static IdleStrategy idleStrategy() {
        return new BackoffIdleStrategy(
                10, 20, Duration.ofNanos(1_000).toNanos(), Duration.ofMillis(1).toNanos());
    }

    /** Once a second at most: whoever can send packets can cause errors. */
    private static void logError(Throwable error) {
        long nowNs = System.nanoTime();
        long lastNs = LAST_ERROR_NS.get();
        if (nowNs - lastNs > 1_000_000_000L && LAST_ERROR_NS.compareAndSet(lastNs, nowNs)) {
            LOG.warn("aeron: {}", error.toString());
            LOG.debug("aeron error", error);
        }
    }

    private static String firstLine(Throwable error) {
        return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    }
}
