package dev.tutti.config;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.tutti.config.Setting.Root;
import dev.tutti.data.ColumnType;
import dev.tutti.data.DataFormat;
import dev.tutti.data.Header;
import dev.tutti.data.Missing;
import dev.tutti.data.PreparationRules;
import dev.tutti.data.Scale;
import dev.tutti.data.Task;
import dev.tutti.files.Range;
import dev.tutti.model.Activation;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.optim.Schedule;
import dev.tutti.protocol.Placement;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.train.LocalSteps;
import dev.tutti.train.OnDivergence;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.Averaging;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TransportKind;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The settings of {@code tutti train}, one by one, and where their values are in {@link TrainingSettings}. */
final class TrainingOptions {
    private static final List<Activation> HIDDEN_ACTIVATIONS =
            Arrays.stream(Activation.values()).filter(Activation::isHidden).toList();

    /** A unit that is 1 above 0 and 0 elsewhere: known, so that it can be said why there is none. */
    private static final String THRESHOLD = "threshold";

    private static final Range SECONDS = new Range("1e-9 to 1e9", value -> value >= 1e-9 && value <= 1e9);

    static final Setting<String> DATA = Setting.of(
                    "data",
                    "DATA",
                    Form.text(),
                    "built-in data set (such as digits), or a path; the same as the argument DATA")
            .below(Root.DATA_SET);
    static final Setting<DataFormat> FORMAT = Setting.of(
                    "format", "FORM", Form.choice(DataFormat.class, DataFormat::id), "form of the file")
            .otherwise("by the ending");
    static final Setting<Header> HEADER = Setting.of(
                    "header", "on|off|auto", header(), "whether the first line of a CSV has names")
            .orElse(Header.AUTO);
    static final Setting<Character> SEPARATOR = Setting.of(
                    "separator", "CHARACTER", ColumnForms.separator(), "what separates the cells of a CSV")
            .otherwise("found");
    static final Setting<Map<String, ColumnType>> TYPES = Setting.of(
                    "types",
                    "COLUMN=TYPE,...",
                    ColumnForms.types(),
                    "what columns of a CSV hold, by name or by number from 0: number, category or text")
            .otherwise("found");
    static final Setting<List<String>> IGNORE = Setting.of(
                    "ignore", "COLUMNS", ColumnForms.columns(), "columns of a CSV to leave out, by name or number")
            .otherwise("none");
    static final Setting<Missing> MISSING = Setting.of(
                    "missing",
                    "mean|refuse",
                    Form.choice(Missing.class, Missing::id),
                    "cells without a value: the mean, or the most frequent level, in their place, or an error")
            .orElse(Missing.MEAN);
    static final Setting<Integer> MAX_LEVELS = Setting.of(
                    "max-levels",
                    "N",
                    Form.integer(PreparationRules.LEVELS),
                    "levels of a category with an input each; the rarer ones share one")
            .orElse(PreparationRules.USUAL_LEVELS);
    static final Setting<Path> LABELS = Setting.of("labels", "FILE", Form.path(), "labels of an IDX file of samples")
            .otherwise("the file named alike")
            .below(Root.DATA);
    static final Setting<Task> TASK = Setting.of(
                    "task", "classification|regression", Form.choice(Task.class, Task::id), "what the target is")
            .otherwise("from the data");
    static final Setting<String> TARGET = Setting.of(
                    "target", "COLUMN", Form.text(), "column to predict, by name or by number from 0")
            .otherwise("the last");
    static final Setting<Scale> SCALE = Setting.of(
                    "scale", "SCALE", Form.choice(Scale.class, Scale::id), "scaling measured on the training samples")
            .orElse(Scale.STANDARDIZE);
    static final Setting<Double> VALIDATION = Setting.of(
                    "validation", "SHARE", Form.decimal(Range.share()), "share of the samples held out, 0 to below 1")
            .orElse(0.2);
    static final Setting<String> VALIDATION_DATA = Setting.of(
                    "validation-data", "DATA", Form.text(), "a second data set to validate with, instead of a share")
            .below(Root.DATA_SET);
    static final Setting<Double> TEST = Setting.of(
                    "test",
                    "SHARE",
                    Form.decimal(Range.share()),
                    "share of the samples for a test at the end, which nothing else sees, 0 to below 1")
            .orElse(0.0);
    static final Setting<Long> SPLIT_SEED = Setting.of(
                    "split-seed", "N", Form.wide(), "of the choice of the samples held out")
            .orElse(1L);

