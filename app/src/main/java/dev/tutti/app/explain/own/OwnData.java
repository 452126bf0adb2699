package dev.tutti.app.explain.own;

import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.config.Setting;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.BuiltInData;
import dev.tutti.data.DataFiles;
import dev.tutti.data.Dataset;
import dev.tutti.data.RawData;
import dev.tutti.files.InputException;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Sgd;
import dev.tutti.optim.UpdateRules;
import dev.tutti.savedmodel.ModelFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes a problem of rows of a data set, with a new network or the one of a run. */
public final class OwnData {
    /** More of it than this no page can hold. */
    private static final int MOST_UNITS = 8;

    private static final int MOST_LAYERS = 4;
    private static final int MOST_PARAMETERS = 120;
    private static final int MOST_ROWS = 8;
    private static final String FEW_HIDDEN = "2";

    private static final Set<String> KEYS = Set.of(
            "data",
            "header",
            "task",
            "target",
            "scale",
            "hidden",
            "activation",
            "loss",
            "init",
            "init-value",
            "init-weights",
            "lr",
            "seed");

    /** The settings of {@code train} that say what one step is made of. */
    public static final List<Setting<?>> SETTINGS = settings();

    private OwnData() {}

    private static List<Setting<?>> settings() {
        List<Setting<?>> settings = new ArrayList<>(TrainingSettings.SETTINGS);
        settings.removeIf(one -> !KEYS.contains(one.key()));
        return List.copyOf(settings);
    }

    /** How a note ends that says so. */
    static final String PLAIN_DESCENT =
            "one of plain gradient descent, whatever the settings say: without momentum, dropout,"
                    + " penalties and limits.";

    /** Whether {@code name} may be data or a model: built-in data, or a file or directory that is there. */
    public static boolean isOne(String name) {
        try {
            return BuiltInData.has(name) || (!name.isBlank() && Files.exists(Path.of(name)));
        } catch (InvalidPathException e) {
            // Letters that this machine's file names cannot have.
            return false;
        }
    }

    /**
     * Makes a problem.
     *
     * @param name data, or a run's directory or model
     * @param rows rows of the data, counted from 0
     * @param given settings from the command line, by key
     * @param file configuration file, if one is given
     * @throws InputException if data, model, rows and settings do not go together, or no page can hold the network
     */
    public static Problem problem(String name, List<Integer> rows, Map<String, String> given, Optional<Path> file) {
        Path path = Path.of(name);
        Optional<Path> model = model(path);
        Map<String, String> settings = new LinkedHashMap<>(given);
        // All rows can be asked for, so none are held out, which early stopping would need.
        settings.putIfAbsent("validation", "0");
        settings.putIfAbsent("test", "0");
        settings.putIfAbsent("early-stopping", "0");
        Optional<Path> config = file;
        if (model.isEmpty()) {
            requireEnding(name);
            if (settings.put("data", name) != null) {
                throw new InputException("data given twice: " + name + " and --data");
            }
            if (file.isEmpty()) {
                settings.putIfAbsent("hidden", FEW_HIDDEN);
            }
        } else {
            if (Files.isDirectory(path) && config.isEmpty()) {
                config = Optional.of(RunDirectory.configOf(path));
            } else if (!settings.containsKey("data") && config.isEmpty()) {
                throw new InputException(name + ": a model alone does not say on which data; give --data DATA");
            }
        }
        requireRows(rows, name);
        return model.isEmpty()
                ? newNetwork(name, rows, TrainingSettings.read(settings, config))
                : trained(name, rows, model.get(), TrainingSettings.read(settings, config));
    }

    private static Optional<Path> model(Path path) {
        if (Files.isDirectory(path)) {
            Path model = path.resolve(RunDirectory.MODEL);
            if (!Files.exists(model)) {
                throw new InputException(path + ": no " + RunDirectory.MODEL
                        + " in it; give the directory of a finished run, or a data file");
            }
            return Optional.of(model);
        }
        return path.toString().endsWith(".safetensors") ? Optional.of(path) : Optional.empty();
    }

    private static Problem newNetwork(String name, List<Integer> rows, TrainingSettings settings) {
        PreparedRun run = PreparedRun.of(settings);
        return problem(
                name,
                "a new network, seed " + settings.seed() + ", scaling "
                        + settings.data().scale().id(),
                run.job().spec().network(),
                run.job().initialParameters(),
                settings,
                run.job().training(),
                rows);
    }

