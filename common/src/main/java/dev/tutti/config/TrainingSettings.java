package dev.tutti.config;

import com.typesafe.config.ConfigUtil;
import dev.tutti.checkpoint.CheckpointSettings;
import dev.tutti.data.BuiltInData;
import dev.tutti.data.DataFormat;
import dev.tutti.data.Header;
import dev.tutti.data.Scale;
import dev.tutti.data.Task;
import dev.tutti.files.InputException;
import dev.tutti.model.Activation;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.Placement;
import dev.tutti.train.OnDivergence;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.TransportKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All settings of {@code tutti train}: command line over file over defaults.
 *
 * @param data which data, and how it is read
 * @param network the network and its initial weights
 * @param optimizer what is done with the averaged gradient
 * @param epochs number of passes over the training samples, at least 1
 * @param batch number of samples of a global batch, at least 1
 * @param segment number of samples of a segment, at least 1
 * @param sync when weights are updated
 * @param seed of the split, the initial weights, the shuffling and the dropout
 * @param shuffle whether each epoch has an order of its own
 * @param dropout probability of dropping a hidden unit in training, 0 to below 1
 * @param onDivergence what is done with a step that is not finite
 * @param checkpoints when checkpoints are written
 * @param cluster who does the work; nothing in it changes the trained bits
 * @param name short name of the run; the data's where absent
 * @param out run directory; made from the time and the name where absent
 * @param metricsPerStep whether metrics.jsonl has a line for each step, too
 * @param json whether the last line of standard output is the summary as JSON
 */
