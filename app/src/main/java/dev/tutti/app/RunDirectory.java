package dev.tutti.app;

import dev.tutti.config.InputException;
import dev.tutti.model.AtomicFile;
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

/**
 * The directory of one run. Opened before any work, so that a place that cannot be written to is found out at once; until
 * {@link #discard} is ruled out it can be taken back without a trace.
 */
final class RunDirectory {
    /** The effective configuration. */
    static final String CONFIG = "config.conf";

    /** One JSON object for each epoch, and for each step where asked. */
    static final String METRICS = "metrics.jsonl";

    /** The trained model. */
    static final String MODEL = "model.safetensors";

    /** The outcome. */
    static final String SUMMARY = "summary.json";

    /** What was logged. */
    static final String LOG = "run.log";

    private static final List<String> FILES = List.of(CONFIG, METRICS, MODEL, SUMMARY, LOG);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final int MOST_RUNS_PER_SECOND = 1000;

    private final Path path;
    private final Deque<Path> created;

    private RunDirectory(Path path, Deque<Path> created) {
        this.path = path;
        this.created = created;
    }

    /**
     * Opens the directory {@code path}, and makes it where it does not exist.
     *
     * @throws InputException if it cannot be written to, or already holds a run
     */
    static RunDirectory open(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        for (String file : FILES) {
            if (Files.exists(absolute.resolve(file))) {
                throw new InputException("output directory already holds a run: " + path + " (" + file
                        + "); give another --out, or remove it");
            }
        }
        Deque<Path> created = new ArrayDeque<>();
        RunDirectory directory = new RunDirectory(absolute, created);
        try {
            create(absolute, created);
            Files.delete(Files.createTempFile(absolute, ".tutti", ".tmp"));
            return directory;
        } catch (IOException e) {
            directory.discard();
            String reason = e instanceof FileAlreadyExistsException ? "it is a file" : reason(e);
            throw new InputException(
                    "output directory cannot be written: " + path + " (" + reason + "); give another --out", e);
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
    }

    /** Opens {@code runs/<time>-<name>} below {@code base}, with a number behind it where that is taken. */
    static RunDirectory openNew(Path base, LocalDateTime now, String name) {
        Path path = base.resolve(TIME.format(now) + "-" + name);
        for (int number = 2; Files.exists(path) && number < MOST_RUNS_PER_SECOND; number++) {
            path = base.resolve(TIME.format(now) + "-" + name + "-" + number);
        }
        return open(path);
    }

    /** The directory. */
    Path path() {
        return path;
    }

    /** A file in it. */
    Path file(String name) {
        return path.resolve(name);
    }

    /** A file in it as people write it: relative to the working directory, if it is below that. */
    String shown(String name) {
        Path here = Path.of("").toAbsolutePath();
        Path file = name.isEmpty() ? path : file(name);
        return (file.startsWith(here) ? here.relativize(file) : file).toString();
    }

    /** Writes a file of text, whole or not at all. */
    void write(String name, String text) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        AtomicFile.write(file(name), channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /** Removes what this run has written, and the directories that were made for it; others stay. */
    void discard() {
        try {
            if (Files.isDirectory(path)) {
                for (String file : FILES) {
                    Files.deleteIfExists(file(file));
                }
            }
            while (!created.isEmpty()) {
                Files.deleteIfExists(created.pop());
            }
        } catch (IOException e) {
            // Somebody else has put something there meanwhile: it is theirs, and it stays.
            created.clear();
        }
    }
}
