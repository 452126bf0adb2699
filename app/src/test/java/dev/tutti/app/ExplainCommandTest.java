package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.explain.Explainer;
import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.mistake.Mistakes;
import dev.tutti.model.Activation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code tutti explain}: the forms, and what is wrong use. */
class ExplainCommandTest {
    static List<String> names() {
        return Explainer.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldFitEightyColumnsInPlainAscii(String name) {
        List<String> texts = Exercises.all().stream().anyMatch(one -> one.name().equals(name))
                ? List.of(
                        done("explain", name, "--notation", "lecture", "--source"),
                        done("explain", name, "--notation", "tutti", "--source"))
                : List.of(done("explain", name));
        for (String text : texts) {
            assertThat(text.lines())
                    .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(80));
            assertThat(text)
                    .matches("[\\n\\x20-\\x7e]*")
                    .doesNotContain("-0.000000")
                    .doesNotContain("NaN");
        }
    }

    @Test
    void shouldRefuseWhatWouldChangeNothing() {
        for (String topic : List.of("two-layer", "graphs", "symmetry", "leastSquares", "xorThreshold")) {
            refused(topic + " has letters of its own; leave it out", "explain", topic, "--notation", "tutti");
        }
        refused("graphs shows no formula of the kernel", "explain", "graphs", "--source");
        refused("JSON names its values", "explain", "xor", "--notation", "tutti", "--format", "json");
        refused("is no exercise of a lecture", "explain", "iris", "--rows", "0", "--notation", "lecture");
        refused("leave out the other options", "explain", "mistake", "summing", "--notation", "lecture");
        refused("leave out the other options", "explain", "mistake", "summing", "--source");
        refused(
                "--list names all, and goes with nothing else; leave out --format",
                "explain",
                "--list",
                "--format",
                "json");
        refused("leave out xor", "explain", "--list", "xor");
        assertThat(done("explain", "l-layer", "--source"))
                .contains("-> ScalarKernel.backward", "Sgd.updatePlain, Sgd.java");
    }

    @Test
    void shouldHaveTheSourcesInJsonToo() {
        assertThat(done("explain", "xor", "--format", "json", "--source"))
                .contains("\"ScalarKernel.slope\"", "\"file\" : \"dev/tutti/kernel/ScalarKernel.java\"");
        assertThat(done("explain", "xor", "--format", "json")).doesNotContain("sources");
    }

    @Test
    void shouldRefuseFilesWhoseFormNobodyTells(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("table.txt");
        Files.writeString(file, "a,b\n1,2\n");

        refused("nor a model (.safetensors); rename it", "explain", file.toString(), "--rows", "0");
    }

    @Test
    void shouldNameWhatBeginsLikeIt() {
        refused("did you mean mean-of-means?", "explain", "mistake", "mean");
        refused("did you mean sigmoid-cross-entropy?", "explain", "sigmoid-cross");
    }

    /** A name that no file can have is a name that is not known. */
    @Test
    void shouldTakeNamesThatAreNoPaths() {
        refused("unknown exercise: a\0b", "explain", "a\0b");
    }

    @Test
    void shouldSayWhatTheStepLeavesOut(@TempDir Path directory) throws IOException {
        Path config = directory.resolve("run.conf");
        Files.writeString(config, "hidden = 2\ndropout = 0.5\nmomentum = 0.9\n");

        assertThat(done("explain", "iris", "--rows", "0", "--config", config.toString())
                        .replaceAll("\\s+", " "))
                .contains("plain gradient descent, whatever the settings say: without momentum, dropout");
        assertThat(done("explain", "iris", "--rows", "0")).doesNotContain("momentum");
    }

    /** In the order in which they are told, and not as a map of this run of Java happens to have them. */
    @Test
    void shouldWriteValuesInTheirOrder() {
        assertThat(done("explain", "mistake", "averaging-weights", "--format", "json")
                        .replaceAll("\\s+", ""))
                .contains("\"2\":{\"workers\":[0.875,1.875],\"average\":1.375,\"right\":1.875}");
        assertThat(done("explain", "xor", "--source", "--format", "json"))
                .containsPattern(
                        "(?s)\"file\" : \"dev/tutti/kernel/ScalarKernel.java\",\\s+\"line\" : \\d+,\\s+\"source\" : ");
    }

