package dev.tutti.worker.actor;

import dev.tutti.data.Dataset;
import dev.tutti.data.DatasetFile;
import dev.tutti.files.InputException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The training set that a process holds, by the fingerprint of its content, so that a worker which joins a new generation, or
 * shares the coordinator's process, is not sent it again; and, in a directory, those that it or another has held before. Thread-safe.
 */
public final class TrainingSets {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingSets.class);

    private final Optional<Path> directory;
    private String fingerprint;
    private Dataset training;

    /** Holds nothing yet, and keeps nothing for others. */
    public TrainingSets() {
        this(Optional.empty());
    }

    /** @param directory where training sets are kept and found */
    public TrainingSets(Optional<Path> directory) {
        this.directory = directory;
    }

    /** Keeps one training set, in place of the last; in the directory, which may take a while, beside them and in the background. */
    public synchronized void put(String fingerprint, Dataset training) {
        this.fingerprint = fingerprint;
        this.training = training;
        if (directory.isPresent() && DatasetFile.isFingerprint(fingerprint)) {
            Thread writer = new Thread(() -> write(directory.get(), fingerprint, training), "data-local");
            writer.setDaemon(true);
            writer.start();
        }
    }

    /** Returns the training set with this fingerprint, or null. Reading it may take a while. */
    public synchronized Dataset get(String fingerprint) {
        if (!fingerprint.equals(this.fingerprint)) {
            read(fingerprint).ifPresent(found -> {
                this.fingerprint = fingerprint;
                this.training = found;
            });
        }
        return fingerprint.equals(this.fingerprint) ? training : null;
    }

    /** Where there is none, or not a whole one, it will be sent. */
    private Optional<Dataset> read(String fingerprint) {
        if (directory.isEmpty() || !DatasetFile.isFingerprint(fingerprint)) {
            return Optional.empty();
        }
        try {
            Optional<Dataset> found = DatasetFile.read(directory.get(), fingerprint);
            found.ifPresent(set -> LOG.info(
                    "training set read from {}: samples={}",
                    DatasetFile.in(directory.get(), fingerprint),
                    set.samples()));
            return found;
        } catch (InputException e) {
            LOG.warn("{}; the training set is sent", e.getMessage());
            return Optional.empty();
        }
    }

    private static void write(Path directory, String fingerprint, Dataset training) {
        try {
            DatasetFile.write(directory, fingerprint, training);
        } catch (InputException e) {
            LOG.warn("the training set is not kept: {}", e.getMessage());
        }
    }
}
