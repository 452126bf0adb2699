package dev.tutti.app.chaos;

import dev.tutti.config.Environment;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code tutti} process started by this one, with the same Java and flags. */
public final class Child {
    private final String name;
    private final Process process;

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /** Starts {@code tutti arguments}; what it says is appended to {@code log}. */
    public static Child start(String name, Path log, List<String> arguments) {
        List<String> command = new ArrayList<>(Environment.commandOfThisProcess("dev.tutti.app.Tutti"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            return new Child(name, builder.start());
        } catch (IOException e) {
            throw new InputException("cannot start a process: " + e.getMessage(), e);
        }
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Whether it runs, or is frozen. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal, such as {@code KILL}. */
    public void signal(String signal) throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new InputException("cannot send signals: " + e.getMessage(), e);
        }
    }

    /** Waits for the end; returns the exit code, or -1 if it does not come in time. */
    public int await(long seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    /** Ends the process for certain, even a frozen one. */
    public void end() {
        process.destroyForcibly();
    }
}
