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
 * @param threads number of worker actors, each with a thread that computes, at least 1
 * @param host name or address under which the coordinator reaches this process; found by itself where absent
 * @param name name of this process in logs; made from the host and the process id where absent
 * @param giveUp how long to look for a coordinator that cannot be reached
 * @param transport what carries the bulk data
 * @param aeronDirectory directory of a media driver to share or make; one of its own where absent
 */
public record WorkerSettings(
        Endpoint coordinator,
        int threads,
        Optional<String> host,
        Optional<String> name,
        Duration giveUp,
        TransportKind transport,
        Optional<Path> aeronDirectory) {

    /** Every setting, in the order in which help shows them. */
    public static final List<Setting> SETTINGS = List.of(
            new Setting("coordinator", "HOST:PORT", "where the coordinator listens; needed"),
            new Setting("threads", "N", "worker actors, each with a thread that computes (default: the cores)"),
            new Setting("host", "HOST", "name or address of this machine for the coordinator (default: found)"),
            new Setting("name", "NAME", "name of this process in logs (default: from host and process)"),
            new Setting("give-up", "TIME", "how long to look for the coordinator, such as 90s (default: 60s)"),
            new Setting("transport", "KIND", "auto, ipc or udp (default: auto)"),
            new Setting("aeron-dir", "DIR", "directory of the media driver (default: one of its own)"));

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
                from.endpoint("coordinator")
                        .orElseThrow(() -> new InputException(
                                "no coordinator given; say where it listens, such as: tutti worker --coordinator "
                                        + Endpoint.local())),
                from.integer("threads", Environment.processors(), 1),
                from.text("host"),
                from.text("name"),
                from.duration("give-up", Duration.ofSeconds(60)),
                from.choice("transport", TransportKind.class).orElse(TransportKind.AUTO),
                from.path("aeron-dir"));
    }
}
