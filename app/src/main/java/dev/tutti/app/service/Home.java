package dev.tutti.app.service;

import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.run.RunLock;
import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory of a service: what is where in it, and a lock that keeps a second service out. */
public final class Home implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Home.class);

    private final Path path;
    private final RunLock lock;
    private final boolean isNew;

    private Home(Path path, RunLock lock, boolean isNew) {
        this.path = path;
        this.lock = lock;
        this.isNew = isNew;
    }

    /**
     * Opens a home, and makes it where it is missing.
     *
     * @throws InputException if it cannot be written to, or another service uses it
     */
    public static Home open(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        try {
            boolean isNew = !Files.exists(absolute, LinkOption.NOFOLLOW_LINKS);
            FileOperations.SYSTEM.createDirectories(absolute);
            return new Home(absolute, RunLock.take(absolute, "home of a service"), isNew);
        } catch (IOException e) {
            throw new InputException(
                    "home of the service cannot be made or written: " + path + " ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage() + "); give another --home",
                    e);
        }
    }

    /** The directory itself. */
    public Path path() {
        return path;
    }

    /** Where the token is. */
    public Path token() {
        return path.resolve("token");
    }

    /** Where the token is that is for looking alone. */
    public Path readToken() {
        return path.resolve("token-read");
    }

    /** Where the jobs are, each in a directory of its name. */
    public Path jobs() {
        return path.resolve("jobs");
    }

    /** Where uploaded data is. */
    public Path data() {
        return path.resolve("data");
    }

    /** What happened to a job, a JSON object in each line. */
    public static Path events(Path job) {
        return job.resolve("events.jsonl");
    }

    /** The run directory of a job. */
    public static Path run(Path job) {
        return job.resolve("run");
    }

    /** The model of a job. */
    public static Path model(Path job) {
        return run(job).resolve(RunDirectory.MODEL);
    }

    /** The service did not start: a home that was made for it is removed, with its tokens; one that was there stays as it is. */
    public void discardIfNew() {
        if (!isNew) {
            return;
        }
        try {
            for (Path made : List.of(token(), readToken(), jobs(), data(), path.resolve(RunLock.NAME), path)) {
                // Directories only if they are empty.
                Files.deleteIfExists(made);
            }
        } catch (IOException e) {
            LOG.debug("{}: not removed", path, e);
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
