package dev.tutti.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Starts processes to which SIGINT means what it means to those that people start. Maven in the background of a script, under nohup or
 * a service manager may have been started with SIGINT ignored. Whatever it starts inherits that, and neither a shell nor Java can take
 * it back for itself; other programs can, for the one that they turn into.
 */
final class DefaultSignals {
    /** Kills itself with SIGINT, if that is not ignored. */
    private static final List<String> PROBE = List.of("sh", "-c", "kill -INT $$; echo ignored");

    /** Each turns into the command behind it, with SIGINT as it is by default: in GNU's coreutils since 2019; nearly everywhere. */
    private static final List<List<String>> WAYS = List.of(
            List.of(),
            List.of("env", "--default-signal=INT"),
            List.of("perl", "-e", "$SIG{INT} = 'DEFAULT'; exec { $ARGV[0] } @ARGV or die $!"),
            List.of(
                    "python3",
                    "-c",
                    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])"));

    private static final Optional<List<String>> WAY = find(List.of());

    private DefaultSignals() {}

    /** The command that runs {@code command} as the same process, with SIGINT not ignored where this machine has a way to that. */
    static List<String> with(List<String> command) {
        return join(WAY.orElse(List.of()), command);
    }

    /** Skips the test where SIGINT is ignored and nothing here can change that. */
    static void assume() {
        assumeTrue(
                WAY.isPresent(),
                "SIGINT is ignored in the process that runs the tests, and none of env --default-signal, perl and python3 is here");
    }

    /** Finds what must be put between {@code before}, which may ignore SIGINT, and a command that must not. */
    static Optional<List<String>> find(List<String> before) {
        return WAYS.stream()
                .filter(way -> isKilled(join(join(before, way), PROBE)))
                .findFirst();
    }

    private static boolean isKilled(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            boolean silent = process.getInputStream().readAllBytes().length == 0;
            return process.waitFor() != 0 && silent;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<String> join(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