    /** What a lecture prints is about its own sample. */
    @Test
    void shouldTellSlipsOfTheSampleThatIsShown() {
        assertThat(done("explain", "two-outputs", "--rows", "1"))
                .doesNotContain("0.042744", "0.596756")
                .contains("a(2) is meant");
        assertThat(done("explain", "two-outputs", "--rows", "1", "--format", "json"))
                .doesNotContain("0.042744");
        assertThat(done("explain", "two-outputs", "--rows", "2,0")).contains("right: 0.042744");
    }

    /** By hand: each activation and each loss is written out, and nothing is divided by a slope of 0. */
    @Test
    void shouldWriteOutEveryActivationAndLoss(@TempDir Path directory) throws IOException {
        Path data = directory.resolve("line.csv");
        Files.writeString(data, "x1,x2,y\n1,2,30\n-3,1,-20\n0.5,0,0.25\n");
        for (Activation activation : Activation.values()) {
            for (String loss : List.of("squared_error", "huber", "absolute_error")) {
                if (activation.isHidden()) {
                    String text = done(
                            "explain",
                            data.toString(),
                            "--rows",
                            "0,1,2",
                            "--hidden",
                            "3",
                            "--activation",
                            activation.id(),
                            "--loss",
                            loss,
                            "--scale",
                            "none");
                    assertThat(text).doesNotContain("NaN", "f'(z_i(l)) = f'").contains(activation.id());
                    assertThat(text.lines())
                            .allSatisfy(
                                    line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(80));
                }
            }
        }
    }

    @Test
    void shouldListAllByNameAndWord() {
        assertThat(done("explain", "--list").lines().map(line -> line.split(" ", 2)[0]))
                .containsAll(Explainer.names());
    }

    @Test
    void shouldShowTheStepOfTheMockUp() {
        assertThat(done("explain", "two-outputs"))
                .contains(
                        "a1(1) = 0.35 + 0.25*0.05 + 0.3*0.1 = 0.392500",
                        "E = 1.380711 + 0.269857 = 1.650568",
                        "delta2(1) = 0.241301*(0.4*0.741365 + 0.55*-0.217103) = 0.042744   ~ 0.042744",
                        "\"0.03\" for delta_2^(1): a slip",
                        "E = 1.650568 -> 1.184765");
    }

    @Test
    void shouldUseTuttisLettersWhenAsked() {
        assertThat(done("explain", "two-outputs", "--notation", "tutti"))
                .contains("z1(1) = 0.35", "a1(1) = 0.596884", "d1(2) = 0.751365 - 0.01")
                .doesNotContain("eta");
    }

    @Test
    void shouldNameTheMethodsWhenAsked() {
        assertThat(done("explain", "xor")).doesNotContain("ScalarKernel");
        assertThat(done("explain", "xor", "--source")).contains("-> ScalarKernel.forward", "-> ScalarKernel.backward");
    }

    @Test
    void shouldRefuseUnknownNamesRowsAndForms() {
        refused("unknown exercise: two-output; did you mean two-outputs?", "explain", "two-output");
        refused("no exercise given", "explain");
        refused("no row 4 in xor; rows are counted from 0: 0 to 3", "explain", "xor", "--rows", "0,4");
        refused("a row twice", "explain", "xor", "--rows", "1,1");
        refused(
                "--format: unknown value: \"pdf\", allowed: text, markdown, html, json",
                "explain",
                "xor",
                "--format",
                "pdf");
    }

