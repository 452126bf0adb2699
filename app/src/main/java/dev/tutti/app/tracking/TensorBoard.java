package dev.tutti.app.tracking;

import dev.tutti.files.InputException;
import dev.tutti.train.EpochMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the metrics of each epoch to an event file that TensorBoard reads; a run that goes on adds another, as TensorBoard has it. */
public final class TensorBoard implements Tracker {
    private static final Logger LOG = LoggerFactory.getLogger(TensorBoard.class);
    private static final double MS_PER_SECOND = 1000;

    private final Path directory;
    private final EventFile out;
    private boolean failing;

    private TensorBoard(Path directory, EventFile out) {
        this.directory = directory;
        this.out = out;
    }

    /**
     * Makes an event file.
     *
     * @param directory of all runs
     * @param run name of this one, a directory in it
     * @throws InputException if it cannot be written
     */
    public static TensorBoard open(Path directory, String run) {
        Path of = directory.resolve(run);
        try {
            Files.createDirectories(of);
            return new TensorBoard(of, create(of));
        } catch (IOException e) {
            throw new InputException(
                    "--tensorboard: cannot be written: " + of + " ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage() + "); give another directory",
                    e);
        }
    }

    /** TensorBoard reads files in the order of their names. */
    private static EventFile create(Path directory) throws IOException {
        long now = System.currentTimeMillis();
        String name = String.format("events.out.tfevents.%010d.tutti", now / 1000);
        Path file = directory.resolve(name);
        for (int number = 1; Files.exists(file); number++) {
            file = directory.resolve(name + "." + number);
        }
        return new EventFile(file, now / MS_PER_SECOND);
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        try {
            out.add(System.currentTimeMillis() / MS_PER_SECOND, metrics.steps(), Scalars.of(metrics));
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn("{}: event not written: {}; training goes on", directory, e.getMessage());
            }
            failing = true;
        }
    }

    @Override
    public void end(End end) {}

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            LOG.debug("{}: not closed", directory, e);
        }
    }
}
