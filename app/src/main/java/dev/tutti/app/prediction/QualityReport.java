package dev.tutti.app.prediction;

import dev.tutti.files.Json;
import dev.tutti.train.ClassMetrics;
import dev.tutti.train.NumberMetrics;
import dev.tutti.train.Quality;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@link Quality}, for programs and for people. docs/commands.md lists the keys. */
public final class QualityReport {
    private static final int NAME_WIDTH = 14;

    private QualityReport() {}

    /** Adds what is known besides loss, accuracy and root mean squared error. */
    public static Json add(Json json, Quality quality, List<String> classNames) {
        quality.classes().ifPresent(metrics -> addClasses(json, metrics, classNames));
        quality.numbers().ifPresent(metrics -> json.put("mae", metrics.mae()).put("r2", metrics.r2()));
        return json;
    }

    /** All of it, as an object of its own. */
    public static Json whole(Quality quality, List<String> classNames) {
        Json json = new Json();
        quality.classes().ifPresent(metrics -> json.put("samples", metrics.samples()));
        quality.numbers().ifPresent(metrics -> json.put("samples", metrics.samples()));
        json.put("loss", quality.meanLoss());
        quality.classes().ifPresent(metrics -> json.put("accuracy", metrics.accuracy()));
        quality.numbers().ifPresent(metrics -> json.put("rmse", metrics.rmse()));
        return add(json, quality, classNames);
    }

    private static void addClasses(Json json, ClassMetrics metrics, List<String> classNames) {
        json.put("balancedAccuracy", metrics.balancedAccuracy())
                .put("logLoss", metrics.logLoss())
                .put("rocAuc", metrics.rocAuc())
                .put("prAuc", metrics.prAuc())
                .put("brier", metrics.brier())
                .put("calibrationError", metrics.calibrationError())
                .putObject("macro", means(metrics.macro()))
                .putObject("weighted", means(metrics.weighted()));
        List<Json> perClass = new ArrayList<>();
        for (int k = 0; k < metrics.perClass().size(); k++) {
            ClassMetrics.OfClass one = metrics.perClass().get(k);
            perClass.add(new Json()
                    .put("class", name(classNames, k))
                    .put("precision", one.precision())
                    .put("recall", one.recall())
                    .put("f1", one.f1())
                    .put("support", one.support()));
        }
        json.putObjects("perClass", perClass);
        json.putObjects(
                "calibration",
                metrics.calibration().stream()
                        .map(bin -> new Json()
                                .put("from", bin.from())
                                .put("samples", bin.samples())
                                .put("confidence", bin.confidence())
                                .put("accuracy", bin.accuracy()))
                        .toList());
    }

    private static Json means(ClassMetrics.Means means) {
        return new Json()
                .put("precision", means.precision())
                .put("recall", means.recall())
                .put("f1", means.f1());
    }

    /** A few lines for people, besides loss, accuracy and root mean squared error. */
    public static String lines(Quality quality, List<String> classNames) {
        StringBuilder text = new StringBuilder();
        quality.classes().ifPresent(metrics -> text.append(lines(metrics, classNames)));
        quality.numbers().ifPresent(metrics -> text.append(line(metrics)));
        return text.toString();
    }

    private static String line(NumberMetrics metrics) {
        return String.format(
                Locale.ROOT, "mean absolute error %s, R^2 %s%n", number(metrics.mae()), number(metrics.r2()));
    }

    private static String lines(ClassMetrics metrics, List<String> classNames) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "balanced accuracy %s, ROC AUC %s, PR AUC %s, log loss %s, Brier score %s, calibration error %s%n%n",
                number(metrics.balancedAccuracy()),
                number(metrics.rocAuc()),
                number(metrics.prAuc()),
                number(metrics.logLoss()),
                number(metrics.brier()),
                number(metrics.calibrationError())));
        text.append(String.format("%-" + NAME_WIDTH + "s precision  recall      f1  samples%n", "class"));
        for (int k = 0; k < metrics.perClass().size(); k++) {
            ClassMetrics.OfClass one = metrics.perClass().get(k);
            text.append(row(name(classNames, k), one.precision(), one.recall(), one.f1(), one.support()));
        }
        text.append(row("mean", metrics.macro(), metrics.samples()));
        text.append(row("weighted mean", metrics.weighted(), metrics.samples()));
        return text.toString();
    }

    private static String row(String name, ClassMetrics.Means means, int samples) {
        return row(name, means.precision(), means.recall(), means.f1(), samples);
    }

    private static String row(String name, double precision, double recall, double f1, int samples) {
        return String.format(
                Locale.ROOT, "%-" + NAME_WIDTH + "s %9.4f %7.4f %7.4f  %7d%n", name, precision, recall, f1, samples);
    }

    private static String name(List<String> classNames, int k) {
        return k < classNames.size() ? classNames.get(k) : String.valueOf(k);
    }

    /** What is not known is a dash. */
    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4g", value) : "-";
    }
}
