package dev.tutti.app.command;

import dev.tutti.app.bench.transport.BenchHost;
import dev.tutti.app.bench.transport.BenchOptions;
import dev.tutti.app.bench.transport.BenchPeer;
import dev.tutti.app.bench.transport.BenchRow;
import dev.tutti.app.bench.transport.Carrier;
import dev.tutti.app.console.ExitCode;
import dev.tutti.files.Json;
import dev.tutti.config.Endpoint;
import dev.tutti.config.Environment;
import dev.tutti.files.InputException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tutti bench transport}. */
@Command(
        name = "transport",
        description = "Speed of vectors between this host and others, over the streams that a cluster uses.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "One host is bound, the others connect to it. \"one\" sends a vector to all peers and waits until it is",
            "back from all; \"both\" sends and receives at once. MB/s is what the bound host sends, or receives.",
            "What to measure may be given on either side; the bound one's word counts.",
            "",
            "Example:",
            "  tutti bench transport --bind 10.0.0.5:25530      on 10.0.0.5",
            "  tutti bench transport --to 10.0.0.5:25530        on another host"
        })
public final class BenchTransportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @ArgGroup(multiplicity = "1")
    private Side side;

    /** Which side this is. */
    private static final class Side {
        @Option(
                names = "--bind",
                paramLabel = "HOST:PORT",
                converter = EndpointConverter.class,
                description = "wait here for peers")
        private Endpoint bind;

        @Option(
                names = "--to",
                paramLabel = "HOST:PORT",
                converter = EndpointConverter.class,
                description = "take part in the bench that is bound there")
        private Endpoint to;
    }

    @Option(
            names = "--peers",
            paramLabel = "N",
            defaultValue = "1",
            description = "with --bind: begin when so many are there (default: ${DEFAULT-VALUE})")
    private int peers;

    @Option(
            names = "--bytes",
            paramLabel = "N,...",
            split = ",",
            description = "lengths of vectors (default: 19000,400000,2700000,40000000)")
    private List<Integer> bytes;

    @Option(names = "--transport", split = ",", description = "udp, tcp or both (default: udp,tcp)")
    private List<Carrier> carriers;

    @Option(
            names = "--udp-mtu",
            paramLabel = "BYTES",
            description = "payload of the largest datagram (default: 1408, as between the hosts of a cluster)")
    private Integer udpMtu;

    @Option(names = "--seconds", description = "length of a line, after a warm-up (default: 3)")
    private Double seconds;

    @Option(names = "--json", description = "the last line of standard output is the table as JSON")
    private boolean json;

    private final List<BenchRow> rows = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
        common.startLogging();
        if (peers < 1 || peers > 1000) {
            throw new InputException("--peers out of range: " + peers + ", allowed: 1 to 1000");
        }
        BenchOptions options = new BenchOptions(
                Optional.ofNullable(bytes),
                Optional.ofNullable(carriers),
                Optional.ofNullable(udpMtu),
                Optional.ofNullable(seconds));
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%s, JDK %s%n", Environment.machine(), Environment.javaVersion());
        if (side.bind != null) {
            out.printf(Locale.ROOT, "waiting for %d %s at %s%n", peers, peers == 1 ? "peer" : "peers", side.bind);
        }
        out.printf(
                Locale.ROOT,
                "%-10s %6s %12s %-10s %10s %14s %14s %8s%n",
                "transport",
                "peers",
                "bytes",
                "direction",
                "MB/s",
                "p50 us",
                "p99 us",
                "rounds");
        out.flush();
        if (side.bind != null) {
            new BenchHost(side.bind, peers, options).run(this::print);
        } else {
            new BenchPeer(side.to, options).run(this::print);
        }
        if (json) {
            out.println(json());
        }
        out.flush();
        return ExitCode.DONE.code();
    }

    private void print(BenchRow row) {
        rows.add(row);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%-10s %6d %,12d %-10s %,10.1f %,14.1f %,14.1f %8d%n",
                row.carrier().id(),
                row.peers(),
                row.bytes(),
                row.direction().id(),
                row.megabytesPerSecond(),
                row.roundTripMicrosP50(),
                row.roundTripMicrosP99(),
                row.rounds());
        out.flush();
    }

    private String json() {
        return new Json()
                .put("machine", Environment.machine())
                .put("jdk", Environment.javaVersion())
                .putObjects(
                        "rows", rows.stream().map(BenchTransportCommand::json).toList())
                .line();
    }

    private static Json json(BenchRow row) {
        return new Json()
                .put("transport", row.carrier().id())
                .put("peers", row.peers())
                .put("bytes", row.bytes())
                .put("direction", row.direction().id())
                .put("megabytesPerSecond", row.megabytesPerSecond())
                .put("roundTripMicrosP50", row.roundTripMicrosP50())
                .put("roundTripMicrosP99", row.roundTripMicrosP99())
                .put("rounds", row.rounds());
    }
}
