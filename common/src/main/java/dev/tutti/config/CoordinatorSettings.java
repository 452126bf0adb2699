package dev.tutti.config;

import dev.tutti.files.InputException;
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
 * @param aeronDirectory directory of a media driver to share or make; one of its own where absent
 * @param roots where the files of submitted jobs lie
 */
public record CoordinatorSettings(
        Endpoint bind,
        int waitWorkers,
        Duration giveUp,
        TransportKind transport,
        Optional<Path> aeronDirectory,
        JobRoots roots) {

    /** Every setting, in the order in which help shows them. */
    public static final List<Setting> SETTINGS = List.of(
            new Setting("coordinator-bind", "HOST:PORT", "where to listen (default: " + Endpoint.local() + ")"),
            new Setting("wait-workers", "N", "worker processes to wait for before a job starts (default: 1)"),
            new Setting("give-up", "TIME", "how long to wait for them, such as 90s (default: 60s)"),
            new Setting("transport", "KIND", "auto, ipc or udp (default: auto)"),
            new Setting("aeron-dir", "DIR", "directory of the media driver (default: one of its own)"),
            new Setting("data-root", "DIR", "where jobs find data files (default: the working directory)"),
            new Setting("runs-root", "DIR", "where run directories are made (default: runs)"));

    /**
     * Reads the settings.
     *
     * @param commandLine values of the command line, by key
     * @param file configuration file in HOCON, if one is given
     * @throws InputException if a key is unknown or a value out of range
     */
    public static CoordinatorSettings read(Map<String, String> commandLine, Optional<Path> file) {
        SettingsReader from = SettingsReader.of(SETTINGS, commandLine, file);
        return new CoordinatorSettings(
                from.endpoint("coordinator-bind").orElse(Endpoint.local()),
                from.integer("wait-workers", 1, 1),
                from.duration("give-up", Duration.ofSeconds(60)),
                from.choice("transport", TransportKind.class).orElse(TransportKind.AUTO),
                from.path("aeron-dir"),
                new JobRoots(
                        from.path("data-root").orElse(JobRoots.standard().data()),
                        from.path("runs-root").orElse(JobRoots.standard().runs())));
    }
}
