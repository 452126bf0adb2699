package dev.tutti.config;

import dev.tutti.checkpoint.CheckpointSettings;
import dev.tutti.files.InputException;
import dev.tutti.model.Activation;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.train.LocalSteps;
import dev.tutti.train.OnDivergence;
import dev.tutti.train.Refinements;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * All settings of {@code tutti train}: command line over file over defaults.
 *
 * @param data which data, and how it is read
 * @param network the network and its initial weights
 * @param optimizer what is done with the averaged gradient
 * @param epochs number of passes over the training samples, at least 1
 * @param batch number of samples of a global batch, or of a replica's step, at least 1
 * @param segment number of samples of a segment, at least 1
 * @param sync when weights are updated
 * @param local replicas and their steps, where there are any
 * @param wire to what the nodes of the summation tree are rounded
 * @param seed of the initial weights, the shuffling and the dropout
 * @param shuffle whether each epoch has an order of its own
 * @param dropout probability of dropping a hidden unit in training, 0 to below 1
 * @param refinements what is added to the plain algorithm
 * @param onDivergence what is done with a step that is not finite
 * @param checkpoints when checkpoints are written
 * @param cluster who does the work; nothing in it changes the trained bits
 * @param name short name of the run; the data's where absent
 * @param out run directory; made from the time and the name where absent
 * @param tracking to whom else it is told
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
        LocalSteps local,
        NodePrecision wire,
        long seed,
        boolean shuffle,
        float dropout,
        Refinements refinements,
        OnDivergence onDivergence,
        CheckpointSettings checkpoints,
        ClusterSettings cluster,
        Optional<String> name,
        Optional<Path> out,
        TrackingSettings tracking,
        boolean metricsPerStep,
        boolean json) {

    /** Every setting, in the order in which help and the effective configuration show them. */
    public static final List<Setting<?>> SETTINGS = TrainingOptions.ALL;

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
            if (SETTINGS.stream()
                    .noneMatch(setting -> setting.isResumable() && setting.key().equals(key))) {
                throw new InputException("--" + key
                        + ": not to be changed in a run that goes on; allowed beside --resume: "
                        + SETTINGS.stream()
                                .filter(Setting::isResumable)
                                .map(setting -> "--" + setting.key())
                                .sorted()
                                .collect(Collectors.joining(", ")));
            }
        }
        SettingsReader from = SettingsReader.of(SETTINGS, commandLine, Optional.of(file))
                // Runs from before there was a seed of the split were split by the other one.
                .withDefault(TrainingOptions.SPLIT_SEED, TrainingOptions.SEED);
        if (from.isOnCommandLine(TrainingOptions.WORKERS) && !from.isOnCommandLine(TrainingOptions.WAIT_WORKERS)) {
            from = from.without(TrainingOptions.WAIT_WORKERS);
            if (!from.isOnCommandLine(TrainingOptions.COORDINATOR_BIND)) {
                from = from.without(TrainingOptions.COORDINATOR_BIND);
            }
        }
        return read(from);
    }

    /**
     * Reads the settings of a job that was handed in, none of them trusted: its paths stay below the roots, and it says nothing of what
     * is the operator's.
     *
     * @param values the job's settings, by key
     * @param roots where its files lie
     * @throws InputException if a key is unknown, a value out of range, or a path leads out of its root
     */
    public static TrainingSettings readSubmitted(Map<String, String> values, JobRoots roots) {
        return read(SettingsReader.submitted(SETTINGS, values, roots));
    }

    /**
     * What is given to a run, by key, as another process is told of it: what a file says of who does the work is left out, as that is
     * for the other to say.
     *
     * @param commandLine values of the command line, by key
     * @param file configuration file in HOCON, if one is given
     * @throws InputException if a key is unknown
     */
    public static Map<String, String> given(Map<String, String> commandLine, Optional<Path> file) {
        Map<String, String> given =
                SettingsReader.of(SETTINGS, commandLine, file).texts();
        SETTINGS.stream()
                .filter(setting -> setting.root() == Setting.Root.OPERATOR && !commandLine.containsKey(setting.key()))
                .forEach(setting -> given.remove(setting.key()));
        return given;
    }

    private static TrainingSettings read(SettingsReader from) {
        OptimizerSettings optimizer = OptimizerOptions.read(from);
        return new TrainingSettings(
                data(from),
                network(from),
                optimizer,
                from.get(TrainingOptions.EPOCHS),
                from.get(TrainingOptions.BATCH),
                segment(from),
                from.get(TrainingOptions.SYNC),
                local(from),
                from.get(TrainingOptions.WIRE),
                from.get(TrainingOptions.SEED),
                from.get(TrainingOptions.SHUFFLE),
                dropout(from),
                RefinementOptions.read(from, optimizer),
                from.get(TrainingOptions.ON_DIVERGENCE),
                checkpoints(from),
                cluster(from),
                from.find(TrainingOptions.NAME),
                from.find(TrainingOptions.OUT),
                new TrackingSettings(from.find(TrainingOptions.TENSORBOARD), from.find(TrainingOptions.MLFLOW)),
                from.get(TrainingOptions.METRICS_PER_STEP),
                from.get(TrainingOptions.JSON));
    }

    private static int segment(SettingsReader from) {
        if (from.has(TrainingOptions.SEGMENT) && from.get(TrainingOptions.SYNC) == Sync.LOCAL) {
            throw from.conflict(
                    TrainingOptions.SEGMENT,
                    "does not go with sync local, where the steps of a replica are the smallest piece of work; leave it out");
        }
        return from.find(TrainingOptions.SEGMENT)
                .orElseGet(() -> TrainingSpec.defaultSegmentSize(from.get(TrainingOptions.BATCH)));
    }

    private static LocalSteps local(SettingsReader from) {
        if (from.get(TrainingOptions.SYNC) == Sync.LOCAL) {
            return new LocalSteps(
                    from.find(TrainingOptions.REPLICAS).orElse(LocalSteps.DEFAULT.replicas()),
                    from.find(TrainingOptions.LOCAL_STEPS).orElse(LocalSteps.DEFAULT.steps()));
        }
        for (Setting<?> setting : List.of(TrainingOptions.REPLICAS, TrainingOptions.LOCAL_STEPS)) {
            if (from.has(setting)) {
                throw from.conflict(setting, "needs sync local; give it or leave this out");
            }
        }
        return LocalSteps.NONE;
    }

    private static DataSettings data(SettingsReader from) {
        boolean otherData = from.prefers(TrainingOptions.VALIDATION_DATA, TrainingOptions.VALIDATION);
        double share = from.get(TrainingOptions.VALIDATION);
        return new DataSettings(
                from.find(TrainingOptions.DATA)
                        .orElseThrow(() -> new InputException(
                                "no data given; name a built-in data set or a file, such as: tutti train digits")),
                from.find(TrainingOptions.FORMAT),
                from.get(TrainingOptions.HEADER),
                from.find(TrainingOptions.SEPARATOR),
                from.find(TrainingOptions.LABELS),
                from.find(TrainingOptions.TASK),
                from.find(TrainingOptions.TARGET),
                from.find(TrainingOptions.TYPES).orElse(Map.of()),
                from.find(TrainingOptions.IGNORE).orElse(List.of()),
                from.get(TrainingOptions.MISSING),
                from.get(TrainingOptions.MAX_LEVELS),
                from.get(TrainingOptions.SCALE),
                otherData ? 0 : share,
                otherData ? from.find(TrainingOptions.VALIDATION_DATA) : Optional.empty(),
                test(from, otherData, share),
                from.get(TrainingOptions.SPLIT_SEED));
    }

    private static double test(SettingsReader from, boolean otherData, double validation) {
        double share = from.get(TrainingOptions.TEST);
        if (share > 0 && otherData) {
            throw from.conflict(TrainingOptions.TEST, "does not go with validation-data; use tutti eval on other data");
        }
        if (share + validation >= 1 && share > 0) {
            throw from.conflict(
                    TrainingOptions.TEST,
                    "leaves nothing to train on: " + share + " beside validation " + validation
                            + "; give smaller shares");
        }
        return share;
    }

    private static NetworkSettings network(SettingsReader from) {
        Activation activation = from.get(TrainingOptions.ACTIVATION);
        boolean saved = from.prefers(TrainingOptions.INIT_WEIGHTS, TrainingOptions.INIT);
        return new NetworkSettings(
                from.get(TrainingOptions.HIDDEN),
                activation,
                from.find(TrainingOptions.LOSS),
                LossOptions.parameter(from),
                from.find(TrainingOptions.INIT).orElse(defaultFor(activation)),
                from.get(TrainingOptions.INIT_VALUE),
                saved ? from.find(TrainingOptions.INIT_WEIGHTS) : Optional.empty());
    }

    /** He and others' scheme is for activations that are about 0 on one side. */
    private static Initialization defaultFor(Activation activation) {
        return switch (activation) {
            case RELU, LEAKY_RELU, ELU, GELU_TANH, SOFTPLUS -> Initialization.HE;
            case IDENTITY, SIGMOID, TANH, EXP, SOFTMAX -> Initialization.XAVIER;
        };
    }

    private static float dropout(SettingsReader from) {
        float rate = from.get(TrainingOptions.DROPOUT);
        if (rate > 0 && from.get(TrainingOptions.HIDDEN).isEmpty()) {
            throw from.conflict(
                    TrainingOptions.DROPOUT, "needs hidden layers, whose units it leaves out; give sizes to hidden");
        }
        return rate;
    }

    private static CheckpointSettings checkpoints(SettingsReader from) {
        return new CheckpointSettings(
                from.find(TrainingOptions.CHECKPOINT_STEPS).orElse(0),
                Duration.ofNanos((long) (from.get(TrainingOptions.CHECKPOINT_SECONDS) * 1e9)),
                from.get(TrainingOptions.CHECKPOINT_KEEP));
    }

    private static ClusterSettings cluster(SettingsReader from) {
        boolean processes = from.prefers(TrainingOptions.WAIT_WORKERS, TrainingOptions.WORKERS);
        if (from.has(TrainingOptions.COORDINATOR_BIND) && !from.has(TrainingOptions.WAIT_WORKERS)) {
            throw from.conflict(
                    TrainingOptions.COORDINATOR_BIND, "needs wait-workers, the number of worker processes to wait for");
        }
        Endpoint bind = from.get(TrainingOptions.COORDINATOR_BIND);
        return new ClusterSettings(
                from.find(TrainingOptions.WORKERS),
                processes ? from.find(TrainingOptions.WAIT_WORKERS).orElseThrow() : 0,
                processes ? Optional.of(bind) : Optional.empty(),
                from.find(TrainingOptions.PLACEMENT),
                from.get(TrainingOptions.TRANSPORT),
                from.get(TrainingOptions.AVERAGING),
                from.find(TrainingOptions.UDP_MTU),
                from.get(TrainingOptions.GIVE_UP),
                from.find(TrainingOptions.AERON_DIR));
    }

    /** These settings with what the data decides: the loss, and where the data lies wherever the run is repeated from. */
    public TrainingSettings resolved(Loss loss, String source, Optional<String> validationSource) {
        DataSettings at = new DataSettings(
                source,
                data.format(),
                data.header(),
                data.separator(),
                data.labels().map(Path::toAbsolutePath),
                data.task(),
                data.target(),
                data.types(),
                data.ignore(),
                data.missing(),
                data.maxLevels(),
                data.scale(),
                data.validation(),
                validationSource,
                data.test(),
                data.splitSeed());
        NetworkSettings net = new NetworkSettings(
                network.hidden(),
                network.activation(),
                Optional.of(loss),
                LossOptions.resolved(loss, network.lossParameter()),
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
                local,
                wire,
                seed,
                shuffle,
                dropout,
                refinements,
                onDivergence,
                checkpoints,
                cluster,
                name,
                out,
                new TrackingSettings(tracking.tensorboard().map(Path::toAbsolutePath), tracking.mlflow()),
                metricsPerStep,
                json);
    }

    /**
     * The effective configuration in HOCON: given to {@link #read} it makes the same run again. What concerns one run alone (its
     * directory, its form of output) is left out.
     */
    public String toConfig() {
        return TrainingOptions.effective(this);
    }

    /** The effective configuration by key, as texts. */
    public Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        toConfig().lines().forEach(line -> {
            int equals = line.indexOf(" = ");
            values.put(line.substring(0, equals), line.substring(equals + 3).replaceAll("^\"(.*)\"$", "$1"));
        });
        return values;
    }

    /** These settings for a run in a directory. */
    public TrainingSettings in(Path directory) {
        return new TrainingSettings(
                data,
                network,
                optimizer,
                epochs,
                batch,
                segment,
                sync,
                local,
                wire,
                seed,
                shuffle,
                dropout,
                refinements,
                onDivergence,
                checkpoints,
                cluster,
                name,
                Optional.of(directory),
                tracking,
                metricsPerStep,
                json);
    }
}