    static final Setting<List<Integer>> HIDDEN = Setting.of(
                    "hidden",
                    "SIZES",
                    Form.integers(TrainingSpec.COUNT),
                    "sizes of the hidden layers, such as 64,32, or none")
            .orElse(List.of(64));
    static final Setting<Activation> ACTIVATION = Setting.of("activation", "NAME", activation(), "of the hidden layers")
            .orElse(Activation.RELU);
    static final Setting<Float> DROPOUT = Setting.of(
                    "dropout",
                    "RATE",
                    Form.single(TrainingSpec.DROPOUT),
                    "probability of leaving a hidden unit out of a training step, 0 to below 1")
            .orElse(0f);
    static final Setting<Loss> LOSS = Setting.of(
                    "loss", "LOSS", Form.choice(Loss.class, Loss::id), "what is made small")
            .otherwise("from the data");
    static final Setting<Initialization> INIT = Setting.of(
                    "init", "SCHEME", Form.choice(Initialization.class, Initialization::id), "initial weights")
            .otherwise("he for relu and the like, else xavier");
    static final Setting<Float> INIT_VALUE = Setting.of(
                    "init-value",
                    "VALUE",
                    Form.single(Range.finite()),
                    "value of all weights and biases with --init constant")
            .orElse(0f);
    static final Setting<Path> INIT_WEIGHTS = Setting.of(
                    "init-weights", "FILE", Form.path(), "start from the weights in this .safetensors file")
            .below(Root.DATA_OR_RUNS);

    static final Setting<Integer> EPOCHS = Setting.of(
                    "epochs", "N", Form.integer(TrainingSpec.COUNT), "passes over the training samples")
            .orElse(10)
            .resumable();
    static final Setting<Integer> BATCH = Setting.of(
                    "batch", "N", Form.integer(TrainingSpec.COUNT), "samples of a global batch, or of a replica's step")
            .orElse(64);
    static final Setting<Integer> SEGMENT = Setting.of(
                    "segment",
                    "N",
                    Form.integer(TrainingSpec.COUNT),
                    "samples of a segment, the smallest piece of work")
            .otherwise("a quarter of the batch, at most 64");
    static final Setting<Sync> SYNC = Setting.of(
                    "sync",
                    "step|epoch|local",
                    Form.choice(Sync.class, Sync::id),
                    "update after every batch, once an epoch, or average replicas after some steps of each")
            .orElse(Sync.STEP);
    static final Setting<Integer> REPLICAS = Setting.of(
                    "replicas",
                    "N",
                    Form.integer(TrainingSpec.COUNT),
                    "with --sync local: logical replicas, whatever the number of workers")
            .otherwise(LocalSteps.DEFAULT.replicas() + " with --sync local");
    static final Setting<Integer> LOCAL_STEPS = Setting.of(
                    "local-steps",
                    "N",
                    Form.integer(TrainingSpec.COUNT),
                    "with --sync local: most steps of a replica between two averages")
            .otherwise(LocalSteps.DEFAULT.steps() + " with --sync local");
    static final Setting<NodePrecision> WIRE = Setting.of(
                    "wire",
                    "FORMAT",
                    Form.choice(NodePrecision.class, NodePrecision::id),
                    "to what gradients are rounded, in the tree as on their way")
            .orElse(NodePrecision.FLOAT32);
    static final Setting<Long> SEED = Setting.of(
                    "seed", "N", Form.wide(), "of the initial weights, the shuffling and the dropout")
            .orElse(1L);
    static final Setting<Boolean> SHUFFLE = Setting.of(
                    "shuffle", "on|off", Form.flag(), "whether each epoch has an order of its own")
            .orElse(true);

    static final Setting<OnDivergence> ON_DIVERGENCE = Setting.of(
                    "on-divergence",
                    "stop|skip-step",
                    Form.choice(OnDivergence.class, OnDivergence::id),
                    "end the run at a step that is not finite, or leave its update out")
            .orElse(OnDivergence.STOP)
            .resumable();
    static final Setting<Integer> CHECKPOINT_STEPS = Setting.of(
                    "checkpoint-steps", "N", Form.integer(Range.count(1)), "a checkpoint every N steps, too")
            .otherwise("by time alone")
            .resumable();
    static final Setting<Double> CHECKPOINT_SECONDS = Setting.of(
                    "checkpoint-seconds",
                    "S",
                    Form.decimal(SECONDS),
                    "a checkpoint every S seconds, and at the end of epochs")
            .orElse(30.0)
            .resumable();
    static final Setting<Integer> CHECKPOINT_KEEP = Setting.of(
                    "checkpoint-keep",
                    "N",
                    Form.integer(Range.count(0)),
                    "how many to keep besides the best; 0: write none")
            .orElse(3)
            .resumable();

