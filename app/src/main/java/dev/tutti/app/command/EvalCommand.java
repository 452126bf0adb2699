package dev.tutti.app.command;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.console.ProgressLine;
import dev.tutti.app.prediction.ConfusionTable;
import dev.tutti.app.prediction.Importance;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.app.prediction.QualityReport;
import dev.tutti.data.DataSplit;
import dev.tutti.data.Purpose;
import dev.tutti.data.RawData;
import dev.tutti.files.InputException;
import dev.tutti.files.Json;
import dev.tutti.files.Range;
import dev.tutti.model.WeightsHash;
import dev.tutti.savedmodel.ModelFile;
import dev.tutti.train.Evaluation;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tutti eval}. */
@Command(
        name = "eval",
        description = "Measures a saved model on a data set.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  tutti eval runs/20261120-101500-digits digits --split validation",
            "  tutti eval model.safetensors houses.csv --target price --json",
            "  tutti eval model.safetensors houses.csv --importance"
        })
public final class EvalCommand implements Callable<Integer> {
    /** Which of the samples. */
    enum Split {
        /** Those held out when the model was trained. */
        VALIDATION,
        /** Those held out for a test. */
        TEST,
        /** Those it was trained on. */
        TRAINING,
        /** All. */
        ALL
    }

    /** Of more there would be millions of numbers, nearly all of them 0. */
    private static final int MOST_CLASSES = 1000;

    private static final Range REPEATS = Range.count(1, 1000);

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Mixin
    private ModelOptions options;

    @Option(
            names = "--split",
            paramLabel = "WHICH",
            defaultValue = "all",
            description = "all, or of the data it was trained on: validation, test or training (default: all)")
    private Split split;

    @Option(
            names = "--importance",
            description = "also how much worse the model gets when a column is shuffled among the rows")
    private boolean importance;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            description = "with --importance: shuffles of each column (default: " + Importance.REPEATS + ")")
    private Integer repeats;

    @Option(names = "--seed", paramLabel = "N", description = "with --importance: of the shuffling (default: 1)")
    private Long seed;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        common.startLogging();
        requireImportance();
        ModelFile.Model model = options.readModel();
        RawData data = options.readData(model, Purpose.EVALUATE).requireTargets();
        if (!json) {
            data.remarks().forEach(spec.commandLine().getOut()::println);
        }
        Predictions predictions = Predictions.of(model, data, rows(model, data));
        Optional<Importance> measured = importance
                ? Optional.of(Importance.of(
                        predictions,
                        repeats == null ? Importance.REPEATS : repeats,
                        seed == null ? 1 : seed,
                        CommonOptions.counting(spec, "importance of the columns")::done))
                : Optional.empty();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(predictions, measured));
        } else {
            print(predictions, out);
            measured.ifPresent(columns -> print(columns, predictions, out));
        }
        out.flush();
        return ExitCode.DONE.code();
    }

    private void requireImportance() {
        if (!importance && (repeats != null || seed != null)) {
            throw new InputException("--repeats and --seed are for --importance");
        }
        if (repeats != null && !REPEATS.contains(repeats)) {
            throw new InputException("--repeats out of range: " + repeats + ", allowed: " + REPEATS.allowed());
        }
    }

    private int[] rows(ModelFile.Model model, RawData data) {
        IntStream all = IntStream.range(0, data.rows());
        DataSplit made = model.preprocessing().split();
        if (split == Split.TEST) {
            return made.testRows(data);
        }
        if (split == Split.ALL || made.kind() == DataSplit.Kind.TRAINING_ROWS) {
            return all.toArray();
        }
        if (split == Split.VALIDATION) {
            return made.heldOutRows(data);
        }
        boolean[] heldOut = new boolean[data.rows()];
        if (made.kind() != DataSplit.Kind.SHARE || made.share() > 0) {
            mark(made.heldOutRows(data), heldOut);
        }
        if (made.testShare() > 0) {
            mark(made.testRows(data), heldOut);
        }
        return all.filter(row -> !heldOut[row]).toArray();
    }

    private static void mark(int[] rows, boolean[] marks) {
        for (int row : rows) {
            marks[row] = true;
        }
    }

    private String json(Predictions predictions, Optional<Importance> measured) {
        Json json = new Json()
                .put("model", options.modelFile().toString())
                .put("data", options.data())
                .put("split", split.name().toLowerCase(Locale.ROOT))
                .put("samples", predictions.samples())
                .put("loss", predictions.metrics().meanLoss());
        if (predictions.schema().classification()) {
            json.put("accuracy", predictions.metrics().accuracy())
                    .put("classes", predictions.schema().classNames());
            if (predictions.schema().classCount() <= MOST_CLASSES) {
                json.put("confusion", predictions.confusion());
            }
        } else {
            json.put("rmse", predictions.metrics().rootMeanSquaredError());
        }
        QualityReport.add(json, predictions.quality(), predictions.schema().classNames());
        measured.ifPresent(columns -> json.putObjects("importance", json(columns, predictions)));
        ModelFile.Model model = predictions.model();
        return json.put("weightsSha256", WeightsHash.sha256(model.network(), model.parameters()))
                .line();
    }

    private static List<Json> json(Importance importance, Predictions predictions) {
        String metric = predictions.schema().classification() ? "accuracy" : "rmse";
        return importance.columns().stream()
                .map(column -> new Json()
                        .put("column", column.column())
                        .put("name", column.name())
                        .put("loss", column.loss())
                        .put("lossSpread", column.lossSpread())
                        .put(metric, column.metric()))
                .toList();
    }

    private static void print(Importance importance, Predictions predictions, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%nWhat shuffling a column does (means of %d times, seed %d):%n%10s %10s %14s  column%n",
                importance.repeats(),
                importance.seed(),
                "loss",
                "spread",
                predictions.schema().classification() ? "accuracy" : "rmse");
        for (Importance.Column column : importance.columns()) {
            out.printf(
                    Locale.ROOT,
                    "%+10.4f %10.4f %+14.4f  %s%n",
                    column.loss(),
                    column.lossSpread(),
                    column.metric(),
                    column.name());
        }
    }

    private void print(Predictions predictions, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%s (%s): %d samples, model %s (%s)%n",
                options.data(),
                split.name().toLowerCase(Locale.ROOT),
                predictions.samples(),
                options.modelFile(),
                predictions.model().network().shape());
        Evaluation metrics = predictions.metrics();
        String loss = ProgressLine.loss(metrics.meanLoss());
        if (predictions.schema().classification()) {
            out.printf(
                    Locale.ROOT,
                    "accuracy %.4f (%d of %d correct), loss %s%n",
                    metrics.accuracy(),
                    metrics.correct(),
                    predictions.samples(),
                    loss);
            out.println(QualityReport.lines(
                    predictions.quality(), predictions.schema().classNames()));
            out.print(ConfusionTable.of(predictions));
        } else {
            String target = predictions.schema().targetName();
            out.printf(
                    Locale.ROOT,
                    "root mean squared error %.4g%s (always the mean: %.4g), loss %s%n",
                    metrics.rootMeanSquaredError(),
                    target.isEmpty() ? "" : " of " + target,
                    predictions.standardDeviation(),
                    loss);
            out.print(QualityReport.lines(predictions.quality(), List.of()));
        }
    }
}
