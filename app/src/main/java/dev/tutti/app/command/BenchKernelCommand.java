package dev.tutti.app.command;

import dev.tutti.app.bench.KernelBench;
import dev.tutti.app.console.ExitCode;
import dev.tutti.config.ClusterSettings;
import dev.tutti.config.Environment;
import dev.tutti.files.InputException;
import dev.tutti.files.Json;
import dev.tutti.kernel.Dropout;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.train.TrainingSpec;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tutti bench kernel}. */
@Command(
        name = "kernel",
        description = "Speed of the kernel beside what this processor can do, and a check of its bits.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "The peak is measured: fused multiply-adds in registers, one thread. \"#wrong\" counts gradient values that differ",
            "from the scalar kernel by a bit: 0, or there is a bug.",
            "",
            "Example:",
            "  tutti bench kernel --network 784-128-10,784-512-512-10 --batch 32,128"
        })
public final class BenchKernelCommand implements Callable<Integer> {
    private static final List<String> NETWORKS = List.of(
            "64-32-10", "784-128-10", "784-128-10", "784-512-512-10", "784-1024-1024-10", "784-2048-2048-2048-10");
    private static final List<Integer> BATCHES = List.of(32, 32, 128, 128, 256, 512);

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Option(
            names = "--network",
            paramLabel = "SIZES,...",
            hideParamSyntax = true,
            split = ",",
            description = "inputs, hidden layers, outputs; each with every --batch (default: six networks)")
    private List<String> networks = List.of();

    @Option(
            names = "--batch",
            paramLabel = "N,...",
            hideParamSyntax = true,
            split = ",",
            description = "samples of a mini-batch (default: 128 where --network is given)")
    private List<Integer> batches = List.of();

    @Option(
            names = "--activation",
            paramLabel = "NAME,...",
            hideParamSyntax = true,
            split = ",",
            defaultValue = "relu",
            description = "of the hidden layers, as for train; each with every network (default: ${DEFAULT-VALUE})")
    private List<String> activations;

    @Option(
            names = "--loss",
            paramLabel = "NAME,...",
            hideParamSyntax = true,
            split = ",",
            defaultValue = "cross_entropy",
            description = "as for train; each with every network (default: ${DEFAULT-VALUE})")
    private List<String> losses;

    @Option(names = "--segment", description = "samples of a segment (default: as for train)")
    private int segment;

    @Option(
            names = "--dropout",
            paramLabel = "RATE",
            defaultValue = "0",
            description = "probability of dropping a hidden unit, 0 to below 1 (default: ${DEFAULT-VALUE})")
    private float dropout;

    @Option(names = "--threads", defaultValue = "1", description = "threads at once (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(
            names = "--products",
            paramLabel = "N,...",
            hideParamSyntax = true,
            split = ",",
            defaultValue = "512,1024,2048",
            description = "sizes of square products; 0 for none (default: ${DEFAULT-VALUE})")
    private List<Integer> products;

    @Option(names = "--seconds", defaultValue = "4", description = "length of a line (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--json", description = "the last line of standard output is the table as JSON")
    private boolean json;

    /** A line of the table. */
    private record Line(String sizes, int batch, Activation hidden, Loss loss) {}

    @Override
    public Integer call() throws InterruptedException {
        common.startLogging();
        check();
        List<Line> lines = lines();
        lines.forEach(BenchKernelCommand::check);
        PrintWriter out = spec.commandLine().getOut();
        KernelBench bench = new KernelBench(seconds, new Dropout(dropout, 1));
        double peak = bench.peakGflops();
        out.printf(Locale.ROOT, "%s, %s%n", Environment.machine(), Kernels.description());
        out.printf(Locale.ROOT, "peak of fused multiply-adds: %.1f GFLOP/s%n%n", peak);
        String steps = steps(lines, bench, peak, out);
        String squares = products(bench, peak, out);
        if (json) {
            String head = new Json()
                    .put("machine", Environment.machine())
                    .put("jdk", Environment.javaVersion())
                    .put("kernel", Kernels.description())
                    .put("vectorBits", Kernels.vectorBits())
                    .put("peakGflops", peak)
                    .line();
            out.println(head.substring(0, head.length() - 1) + ",\"steps\":[" + steps + "],\"products\":[" + squares
                    + "]}");
        }
        out.flush();
        return ExitCode.DONE.code();
    }

    private void check() {
        ClusterSettings.THREADS.require("--threads", threads);
        if (!(seconds > 0)) {
            throw new InputException("--seconds out of range: " + seconds + ", allowed: more than 0");
        }
        if (segment < 0) {
            throw new InputException("--segment out of range: " + segment + ", allowed: 1 or more");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new InputException("--dropout out of range: " + dropout + ", allowed: 0 to below 1");
        }
        for (int batch : batches) {
            if (batch < 1) {
                throw new InputException("--batch out of range: " + batch + ", allowed: 1 or more");
            }
        }
    }

