package dev.tutti.config;

import dev.tutti.files.InputException;
import dev.tutti.files.Range;
import dev.tutti.transport.TransportKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of {@code tutti serve}, and of {@code tutti coordinator}, which is a service whose work is done by worker processes.
 *
 * @param http where clients come
 * @param home what the service keeps: its tokens, jobs and data
 * @param workers number of compute threads of this process; 0 where other processes alone do the work
 * @param processes where worker processes come; absent where this process does the work alone
 * @param allowFaults whether the workers of this machine are processes that the page may kill and freeze
 */
public record ServiceSettings(Http http, Path home, int workers, Optional<Processes> processes, boolean allowFaults) {
    /** Port for clients, where none is given. */
    private static final int HTTP_PORT = 8025;

    private static final Setting<Endpoint> HTTP = Setting.of(
                    "http",
                    "HOST:PORT",
                    Form.endpoint(),
                    "where to listen for clients; with --tls-cert where other machines reach it, too")
            .orElse(new Endpoint("127.0.0.1", HTTP_PORT));
    private static final Setting<Path> TLS_CERT = Setting.of(
            "tls-cert", "FILE", Form.path(), "certificate of the service, and those that vouch for it, in PEM");
    private static final Setting<Path> TLS_KEY =
            Setting.of("tls-key", "FILE", Form.path(), "private key of that certificate, in PEM");
    private static final Setting<Boolean> UNENCRYPTED = Setting.of(
                    "http-unencrypted",
                    "",
                    Form.flag(),
                    "without TLS even so: only where nobody else reaches that address, as in a container")
            .orElse(false);
    private static final Setting<String> PUBLIC_URL = Setting.of(
            "public-url",
            "URL",
            Form.text("https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", "such as https://train.example.org"),
            "where clients come by a proxy in front, which speaks TLS");
    private static final Setting<Path> HOME = Setting.of(
                    "home", "DIR", Form.path(), "what the service keeps: its tokens, jobs and data")
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
    private static final Setting<Endpoint> ITS_BIND = Setting.of(
                    "coordinator-bind", "HOST:PORT", Form.endpoint(), "where to listen for worker processes")
            .orElse(Endpoint.local());
    private static final Setting<Integer> WAIT_WORKERS = Setting.of(
                    "wait-workers",
                    "N",
                    Form.integer(Range.count(1)),
                    "worker processes to wait for before a job starts")
            .orElse(1);

    private static final Setting<Boolean> ALLOW_FAULTS = Setting.of(
                    "allow-faults",
                    "",
                    Form.flag(),
                    "the workers are processes of one thread, which the page may kill and freeze")
            .orElse(false);

    private static final List<Setting<?>> CLIENTS = List.of(HTTP, TLS_CERT, TLS_KEY, UNENCRYPTED, PUBLIC_URL, HOME);
    private static final List<Setting<?>> CLUSTER =
            List.of(WAIT_WORKERS, TrainingOptions.TRANSPORT, TrainingOptions.UDP_MTU, TrainingOptions.AERON_DIR);

    /** Every setting of {@code serve}, in the order in which help shows them. */
    public static final List<Setting<?>> SETTINGS = withClientsAndCluster(WORKERS, COORDINATOR_BIND, ALLOW_FAULTS);

    /** The same of {@code coordinator}. */
    public static final List<Setting<?>> COORDINATOR_SETTINGS = withClientsAndCluster(ITS_BIND);

    /**
     * Where clients come.
     *
     * @param address where to listen
     * @param tls files for TLS; absent for none
     * @param unencrypted whether TLS may be missing where others could reach the address
     * @param publicUrl where clients come by a proxy in front; absent where there is none
     */
    public record Http(Endpoint address, Optional<Tls> tls, boolean unencrypted, Optional<String> publicUrl) {
        /** Without TLS or a proxy. */
        public Http(Endpoint address) {
            this(address, Optional.empty(), false, Optional.empty());
        }
    }

    /**
     * Files in PEM.
     *
     * @param certificate of the service, and those that vouch for it
     * @param key private key of the first
     */
    public record Tls(Path certificate, Path key) {}

    /**
     * Where worker processes come.
     *
     * @param bind where to listen
     * @param waitWorkers number of processes to wait for before a job starts, at least 1
     * @param transport what carries the bulk data
     * @param udpMtu largest payload of a datagram in bytes; by the address where absent
     * @param aeronDirectory where the media driver makes its directory; shared memory where absent
     */
    public record Processes(
            Endpoint bind,
            int waitWorkers,
            TransportKind transport,
            Optional<Integer> udpMtu,
            Optional<Path> aeronDirectory) {}

    private static List<Setting<?>> withClientsAndCluster(Setting<?>... between) {
        List<Setting<?>> all = new ArrayList<>(CLIENTS);
        Collections.addAll(all, between);
        all.addAll(CLUSTER);
        return List.copyOf(all);
    }

    /**
     * Reads the settings of {@code serve}.
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
        for (Setting<?> setting : CLUSTER) {
            if (from.has(setting) && !from.has(COORDINATOR_BIND) && !from.get(ALLOW_FAULTS)) {
                throw from.conflict(setting, "is about worker processes; give coordinator-bind, where they come");
            }
        }
        return new ServiceSettings(
                http(from),
                from.get(HOME),
                from.get(WORKERS),
                from.find(COORDINATOR_BIND)
                        .or(() -> from.get(ALLOW_FAULTS) ? Optional.of(freeEndpoint()) : Optional.empty())
                        .map(bind -> processes(from, bind)),
                from.get(ALLOW_FAULTS));
    }

    /** For workers of this machine alone. */
    private static Endpoint freeEndpoint() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Endpoint("127.0.0.1", socket.getLocalPort());
        } catch (IOException e) {
            throw new InputException("no port is free on this machine: " + e.getMessage(), e);
        }
    }

    /** Reads the settings of {@code coordinator}. */
    public static ServiceSettings readCoordinator(Map<String, String> commandLine, Optional<Path> file) {
        SettingsReader from = SettingsReader.of(COORDINATOR_SETTINGS, commandLine, file);
        return new ServiceSettings(
                http(from), from.get(HOME), 0, Optional.of(processes(from, from.get(ITS_BIND))), false);
    }

    private static Http http(SettingsReader from) {
        if (from.has(TLS_CERT) != from.has(TLS_KEY)) {
            throw from.conflict(
                    from.has(TLS_CERT) ? TLS_CERT : TLS_KEY, "goes with the other one; give both tls-cert and tls-key");
        }
        return new Http(
                from.get(HTTP),
                from.find(TLS_CERT).map(certificate -> new Tls(certificate, from.get(TLS_KEY))),
                from.get(UNENCRYPTED),
                from.find(PUBLIC_URL));
    }

    private static Processes processes(SettingsReader from, Endpoint bind) {
        return new Processes(
                bind,
                from.get(WAIT_WORKERS),
                from.get(TrainingOptions.TRANSPORT),
                from.find(TrainingOptions.UDP_MTU),
                from.find(TrainingOptions.AERON_DIR));
    }
}