public record TrainingSettings(
        DataSettings data,
        NetworkSettings network,
        OptimizerSettings optimizer,
        int epochs,
        int batch,
        int segment,
        Sync sync,
        long seed,
        boolean shuffle,
        float dropout,
        OnDivergence onDivergence,
        CheckpointSettings checkpoints,
        ClusterSettings cluster,
        Optional<String> name,
        Optional<Path> out,
        boolean metricsPerStep,
        boolean json) {

    private static final String HIDDEN_ACTIVATIONS = Arrays.stream(Activation.values())
            .filter(activation -> activation != Activation.SOFTMAX)
            .map(Activation::id)
            .collect(Collectors.joining(", "));

    /** Every setting, in the order in which help and the effective configuration show them. */
    public static final List<Setting> SETTINGS = List.of(
            new Setting("data", "DATA", "built-in data set (such as digits), or a path; the same as the argument DATA"),
            new Setting("format", "FORMAT", "csv or idx (default: by the ending of the file)"),
            new Setting("header", "on|off|auto", "whether the first line of a CSV has names (default: auto)"),
            new Setting("labels", "FILE", "labels of an IDX file of samples (default: the file named alike)"),
            new Setting("task", "TASK", "classification or regression (default: from the data)"),
            new Setting("target", "COLUMN", "column of a CSV by name, or by number from 0 (default: the last)"),
            new Setting("scale", "SCALE", "standardize, minmax or none (default: standardize)"),
            new Setting("validation", "SHARE", "share of the samples held out, 0 to below 1 (default: 0.2)"),
            new Setting("validation-data", "DATA", "a second data set to validate with, instead of a share"),
            new Setting("hidden", "SIZES", "sizes of the hidden layers, such as 64,32, or none (default: 64)"),
            new Setting("activation", "NAME", "of the hidden layers: " + HIDDEN_ACTIVATIONS + " (default: relu)"),
            new Setting(
                    "dropout",
                    "RATE",
                    "probability of leaving a hidden unit out of a training step, 0 to below 1 (default: 0)"),
            new Setting("loss", "LOSS", SettingsReader.names(Loss.class) + " (default: from the data)"),
            new Setting(
                    "init",
                    "SCHEME",
                    "he, xavier, normal or constant (default: he for relu and the like, xavier for sigmoid, tanh, identity)"),
            new Setting("init-value", "VALUE", "value of all weights and biases with --init constant (default: 0)"),
            new Setting("init-weights", "FILE", "start from the weights in this .safetensors file"),
            new Setting("optimizer", "NAME", "sgd (default: sgd)"),
            new Setting("lr", "RATE", "learning rate, above 0 (default: 0.1)"),
            new Setting("momentum", "SHARE", "share of the last step kept, 0 to below 1 (default: 0)"),
            new Setting("epochs", "N", "passes over the training samples (default: 10)"),
            new Setting("batch", "N", "samples of a global batch (default: 64)"),
            new Setting(
                    "segment",
                    "N",
                    "samples of a segment, the smallest piece of work"
                            + " (default: a quarter of the batch, at most 64)"),
            new Setting("sync", "MODE", "step: update after every batch; epoch: once an epoch (default: step)"),
            new Setting("seed", "N", "of the split, the initial weights, the shuffling and the dropout (default: 1)"),
            new Setting("shuffle", "on|off", "whether each epoch has an order of its own (default: on)"),
            new Setting(
                    "on-divergence",
                    "stop|skip-step",
                    "end the run at a step that is not finite, or leave its update out (default: stop)"),
            new Setting("checkpoint-steps", "N", "a checkpoint every N steps, too (default: by time alone)"),
            new Setting(
                    "checkpoint-seconds", "S", "a checkpoint every S seconds, and at the end of epochs (default: 30)"),
            new Setting("checkpoint-keep", "N", "how many to keep besides the best; 0: write none (default: 3)"),
            new Setting("workers", "N", "worker actors in this process (default: the cores)"),
            new Setting("wait-workers", "N", "train with N worker processes instead of worker actors in this one"),
            new Setting(
                    "coordinator-bind",
                    "HOST:PORT",
                    "where to listen for worker processes (default: 127.0.0.1:" + Endpoint.DEFAULT_PORT + ")"),
            new Setting("placement", "WHERE", "replicate or stream the samples (default: by their size)"),
            new Setting("transport", "KIND", "auto, ipc or udp (default: auto)"),
            new Setting("give-up", "TIME", "how long to wait for worker processes, such as 90s (default: 10m)"),
            new Setting("aeron-dir", "DIR", "directory of the media driver (default: one of its own)"),
            new Setting("name", "NAME", "name of the run (default: that of the data)"),
            new Setting("out", "DIR", "run directory (default: runs/<time>-<name>)"),
            new Setting("metrics-per-step", "", "a line in metrics.jsonl for each step, too"),
            new Setting("json", "", "last line of standard output: the summary as JSON; progress to standard error"));

    /** What may be given anew to a run that goes on. */
    private static final Set<String> RESUMABLE = Set.of(
            "epochs",
            "on-divergence",
            "checkpoint-steps",
            "checkpoint-seconds",
            "checkpoint-keep",
            "workers",
            "wait-workers",
            "coordinator-bind",
            "placement",
            "transport",
            "give-up",
            "aeron-dir",
            "metrics-per-step",
            "json");

    /**
     * Reads the settings.
     *
     * @param commandLine values of the command line, by key
     * @param file configuration file in HOCON, if one is given
     * @throws InputException if a key is unknown or a value out of range
     */
    public static TrainingSettings read(Map<String, String> commandLine, Optional<Path> file) {
        return read(SettingsReader.of(SETTINGS, commandLine, file));
    }

    /**
     * Reads the settings of a run that goes on.
     *
     * @param commandLine values of the command line, by key: those that do not change the trained bits, and more epochs
     * @param file its effective configuration
     * @throws InputException if another key is given, or a value out of range
     */
    public static TrainingSettings resume(Map<String, String> commandLine, Path file) {
        for (String key : commandLine.keySet()) {
            if (!RESUMABLE.contains(key)) {
                throw new InputException("--" + key
                        + ": not to be changed in a run that goes on; allowed beside --resume: "
                        + RESUMABLE.stream().sorted().map(name -> "--" + name).collect(Collectors.joining(", ")));
            }
        }
        Set<String> replaced = commandLine.containsKey("workers")
                ? Set.of("wait-workers", "coordinator-bind")
                : commandLine.containsKey("wait-workers") ? Set.of("workers") : Set.of();
        return read(SettingsReader.of(SETTINGS, commandLine, Optional.of(file), replaced));
    }

    /**
     * Reads the settings of a job that another machine has handed in. Its text is not trusted: it makes this process read no other
     * file, no environment and no properties, and its paths stay below the roots. Paths are relative to the data root, {@code out}
     * to the runs root; {@code init-weights} may lie below either. The outcome is wanted as JSON.
     *
     * @param text the job's settings in HOCON, values only
     * @param roots where its files lie
     * @throws InputException if a key is unknown, a value out of range, or a path leads out of its root; the message quotes nothing
     *     that is not in the text
     */
    public static TrainingSettings readSubmitted(String text, JobRoots roots) {
        SettingsReader from = SettingsReader.submitted(SETTINGS, text);
        if (from.has("aeron-dir")) {
            throw from.conflict("aeron-dir", "not for a submitted job; it is an option of the coordinator");
        }
        TrainingSettings job = read(from);
        DataSettings data = job.data;
        DataSettings below = new DataSettings(
                dataBelow(from, "data", data.source(), roots),
                data.format(),
                data.header(),
                data.labels().map(file -> below(from, "labels", file.toString(), roots.data())),
                data.task(),
                data.target(),
                data.scale(),
                data.validation(),
                data.validationSource().map(source -> dataBelow(from, "validation-data", source, roots)));
        NetworkSettings network = job.network;
        NetworkSettings net = new NetworkSettings(
                network.hidden(),
                network.activation(),
                network.loss(),
                network.initialization(),
                network.initialValue(),
                network.initialWeights()
                        .map(file -> below(from, "init-weights", file.toString(), roots.data(), roots.runs())));
        return new TrainingSettings(
                below,
                net,
                job.optimizer,
                job.epochs,
                job.batch,
                job.segment,
                job.sync,
                job.seed,
                job.shuffle,
                job.dropout,
                job.onDivergence,
                job.checkpoints,
                job.cluster,
                job.name,
                job.out.map(directory -> below(from, "out", directory.toString(), roots.runs())),
                job.metricsPerStep,
                true);
    }

    private static String dataBelow(SettingsReader from, String key, String source, JobRoots roots) {
        return BuiltInData.has(source)
                ? source
                : below(from, key, source, roots.data()).toString();
    }

    private static Path below(SettingsReader from, String key, String path, Path... roots) {
        return Arrays.stream(roots)
                .flatMap(root -> JobRoots.below(root, path).stream())
                .findFirst()
                .orElseThrow(() -> from.error(
                        key,
                        "not below the directory that the coordinator keeps for it",
                        path,
                        "paths relative to that directory"));
    }

    private static TrainingSettings read(SettingsReader from) {
        int batch = from.integer("batch", 64, 1);
        from.text("optimizer").filter(name -> !name.equals("sgd")).ifPresent(name -> {
            throw from.error("optimizer", "unknown value", name, "sgd");
        });
        return new TrainingSettings(
                data(from),
                network(from),
                optimizer(from),
                from.integer("epochs", 10, 1),
                batch,
                from.integer("segment", TrainingSpec.defaultSegmentSize(batch), 1),
                from.choice("sync", Sync.class).orElse(Sync.STEP),
                from.wide("seed", 1),
                from.flag("shuffle", true),
                dropout(from),
                onDivergence(from),
                checkpoints(from),
                cluster(from),
                from.text("name").map(name -> checkedName(from, name)),
                from.path("out"),
                from.flag("metrics-per-step", false),
                from.flag("json", false));
    }

    private static DataSettings data(SettingsReader from) {
        boolean otherData = from.prefers("validation-data", "validation");
        double share = from.number("validation", 0.2, v -> v >= 0 && v < 1, "0 to below 1");
        return new DataSettings(
                from.text("data")
                        .orElseThrow(() -> new InputException(
                                "no data given; name a built-in data set or a file, such as: tutti train digits")),
                from.choice("format", DataFormat.class),
                header(from),
                from.path("labels"),
                from.choice("task", Task.class),
                from.text("target"),
                from.choice("scale", Scale.class).orElse(Scale.STANDARDIZE),
                otherData ? 0 : share,
                otherData ? from.text("validation-data") : Optional.empty());
    }

    private static Header header(SettingsReader from) {
        return from.text("header")
                .map(text -> switch (text) {
                    case "on", "true", "yes" -> Header.ON;
                    case "off", "false", "no" -> Header.OFF;
                    case "auto" -> Header.AUTO;
                    default -> throw from.error("header", "unknown value", text, "on, off, auto");
                })
                .orElse(Header.AUTO);
    }

    private static NetworkSettings network(SettingsReader from) {
        Activation activation = from.choice("activation", Activation.class).orElse(Activation.RELU);
        if (activation == Activation.SOFTMAX) {
            throw from.error("activation", "not for hidden layers", "softmax", HIDDEN_ACTIVATIONS);
        }
        boolean saved = from.prefers("init-weights", "init");
        return new NetworkSettings(
                from.integers("hidden", List.of(64), 1),
                activation,
                from.choice("loss", Loss.class),
                from.choice("init", Initialization.class).orElse(usual(activation)),
                (float) from.number("init-value", 0, v -> Float.isFinite(v.floatValue()), "any finite number"),
                saved ? from.path("init-weights") : Optional.empty());
    }

    /** He and others' scheme is for activations that are about 0 on one side. */
    private static Initialization usual(Activation activation) {
        return switch (activation) {
            case RELU, LEAKY_RELU, ELU, GELU_TANH, SOFTPLUS -> Initialization.HE;
            case IDENTITY, SIGMOID, TANH, SOFTMAX -> Initialization.XAVIER;
        };
    }

    private static OptimizerSettings optimizer(SettingsReader from) {
        return new Sgd.Settings(
                (float) from.number("lr", 0.1, v -> v.floatValue() > 0 && Float.isFinite(v.floatValue()), "above 0"),
                (float) from.number("momentum", 0, v -> v >= 0 && v.floatValue() < 1, "0 to below 1"));
    }

    private static float dropout(SettingsReader from) {
        float rate = (float) from.number("dropout", 0, v -> v >= 0 && v.floatValue() < 1, "0 to below 1");
        if (rate > 0 && from.integers("hidden", List.of(1), 1).isEmpty()) {
            throw from.conflict("dropout", "needs hidden layers, whose units it leaves out; give sizes to hidden");
        }
        return rate;
    }

    private static OnDivergence onDivergence(SettingsReader from) {
        return from.text("on-divergence")
                .map(text -> Arrays.stream(OnDivergence.values())
                        .filter(policy -> policy.id().equals(text))
                        .findFirst()
                        .orElseThrow(() -> from.error("on-divergence", "unknown value", text, "stop, skip-step")))
                .orElse(OnDivergence.STOP);
    }

    private static CheckpointSettings checkpoints(SettingsReader from) {
        double seconds = from.number("checkpoint-seconds", 30, v -> v > 0 && v <= 1e9, "above 0 to 1e9");
        return new CheckpointSettings(
                from.integer("checkpoint-steps", 0, 1),
                Duration.ofNanos((long) (seconds * 1e9)),
                from.integer("checkpoint-keep", 3, 0));
    }

    private static ClusterSettings cluster(SettingsReader from) {
        int waitWorkers = from.prefers("wait-workers", "workers") ? from.integer("wait-workers", 0, 1) : 0;
        if (from.has("coordinator-bind") && !from.has("wait-workers")) {
            throw from.conflict("coordinator-bind", "needs wait-workers, the number of worker processes to wait for");
        }
        Optional<Endpoint> bind = from.endpoint("coordinator-bind");
        return new ClusterSettings(
                from.integer("workers", Environment.processors(), 1),
                waitWorkers,
                waitWorkers == 0 ? Optional.empty() : bind.or(() -> Optional.of(Endpoint.local())),
                from.choice("placement", Placement.class),
                from.choice("transport", TransportKind.class).orElse(TransportKind.AUTO),
                from.duration("give-up", Duration.ofMinutes(10)),
                from.path("aeron-dir"));
    }

    private static String checkedName(SettingsReader from, String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw from.error("name", "unknown value", name, "letters, digits, '.', '_' and '-', at most 64");
        }
        return name;
    }

    /** These settings with what the data decides: the loss, and where the data lies wherever the run is repeated from. */
    public TrainingSettings resolved(Loss loss, String source, Optional<String> validationSource) {
        DataSettings at = new DataSettings(
                source,
                data.format(),
                data.header(),
                data.labels().map(Path::toAbsolutePath),
                data.task(),
                data.target(),
                data.scale(),
                data.validation(),
                validationSource);
        NetworkSettings net = new NetworkSettings(
                network.hidden(),
                network.activation(),
                Optional.of(loss),
                network.initialization(),
                network.initialValue(),
                network.initialWeights().map(Path::toAbsolutePath));
        return new TrainingSettings(
                at,
                net,
                optimizer,
                epochs,
                batch,
                segment,
                sync,
                seed,
                shuffle,
                dropout,
                onDivergence,
                checkpoints,
                cluster,
                name,
                out,
                metricsPerStep,
                json);
    }

    /**
     * The effective configuration in HOCON: given to {@link #read} it makes the same run again. What concerns one run alone (its
     * directory, its form of output) is left out.
     */
    public String toConfig() {
        return EffectiveConfig.of(this);
    }

    /** What is handed to a coordinator: the effective configuration, and the run directory where one is asked for. */
    public String toSubmission() {
        return toConfig()
                + out.map(directory -> "out = " + ConfigUtil.quoteString(directory.toString()) + "\n")
                        .orElse("");
    }
}
