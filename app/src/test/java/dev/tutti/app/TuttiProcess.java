package dev.tutti.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A real {@code tutti} process of the distribution, ended by its own id at the latest when it is closed. */
final class TuttiProcess implements AutoCloseable {
    static final Path LAUNCHER = Path.of("target/dist/bin/tutti").toAbsolutePath();

    private final Process process;
    private final Path out;
    private final Path err;

    private TuttiProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts {@code tutti arguments} in {@code directory}, with variables added to the environment. */
    static TuttiProcess start(Path directory, String name, Map<String, String> variables, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(LAUNCHER.toString());
        command.addAll(arguments);
        return startCommand(directory, name, variables, command);
    }

    /** Starts any command that ends up as {@code tutti}, to which signals mean what they mean to people's processes. */
    static TuttiProcess startCommand(Path directory, String name, Map<String, String> variables, List<String> command) {
        Path out = directory.resolve(name + ".out");
        Path err = directory.resolve(name + ".err");
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.with(command))
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("TUTTI_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(variables);
        try {
            return new TuttiProcess(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal, such as {@code KILL}, {@code STOP} or {@code CONT}. */
    void signal(String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end and returns the exit code. */
    int await(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + patience + ":\n" + out() + err());
        }
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    /** Ends it as SIGKILL does, and waits for that. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** The process itself. */
    Process handle() {
        return process;
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    /** The last line of standard output: the summary, with {@code --json}. */
    String lastLine() {
        return out().lines().reduce((first, second) -> second).orElse("");
    }

    /** Waits until something holds. */
    static void await(String what, Duration patience, BooleanSupplier condition) throws InterruptedException {
        long endNs = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > endNs) {
                throw new AssertionError(what + ": not within " + patience);
            }
            Thread.sleep(20);
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
