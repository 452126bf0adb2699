package dev.tutti.app.run;

import dev.tutti.app.console.OutOfMemory;
import dev.tutti.checkpoint.Checkpoint;
import dev.tutti.config.DataSettings;
import dev.tutti.config.NetworkSettings;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.BuiltInData;
import dev.tutti.data.DataFiles;
import dev.tutti.data.Dataset;
import dev.tutti.data.PreparedData;
import dev.tutti.data.Preprocessing;
import dev.tutti.data.RawData;
import dev.tutti.data.ReadProgress;
import dev.tutti.files.Json;
import dev.tutti.model.Activation;
import dev.tutti.model.InitialWeights;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.savedmodel.ModelFile;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingResult;
import dev.tutti.train.TrainingSpec;
import dev.tutti.train.TrainingState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ObjLongConsumer;

/**
 * A run that is ready to start: data read, network laid out, initial weights drawn.
 *
 * @param settings the effective settings
 * @param data the samples
 * @param job what the trainer is given
 * @param remarks what users should know about what was made of the data, a line each
 */
public record PreparedRun(TrainingSettings settings, PreparedData data, TrainingJob job, List<String> remarks) {

    /** @throws dev.tutti.files.InputException if the data cannot be read or does not go with the settings */
    public static PreparedRun of(TrainingSettings settings) {
        return of(settings, Optional.empty(), ReadProgress.NONE);
    }

    /**
     * The same while another run may be under way in this process, whose sizes stay what is known of its memory.
     *
     * @throws dev.tutti.files.InputException if the data cannot be read or does not go with the settings
     */
    public static PreparedRun besides(TrainingSettings settings) {
        return of(settings, Optional.empty(), ReadProgress.NONE, (what, bytes) -> {});
    }

    /**
     * @param progress is told how much of the data has been read
     * @param from where to go on from, if the run was begun before
     * @throws dev.tutti.files.InputException if the data cannot be read or does not go with the settings
     */
    public static PreparedRun of(TrainingSettings settings, Optional<Checkpoint> from, ReadProgress progress) {
        OutOfMemory.forget();
        return of(settings, from, progress, OutOfMemory::note);
    }

    private static PreparedRun of(
            TrainingSettings settings,
            Optional<Checkpoint> from,
            ReadProgress progress,
            ObjLongConsumer<String> sizes) {
        Optional<TrainingState> start = from.map(Checkpoint::state);
        OptionalInt trainingRows = from.map(Checkpoint::trainingRows).orElse(OptionalInt.empty());
        DataSettings source = settings.data();
        noteSize(source.source(), sizes);
        RawData raw = DataFiles.read(source.source(), source.options(), progress);
        Loss loss = settings.network().loss().orElse(raw.schema().defaultLoss());
        // Tells of a loss that is not for such data before much is done.
        raw.schema().outputsFor(loss);
        PreparedData data = prepare(settings, raw, loss, trainingRows);
        NetworkSpec network = network(data.preprocessing(), settings.network(), loss);
        noteSize(data.training(), sizes);
        noteSize(network, sizes);
        TrainingSpec spec = new TrainingSpec(
                network,
                settings.optimizer(),
                settings.epochs(),
                settings.batch(),
                settings.segment(),
                settings.sync(),
                settings.local(),
                settings.seed(),
                settings.shuffle(),
                settings.dropout(),
                settings.wire(),
                settings.refinements(),
                data.training().samples());
        TrainingJob job = new TrainingJob(
                RunName.of(settings),
                spec,
                data.training(),
                data.trainingRows(),
                data.validation(),
                data.preprocessing().targetUnit(),
                start.map(TrainingState::parameters).orElseGet(() -> initialParameters(settings, network)),
                start,
                settings.onDivergence());
        TrainingSettings effective = settings.resolved(
                loss, lasting(source.source()), source.validationSource().map(PreparedRun::lasting));
        return new PreparedRun(effective, data, job, raw.remarks());
    }

    private static void noteSize(String source, ObjLongConsumer<String> sizes) {
        if (!BuiltInData.has(source)) {
            sizes.accept("file " + source, Path.of(source).toFile().length());
        }
    }

    private static void noteSize(Dataset training, ObjLongConsumer<String> sizes) {
        long values = (long) training.samples() * (training.featureCount() + training.targetCount());
        sizes.accept("training set", Float.BYTES * values);
    }

    private static void noteSize(NetworkSpec network, ObjLongConsumer<String> sizes) {
        sizes.accept(
                "parameters of " + network.shape(), (long) Float.BYTES * new ParameterLayout(network).parameterCount());
    }

    private static PreparedData prepare(TrainingSettings settings, RawData raw, Loss loss, OptionalInt trainingRows) {
        DataSettings from = settings.data();
        Optional<String> other = from.validationSource();
        if (other.isPresent()) {
            RawData validation = DataFiles.read(other.get(), from.options().withLabels(null), raw.schema());
            return PreparedData.ofOwned(raw, validation, loss, from.rules());
        }
        return PreparedData.ofOwned(
                raw, loss, from.rules(), from.validation(), from.test(), from.splitSeed(), trainingRows);
    }

    private static NetworkSpec network(Preprocessing preprocessing, NetworkSettings settings, Loss loss) {
        List<Integer> sizes = new ArrayList<>();
        sizes.add(preprocessing.inputCount());
        sizes.addAll(settings.hidden());
        sizes.add(preprocessing.schema().outputsFor(loss));
        List<Activation> activations = new ArrayList<>();
        settings.hidden().forEach(size -> activations.add(settings.activation()));
        activations.add(loss.usualOutput());
        return new NetworkSpec(
                sizes, activations, loss, settings.lossParameter().orElse(loss.usualParameter()));
    }

    private static float[] initialParameters(TrainingSettings settings, NetworkSpec network) {
        NetworkSettings from = settings.network();
        return from.initialWeights().isPresent()
                ? ModelFile.readParameters(from.initialWeights().get(), network)
                : InitialWeights.create(network, from.initialization(), from.initialValue(), settings.seed());
    }

    /** The name by which data is found again from any working directory. */
    private static String lasting(String source) {
        return BuiltInData.has(source)
                ? source
                : Path.of(source).toAbsolutePath().normalize().toString();
    }

    /** One line about what is trained. */
    public String describe() {
        NetworkSpec network = job.spec().network();
        return job.name() + ": " + job.training().samples() + " training and "
                + job.validation().samples() + " validation samples"
                + (data.test().samples() > 0 ? ", " + data.test().samples() + " for the test" : "") + "; network "
                + network.shape() + ", "
                + new ParameterLayout(network).parameterCount() + " parameters, loss "
                + network.loss().id() + replicas();
    }

    private String replicas() {
        TrainingSpec spec = job.spec();
        return spec.sync() == Sync.LOCAL
                ? "; " + spec.local().replicas() + " replicas, averaged after " + spec.stepsOfReplica()
                        + " steps of each"
                : "";
    }

    /** Saves the model, with all that is needed to use it. */
    void saveModel(Path file, TrainingResult result) {
        ModelFile.write(file, model(result));
    }

    /** What was trained, with all that is needed to use it. */
    public ModelFile.Model model(TrainingResult result) {
        String training = new Json()
                .put(
                        "epoch",
                        result.bestEpoch() > 0
                                ? result.bestEpoch()
                                : result.last().epoch())
                .put("step", result.last().steps())
                .put("samples", result.last().samples())
                .put("seed", job.spec().seed())
                .put("wire", job.spec().wire().id())
                .line();
        return new ModelFile.Model(job.spec().network(), data.preprocessing(), training, result.parameters());
    }
}