    static final Setting<Integer> WORKERS = Setting.of(
                    "workers", "N", Form.integer(ClusterSettings.THREADS), "compute threads in this process")
            .otherwise("as many cores as a step keeps busy")
            .resumable();
    static final Setting<Integer> WAIT_WORKERS = Setting.of(
                    "wait-workers",
                    "N",
                    Form.integer(Range.count(1)),
                    "train with N workers, which are processes of their own")
            .resumable()
            .below(Root.OPERATOR);
    static final Setting<Endpoint> COORDINATOR_BIND = Setting.of(
                    "coordinator-bind", "HOST:PORT", Form.endpoint(), "where to listen for worker processes")
            .orElse(Endpoint.local())
            .resumable()
            .below(Root.OPERATOR);
    static final Setting<Placement> PLACEMENT = Setting.of(
                    "placement",
                    "WHERE",
                    Form.choice(Placement.class, Placement::id),
                    "whether workers hold the samples or are sent them")
            .otherwise("by their size")
            .resumable();
    static final Setting<TransportKind> TRANSPORT = Setting.of(
                    "transport",
                    "KIND",
                    Form.choice(TransportKind.class, TransportKind::id),
                    "what carries weights and gradients")
            .orElse(TransportKind.AUTO)
            .resumable()
            .below(Root.OPERATOR);
    static final Setting<Averaging> AVERAGING = Setting.of(
                    "averaging",
                    "WHO",
                    Form.choice(Averaging.class, Averaging::id),
                    "who adds the gradients of worker processes")
            .orElse(Averaging.AUTO)
            .resumable();
    static final Setting<Integer> UDP_MTU = Setting.of(
                    "udp-mtu",
                    "BYTES",
                    Form.integer(Streams.DATAGRAM_BYTES),
                    "largest payload of a datagram; 8960 where all packets between the machines may have 9,000 bytes")
            .otherwise("1408; 8192 on one machine")
            .resumable()
            .below(Root.OPERATOR);
    static final Setting<Duration> GIVE_UP = Setting.of(
                    "give-up", "TIME", Form.duration(), "how long to wait for worker processes, such as 90s")
            .orElse(Duration.ofMinutes(10), "10m")
            .resumable()
            .below(Root.OPERATOR);
    static final Setting<Path> AERON_DIR = Setting.of(
                    "aeron-dir",
                    "DIR",
                    Form.path(),
                    "where the media driver makes its directory; a worker may name a running driver's")
            .otherwise("shared memory")
            .resumable()
            .below(Root.OPERATOR);

