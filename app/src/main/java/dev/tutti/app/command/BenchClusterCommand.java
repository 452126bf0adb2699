package dev.tutti.app.command;

import dev.tutti.app.advice.NoiseScale;
import dev.tutti.app.advice.StepModel;
import dev.tutti.app.bench.ClusterBench;
import dev.tutti.app.bench.NoiseProbe;
import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.console.ExitCode;
import dev.tutti.config.ClusterSettings;
import dev.tutti.config.Endpoint;
import dev.tutti.config.Environment;
import dev.tutti.files.InputException;
import dev.tutti.files.Json;
import dev.tutti.files.Range;
import dev.tutti.protocol.Placement;
import dev.tutti.transport.Averaging;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TransportKind;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tutti bench cluster}. */
@Command(
        name = "cluster",
        description = {
            "Training speed of the embedded cluster with 1, 2, ... workers, or of a cluster of processes, beside the",
            "reference trainer."
        },
        abbreviateSynopsis = true,
        footer = {
            "",
            "Each line trains on random samples: first a warm-up, then as long as asked. \"of reference\" compares with one",
            "thread without actors or streams, \"of one worker\" with the first line of workers. With --wait-workers the",
            "workers are processes, on this machine or others, which leave when it is done.",
            "",
            "Examples:",
            "  tutti bench cluster --network 784-512-512-10 --batch 256 --workers 1,2",
            "  tutti bench cluster --coordinator-bind 10.0.0.5:25520 --wait-workers 2      on 10.0.0.5",
            "  tutti worker --coordinator 10.0.0.5:25520                                   on each host"
        })
public final class BenchClusterCommand implements Callable<Integer> {
    /** Of a network of a few weights, so that the time of its steps is that of messages. */
    private static final int SHORTEST_BATCH = 64;

    private static final int FEW_UNITS = 16;
    private static final double SHORTEST_SECONDS = 1;
    private static final double NOISE_SECONDS = 30;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Option(
            names = "--network",
            paramLabel = "SIZES",
            defaultValue = "784-128-10",
            description = "inputs, hidden layers, outputs (default: ${DEFAULT-VALUE})")
    private String network;

    @Option(
            names = "--batch",
            defaultValue = "128",
            description = "samples of a mini-batch (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--segment", description = "samples of a segment (default: as for train)")
    private int segment;

    @Option(
            names = "--workers",
            paramLabel = "N,...",
            hideParamSyntax = true,
            split = ",",
            description = "compute threads, one line for each (default: 1 up to the cores)")
    private int[] workers;

    @Option(
            names = "--wait-workers",
            paramLabel = "N",
            description = "measure N worker processes, instead of the embedded cluster")
    private Integer waitWorkers;

    @Option(
            names = "--coordinator-bind",
            paramLabel = "HOST:PORT",
            converter = EndpointConverter.class,
            description = "with --wait-workers: where to listen for them (default: 127.0.0.1:25520)")
    private Endpoint bind;

    @Option(
            names = "--udp-mtu",
            paramLabel = "BYTES",
            description = "with --wait-workers: largest payload of a datagram (default: as for train)")
    private Integer udpMtu;

    @Option(
            names = "--placement",
            defaultValue = "replicate",
            description = "replicate or stream (default: ${DEFAULT-VALUE})")
    private Placement placement;

    @Option(
            names = "--transport",
            defaultValue = "auto",
            description = "auto, ipc, udp or tcp (default: ${DEFAULT-VALUE})")
    private TransportKind transport;

    @Option(
            names = "--averaging",
            defaultValue = "auto",
            description = "auto, coordinator or members, with --wait-workers (default: ${DEFAULT-VALUE})")
    private Averaging averaging;

    @Option(names = "--seconds", defaultValue = "5", description = "length of a line (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "starts of each line of this process, in turn; the median counts (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--advise",
            description = "with --wait-workers of two or more: predict the speed of 1, 2, 4, ... such machines")
    private boolean advise;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description =
                    "with --advise: also the batch that is worth it, from the noise of the gradients of this data")
    private String data;

