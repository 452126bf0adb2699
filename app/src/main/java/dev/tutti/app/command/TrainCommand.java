package dev.tutti.app.command;

import dev.tutti.app.cluster.JobClient;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.run.Trainers;
import dev.tutti.app.run.TrainingSession;
import dev.tutti.config.Endpoint;
import dev.tutti.config.Environment;
import dev.tutti.config.TrainingSettings;
import dev.tutti.protocol.ClientMessage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tutti train}. */
@Command(
        name = "train",
        description = "Trains a network; the same data, settings and seed give the same weights on any cluster.",
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Built-in data: breast_cancer, diabetes, digits, iris, wine, xor.",
            "",
            "Examples:",
            "  tutti train digits",
            "  tutti train houses.csv --target price --hidden 64,32 --epochs 50 --lr 0.01",
            "  tutti train --config runs/20261120-101500-digits/config.conf --out again",
            "  tutti train --resume runs/20261120-101500-digits",
            "  tutti train digits --coordinator-bind 10.0.0.5:25520 --wait-workers 3",
            "  tutti train digits --coordinator 10.0.0.5:25520"
        })
public final class TrainCommand implements Callable<Integer> {
    private static final String DATA = "data";

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(
            arity = "0..1",
            paramLabel = "DATA",
            description = "built-in data set, or a file: CSV, or IDX as of MNIST, each also with .gz")
    private String data;

    @Option(
            names = "--coordinator",
            paramLabel = "HOST:PORT",
            converter = EndpointConverter.class,
            description = "hand the job to this 'tutti coordinator' process, and follow it")
    private Endpoint coordinator;

    @Option(names = "--trainer", hidden = true, defaultValue = "cluster")
    private String trainer;

    @Option(
            names = "--resume",
            paramLabel = "DIR",
            description = "go on with the run in this directory, from its newest checkpoint, to the same weights",
            order = 0)
    private Path resume;

    @Override
    public Integer call() throws InterruptedException {
        common.startLogging();
        TrainingSettings settings = settings();
        if (coordinator != null) {
            return submit(settings);
        }
        TrainingSession session = new TrainingSession(
                settings,
                Trainers.of(trainer, settings),
                RunDirectory.RUNS,
                spec.commandLine().getOut(),
                spec.commandLine().getErr(),
                Environment.isTerminal(settings.json() ? "err" : "out"));
        if (resume == null) {
            session.run();
        } else {
            session.resume(resume);
        }
        return ExitCode.DONE.code();
    }

    private int submit(TrainingSettings settings) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter people = settings.json() ? err : out;
        ClientMessage.Ended ended = JobClient.run(coordinator, settings.toSubmission(), people::println);
        if (!ended.problem().isEmpty()) {
            err.println("tutti: " + ended.problem());
        } else if (settings.json()) {
            out.println(ended.summary());
        }
        return ended.exitCode();
    }

    private TrainingSettings settings() {
        Map<String, String> given = SettingOptions.given(spec, TrainingSettings.SETTINGS);
        if (resume != null) {
            if (coordinator != null) {
                throw new ParameterException(
                        spec.commandLine(), "--resume goes on in this process; it does not go with --coordinator");
            }
            if (data != null || SettingOptions.file(spec).isPresent()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--resume takes data and configuration from the run's directory; give neither");
            }
            return TrainingSettings.resume(given, RunDirectory.configOf(resume));
        }
        if (data != null && given.put(DATA, data) != null) {
            throw new ParameterException(spec.commandLine(), "data given twice: as an argument and as --data");
        }
        return TrainingSettings.read(given, SettingOptions.file(spec));
    }
}