    private static Problem trained(String name, List<Integer> rows, Path file, TrainingSettings settings) {
        ModelFile.Model model = ModelFile.read(file);
        requireSmall(model.network());
        RawData data = DataFiles.read(settings.data().source(), settings.data().options());
        Dataset all = model.preprocessing()
                .apply(data.requireTargets(), model.network().loss());
        return problem(
                name,
                "a trained network, and one more step of plain gradient descent",
                model.network(),
                model.parameters(),
                settings,
                all,
                rows);
    }

    private static Problem problem(
            String name,
            String title,
            NetworkSpec network,
            float[] parameters,
            TrainingSettings settings,
            Dataset data,
            List<Integer> rows) {
        requireSmall(network);
        List<Sample> samples = new ArrayList<>();
        for (int row : rows) {
            if (row < 0 || row >= data.samples()) {
                throw new InputException("--rows: no row " + row + " in " + name + "; rows are counted from 0: 0 to "
                        + (data.samples() - 1));
            }
            samples.add(sample(network, data, row));
        }
        float learningRate = settings.optimizer().learningRate();
        List<String> notes = new ArrayList<>(List.of(
                "Rows are counted from 0, in the order of the data; x and y are as the network sees them, scaled."));
        if (!isPlainDescent(settings)) {
            notes.add("The step is " + PLAIN_DESCENT);
        }
        return new Problem(name, title, network, parameters, learningRate, samples, List.of(), List.copyOf(notes));
    }

    /** Whether nothing is done at a step but what is shown. */
    static boolean isPlainDescent(TrainingSettings settings) {
        UpdateRules rules = settings.refinements().update();
        return settings.dropout() == 0
                && settings.optimizer()
                        .equals(new Sgd.Settings(settings.optimizer().learningRate(), 0))
                && settings.refinements().clipPerSample() == 0
                && settings.refinements().inputDropout() == 0
                && !rules.adds()
                && rules.maxNorm() == 0
                && rules.clipNorm() == 0;
    }

    static Sample sample(NetworkSpec network, Dataset data, int row) {
        float[] x = new float[network.inputs()];
        System.arraycopy(data.features(), row * data.featureCount(), x, 0, x.length);
        float[] y = new float[network.outputs()];
        if (data.targetCount() == y.length) {
            System.arraycopy(data.targets(), row * data.targetCount(), y, 0, y.length);
        } else {
            y[(int) data.targets()[row]] = 1;
        }
        return new Sample(row, x, y, "data");
    }

    /** Here {@code --format} is the form of the page, and cannot tell that of the data. */
    private static void requireEnding(String name) {
        if (!BuiltInData.has(name) && !name.matches("(?i).*([.]csv|[.]idx|ubyte)([.]gz)?")) {
            throw new InputException(name + ": neither an exercise nor data whose form the ending tells (.csv, .idx,"
                    + " -ubyte, each also with .gz) nor a model (.safetensors); rename it");
        }
    }

    private static void requireRows(List<Integer> rows, String name) {
        if (rows.isEmpty()) {
            throw new InputException(name + ": which rows? give --rows, such as --rows 0,7 (counted from 0)");
        }
        if (rows.size() > MOST_ROWS) {
            throw new InputException(
                    "--rows: " + rows.size() + " rows are too many for a page, allowed: at most " + MOST_ROWS);
        }
        if (new HashSet<>(rows).size() < rows.size()) {
            throw new InputException("--rows: a row twice: " + rows + "; name each once");
        }
    }

    static void requireSmall(NetworkSpec network) {
        if (network.loss().ofClasses() && network.lossParameter() > 0) {
            throw new InputException("label smoothing is not written out here; leave out --label-smoothing");
        }
        int widest = network.sizes().stream().mapToInt(Integer::intValue).max().orElse(0);
        int parameters = new ParameterLayout(network).parameterCount();
        if (widest > MOST_UNITS || network.layers() > MOST_LAYERS || parameters > MOST_PARAMETERS) {
            throw new InputException("network " + network.shape() + " with " + parameters
                    + " parameters is too large for a page, allowed: " + MOST_UNITS + " inputs or units in a layer, "
                    + MOST_LAYERS + " layers, " + MOST_PARAMETERS
                    + " parameters; give fewer --hidden, or data with fewer columns");
        }
    }
}