    @Option(names = "--json", description = "the last line of standard output is the table as JSON")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        common.startLogging();
        List<Integer> sizes = BenchNetwork.sizes(network);
        int[] counts = workerCounts();
        check();
        checkSizes(sizes);
        ClusterBench bench = new ClusterBench(
                sizes, batch, segment, placement, transport, averaging, seconds, rounds, waitWorkers != null);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%s, batch %d, segment %d, %s, %s, JDK %s%n",
                network,
                batch,
                bench.segmentSize(),
                placement.id(),
                bench.kernel(),
                Environment.javaVersion());
        out.printf(
                Locale.ROOT,
                "%-12s %14s %12s %14s %14s %10s %10s%n",
                "trainer",
                "samples/s",
                "steps/s",
                "of reference",
                "of one worker",
                "p50 ms",
                "p99 ms");
        List<ClusterBench.Row> rows = new ArrayList<>();
        Optional<AdviceTable> advice = Optional.empty();
        if (waitWorkers == null) {
            for (ClusterBench.Row row : bench.measure(counts)) {
                add(out, rows, row);
            }
        } else {
            advice = measureProcesses(bench, sizes, out, rows);
        }
        out.println();
        rows.forEach(row -> printPhases(out, row));
        advice.ifPresent(table -> table.print(out));
        if (json) {
            out.println(json(bench, rows, advice));
        }
        out.flush();
        return ExitCode.DONE.code();
    }

    /** Before anything is measured. */
    private void checkSizes(List<Integer> sizes) {
        Range.count(1).require("--batch", batch);
        Range.count(0).require("--segment", segment);
        Range.positive().require("--seconds", seconds);
        BenchNetwork.checkFits(network, batch, (long) ClusterBench.STEPS_PER_EPOCH * sizes.get(0));
    }

    private void check() {
        if (rounds < 1) {
            throw new InputException("--rounds out of range: " + rounds + ", allowed: 1 or more");
        }
        if (waitWorkers == null && (bind != null || udpMtu != null)) {
            throw new InputException((bind != null ? "--coordinator-bind" : "--udp-mtu")
                    + " needs --wait-workers, the number of worker processes to wait for");
        }
        if (waitWorkers != null && workers != null) {
            throw new InputException("--workers is of the embedded cluster, --wait-workers of processes: give one");
        }
        if (waitWorkers != null && waitWorkers < 1) {
            throw new InputException("--wait-workers out of range: " + waitWorkers + ", allowed: 1 or more");
        }
        if (advise && (waitWorkers == null || waitWorkers < 2)) {
            throw new InputException(
                    "--advise needs --wait-workers of 2 or more, as one process has no link to measure");
        }
        if (data != null && !advise) {
            throw new InputException("--data needs --advise; the bench itself trains on random samples");
        }
        if (udpMtu != null) {
            Streams.DATAGRAM_BYTES.require("--udp-mtu", udpMtu);
        }
    }

    private Optional<AdviceTable> measureProcesses(
            ClusterBench bench, List<Integer> sizes, PrintWriter out, List<ClusterBench.Row> rows)
            throws InterruptedException {
        // First of all, so that data which cannot be read cost no measurement.
        Optional<NoiseScale> noise = data == null
                ? Optional.empty()
                : Optional.of(NoiseProbe.measure(data, sizes.subList(1, sizes.size() - 1), batch, NOISE_SECONDS));
        Endpoint at = bind == null ? Endpoint.local() : bind;
        try (CoordinatorNode coordinator = bench.startCoordinator(at, Optional.ofNullable(udpMtu))) {
            try {
                add(out, rows, bench.reference());
                ClusterBench.Row measured = bench.processes(coordinator, waitWorkers);
                add(out, rows, measured);
                return advise ? Optional.of(advice(bench, coordinator, measured, noise)) : Optional.empty();
            } finally {
                coordinator.leave("the bench is over", false);
            }
        }
    }

    private AdviceTable advice(
            ClusterBench bench, CoordinatorNode coordinator, ClusterBench.Row measured, Optional<NoiseScale> noise)
            throws InterruptedException {
        // Each has a share to add, however short.
        List<Integer> few = List.of(2, FEW_UNITS * waitWorkers, 2);
        ClusterBench messages =
                new ClusterBench(few, SHORTEST_BATCH, 1, placement, transport, averaging, SHORTEST_SECONDS, 1, true);
        StepModel model = bench.model(measured, messages.processes(coordinator, waitWorkers));
        return new AdviceTable(model, batch, measured.processes(), measured.samplesPerSecond(), noise);
    }

    private static void add(PrintWriter out, List<ClusterBench.Row> rows, ClusterBench.Row row) {
        rows.add(row);
        print(out, rows, row);
    }

    private static void printPhases(PrintWriter out, ClusterBench.Row row) {
        if (row.phases().isEmpty()) {
            return;
        }
        out.printf(Locale.ROOT, "%-12s", name(row));
        row.phases().forEach((phase, share) -> out.printf(Locale.ROOT, "  %s %.0f %%", phase, 100 * share));
        out.println();
    }

    private static String name(ClusterBench.Row row) {
        return row.workers() == 0 ? "reference" : row.workers() + (row.workers() == 1 ? " worker" : " workers");
    }

    private int[] workerCounts() {
        if (workers == null) {
            return IntStream.rangeClosed(1, Environment.processors()).toArray();
        }
        for (int count : workers) {
            ClusterSettings.THREADS.require("--workers", count);
        }
        return workers;
    }

    private static void print(PrintWriter out, List<ClusterBench.Row> rows, ClusterBench.Row row) {
        out.printf(
                Locale.ROOT,
                "%-12s %,14.0f %,12.0f %14.2f %14s %10.2f %10.2f%n",
                name(row),
                row.samplesPerSecond(),
                row.stepsPerSecond(),
                row.samplesPerSecond() / rows.get(0).samplesPerSecond(),
                row.workers() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%.2f",
                                row.samplesPerSecond() / rows.get(1).samplesPerSecond()),
                row.stepMicrosP50() / 1e3,
                row.stepMicrosP99() / 1e3);
        out.flush();
    }

    private String json(ClusterBench bench, List<ClusterBench.Row> rows, Optional<AdviceTable> advice) {
        Json json = new Json()
                .put("machine", Environment.machine())
                .put("jdk", Environment.javaVersion())
                .put("kernel", bench.kernel())
                .put("network", network)
                .put("batch", batch)
                .put("segment", bench.segmentSize())
                .put("placement", placement.id())
                .put("transport", transport.id())
                .put("averaging", rows.get(rows.size() - 1).averaging())
                .putObjects(
                        "trainers", rows.stream().map(BenchClusterCommand::json).toList());
        advice.ifPresent(table -> json.putObject("advice", table.json()));
        return json.line();
    }

    private static Json json(ClusterBench.Row row) {
        Json phases = new Json();
        row.phases().forEach((phase, share) -> phases.put(phase, share));
        return new Json()
                .put("workers", row.workers())
                .put("samplesPerSecond", row.samplesPerSecond())
                .put("stepsPerSecond", row.stepsPerSecond())
                .put("stepMicrosP50", row.stepMicrosP50())
                .put("stepMicrosP99", row.stepMicrosP99())
                .putObject("phases", phases);
    }
}
