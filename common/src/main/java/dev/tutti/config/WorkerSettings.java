package dev.tutti.config;

import dev.tutti.files.InputException;
import dev.tutti.transport.TransportKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of {@code tutti worker}.
 *
 * @param coordinator where the coordinator listens
 * @param threads number of compute threads, at least 1
 * @param host name or address under which the coordinator reaches this process; found by itself where absent
 * @param name name of this process in logs; made from the host and the process id where absent
 * @param giveUp how long to look for a coordinator that cannot be reached
 * @param transport what carries the bulk data
 * @param dataLocal where training sets are kept and found, if anywhere
 * @param aeronDirectory directory of a running media driver to share, or where to make one; shared memory where absent
 */
public record WorkerSettings(
        Endpoint coordinator,
        int threads,
        Optional<String> host,
        Optional<String> name,
        Duration giveUp,
        TransportKind transport,
        Optional<Path> dataLocal,
        Optional<Path> aeronDirectory) {

    private static final Setting<Endpoint> COORDINATOR = Setting.of(
                    "coordinator", "HOST:PORT", Form.endpoint(), "where the coordinator listens")
            .otherwise("needed");
    private static final Setting<Integer> THREADS = Setting.of(
                    "threads", "N", Form.integer(ClusterSettings.THREADS), "compute threads")
            .orElse(Environment.processors(), "the cores");
    private static final Setting<String> HOST = Setting.of(
                    "host", "HOST", Form.text(), "name or address of this machine for the coordinator")
            .otherwise("found");
    private static final Setting<String> NAME = Setting.of("name", "NAME", Form.text(), "name of this process in logs")
            .otherwise("from host and process");
    private static final Setting<Duration> GIVE_UP = Setting.of(
                    "give-up", "TIME", Form.duration(), "how long to look for the coordinator, such as 90s")
            .orElse(Duration.ofSeconds(60), "60s");

    private static final Setting<Path> DATA_LOCAL = Setting.of(
            "data-local",
            "DIR",
            Form.path(),
            "keep training sets here, and read them from here where they are the same");

    /** Every setting, in the order in which help shows them. */
    public static final List<Setting<?>> SETTINGS = List.of(
            COORDINATOR,
            THREADS,
            HOST,
            NAME,
            GIVE_UP,
            DATA_LOCAL,
            TrainingOptions.TRANSPORT,
            TrainingOptions.AERON_DIR);

    /**
     * Reads the settings.
     *
     * @param commandLine values of the command line, by key
     * @param file configuration file in HOCON, if one is given
     * @throws InputException if a key is unknown or missing, or a value out of range
     */
    public static WorkerSettings read(Map<String, String> commandLine, Optional<Path> file) {
        SettingsReader from = SettingsReader.of(SETTINGS, commandLine, file);
        return new WorkerSettings(
                from.find(COORDINATOR)
                        .orElseThrow(() -> new InputException(
                                "no coordinator given; say where it listens, such as: tutti worker --coordinator "
                                        + Endpoint.local())),
                from.get(THREADS),
                from.find(HOST),
                from.find(NAME),
                from.get(GIVE_UP),
                from.get(TrainingOptions.TRANSPORT),
                from.find(DATA_LOCAL),
                from.find(TrainingOptions.AERON_DIR));
    }
}
