package dev.tutti.app.command;

import dev.tutti.app.client.RemoteTraining;
import dev.tutti.app.client.ServiceClient;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.http.RunOnPage;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.run.RunName;
import dev.tutti.app.run.Trainer;
import dev.tutti.app.run.Trainers;
import dev.tutti.app.run.TrainingSession;
import dev.tutti.config.Endpoint;
import dev.tutti.config.Environment;
import dev.tutti.config.TrainingSettings;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
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
            "  tutti train digits --server http://127.0.0.1:8025"
        })
public final class TrainCommand implements Callable<Integer> {
    private static final String DATA = "data";
    private static final String OUT = "out";
    private static final String JSON = "json";

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(
            arity = "0..1",
            paramLabel = "DATA",
            description = "built-in data set, or a file: CSV, or IDX as of MNIST, each also with .gz")
    private String data;

    @Mixin
    private ServerOptions service;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            converter = EndpointConverter.class,
            description = "show the run on a page there while it lasts; an address of this machine alone")
    private Endpoint http;

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
        if (service.isGiven()) {
            if (http != null) {
                throw new ParameterException(
                        spec.commandLine(), "--http shows a run of this process; the service has a page of its own");
            }
            return trainThere(settings);
        }
        if (http == null) {
            train(settings, Trainers.of(trainer, settings));
        } else {
            trainOnPage(settings);
        }
        return ExitCode.DONE.code();
    }

    private void train(TrainingSettings settings, Trainer by) throws InterruptedException {
        TrainingSession session = new TrainingSession(
                settings,
                by,
                RunDirectory.RUNS,
                spec.commandLine().getOut(),
                spec.commandLine().getErr(),
                Environment.isTerminal(settings.json() ? "err" : "out"));
        if (resume == null) {
            session.run();
        } else {
            session.resume(resume);
        }
    }

    private void trainOnPage(TrainingSettings settings) throws InterruptedException {
        PrintWriter people = settings.json()
                ? spec.commandLine().getErr()
                : spec.commandLine().getOut();
        Path directory = resume == null ? settings.out().orElseGet(() -> newDirectory(settings)) : resume;
        TrainingSettings there = resume == null ? settings.in(directory) : settings;
        Map<String, String> shown = resume == null
                ? TrainingSettings.given(given(), SettingOptions.file(spec))
                : Map.of(DATA, settings.data().source());
        new RunOnPage(RunName.of(settings), shown, directory)
                .during(
                        http,
                        line -> {
                            people.println(line);
                            people.flush();
                        },
                        watched -> train(there, watched.apply(Trainers.of(trainer, there))));
    }

    private static Path newDirectory(TrainingSettings settings) {
        return RunDirectory.newPath(RunDirectory.RUNS, LocalDateTime.now(ZoneId.systemDefault()), RunName.of(settings));
    }

    private int trainThere(TrainingSettings settings) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Map<String, String> values = new LinkedHashMap<>(TrainingSettings.given(given(), SettingOptions.file(spec)));
        // Where the outcome goes is for this side to know.
        values.remove(OUT);
        values.remove(JSON);
        ServiceClient client = service.client();
        RunDirectory directory = RunDirectory.open(settings.out().orElseGet(() -> newDirectory(settings)));
        return new RemoteTraining(client, settings.json() ? err : out, err)
                .run(values, directory, settings.json() ? out : new PrintWriter(Writer.nullWriter()));
    }

    /** What is given on the command line, by key. */
    private Map<String, String> given() {
        Map<String, String> given = SettingOptions.given(spec, TrainingSettings.SETTINGS);
        if (data != null && given.put(DATA, data) != null) {
            throw new ParameterException(spec.commandLine(), "data given twice: as an argument and as --data");
        }
        return given;
    }

    private TrainingSettings settings() {
        if (service.isHalfGiven()) {
            throw new ParameterException(
                    spec.commandLine(), "--token-file and --ca-cert are about a service; give --server URL, too");
        }
        if (resume != null) {
            if (service.isGiven()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--resume goes on in this process; a job of a service goes on by 'tutti jobs resume ID'");
            }
            if (data != null || SettingOptions.file(spec).isPresent()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--resume takes data and configuration from the run's directory; give neither");
            }
            return TrainingSettings.resume(
                    SettingOptions.given(spec, TrainingSettings.SETTINGS), RunDirectory.configOf(resume));
        }
        return TrainingSettings.read(given(), SettingOptions.file(spec));
    }
}
