package dev.tutti.app.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.prediction.Importance;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.app.run.HeldOut;
import dev.tutti.data.DataSplit;
import dev.tutti.files.InputException;
import dev.tutti.model.Activation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One page about a run, to be sent to somebody who has nothing but a browser: no script, nothing from elsewhere. Numbers of the summary
 * and of the epochs are shown by their names, whatever there is.
 */
public final class Report {
    /** How the page is called where nothing else is said. */
    public static final String FILE = "report.html";

    /** So many operations for the importance of the columns take some seconds. */
    private static final double MOST_WORK = 2e10;

    /** What is told at its own place. */
    private static final Set<String> NO_METRICS = Set.of(
            "name",
            "data",
            "dataSha256",
            "validationSha256",
            "network",
            "loss",
            "seed",
            "wire",
            "weightsSha256",
            "epochs",
            "steps",
            "samples",
            "skippedSteps",
            "seconds",
            "samplesPerSecond",
            "workers",
            "model",
            "kernel",
            "jdk",
            "machine",
            "tutti");

    private static final Set<String> NO_CURVES =
            Set.of("epoch", "steps", "samples", "seconds", "workers", "generation");

    /** Keys of the ledger begin so. */
    private static final List<String> LEDGER = List.of("segments", "frames", "skipped");

    private static final String NOTHING_HELD_OUT = "No samples were held out.";

    private static final List<String> HEADLINE = List.of("accuracy", "validationRmse", "validationLoss", "trainLoss");

    private final RunFiles run;
    private final Html out = new Html();
    /** Why there are no samples to measure the importance of the columns with. */
    private String unmeasured;

    private Report(RunFiles run) {
        this.run = run;
    }

    /**
     * Makes the page of a run.
     *
     * @param directory of the run, which is done
     * @param importance whether to measure the importance of the columns however long it takes
     * @param progress is told how far that is
     * @throws InputException if it is none
     */
    public static Report of(Path directory, boolean importance, Importance.Progress progress)
            throws InterruptedException {
        Report report = new Report(RunFiles.read(directory));
        report.write(importance, progress);
        return report;
    }

    /** The page. */
    public String page() {
        return out.toString();
    }

    /** Why the importance of the columns could not be measured; empty if it could. */
    public Optional<String> unmeasured() {
        return Optional.ofNullable(unmeasured);
    }

    private void write(boolean importance, Importance.Progress progress) throws InterruptedException {
        String name = run.summary().path("name").asText();
        out.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';")
                .raw(" style-src 'unsafe-inline'\">\n")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
                .text(name + ": report of a training")
                .raw("</title>\n<style>\n" + Styles.all() + "</style>\n</head>\n<body>\n<main>\n<h1>")
                .text(name)
                .raw("</h1>\n");
        lead();
        headline();
        curves();
        metrics();
        Optional<Predictions> held = held();
        Optional<Importance> measured =
                held.isPresent() ? importance(held.get(), importance, progress) : Optional.empty();
        out.add(Columns.of(run.model().preprocessing(), measured));
        configuration();
        timing();
        ledger();
        identity();
        out.raw("</main>\n</body>\n</html>\n");
    }

    private void lead() {
        JsonNode summary = run.summary();
        out.raw("<p class=\"quiet\">Network ")
                .text(summary.path("network").asText())
                .raw(", loss ")
                .text(summary.path("loss").asText())
                .raw(", trained on ")
                .text(summary.path("data").asText())
                .raw(" with Tutti ")
                .text(summary.path("tutti").asText())
                .raw(".</p>\n");
    }

    private void headline() {
        Map<String, String> facts = new LinkedHashMap<>();
        HEADLINE.stream()
                .filter(key -> run.summary().path(key).isNumber())
                .forEach(key ->
                        facts.put(Texts.words(key), Texts.value(run.summary().get(key))));
        facts.put("epochs", Texts.value(run.summary().path("epochs")));
        facts.put("samples seen", Texts.value(run.summary().path("samples")));
        facts.put("time", Texts.number(run.summary().path("seconds").asDouble()) + " s");
        out.raw("<dl class=\"facts\">\n");
        facts.forEach((name, value) -> out.raw("<div><dt>")
                .text(Texts.title(name))
                .raw("</dt><dd>")
                .text(value)
                .raw("</dd></div>\n"));
        out.raw("</dl>\n");
    }

