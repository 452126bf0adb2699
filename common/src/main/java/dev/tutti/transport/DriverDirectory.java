package dev.tutti.transport;

import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.files.Trees;
import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import io.aeron.driver.reports.LossReportUtil;
import io.aeron.exceptions.DriverTimeoutException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directories of media drivers. A driver deletes its directory at the start and at the end, so each gets a fresh one, made
 * inside a folder whose other content is nobody's business here.
 */
final class DriverDirectory {
    /** A file in the driver's directory whose text tells other processes whether they see the same directory. */
    static final String ID_FILE = "tutti.id";

    private static final Logger LOG = LoggerFactory.getLogger(DriverDirectory.class);
    private static final Pattern OWN_NAME = Pattern.compile("tutti-.*-(\\d+)-[0-9a-f]+");
    private static final Set<String> DRIVER_FILES =
            Set.of(CncFileDescriptor.CNC_FILE, LossReportUtil.LOSS_REPORT_FILE_NAME, "publications", "images", ID_FILE);

    /** How long a driver's heartbeat must be old before the driver counts as gone. */
    private static final long STALE_MS = AeronNode.LIVENESS.toMillis();

    /** How long a driver may take from the making of its file to the writing of its version; it is milliseconds. */
    private static final long START_MS = 1000;

    private DriverDirectory() {}

    /**
     * Returns the name of a directory that does not exist yet, for a driver of this process.
     *
     * @param folder where; made if it does not exist
     * @throws InputException if {@code folder} cannot be used, or is itself the directory of a driver
     */
    static Path fresh(Path folder) {
        if (isDriver(folder)) {
            throw new InputException("a media driver needs a directory of its own: " + folder
                    + (isActive(folder)
                            ? " is in use by another driver; name the folder in which to make one with --aeron-dir"
                            : " holds the files of a driver that is gone; remove it, or name another --aeron-dir"));
        }
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InputException("--aeron-dir must be a directory: " + folder + " is a file; name another");
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new InputException("--aeron-dir " + folder + " cannot be made: " + e.getMessage(), e);
        }
        if (!Files.isWritable(folder)) {
            throw new InputException("--aeron-dir " + folder + " cannot be written to; name another");
        }
        return folder.resolve("tutti-" + System.getProperty("user.name") + "-"
                + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()));
    }

    /** Whether this is the directory of a media driver, running or not. */
    static boolean isDriver(Path directory) {
        return Files.exists(directory.resolve(CncFileDescriptor.CNC_FILE));
    }

    /** Whether a media driver runs in this directory: its last heartbeat is not old. */
    static boolean isActive(Path directory) {
        return isDriver(directory)
                && isWhole(directory)
                && CommonContext.isDriverActive(directory.toFile(), STALE_MS, message -> {});
    }

    /** A process that was killed while its driver started left a file without a version, for which Aeron waits, and then throws. */
    private static boolean isWhole(Path directory) {
        try {
            CommonContext.isDriverActive(directory.toFile(), START_MS, message -> {});
            return true;
        } catch (DriverTimeoutException e) {
            return false;
        }
    }

    /**
     * Removes the directories that killed processes of this user left in {@code folder}, which others may write to as well: no
     * link is followed, and nothing of another user is touched. Where files have no owners nothing is removed.
     */
    static void removeLeftovers(Path folder) {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(folder, "tutti-*")) {
            UserPrincipal user = null;
            for (Path candidate : candidates) {
                Matcher name = OWN_NAME.matcher(candidate.getFileName().toString());
                if (!name.matches()) {
                    continue;
                }
                user = user == null ? ownerOfNewFile(folder) : user;
                if (isLeftover(candidate, Long.parseLong(name.group(1)), user)) {
                    Trees.delete(FileOperations.SYSTEM, candidate);
                    LOG.info("removed what a killed process left: {}", candidate);
                }
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException | UnsupportedOperationException e) {
            LOG.debug("leftovers not looked for", e);
        }
    }

    /** All must hold: a process number may belong to another container that shares the memory, a heartbeat may pause. */
    private static boolean isLeftover(Path directory, long pid, UserPrincipal user) throws IOException {
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(user)
                && Files.isWritable(directory)
                && ProcessHandle.of(pid).isEmpty()
                && holdsOnlyDriverFiles(directory)
                && (isMade(directory) ? !isActive(directory) : isOld(directory));
    }

    /** Whether the driver got to write what its file is; of one that was killed before, Aeron would wait for that in vain, and throw. */
    private static boolean isMade(Path directory) throws IOException {
        Path file = directory.resolve(CncFileDescriptor.CNC_FILE);
        if (!Files.exists(file)) {
            return true;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] version = in.readNBytes(Integer.BYTES);
            return version.length < Integer.BYTES || !Arrays.equals(version, new byte[Integer.BYTES]);
        }
    }

    /** By the clock of the file system. */
    private static boolean isOld(Path directory) throws IOException {
        long changedMs = Files.getLastModifiedTime(directory.resolve(CncFileDescriptor.CNC_FILE))
                .toMillis();
        Path now = Files.createTempFile(directory.toAbsolutePath().getParent(), "tutti-now", "");
        try {
            return Files.getLastModifiedTime(now).toMillis() - changedMs > STALE_MS;
        } finally {
            Files.delete(now);
        }
    }

    private static UserPrincipal ownerOfNewFile(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "tutti-owner", "");
        try {
            return Files.getOwner(file);
        } finally {
            Files.delete(file);
        }
    }

    /** No driver makes links, so a directory with one is not a driver's. */
    private static boolean holdsOnlyDriverFiles(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (Files.isSymbolicLink(entry)
                        || !DRIVER_FILES.contains(entry.getFileName().toString())) {
                    return false;
                }
            }
        }
        return isDriver(directory);
    }
}