    private List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (String activation : activations) {
            for (String loss : losses) {
                addLines(hidden(activation), loss(loss), lines);
            }
        }
        return lines;
    }

    private void addLines(Activation hidden, Loss loss, List<Line> lines) {
        if (networks.isEmpty() && batches.isEmpty()) {
            for (int i = 0; i < NETWORKS.size(); i++) {
                lines.add(new Line(NETWORKS.get(i), BATCHES.get(i), hidden, loss));
            }
            return;
        }
        for (String network : networks.isEmpty() ? List.copyOf(new LinkedHashSet<>(NETWORKS)) : networks) {
            for (int batch : batches.isEmpty() ? List.of(128) : batches) {
                lines.add(new Line(network, batch, hidden, loss));
            }
        }
    }

    private static Activation hidden(String name) {
        List<Activation> allowed =
                Arrays.stream(Activation.values()).filter(Activation::isHidden).toList();
        return allowed.stream().filter(one -> one.id().equals(name)).findFirst().orElseThrow(() -> {
            String names = allowed.stream().map(Activation::id).collect(Collectors.joining(", "));
            return new InputException("--activation: not for hidden layers: \"" + name + "\", allowed: " + names);
        });
    }

    private static Loss loss(String name) {
        return Arrays.stream(Loss.values())
                .filter(one -> one.id().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    String names = Arrays.stream(Loss.values()).map(Loss::id).collect(Collectors.joining(", "));
                    return new InputException("--loss: unknown: \"" + name + "\", allowed: " + names);
                });
    }

    private static NetworkSpec network(Line line) {
        return KernelBench.network(BenchNetwork.sizes(line.sizes()), line.hidden(), line.loss());
    }

    /** Before the peak is measured, which takes a while. */
    private static void check(Line line) {
        NetworkSpec network = network(line);
        BenchNetwork.checkFits(
                line.sizes(), line.batch(), (long) KernelBench.BATCHES * Math.max(network.inputs(), network.outputs()));
    }

    private String steps(List<Line> lines, KernelBench bench, double peak, PrintWriter out)
            throws InterruptedException {
        out.printf(
                Locale.ROOT,
                "%-24s %-10s %-20s %6s %8s %12s %9s %7s %17s %12s %7s%n",
                "training step",
                "activation",
                "loss",
                "batch",
                "threads",
                "samples/s",
                "GFLOP/s",
                "% peak",
                "ns/param./sample",
                "bytes/step",
                "#wrong");
        StringBuilder list = new StringBuilder();
        for (Line line : lines) {
            int size = segment == 0 ? TrainingSpec.defaultSegmentSize(line.batch()) : segment;
            KernelBench.Step step = bench.step(network(line), line.batch(), size, threads);
            double percent = 100 * step.gflops() / (peak * threads);
            out.printf(
                    Locale.ROOT,
                    "%-24s %-10s %-20s %6d %8d %,12.0f %9.1f %7.1f %17.5f %12d %7d%n",
                    line.sizes(),
                    line.hidden().id(),
                    line.loss().id(),
                    line.batch(),
                    threads,
                    step.samplesPerSecond(),
                    step.gflops(),
                    percent,
                    step.nsPerParameterAndSample(),
                    step.bytesAllocatedPerStep(),
                    step.wrong());
            out.flush();
            list.append(list.length() == 0 ? "" : ",")
                    .append(new Json()
                            .put("network", line.sizes())
                            .put("batch", line.batch())
                            .put("activation", line.hidden().id())
                            .put("loss", line.loss().id())
                            .put("segment", size)
                            .put("dropout", dropout)
                            .put("threads", threads)
                            .put("samplesPerSecond", step.samplesPerSecond())
                            .put("gflops", step.gflops())
                            .put("percentOfPeak", percent)
                            .put("nsPerParameterAndSample", step.nsPerParameterAndSample())
                            .put("bytesAllocatedPerStep", step.bytesAllocatedPerStep())
                            .put("wrong", step.wrong())
                            .line());
        }
        return list.toString();
    }

    private String products(KernelBench bench, double peak, PrintWriter out) {
        StringBuilder list = new StringBuilder();
        for (int size : products) {
            if (size < 1) {
                continue;
            }
            double gflops = bench.productGflops(size, size, size);
            out.printf(
                    Locale.ROOT,
                    "%sproduct %d x %d x %d: %.1f GFLOP/s, %.1f %% of peak%n",
                    list.length() == 0 ? "\n" : "",
                    size,
                    size,
                    size,
                    gflops,
                    100 * gflops / peak);
            out.flush();
            list.append(list.length() == 0 ? "" : ",")
                    .append(new Json()
                            .put("m", size)
                            .put("n", size)
                            .put("k", size)
                            .put("gflops", gflops)
                            .line());
        }
        return list.toString();
    }
}