    /** A diagram for all numbers of the epochs that mean the same: those of training and validation share one. */
    private void curves() {
        Map<String, List<String>> together = new LinkedHashMap<>();
        for (JsonNode epoch : run.epochs()) {
            epoch.fieldNames().forEachRemaining(key -> {
                if (epoch.get(key).isNumber() && !NO_CURVES.contains(key) && !isLedger(key)) {
                    String what = what(key);
                    List<String> keys = together.computeIfAbsent(what, one -> new ArrayList<>());
                    if (!keys.contains(key)) {
                        keys.add(key);
                    }
                }
            });
        }
        together.values().removeIf(this::isLevel);
        if (together.isEmpty()) {
            return;
        }
        out.raw("<h2>Curves</h2>\n<div class=\"charts\">\n");
        together.forEach(this::curve);
        out.raw("</div>\n");
    }

    /** Whether it is the same at all epochs, of which there are several: nothing to be seen there. */
    private boolean isLevel(List<String> keys) {
        return run.epochs().size() > 1
                && keys.size() == 1
                && run.epochs().stream()
                                .map(epoch -> epoch.path(keys.get(0)))
                                .distinct()
                                .count()
                        == 1;
    }

    private static boolean isLedger(String key) {
        return LEDGER.stream().anyMatch(key::startsWith);
    }

    private static String what(String key) {
        String rest = key.replaceFirst("^(train|validation|test)(?=[A-Z])", "");
        return Texts.title(Texts.words(rest));
    }

    private void curve(String what, List<String> keys) {
        List<Picture.Line> lines = new ArrayList<>();
        for (String key : keys) {
            List<JsonNode> epochs = run.epochs();
            double[] x = epochs.stream()
                    .mapToDouble(epoch -> epoch.path("epoch").asDouble())
                    .toArray();
            double[] y = epochs.stream()
                    .mapToDouble(epoch -> epoch.path(key).asDouble(Double.NaN))
                    .toArray();
            lines.add(new Picture.Line(Texts.words(key), x, y));
        }
        JsonNode last = run.epochs().get(run.epochs().size() - 1);
        StringBuilder about = new StringBuilder(what + " by epoch; in the end");
        keys.forEach(
                key -> about.append(" ").append(Texts.words(key)).append(" ").append(Texts.value(last.path(key))));
        out.raw("<figure class=\"card\"><figcaption>").text(what);
        if (lines.size() > 1) {
            for (int i = 0; i < lines.size(); i++) {
                out.raw(" <span class=\"key s" + i + "\">")
                        .text(lines.get(i).name())
                        .raw("</span>");
            }
        }
        out.raw("</figcaption>\n")
                .add(Picture.lines(lines, "epoch", about.toString()))
                .raw("\n");
        table(what, lines);
        out.raw("</figure>\n");
    }

    /** The numbers of a diagram, for who cannot see it. */
    private void table(String what, List<Picture.Line> lines) {
        double[] epochs = lines.get(0).x();
        int stride = Math.max(1, (epochs.length + 99) / 100);
        out.raw("<details><summary>Numbers</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\"")
                .raw(" aria-label=\"")
                .text("Numbers of " + what)
                .raw("\"><table class=\"numbers\"><thead><tr><th scope=\"col\">epoch</th>");
        lines.forEach(line -> out.raw("<th scope=\"col\">").text(line.name()).raw("</th>"));
        out.raw("</tr></thead><tbody>\n");
        for (int i = 0; i < epochs.length; i++) {
            if (i % stride == 0 || i == epochs.length - 1) {
                out.raw("<tr><td>").text(Texts.number(epochs[i])).raw("</td>");
                for (Picture.Line line : lines) {
                    double value = line.y()[i];
                    out.raw("<td>")
                            .text(Double.isNaN(value) ? "" : Texts.number(value))
                            .raw("</td>");
                }
                out.raw("</tr>\n");
            }
        }
        out.raw("</tbody></table></div></details>\n");
    }

    private void metrics() {
        Html found = Metrics.of(
                run.summary(), NO_METRICS, run.model().preprocessing().schema().classNames());
        if (!found.toString().isEmpty()) {
            out.raw("<h2>Metrics</h2>\n").add(found);
        }
    }