    static final Setting<String> NAME = Setting.of(
                    "name",
                    "NAME",
                    Form.text("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "letters, digits, '.', '_' and '-', at most 64"),
                    "name of the run")
            .otherwise("that of the data");
    static final Setting<Path> OUT = Setting.of("out", "DIR", Form.path(), "run directory")
            .otherwise("runs/<time>-<name>")
            .below(Root.OPERATOR);
    static final Setting<Path> TENSORBOARD = Setting.of(
                    "tensorboard", "DIR", Form.path(), "write event files for TensorBoard into a directory in this one")
            .resumable()
            .below(Root.OPERATOR);
    static final Setting<URI> MLFLOW = Setting.of("mlflow", "URL", Form.url(), "log the run to this MLflow server")
            .resumable()
            .below(Root.OPERATOR);
    static final Setting<Boolean> METRICS_PER_STEP = Setting.of(
                    "metrics-per-step", "", Form.flag(), "a line in metrics.jsonl for each step, too")
            .orElse(false)
            .resumable();
    static final Setting<Boolean> JSON = Setting.of(
                    "json",
                    "",
                    Form.flag(),
                    "last line of standard output: the summary as JSON; progress to standard error")
            .orElse(false)
            .resumable()
            .below(Root.OPERATOR);

    /** Every setting, in the order in which help and the effective configuration show them. */
    private static final List<Entry<?>> ENTRIES = List.of(
            Entry.of(DATA, run -> run.data().source()),
            new Entry<>(FORMAT, run -> run.data().format()),
            Entry.of(HEADER, run -> run.data().header()),
            new Entry<>(SEPARATOR, run -> run.data().separator()),
            new Entry<>(LABELS, run -> run.data().labels()),
            new Entry<>(TASK, run -> run.data().task()),
            new Entry<>(TARGET, run -> run.data().target()),
            new Entry<>(TYPES, run -> Optional.of(run.data().types()).filter(types -> !types.isEmpty())),
            new Entry<>(IGNORE, run -> Optional.of(run.data().ignore()).filter(columns -> !columns.isEmpty())),
            Entry.of(MISSING, run -> run.data().missing()),
            Entry.of(MAX_LEVELS, run -> run.data().maxLevels()),
            Entry.of(SCALE, run -> run.data().scale()),
            new Entry<>(
                    VALIDATION,
                    run -> run.data().validationSource().isPresent()
                            ? Optional.empty()
                            : Optional.of(run.data().validation())),
            new Entry<>(VALIDATION_DATA, run -> run.data().validationSource()),
            Entry.of(TEST, run -> run.data().test()),
            Entry.of(SPLIT_SEED, run -> run.data().splitSeed()),
            Entry.of(HIDDEN, run -> run.network().hidden()),
            Entry.of(ACTIVATION, run -> run.network().activation()),
            Entry.of(DROPOUT, TrainingSettings::dropout),
            Entry.of(RefinementOptions.INPUT_DROPOUT, run -> run.refinements().inputDropout()),
            new Entry<>(LOSS, run -> run.network().loss()),
            ofLoss(LossOptions.QUANTILE),
            ofLoss(LossOptions.TWEEDIE_POWER),
            ofLoss(LossOptions.LABEL_SMOOTHING),
            new Entry<>(
                    INIT,
                    run -> run.network().initialWeights().isPresent()
                            ? Optional.empty()
                            : Optional.of(run.network().initialization())),
            Entry.of(INIT_VALUE, run -> run.network().initialValue()),
            new Entry<>(INIT_WEIGHTS, run -> run.network().initialWeights()),
            Entry.of(OptimizerOptions.OPTIMIZER, run -> run.optimizer().kind()),
            Entry.of(OptimizerOptions.LR, run -> run.optimizer().learningRate()),
            ofOptimizer(OptimizerOptions.MOMENTUM),
            ofOptimizer(OptimizerOptions.BETA1),
            ofOptimizer(OptimizerOptions.BETA2),
            ofOptimizer(OptimizerOptions.RHO),
            ofOptimizer(OptimizerOptions.EPSILON),
            new Entry<>(
                    OptimizerOptions.WEIGHT_DECAY,
                    run -> OptimizerOptions.value(run.optimizer(), OptimizerOptions.WEIGHT_DECAY)
                            .or(() -> Optional.of(run.refinements().update().weightDecay())
                                    .filter(decay -> decay > 0))),
            Entry.of(RefinementOptions.SCHEDULE, run -> schedule(run).kind()),
            new Entry<>(RefinementOptions.WARMUP, run -> RefinementOptions.warmup(schedule(run))),
            new Entry<>(RefinementOptions.SCHEDULE_FACTOR, run -> RefinementOptions.factor(schedule(run))),
            new Entry<>(RefinementOptions.SCHEDULE_EPOCHS, run -> RefinementOptions.epochs(schedule(run))),
            Entry.of(RefinementOptions.L1, run -> run.refinements().update().l1()),
            Entry.of(RefinementOptions.L2, run -> run.refinements().update().l2()),
            Entry.of(
                    RefinementOptions.MAX_NORM,
                    run -> run.refinements().update().maxNorm()),
            Entry.of(
                    RefinementOptions.CLIP_NORM,
                    run -> run.refinements().update().clipNorm()),
            Entry.of(RefinementOptions.CLIP_PER_SAMPLE, run -> run.refinements().clipPerSample()),
            Entry.of(RefinementOptions.EARLY_STOPPING, run -> run.refinements().patience()),
            Entry.of(EPOCHS, TrainingSettings::epochs),
            Entry.of(BATCH, TrainingSettings::batch),
            new Entry<>(SEGMENT, run -> Optional.of(run.segment()).filter(segment -> run.sync() != Sync.LOCAL)),
            Entry.of(SYNC, TrainingSettings::sync),
            new Entry<>(REPLICAS, run -> ofLocal(run, run.local().replicas())),
            new Entry<>(LOCAL_STEPS, run -> ofLocal(run, run.local().steps())),
            Entry.of(WIRE, TrainingSettings::wire),
            Entry.of(SEED, TrainingSettings::seed),
            Entry.of(SHUFFLE, TrainingSettings::shuffle),
            Entry.of(ON_DIVERGENCE, TrainingSettings::onDivergence),
            new Entry<>(
                    CHECKPOINT_STEPS,
                    run -> Optional.of(run.checkpoints().steps()).filter(steps -> steps > 0)),
            Entry.of(CHECKPOINT_SECONDS, run -> run.checkpoints().interval().toNanos() / 1e9),
            Entry.of(CHECKPOINT_KEEP, run -> run.checkpoints().keep()),
            new Entry<>(
                    WORKERS,
                    run -> run.cluster()
                            .workers()
                            .filter(workers -> run.cluster().embedded())),
            new Entry<>(
                    WAIT_WORKERS,
                    run -> Optional.of(run.cluster().waitWorkers())
                            .filter(workers -> !run.cluster().embedded())),
            new Entry<>(COORDINATOR_BIND, run -> run.cluster().coordinatorBind()),
            new Entry<>(PLACEMENT, run -> run.cluster().placement()),
            Entry.of(TRANSPORT, run -> run.cluster().transport()),
            Entry.of(AVERAGING, run -> run.cluster().averaging()),
            new Entry<>(UDP_MTU, run -> run.cluster().udpMtu()),
            Entry.of(GIVE_UP, run -> run.cluster().giveUp()),
            new Entry<>(AERON_DIR, run -> run.cluster().aeronDirectory()),
            new Entry<>(NAME, TrainingSettings::name),
            Entry.ofOneRun(OUT),
            new Entry<>(TENSORBOARD, run -> run.tracking().tensorboard()),
            new Entry<>(MLFLOW, run -> run.tracking().mlflow()),
            Entry.of(METRICS_PER_STEP, TrainingSettings::metricsPerStep),
            Entry.ofOneRun(JSON));

    /** Every setting, in the order in which help shows them. */
    static final List<Setting<?>> ALL =
            ENTRIES.stream().<Setting<?>>map(Entry::setting).toList();

    private TrainingOptions() {}

    /** A setting, and its value in the effective configuration of a run. */
    private record Entry<T>(Setting<T> setting, Function<TrainingSettings, Optional<T>> value) {
        static <T> Entry<T> of(Setting<T> setting, Function<TrainingSettings, T> value) {
            return new Entry<>(setting, run -> Optional.of(value.apply(run)));
        }

        /** It concerns one run alone, and is not repeated with it. */
        static <T> Entry<T> ofOneRun(Setting<T> setting) {
            return new Entry<>(setting, run -> Optional.empty());
        }

        String line(TrainingSettings run) {
            return value.apply(run)
                    .map(found -> TrainingOptions.line(setting, found))
                    .orElse("");
        }
    }

    private static Optional<Integer> ofLocal(TrainingSettings run, int value) {
        return run.sync() == Sync.LOCAL ? Optional.of(value) : Optional.empty();
    }

    private static Entry<Float> ofLoss(Setting<Float> setting) {
        return new Entry<>(setting, run -> LossOptions.value(run.network(), setting));
    }

    private static Entry<Float> ofOptimizer(Setting<Float> setting) {
        return new Entry<>(setting, run -> OptimizerOptions.value(run.optimizer(), setting));
    }

    private static Schedule schedule(TrainingSettings run) {
        return run.refinements().update().schedule();
    }

    /** Writes settings as HOCON, one key in each line. */
    static String effective(TrainingSettings run) {
        return ENTRIES.stream().map(entry -> entry.line(run)).collect(Collectors.joining());
    }

    /** The line of a setting in a file. */
    static <T> String line(Setting<T> setting, T value) {
        Object written = setting.form().writer().apply(value);
        return setting.key() + " = " + ConfigValueFactory.fromAnyRef(written).render(ConfigRenderOptions.concise())
                + "\n";
    }

    private static Form<Header> header() {
        Form<Header> names = Form.choice(Header.class, Header::id);
        return new Form<>(
                names.allowed(),
                text -> names.parser()
                        .parse(
                                switch (text) {
                                    case "true", "yes" -> "on";
                                    case "false", "no" -> "off";
                                    default -> text;
                                }),
                names.writer());
    }

    private static Form<Activation> activation() {
        Form<Activation> hidden = Form.choice(HIDDEN_ACTIVATIONS, Activation::id);
        return new Form<>(
                hidden.allowed(),
                text -> {
                    if (text.equals(Activation.SOFTMAX.id())) {
                        throw new Form.BadValueException("not for hidden layers", text, hidden.allowed());
                    }
                    if (text.equals(THRESHOLD)) {
                        throw new Form.BadValueException(
                                "not to be trained, as its slope is 0 wherever it has one and no weight would ever move"
                                        + " (tutti explain xorThreshold)",
                                text,
                                hidden.allowed());
                    }
                    return hidden.parser().parse(text);
                },
                hidden.writer());
    }
}
