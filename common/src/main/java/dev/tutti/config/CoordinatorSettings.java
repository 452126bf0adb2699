package dev.tutti.config;

import dev.tutti.files.InputException;
import dev.tutti.files.Range;
import dev.tutti.transport.TransportKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of {@code tutti coordinator}.
 *
 * @param bind where to listen for workers
 * @param waitWorkers number of worker processes to wait for before a job starts, at least 1
 * @param giveUp how long to wait for them
 * @param transport what carries the bulk data
 * @param udpMtu largest payload of a datagram in bytes; by the address where absent
 * @param aeronDirectory where the media driver makes its directory; shared memory where absent
 * @param roots where the files of submitted jobs lie
 */
public record CoordinatorSettings(
        Endpoint bind,
        int waitWorkers,
        Duration giveUp,
        TransportKind transport,
        Optional<Integer> udpMtu,
        Optional<Path> aeronDirectory,
        JobRoots roots) {

    private static final Setting<Endpoint> BIND = Setting.of(
                    "coordinator-bind", "HOST:PORT", Form.endpoint(), "where to listen")
            .orElse(Endpoint.local());
    private static final Setting<Integer> WAIT_WORKERS = Setting.of(
                    "wait-workers",
                    "N",
                    Form.integer(Range.count(1)),
                    "worker processes to wait for before a job starts")
            .orElse(1);
    private static final Setting<Duration> GIVE_UP = Setting.of(
                    "give-up", "TIME", Form.duration(), "how long to wait for them, such as 90s")
            .orElse(Duration.ofSeconds(60), "60s");
    private static final Setting<Path> DATA_ROOT = Setting.of(
                    "data-root", "DIR", Form.path(), "where jobs find data files")
            .orElse(Path.of("."), "the working directory");
    private static final Setting<Path> RUNS_ROOT = Setting.of(
                    "runs-root", "DIR", Form.path(), "where run directories of jobs are made")
            .orElse(Path.of("runs"));

    /** Every setting, in the order in which help shows them. */
    public static final List<Setting<?>> SETTINGS = List.of(
            BIND,
            WAIT_WORKERS,
            GIVE_UP,
            TrainingOptions.TRANSPORT,
            TrainingOptions.UDP_MTU,
            TrainingOptions.AERON_DIR,
            DATA_ROOT,
            RUNS_ROOT);

    /**
     * Reads the settings.
     *
     * @param commandLine values of the command line, by key
     * @param file configuration file in HOCON, if one is given
     * @throws InputException if a key is unknown or a value out of range
     */
    public static CoordinatorSettings read(Map<String, String> commandLine, Optional<Path> file) {
        SettingsReader from = SettingsReader.of(SETTINGS, commandLine, file);
        if (!from.has(DATA_ROOT)) {
            refuseAsDataRoot(Path.of("").toAbsolutePath(), Path.of(Environment.home()));
        }
        return new CoordinatorSettings(
                from.get(BIND),
                from.get(WAIT_WORKERS),
                from.get(GIVE_UP),
                from.get(TrainingOptions.TRANSPORT),
                from.find(TrainingOptions.UDP_MTU),
                from.find(TrainingOptions.AERON_DIR),
                new JobRoots(from.get(DATA_ROOT), from.get(RUNS_ROOT)));
    }

    /** Where a service manager or a login starts a process holds more than what is meant for jobs. */
    static void refuseAsDataRoot(Path workingDirectory, Path home) {
        if (workingDirectory.getParent() == null || workingDirectory.equals(home)) {
            throw new InputException("jobs could read all that is below the working directory, " + workingDirectory
                    + "; name the directory with their data: --data-root DIR");
        }
    }
}
