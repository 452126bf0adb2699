package dev.tutti.app.command;

import dev.tutti.app.bench.ClusterBench;
import dev.tutti.app.console.ExitCode;
import dev.tutti.config.ClusterSettings;
import dev.tutti.config.Environment;
import dev.tutti.files.Json;
import dev.tutti.files.Range;
import dev.tutti.protocol.Placement;
import dev.tutti.transport.TransportKind;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
        description = "Training speed of the embedded cluster with 1, 2, ... workers, beside the reference trainer.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "Each line trains on random samples: first a warm-up, then as long as asked. \"of reference\" compares with one",
            "thread without actors or streams, \"of one worker\" with the first line of workers.",
            "",
            "Example:",
            "  tutti bench cluster --network 784-512-512-10 --batch 256 --workers 1,2"
        })
public final class BenchClusterCommand implements Callable<Integer> {
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
            names = "--placement",
            defaultValue = "replicate",
            description = "replicate or stream (default: ${DEFAULT-VALUE})")
    private Placement placement;

    @Option(
            names = "--transport",
            defaultValue = "auto",
            description = "auto, ipc, udp or tcp (default: ${DEFAULT-VALUE})")
    private TransportKind transport;

    @Option(names = "--seconds", defaultValue = "5", description = "length of a line (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--json", description = "the last line of standard output is the table as JSON")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        common.startLogging();
        List<Integer> sizes = BenchNetwork.sizes(network);
        int[] counts = workerCounts();
        check(sizes);
        ClusterBench bench = new ClusterBench(sizes, batch, segment, placement, transport, seconds);
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
                "%-12s %14s %12s %14s %14s%n",
                "trainer",
                "samples/s",
                "steps/s",
                "of reference",
                "of one worker");
        List<ClusterBench.Row> rows = new ArrayList<>();
        rows.add(bench.reference());
        print(out, rows, rows.get(0));
        for (int count : counts) {
            rows.add(bench.embedded(count));
            print(out, rows, rows.get(rows.size() - 1));
        }
        if (json) {
            out.println(json(bench, rows));
        }
        out.flush();
        return ExitCode.DONE.code();
    }

    /** Before anything is measured. */
    private void check(List<Integer> sizes) {
        Range.count(1).require("--batch", batch);
        Range.count(0).require("--segment", segment);
        Range.positive().require("--seconds", seconds);
        BenchNetwork.checkFits(network, batch, (long) ClusterBench.STEPS_PER_EPOCH * sizes.get(0));
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
                "%-12s %,14.0f %,12.0f %14.2f %14s%n",
                row.workers() == 0 ? "reference" : row.workers() + (row.workers() == 1 ? " worker" : " workers"),
                row.samplesPerSecond(),
                row.stepsPerSecond(),
                row.samplesPerSecond() / rows.get(0).samplesPerSecond(),
                rows.size() < 2
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%.2f",
                                row.samplesPerSecond() / rows.get(1).samplesPerSecond()));
        out.flush();
    }

    private String json(ClusterBench bench, List<ClusterBench.Row> rows) {
        return new Json()
                .put("machine", Environment.machine())
                .put("jdk", Environment.javaVersion())
                .put("kernel", bench.kernel())
                .put("network", network)
                .put("batch", batch)
                .put("segment", bench.segmentSize())
                .put("placement", placement.id())
                .putObjects(
                        "trainers", rows.stream().map(BenchClusterCommand::json).toList())
                .line();
    }

    private static Json json(ClusterBench.Row row) {
        return new Json()
                .put("workers", row.workers())
                .put("samplesPerSecond", row.samplesPerSecond())
                .put("stepsPerSecond", row.stepsPerSecond());
    }
}