    /** What the model says of the samples held out, if they can still be read. */
    private Optional<Predictions> held() throws InterruptedException {
        DataSplit.Kind kind = run.model().preprocessing().split().kind();
        if (kind == DataSplit.Kind.NONE || kind == DataSplit.Kind.TRAINING_ROWS) {
            return withoutSamples(
                    kind == DataSplit.Kind.NONE
                            ? NOTHING_HELD_OUT
                            : NOTHING_HELD_OUT + " The run was validated with the samples that it was trained on.");
        }
        try {
            HeldOut held = HeldOut.of(run.directory(), run.model());
            if (held.rows().length == 0) {
                return withoutSamples(NOTHING_HELD_OUT);
            }
            Predictions predictions = Predictions.of(run.model(), held.data(), held.rows());
            out.add(
                    predictions.schema().classification()
                            ? Errors.ofClasses(predictions)
                            : Errors.ofNumbers(predictions));
            if (predictions.schema().classification() && !linear()) {
                out.add(Calibration.of(predictions));
            }
            return Optional.of(predictions);
        } catch (InputException e) {
            return withoutSamples("The validation samples could not be read again: " + e.getMessage());
        }
    }

    private Optional<Predictions> withoutSamples(String reason) {
        unmeasured = reason;
        out.raw("<h2>Errors</h2>\n<p class=\"quiet\">").text(reason).raw("</p>\n");
        return Optional.empty();
    }

    private boolean linear() {
        return run.model().network().activation(run.model().network().layers() - 1) == Activation.IDENTITY;
    }

    private Optional<Importance> importance(Predictions held, boolean asked, Importance.Progress progress)
            throws InterruptedException {
        double work = Importance.work(run.model(), held.samples(), Importance.REPEATS);
        return asked || work <= MOST_WORK
                ? Optional.of(Importance.of(held, Importance.REPEATS, 1, progress))
                : Optional.empty();
    }

    private void configuration() {
        out.raw("<h2>Configuration</h2>\n<details class=\"card\" open><summary>config.conf</summary>")
                .raw("<pre tabindex=\"0\">")
                .text(run.configuration())
                .raw("</pre></details>\n");
    }

    private void timing() {
        Map<String, String> rows = new LinkedHashMap<>();
        for (String key : List.of("seconds", "samplesPerSecond", "workers", "kernel", "jdk", "machine")) {
            if (run.summary().has(key)) {
                rows.put(
                        Texts.title(Texts.words(key)), Texts.value(run.summary().get(key)));
            }
        }
        out.raw("<h2>Time and machine</h2>\n").add(Metrics.table("Time and machine", rows));
    }

    /** What the last epoch says of the work handed out, where a cluster has trained. */
    private void ledger() {
        if (run.epochs().isEmpty()) {
            return;
        }
        JsonNode last = run.epochs().get(run.epochs().size() - 1);
        Map<String, String> rows = new LinkedHashMap<>();
        Set<String> keys = new TreeSet<>();
        last.fieldNames().forEachRemaining(keys::add);
        keys.stream()
                .filter(key -> isLedger(key) || key.equals("generation") || key.equals("averaging"))
                .forEach(key -> rows.put(Texts.title(Texts.words(key)), Texts.value(last.get(key))));
        if (rows.isEmpty()) {
            return;
        }
        out.raw(
                        "<h2>Ledger</h2>\n<p class=\"quiet\">Every segment of every batch counted once: as many are done as were")
                .raw(" issued, whoever was lost on the way.</p>\n")
                .add(Metrics.table("Ledger", rows));
        if (last.path("members").isArray()) {
            out.add(Metrics.objects("Members", last.get("members")));
        }
    }

    private void identity() {
        out.raw(
                        "<h2>The same again</h2>\n<p>For this configuration, data and version the weights are the same to the last")
                .raw(" bit, on any cluster: <code>tutti train --config config.conf</code> ends with this hash.</p>\n");
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("SHA-256 of the weights", run.summary().path("weightsSha256").asText());
        rows.put("SHA-256 of the data", run.summary().path("dataSha256").asText());
        if (run.summary().has("validationSha256")) {
            rows.put(
                    "SHA-256 of the validation samples",
                    run.summary().path("validationSha256").asText());
        }
        rows.put("Seed", run.summary().path("seed").asText());
        rows.put("Steps", Texts.value(run.summary().path("steps")));
        out.add(Metrics.table("The same again", rows));
    }
}
