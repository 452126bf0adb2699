package dev.tutti.app.command;

import dev.tutti.app.chaos.Chaos;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.files.InputException;
import dev.tutti.model.WeightsHash;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingListener;
import dev.tutti.transport.TransportKind;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tutti chaos}. */
@Command(
        name = "chaos",
        description =
                "Trains while workers and the coordinator are killed and frozen, and compares the weights at the end.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "All processes are started on this machine. At the end one thread trains the same epochs undisturbed; exit code 0",
            "if both end in the same bits, 3 if not, or if training stood still for too long.",
            "",
            "Example:",
            "  tutti chaos digits --seconds 60"
        })
public final class ChaosCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(
            arity = "0..1",
            paramLabel = "DATA",
            defaultValue = "digits",
            description = "what to train on (default: ${DEFAULT-VALUE})")
    private String data;

    @Option(names = "--seconds", defaultValue = "60", description = "how long to disturb (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(
            names = "--max-gap",
            paramLabel = "S",
            defaultValue = "120",
            description = "fail when training stands still for so many seconds (default: ${DEFAULT-VALUE})")
    private double maxGapSeconds;

    @Option(
            names = "--workers",
            defaultValue = "3",
            description = "worker processes at first (default: ${DEFAULT-VALUE})")
    private int workers;

    @Option(names = "--seed", defaultValue = "1", description = "of the order of faults (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--transport",
            defaultValue = "auto",
            description = "auto, ipc, udp or tcp (default: ${DEFAULT-VALUE})")
    private TransportKind transport;

    @Option(
            names = "--sync",
            paramLabel = "step|epoch|local",
            defaultValue = "step",
            description = "when weights are updated, as of train (default: ${DEFAULT-VALUE})")
    private Sync sync;

    @Option(names = "--out", description = "receives the run and the logs (default: runs/<time>-chaos)")
    private Path out;

    @Override
    public Integer call() throws InterruptedException {
        common.startLogging();
        if (workers < 1 || !(seconds > 0) || !(maxGapSeconds > 0)) {
            throw new InputException("--workers must be 1 or more, --seconds and --max-gap above 0: workers=" + workers
                    + ", seconds=" + seconds + ", max-gap=" + maxGapSeconds);
        }
        PrintWriter lines = spec.commandLine().getOut();
        Path directory = out == null ? Path.of("runs", timestamp() + "-chaos") : out;
        if (Files.exists(directory)) {
            throw new InputException(directory + " exists already; name another --out");
        }
        lines.println("faults by seed " + seed + "; logs in " + directory);
        lines.flush();
        Chaos.Outcome outcome = new Chaos(
                        data, sync.id(), workers, seconds, maxGapSeconds, seed, transport.id(), directory, line -> {
                            lines.println(line);
                            lines.flush();
                        })
                .execute();
        lines.printf(
                Locale.ROOT,
                "%n%-18s %6s %10s %10s   longest time without progress%n",
                "fault",
                "times",
                "median",
                "worst");
        outcome.gaps()
                .forEach((fault, gaps) -> lines.printf(
                        Locale.ROOT,
                        "%-18s %6d %8.1f s %8.1f s%n",
                        fault.text(),
                        gaps.size(),
                        Chaos.median(gaps),
                        gaps.stream().mapToDouble(Double::doubleValue).max().orElse(0)));
        String expected = undisturbed(outcome.epochs());
        lines.println();
        lines.println("disturbed    " + outcome.hash() + "  " + outcome.epochs() + " epochs");
        lines.println("undisturbed  " + expected + "  one thread");
        boolean same = expected.equals(outcome.hash());
        lines.println(same ? "the same bits" : "THE BITS DIFFER: please report this, with the logs and the seed");
        lines.flush();
        return same ? ExitCode.DONE.code() : ExitCode.TRAINING_FAILED.code();
    }

    private String undisturbed(int epochs) throws InterruptedException {
        PreparedRun run = PreparedRun.of(TrainingSettings.read(
                Map.of("data", data, "epochs", String.valueOf(epochs), "sync", sync.id()), Optional.empty()));
        return WeightsHash.sha256(
                run.job().spec().network(),
                ReferenceTrainer.train(run.job(), TrainingListener.NONE).parameters());
    }

    private static String timestamp() {
        return LocalDateTime.now(ZoneId.systemDefault())
                .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
    }
}
