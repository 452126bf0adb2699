package dev.tutti.app.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The directory of one run. Opened before any work, so that a place that cannot be written to is found out at once; until
 * {@link #discard} is ruled out it can be taken back without a trace.
 */
public final class RunDirectory implements AutoCloseable {
    /** Where new run directories are made: below the working directory. */
    public static final Path RUNS = Path.of("runs");

    /** The effective configuration. */
    public static final String CONFIG = "config.conf";

    /** One JSON object for each epoch, and for each step where asked. */
    public static final String METRICS = "metrics.jsonl";

    /** The trained model. */
    public static final String MODEL = "model.safetensors";

    /** The outcome. */
    public static final String SUMMARY = "summary.json";

    /** What was logged. */
    public static final String LOG = "run.log";

    /** The directory of the checkpoints. */
    public static final String CHECKPOINTS = "checkpoints";

    private static final List<String> FILES = List.of(CONFIG, METRICS, MODEL, SUMMARY, LOG, CHECKPOINTS);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final int MOST_RUNS_PER_SECOND = 1000;

    private final Path path;
    private final Deque<Path> created;
    private RunLock lock;

    private RunDirectory(Path path, Deque<Path> created) {
        this.path = path;
        this.created = created;
    }

    /**
     * Opens the directory {@code path}, and makes it where it does not exist.
     *
     * @throws InputException if it cannot be written to, or already holds a run
     */
    public static RunDirectory open(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        requireNoRun(path, absolute);
        Deque<Path> created = new ArrayDeque<>();
        RunDirectory directory = new RunDirectory(absolute, created);
        try {
            create(absolute, created);
            directory.lock = RunLock.take(absolute);
            // Another process may have been faster.
            requireNoRun(path, absolute);
            Files.delete(Files.createTempFile(absolute, ".tutti", ".tmp"));
            return directory;
        } catch (InputException e) {
            directory.takeBack();
            throw e;
        } catch (IOException e) {
            directory.takeBack();
            String reason = e instanceof FileAlreadyExistsException ? "it is a file" : reason(e);
            throw new InputException(
                    "output directory cannot be written: " + path + " (" + reason + "); give another --out", e);
        }
    }

    private static void requireNoRun(Path path, Path absolute) {
        for (String file : FILES) {
            if (Files.exists(absolute.resolve(file))) {
                boolean resumable = Files.exists(absolute.resolve(CONFIG));
                throw new InputException("output directory already holds a run: " + path + " (" + file
                        + "); give another --out, " + (resumable ? "go on with --resume, " : "") + "or remove it");
            }
        }
    }

    /**
     * Opens the directory of a run that is to go on.
     *
     * @throws InputException if there is none, it cannot be written to, or another process is using it
     */
    static RunDirectory reopen(Path path) {
        configOf(path);
        Path absolute = path.toAbsolutePath().normalize();
        RunDirectory directory = new RunDirectory(absolute, new ArrayDeque<>());
        try {
            directory.lock = RunLock.take(absolute);
            return directory;
        } catch (IOException e) {
            throw new InputException(
                    "run directory cannot be written: " + path + " (" + reason(e) + "); check its permissions", e);
        }
    }

    /**
     * Returns the file of the effective configuration of the run in a directory.
     *
     * @throws InputException if there is none
     */
    public static Path configOf(Path path) {
        Path config = path.resolve(CONFIG);
        if (!Files.isRegularFile(config)) {
            throw new InputException("no run to go on with in " + path + ": there is no " + CONFIG
                    + "; give the directory of a run to --resume");
        }
        return config;
    }

    /**
     * Returns the fingerprint of the other data that a run was validated with, as it entered the network; empty where there was none,
     * and of runs of before it was kept.
     *
     * @param path directory of the run
     * @throws InputException if its outcome cannot be read
     */
    public static Optional<String> validationSha256(Path path) {
        Path file = path.resolve(SUMMARY);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(StrictJson.MAPPER
                    .readTree(Files.readString(file))
                    .path(Summary.VALIDATION_SHA256)
                    .textValue());
        } catch (JsonProcessingException e) {
            throw new InputException(file + ": " + StrictJson.oneLine(e), e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName().replaceFirst("Exception$", "") + ": " + e.getMessage();
    }

    private static void create(Path path, Deque<Path> created) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        if (path.getParent() != null) {
            create(path.getParent(), created);
        }
        Files.createDirectory(path);
        created.push(path);
        FileOperations.SYSTEM.forceDirectory(path.getParent());
    }

    /** Opens {@code runs/<time>-<name>} below {@code base}, with a number behind it where that is taken. */
    public static RunDirectory openNew(Path base, LocalDateTime now, String name) {
        return open(newPath(base, now, name));
    }

    /** Returns the path that {@link #openNew} would open. */
    public static Path newPath(Path base, LocalDateTime now, String name) {
        Path path = base.resolve(TIME.format(now) + "-" + name);
        for (int number = 2; Files.exists(path) && number < MOST_RUNS_PER_SECOND; number++) {
            path = base.resolve(TIME.format(now) + "-" + name + "-" + number);
        }
        return path;
    }

    /**
     * Refuses to write over what was read, or over a file of a run.
     *
     * @param target file to write
     * @param source file that was read
     * @throws InputException if they are one file, whatever their names, or the target is a file of the run that one of them is in
     */
    public static void requireNoPart(Path target, Path source) {
        if (same(target, source)) {
            throw new InputException(target + ": would be written over: it is " + source + "; give another file");
        }
        for (Path directory : List.of(directoryOf(target), directoryOf(source))) {
            boolean run = Files.isRegularFile(directory.resolve(CONFIG));
            Path checkpoints = directory.resolve(CHECKPOINTS);
            if (run
                    && (same(target, directory.resolve(RunLock.NAME))
                            || FILES.stream().anyMatch(file -> same(target, directory.resolve(file))))) {
                throw new InputException(target + ": would be written over: it is a file of the run in " + directory
                        + "; give another file");
            }
            if (run && same(directoryOf(target), checkpoints)) {
                throw new InputException(target + ": is among the checkpoints of a run; give a file elsewhere");
            }
        }
    }

    private static Path directoryOf(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        return absolute.getParent() == null ? absolute : absolute.getParent();
    }

    private static boolean same(Path one, Path other) {
        try {
            return one.toAbsolutePath()
                            .normalize()
                            .equals(other.toAbsolutePath().normalize())
                    || (Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other));
        } catch (IOException e) {
            throw new InputException(one + ": cannot be compared with " + other + ": " + reason(e), e);
        }
    }

    /** The directory. */
    Path path() {
        return path;
    }

    /** A file in it. */
    public Path file(String name) {
        return path.resolve(name);
    }

    /** A file in it as people write it: relative to the working directory, if it is below that. */
    public String shown(String name) {
        return shown(name.isEmpty() ? path : file(name));
    }

    /** The same for a file below it. */
    String shown(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return (file.startsWith(here) ? here.relativize(file) : file).toString();
    }

    /** Writes a file of text, whole or not at all. */
    public void write(String name, String text) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        AtomicFile.write(file(name), channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /** Returns a file of text. */
    String read(String name) {
        try {
            return Files.readString(file(name));
        } catch (IOException e) {
            throw new InputException(file(name) + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Number of epochs of the run that this directory holds the outcome of; 0 where there is none. */
    int completedEpochs() {
        if (!Files.exists(file(SUMMARY)) || !Files.exists(file(MODEL))) {
            return 0;
        }
        try {
            return StrictJson.MAPPER.readTree(read(SUMMARY)).path("epochs").asInt();
        } catch (JsonProcessingException e) {
            return 0;
        }
    }

    /** Makes it the directory of a run under way again: with this configuration, and without an outcome. */
    void reopenFor(String config) {
        write(CONFIG, config);
        try {
            Files.deleteIfExists(file(SUMMARY));
        } catch (IOException e) {
            throw new InputException(file(SUMMARY) + ": cannot be deleted: " + e.getMessage(), e);
        }
    }

    /** Removes what this run has written, and the directories that were made for it; others stay. */
    public void discard() {
        try {
            if (Files.isDirectory(path)) {
                for (String file : FILES) {
                    Files.deleteIfExists(file(file));
                }
            }
        } catch (IOException e) {
            // Somebody else has put something there meanwhile: it is theirs, and it stays.
        }
        takeBack();
    }

    /** Frees the directory and removes the directories that were made for it, as far as they are empty. */
    private void takeBack() {
        try {
            if (lock != null) {
                Files.deleteIfExists(file(RunLock.NAME));
            }
            close();
            while (!created.isEmpty()) {
                Files.deleteIfExists(created.pop());
            }
        } catch (IOException e) {
            // It is in use by somebody else.
            created.clear();
        }
    }

    /** Frees the directory for others. */
    @Override
    public void close() {
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }
}