    @Test
    void shouldShowTheTreeOfTheMockUp() {
        assertThat(done("explain", "xor", "--distributed", "3"))
                .contains(
                        "worker-2  1 2   g1 g2     g1, g2",
                        "g0+g1   0.000000  -0.374836   0.000000   0.250332   0.009388  -0.016068",
                        "root    0.114447  -0.057626",
                        "the same bits")
                .doesNotContain("killed");
        assertThat(done("explain", "xor", "--distributed", "3", "--kill", "2"))
                .contains("worker-2  1 2   g1 g2     killed", "worker-1  1     g1        g1", "the same bits");
    }

    @Test
    void shouldSayWhyThresholdUnitsCannotBeTrained() {
        String why = "not to be trained, as its slope is 0";
        refused(why, "train", "xor", "--activation", "threshold");
        refused(why, "explain", "xor", "--rows", "0", "--activation", "threshold");
        assertThat(done("explain", "xorThreshold")).contains("No gradient");
    }

    @Test
    void shouldFitEightyColumnsWithMistakesWorkersAndTheList() {
        List<String> pages = new ArrayList<>(List.of(done("explain", "--list")));
        Mistakes.all().forEach(one -> pages.add(done("explain", "mistake", one.name())));
        for (String name : List.of("xor", "tanh-4433", "td6-network", "two-outputs-squared")) {
            pages.add(done("explain", name, "--distributed", "3", "--kill", "1", "--source"));
        }

        assertThat(pages)
                .allSatisfy(page -> assertThat(page.lines())
                        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(80)));
    }

    @Test
    void shouldRefuseWorkersWithoutWork() {
        refused(
                "the batch has 4 segments, so some workers would have no work; give 1 to 4",
                "explain",
                "xor",
                "--distributed",
                "5");
        refused("--distributed out of range: 0", "explain", "xor", "--distributed", "0");
        refused(
                "--kill 4: there is no such worker; give 1 to 3",
                "explain",
                "xor",
                "--distributed",
                "3",
                "--kill",
                "4");
        refused("nobody would be left", "explain", "xor", "--distributed", "1", "--kill", "1");
        refused("--kill goes with --distributed", "explain", "xor", "--kill", "1");
        refused("symmetry is not one step", "explain", "symmetry", "--distributed", "2");
    }

    @Test
    void shouldExplainRowsOfDataWithASmallNetwork() {
        String text = done("explain", "iris", "--rows", "0,77", "--hidden", "3", "--activation", "tanh");

        assertThat(text).contains("4-3-3   tanh softmax", "row 0:", "row 77:", "y = (0, 1, 0)", "counted from 0");
    }

    @Test
    void shouldRefuseWhatNoPageCanHold() {
        refused("64-2-10 with 160 parameters is too large for a page", "explain", "digits", "--rows", "0");
        refused("4-99-3", "explain", "iris", "--rows", "0", "--hidden", "99");
        refused("no row 150 in iris; rows are counted from 0: 0 to 149", "explain", "iris", "--rows", "150");
        refused("9 rows are too many", "explain", "iris", "--rows", "0,1,2,3,4,5,6,7,8");
        refused("which rows?", "explain", "iris");
        refused("two-outputs is an exercise", "explain", "two-outputs", "--hidden", "3");
    }

    @Test
    void shouldExplainTheNextStepOfARun(@TempDir Path directory) {
        String run = directory.resolve("run").toString();
        done(
                "train",
                "xor",
                "--hidden",
                "2",
                "--trainer",
                "reference",
                "--epochs",
                "3",
                "--scale",
                "none",
                "--out",
                run);

        String text = done("explain", run, "--rows", "1,2", "--distributed", "2");

        assertThat(text).contains("worker-2  2     g2        g2", "the same bits");
        assertThat(done("explain", run + "/model.safetensors", "--data", "xor", "--rows", "1"))
                .contains("row 1:   x = (0, 1)   y = 1");
        refused("a model alone does not say on which data", "explain", run + "/model.safetensors", "--rows", "1");
    }

    private static String done(String... args) {
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        return outcome.out();
    }

    private static void refused(String message, String... args) {
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.err()).startsWith("tutti: ").contains(message);
    }
}
