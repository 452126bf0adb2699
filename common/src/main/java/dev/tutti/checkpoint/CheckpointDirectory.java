package dev.tutti.checkpoint;

import dev.tutti.files.AtomicFile;
import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The checkpoints of a run: {@code step-<number>.safetensors}, the newest few, and {@code best.safetensors}, the one with the lowest
 * validation loss: a second name of its file, so that it costs nothing. Used by one thread at a time, in the process that holds the
 * run directory's lock.
 */
public final class CheckpointDirectory {
    private static final String BEST = "best.safetensors";
    private static final String PREFIX = "step-";
    private static final String SUFFIX = ".safetensors";

    private final FileOperations files;
    private final Path path;
    private final int keep;
    private double bestLoss = Double.POSITIVE_INFINITY;

    /**
     * @param path the directory; made by the first {@link #write}
     * @param keep how many checkpoints are kept besides the best, at least 1
     */
    public CheckpointDirectory(Path path, int keep) {
        this(FileOperations.SYSTEM, path, keep);
    }

    CheckpointDirectory(FileOperations files, Path path, int keep) {
        this.files = files;
        this.path = path;
        this.keep = keep;
    }

    /**
     * Writes a checkpoint, and deletes those that are not kept any more.
     *
     * @return its file
     * @throws InputException if it cannot be written; those before it are all there then
     */
    public Path write(RunIdentity run, TrainingState state) {
        try {
            files.createDirectories(path);
        } catch (IOException e) {
            throw new InputException(
                    path + ": cannot be made: " + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "; check the directory and its permissions",
                    e);
        }
        Path file = file(state.position().step());
        CheckpointFile.write(files, file, run, state);
        double loss = lossAfterEpoch(state);
        if (loss < bestLoss) {
            keepBest(file, run, state);
            bestLoss = loss;
        }
        prune(file);
        return file;
    }

    /** The file of a checkpoint. */
    Path file(long step) {
        return path.resolve(PREFIX + String.format(Locale.ROOT, "%010d", step) + SUFFIX);
    }

    /** The file of the best checkpoint, if there is one. */
    public Optional<Path> best() {
        return Optional.of(path.resolve(BEST)).filter(Files::exists);
    }

    /** The file of the newest checkpoint, if there is one. */
    public Optional<Path> newest() {
        return all().stream().findFirst();
    }

    /**
     * Returns the newest checkpoint that is whole; sees to what a killed process left, and to which is the best.
     *
     * @param damaged told of each newer one that is not, in one line
     * @return empty if there are no checkpoints at all
     * @throws InputException if there are some but none is whole, or the newest whole one is of another version
     */
    public Optional<Checkpoint> readNewest(Consumer<String> damaged) {
        removeTemporaries();
        List<Path> newestFirst = all();
        for (Path file : newestFirst) {
            try {
                Checkpoint checkpoint = CheckpointFile.read(file);
                best().ifPresent(this::rememberBest);
                return Optional.of(checkpoint);
            } catch (CheckpointFile.OtherVersionException e) {
                throw e;
            } catch (InputException e) {
                damaged.accept(e.getMessage());
            }
        }
        if (!newestFirst.isEmpty()) {
            throw new InputException(
                    path + ": none of its " + newestFirst.size() + " checkpoints is whole; begin a new run");
        }
        return Optional.empty();
    }

    /** Returns the checkpoints' files, newest first. */
    private List<Path> all() {
        return list(name -> name.startsWith(PREFIX) && name.endsWith(SUFFIX));
    }

    private List<Path> list(Predicate<String> wanted) {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(path)) {
            return found.filter(file -> wanted.test(file.getFileName().toString()))
                    .sorted(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString())
                            .reversed())
                    .toList();
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private void rememberBest(Path best) {
        try {
            bestLoss = lossAfterEpoch(CheckpointFile.read(best).state());
        } catch (InputException e) {
            // It will be replaced by the next.
            bestLoss = Double.POSITIVE_INFINITY;
        }
    }

    /** The validation loss at the weights of a state, or infinity where it is not known. */
    private static double lossAfterEpoch(TrainingState state) {
        EpochMetrics last = state.lastEpoch();
        boolean known = state.position().stepInEpoch() == 0 && !Double.isNaN(last.validationLoss());
        return known ? last.validationLoss() : Double.POSITIVE_INFINITY;
    }

    private void keepBest(Path file, RunIdentity run, TrainingState state) {
        Path best = path.resolve(BEST);
        Path temporary = path.resolve("." + BEST + AtomicFile.TEMPORARY);
        try {
            files.delete(temporary);
            files.link(temporary, file);
            files.rename(temporary, best);
        } catch (IOException | UnsupportedOperationException e) {
            // Not every file system has second names.
            CheckpointFile.write(files, best, run, state);
        }
    }

    private void prune(Path newest) {
        List<Path> newestFirst = all();
        // What is newer than the one just written is damaged, or of a run that went another way.
        newestFirst.stream().filter(file -> file.compareTo(newest) > 0).forEach(this::delete);
        newestFirst.stream()
                .filter(file -> file.compareTo(newest) <= 0)
                .skip(keep)
                .forEach(this::delete);
    }

    private void removeTemporaries() {
        list(name -> name.endsWith(AtomicFile.TEMPORARY)).forEach(this::delete);
    }

    private void delete(Path file) {
        try {
            files.delete(file);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be deleted: " + e.getMessage(), e);
        }
    }
}
