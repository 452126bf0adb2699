package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.files.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run as one page. */
class ReportTest {
    @TempDir
    private static Path directory;

    private static Path iris;

    @BeforeAll
    static void train() {
        iris = train("iris", "iris", "--epochs", "6");
    }

    private static Path train(String name, String... args) {
        Path run = directory.resolve(name);
        String[] all = new String[args.length + 5];
        all[0] = "train";
        System.arraycopy(args, 0, all, 1, args.length);
        System.arraycopy(new String[] {"--trainer", "reference", "--out", run.toString()}, 0, all, args.length + 1, 4);
        Cli.Outcome outcome = Cli.run(all);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return run;
    }

    private static String report(Path run, String... more) throws IOException {
        Path file = directory.resolve("page.html");
        String[] all = new String[more.length + 4];
        System.arraycopy(new String[] {"report", run.toString(), "--out", file.toString()}, 0, all, 0, 4);
        System.arraycopy(more, 0, all, 4, more.length);
        Cli.Outcome outcome = Cli.run(all);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).isEqualTo("report written to " + file + System.lineSeparator());
        return Files.readString(file);
    }

    @Test
    void shouldTellAllAboutARunOfClasses() throws IOException {
        JsonNode summary =
                StrictJson.MAPPER.readTree(iris.resolve("summary.json").toFile());

        String page = report(iris);

        assertThat(page)
                .contains(
                        "<title>iris: report of a training</title>",
                        summary.get("weightsSha256").asText(),
                        summary.get("dataSha256").asText(),
                        "aria-label=\"Loss by epoch; in the end train loss ",
                        "aria-label=\"Accuracy by epoch; in the end train accuracy ",
                        "<h2>What is taken for what</h2>\n<p class=\"quiet\">30 validation samples",
                        "<th scope=\"col\">versicolor</th>",
                        "<h2>Calibration</h2>",
                        "Importance is what shuffling a column among the validation samples does",
                        "epochs = 6\n")
                .doesNotContain("<h2>Residuals</h2>", "aria-label=\"Learning rate");
        assertThat(page)
                .contains(
                        "<dt>Accuracy</dt><dd>" + shown(summary.get("accuracy").asDouble()) + "</dd>");
        requireAlone(page);
    }

    /** As four digits that count. */
    private static String shown(double share) {
        return share == 1 ? "1" : String.format(Locale.ROOT, "%.4f", share);
    }

    @Test
    void shouldTellAllAboutARunOfNumbers() throws IOException {
        Path run = train("diabetes", "diabetes", "--epochs", "3", "--lr", "0.01");

        String page = report(run);

        assertThat(page)
                .contains("<h2>Residuals</h2>", "Predicted by true progression", "aria-label=\"RMSE by epoch")
                .doesNotContain("<h2>Calibration</h2>", "What is taken for what");
        assertThat(Pattern.compile("<circle class=\"point\"")
                        .matcher(page)
                        .results()
                        .count())
                .isEqualTo(88);
        requireAlone(page);
    }

    /** What a later version writes into the summary is there by its name. */
    @Test
    void shouldShowWhateverTheSummaryHas() throws IOException {
        Path run = copy(iris, "more");
        Path file = run.resolve("summary.json");
        ObjectNode summary = (ObjectNode) StrictJson.MAPPER.readTree(file.toFile());
        summary.put("rocAuc", 0.987654).put("balancedAccuracy", 0.75);
        summary.putObject("calibration").put("ece", 0.0125);
        ObjectNode validation = summary.putObject("validation").put("logLoss", 0.3125);
        validation.putArray("perClass").addObject().put("class", "setosa").put("recall", 0.625);
        summary.putArray("f1ByClass").add(0.5).add(0.25).add(0.125);
        summary.putArray("worstRows").addObject().put("row", 17).put("loss", 3.5);
        Files.writeString(file, summary.toString());

        assertThat(report(run))
                .contains(
                        "<th scope=\"row\">ROC AUC</th><td>0.9877</td>",
                        "<th scope=\"row\">Balanced accuracy</th><td>0.7500</td>",
                        "<th scope=\"row\">Calibration, ECE</th><td>0.01250</td>",
                        "<td>versicolor</td><td>0.2500</td>",
                        "<th scope=\"row\">Validation, log loss</th><td>0.3125</td>",
                        "<caption>Validation, per class</caption>",
                        "<td>setosa</td><td>0.6250</td>",
                        "<caption>Worst rows</caption>",
                        "<td>17</td><td>3.500</td>");
    }

    /** Names that would be markup: of columns, classes, the file and the run. */
    @Test
    void shouldMakeNoMarkupOfNames() throws IOException {
        StringBuilder rows = new StringBuilder("\"<script>alert(1)</script>\",\"a\"\"><img src=x>\",'&lt;k\n");
        for (int row = 0; row < 40; row++) {
            rows.append(row)
                    .append(row % 2 == 0 ? ",<b>red</b>" : ",\"\"\"><i>\"")
                    .append(row % 4 == 0 ? ",\n" : ",1\n");
        }
        StringBuilder data = new StringBuilder();
        rows.toString().lines().forEach(line -> data.append(line).append('\n'));
        String text = data.toString().replace(",1\n", ",</td>yes\n").replace(",\n", ",<svg onload=x>\n");
        Path file = Files.writeString(directory.resolve("<u>&amp;.csv"), text);
        Path run = train("names", file.toString(), "--epochs", "2");
        Path summary = run.resolve("summary.json");
        Files.writeString(
                summary, Files.readString(summary).replaceFirst("\"name\":\"[^\"]*\"", "\"name\":\"<h1>&'\""));

        String page = report(run);

        assertThat(page)
                .contains(
                        "&lt;script&gt;alert(1)&lt;/script&gt;",
                        "a&quot;&gt;&lt;img src=x&gt;",
                        "&lt;svg onload=x&gt;",
                        "&lt;b&gt;red&lt;/b&gt;",
                        "&#39;&amp;lt;k",
                        "&lt;h1&gt;&amp;&#39;</h1>")
                .doesNotContain("<img", "<b>", "<i>", "<u>", "<svg onload", "</td>yes");
        requireAlone(page);
    }

    /** No script, nothing from elsewhere. */
    private static void requireAlone(String page) {
        String rest = page.replace("<meta http-equiv=\"Content-Security-Policy\"", "");
        assertThat(rest.toLowerCase(Locale.ROOT))
                .doesNotContain("<script", "http:", "https:", "//", "url(", "@import", "<link", "<iframe", "<img")
                .doesNotContainPattern("<[^>]*\\s(src|href|on[a-z]+)=");
        assertThat(page).contains("default-src 'none'").endsWith("</html>\n");
    }

    @Test
    void shouldDoWithoutDataThatIsGoneOrOther() throws IOException {
        StringBuilder rows = new StringBuilder("x,y\n");
        for (int row = 0; row < 50; row++) {
            rows.append(row).append(',').append(0.5 + row * 1.25).append('\n');
        }
        Path file = Files.writeString(directory.resolve("line.csv"), rows);
        Path run = train("line", file.toString(), "--epochs", "2", "--lr", "0.01");
        assertThat(report(run)).contains("<h2>Residuals</h2>");

        Files.writeString(file, rows.toString().replace("7,", "8,"));
        assertThat(report(run)).contains("could not be read again: ", "not the data the model was trained on");
        Files.delete(file);
        assertThat(report(run))
                .contains("could not be read again: ", "no such file")
                .doesNotContain("Residuals");
    }

    /** A table of fifty by fifty would be no help. */
    @Test
    void shouldNameThePairsConfusedMostOfManyClasses() throws IOException {
        StringBuilder rows = new StringBuilder("x,kind\n");
        for (int row = 0; row < 400; row++) {
            rows.append(row % 5).append(",kind").append(row % 50).append('\n');
        }
        Path file = Files.writeString(directory.resolve("many.csv"), rows);

        assertThat(report(train("many", file.toString(), "--epochs", "1")))
                .contains("<caption>Confused most</caption>", "<th scope=\"col\">taken for</th>")
                .doesNotContain("class=\"confusion\"");
    }

    @Test
    void shouldReportARunThatHeldNothingOut() throws IOException {
        Path run = train("xor", "xor", "--epochs", "1");

        assertThat(report(run))
                .contains(
                        "No samples were held out. The run was validated with the samples that it was trained on.",
                        "<h2>Columns</h2>");
    }

    /** Who asks for it is told where it cannot be. */
    @Test
    void shouldSayWhyImportanceIsNotMeasured() throws IOException {
        Path run = train("asked", "xor", "--epochs", "1");
        String file = directory.resolve("asked.html").toString();

        Cli.Outcome asked = Cli.run("report", run.toString(), "--out", file, "--importance");
        assertThat(asked.code()).isZero();
        assertThat(asked.err())
                .isEqualTo(
                        "tutti: the importance of the columns was not measured: No samples were held out. The run was"
                                + " validated with the samples that it was trained on." + System.lineSeparator());
        assertThat(Cli.run("report", run.toString(), "--out", file).err()).isEmpty();
        assertThat(Cli.run("report", iris.toString(), "--out", file, "--importance")
                        .err())
                .isEmpty();
    }

    /** Lines about steps are passed over; a line that is broken is named by its number. */
    @Test
    void shouldTakeTheLinesAboutEpochsOfManyAboutSteps() throws IOException {
        Path run = copy(iris, "steps");
        Path file = run.resolve("metrics.jsonl");
        String steps = "{\"step\":1,\"epoch\":1,\"samples\":3,\"loss\":0.5}\n".repeat(1000);
        Files.writeString(file, steps + Files.readString(file));
        assertThat(report(run)).isEqualTo(report(iris));

        Files.writeString(file, steps + "{\"steps\": \n");
        requireRefused(Cli.run("report", run.toString()), "metrics.jsonl, line 1001: ");
    }

    /** Also where all rows fit the model, of which there are as many as before. */
    @Test
    void shouldNoticeOtherValidationData() throws IOException {
        String rows = "x,kind\n" + "1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n".repeat(10);
        Path file = Files.writeString(directory.resolve("training.csv"), rows);
        Path other = Files.writeString(directory.resolve("validation.csv"), rows);
        Path run = train(
                "other", file.toString(), "--validation-data", other.toString(), "--epochs", "2", "--batch", "10");
        JsonNode summary =
                StrictJson.MAPPER.readTree(run.resolve("summary.json").toFile());
        assertThat(report(run))
                .contains(
                        "60 validation samples", summary.get("validationSha256").asText())
                .doesNotContain("could not be read again");

        Files.writeString(other, rows.replaceFirst("1,a", "1,b"));

        assertThat(report(run))
                .contains("could not be read again: ", "validation.csv: not the data the run was validated with")
                .doesNotContain("What is taken for what");
        Files.writeString(other, rows + "1,a\n");
        assertThat(report(run)).contains("expected 60 rows, found 61");
    }

    @Test
    void shouldWriteIntoTheRunWhereNothingElseIsSaid() throws IOException {
        Path run = copy(iris, "default");

        assertThat(Cli.run("report", run.toString()).code()).isZero();
        assertThat(run.resolve("report.html")).content().contains("<h1>iris</h1>");
    }

    @Test
    void shouldRefuseInOneLineWhatIsNoRun() throws IOException {
        requireRefused(Cli.run("report", directory.resolve("none").toString()), "none: no such directory");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        requireRefused(
                Cli.run("report", empty.toString()),
                "empty: no run that is done: there is no summary.json; give the directory of a run");
        Path broken = copy(iris, "broken");
        Files.writeString(broken.resolve("summary.json"), "{\"name\": ");
        requireRefused(Cli.run("report", broken.toString()), "summary.json, line 1: ");
        Path cut = copy(iris, "cut");
        byte[] model = Files.readAllBytes(cut.resolve("model.safetensors"));
        Files.write(cut.resolve("model.safetensors"), Arrays.copyOf(model, model.length - 5));
        requireRefused(Cli.run("report", cut.toString()), "the file is cut short");
        assertThat(cut.resolve("report.html")).doesNotExist();
    }

    private static void requireRefused(Cli.Outcome outcome, String message) {
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("tutti: ").contains(message);
        assertThat(outcome.err().lines()).hasSize(1);
    }

    private static Path copy(Path run, String name) throws IOException {
        Path copy = Files.createDirectory(directory.resolve(name));
        for (String file : new String[] {"summary.json", "metrics.jsonl", "config.conf", "model.safetensors"}) {
            Files.copy(run.resolve(file), copy.resolve(file));
        }
        return copy;
    }
}
