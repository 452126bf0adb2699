package dev.tutti.transport;

import dev.tutti.files.InputException;
import io.aeron.Aeron;
import io.aeron.CncFileDescriptor;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process's way to Aeron: a client, and the media driver it uses, which is either its own or another process's on the same
 * machine. Both are renewed when they are gone, in the same directory and under the same id. Thread-safe.
 */
public final class AeronNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AeronNode.class);

    /**
     * How long a process may stand still (garbage collection, suspension) before Aeron gives it up. Deaths are noticed
     * sooner, by the control plane; below this, a frozen process loses nothing.
     */
    static final Duration LIVENESS = Duration.ofSeconds(40);

    /** Of threads that have to do with opening streams, and not with what goes over them. */
    private static final Duration LONG_NAP = Duration.ofMillis(4);

    /** How long a driver that stood still together with its process may take to show that it goes on. */
    private static final Duration AWAKENING = Duration.ofSeconds(3);

    private static final AtomicLong LAST_ERROR_NS = new AtomicLong(System.nanoTime() - 2_000_000_000L);
    /** What is asked for as buffers of UDP sockets; a system may allow less. */
    public static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private static final int WINDOW_BYTES = 1 << 20;
    private static final int COUNTERS_BYTES = 1 << 20;

    private final Path directory;
    private final String id;
    private final boolean ownsDriver;
    private MediaDriver driver;
    private Object driverKey;
    private Aeron client;
    private boolean closed;

    private AeronNode(Path directory, String id, boolean ownsDriver) {
        this.directory = directory;
        this.id = id;
        this.ownsDriver = ownsDriver;
        if (ownsDriver) {
            launchDriver();
        }
        try {
            connectClient();
        } catch (RuntimeException e) {
            CloseHelper.quietClose(driver);
            throw e;
        }
    }

    /**
     * Starts a media driver of this process's own.
     *
     * @param folder in which folder it makes its directory; null for shared memory
     * @throws InputException if there is too little room or the folder cannot be used
     */
    public static AeronNode launch(Path folder) {
        Path where = folder == null ? SharedMemory.base() : folder.toAbsolutePath();
        Path directory = DriverDirectory.fresh(where);
        SharedMemory.checkRoomForDriver(where);
        DriverDirectory.removeLeftovers(where);
        return new AeronNode(directory, UUID.randomUUID().toString(), true);
    }

    /**
     * Connects to the media driver that runs in {@code directory}; where it is no driver's directory, starts one inside.
     *
     * @param directory a running driver's directory, or a folder; null for a driver of its own in shared memory
     * @throws InputException if the driver does not run any more, there is too little room or the folder cannot be used
     */
    public static AeronNode shareOrLaunch(Path directory) {
        return directory != null && DriverDirectory.isActive(directory)
                ? connect(directory.toAbsolutePath(), readId(directory))
                : launch(directory);
    }

    /** Connects to the running media driver of another process of this machine. */
    public static AeronNode connect(Path directory, String id) {
        return new AeronNode(directory, id, false);
    }

    /** Returns whether this process sees the directory of the driver with this id, so that it can share the driver. */
    public static boolean canShare(Path directory, String id) {
        return !id.isEmpty() && id.equals(readId(directory));
    }

    /**
     * The client. It is a new one where the last is closed, because this process stood still for too long or the driver is
     * gone, so callers keep it no longer than the streams they open with it. Waits for some seconds at most.
     *
     * @throws IllegalStateException if another process's driver is gone, or this is closed
     */
    public synchronized Aeron aeron() {
        if (closed) {
            throw new IllegalStateException("closed: " + directory);
        }
        if (client.isClosed() || !Objects.equals(driverKey, keyOfDriver())) {
            renew();
        }
        return client;
    }

    /** Where the driver's files are. */
    public Path directory() {
        return directory;
    }

    /** What names the driver to other processes; empty for one that is not of this program. */
    public String id() {
        return id;
    }

    /** Waits even if interrupted: an interrupt would end the wait for the driver's thread, which removes the directory. */
    @Override
    public synchronized void close() {
        closed = true;
        boolean interrupted = Thread.interrupted();
        CloseHelper.quietCloseAll(client, driver);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void renew() {
        CloseHelper.quietClose(client);
        boolean active = awaitDriver();
        if (!active && !ownsDriver) {
            throw new IllegalStateException("the media driver is gone: " + directory);
        }
        if (!active) {
            CloseHelper.quietClose(driver);
            launchDriver();
        }
        connectClient();
        LOG.warn("aeron client renewed: directory={}, driver={}", directory, active ? "as before" : "new");
    }

    /** Connecting to a driver that is gone would take as long as its heartbeat counts as fresh. */
    private boolean awaitDriver() {
        long deadlineNs = System.nanoTime() + AWAKENING.toNanos();
        while (!DriverDirectory.isActive(directory)) {
            if (!DriverDirectory.isDriver(directory) || System.nanoTime() - deadlineNs > 0) {
                return false;
            }
            LockSupport.parkNanos(10_000_000);
        }
        return true;
    }

    private void launchDriver() {
        try {
            driver = MediaDriver.launchEmbedded(driverContext(directory));
        } catch (RuntimeException e) {
            throw new InputException(
                    "the media driver does not start in " + directory + ": " + firstLine(e)
                            + "; give another --aeron-dir",
                    e);
        }
        try {
            Files.writeString(directory.resolve(DriverDirectory.ID_FILE), id);
        } catch (IOException e) {
            CloseHelper.quietClose(driver);
            throw new UncheckedIOException(e);
        }
        LOG.info("media driver started: directory={}", directory);
    }

    private void connectClient() {
        driverKey = keyOfDriver();
        client = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(directory.toString())
                .driverTimeoutMs(LIVENESS.toMillis())
                .idleStrategy(idleStrategy(LONG_NAP))
                .useConductorAgentInvoker(false)
                .errorHandler(AeronNode::logError));
    }

    /** Tells a driver from a later one in the same directory; null where there is none. */
    private Object keyOfDriver() {
        try {
            return Files.readAttributes(directory.resolve(CncFileDescriptor.CNC_FILE), BasicFileAttributes.class)
                    .fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    private static String readId(Path directory) {
        Path file = directory.resolve(DriverDirectory.ID_FILE);
        try {
            return Files.isReadable(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static MediaDriver.Context driverContext(Path directory) {
        return new MediaDriver.Context()
                .aeronDirectoryName(directory.toString())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(idleStrategy(Duration.ofMillis(1)))
                .asyncExecutorIdleStrategy(idleStrategy(LONG_NAP))
                .driverTimeoutMs(LIVENESS.toMillis())
                .clientLivenessTimeoutNs(LIVENESS.toNanos())
                .publicationUnblockTimeoutNs(LIVENESS.toNanos() * 3 / 2)
                .imageLivenessTimeoutNs(LIVENESS.toNanos())
                .publicationConnectionTimeoutNs(LIVENESS.toNanos() * 3 / 4)
                .publicationLingerTimeoutNs(Duration.ofSeconds(1).toNanos())
                .nakMulticastMaxBackoffNs(Duration.ofMillis(1).toNanos() / 5)
                .ipcMtuLength(Streams.IPC_MTU_BYTES)
                // All of a stream's memory is taken when it is opened: found wanting later it would end the process.
                .termBufferSparseFile(false)
                .initialWindowLength(WINDOW_BYTES)
                .socketRcvbufLength(SOCKET_BUFFER_BYTES)
                .socketSndbufLength(SOCKET_BUFFER_BYTES)
                .counterValuesBufferLength(COUNTERS_BYTES)
                // Room is checked by ourselves, for what is needed.
                .lowStorageWarningThreshold(0)
                .errorHandler(AeronNode::logError);
    }

    /** Backs off to sleeping: the cores belong to the kernel. */
    private static IdleStrategy idleStrategy(Duration longestNap) {
        return new BackoffIdleStrategy(10, 20, 1_000, longestNap.toNanos());
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
