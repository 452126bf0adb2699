package dev.tutti.config;

import dev.tutti.files.InputException;
import dev.tutti.files.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of {@code tutti serve}.
 *
 * @param http where to listen for clients
 * @param home what the service keeps: its token, jobs and data
 * @param workers number of compute threads of this process; 0 where other processes alone do the work
 * @param coordinatorBind where to listen for worker processes; absent where this process does the work alone
 * @param allowFaults whether the workers are processes that the page may kill and freeze
 */
public record ServiceSettings(
        Endpoint http, Path home, int workers, Optional<Endpoint> coordinatorBind, boolean allowFaults) {
    /** Port for clients, where none is given. */
    private static final int HTTP_PORT = 8025;

    private static final Setting<Endpoint> HTTP = Setting.of(
                    "http",
                    "HOST:PORT",
                    Form.endpoint(),
                    "where to listen for clients; an address of this machine alone")
            .orElse(new Endpoint("127.0.0.1", HTTP_PORT));
    private static final Setting<Path> HOME = Setting.of(
                    "home", "DIR", Form.path(), "what the service keeps: its token, jobs and data")
            .orElse(Path.of("tutti-home"));
    private static final Setting<Integer> WORKERS = Setting.of(
                    "workers",
                    "N",
                    Form.integer(Range.count(0)),
                    "compute threads of this process; 0 for worker processes alone")
            .orElse(Environment.processors(), "the cores");
    private static final Setting<Endpoint> COORDINATOR_BIND = Setting.of(
                    "coordinator-bind", "HOST:PORT", Form.endpoint(), "where to listen for worker processes, too")
            .otherwise("for none");

    private static final Setting<Boolean> ALLOW_FAULTS = Setting.of(
                    "allow-faults",
                    "",
                    Form.flag(),
                    "the workers are processes of one thread, which the page may kill and freeze")
            .orElse(false);

    /** Every setting, in the order in which help shows them. */
    public static final List<Setting<?>> SETTINGS = List.of(HTTP, HOME, WORKERS, COORDINATOR_BIND, ALLOW_FAULTS);

    /**
     * Reads the settings.
     *
     * @param commandLine values of the command line, by key
     * @param file configuration file in HOCON, if one is given
     * @throws InputException if a key is unknown or a value out of range
     */
    public static ServiceSettings read(Map<String, String> commandLine, Optional<Path> file) {
        SettingsReader from = SettingsReader.of(SETTINGS, commandLine, file);
        if (from.get(WORKERS) == 0 && !from.has(COORDINATOR_BIND)) {
            throw from.conflict(
                    WORKERS, "0 leaves nobody to do the work; give coordinator-bind, where worker processes come");
        }
        if (from.get(WORKERS) == 0 && from.get(ALLOW_FAULTS)) {
            throw from.conflict(WORKERS, "0 leaves nobody for allow-faults; give 2 or more, or leave that out");
        }
        return new ServiceSettings(
                from.get(HTTP), from.get(HOME), from.get(WORKERS), from.find(COORDINATOR_BIND), from.get(ALLOW_FAULTS));
    }
}
