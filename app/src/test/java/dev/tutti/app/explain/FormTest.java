package dev.tutti.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.mistake.Mistake;
import dev.tutti.app.explain.mistake.Mistakes;
import dev.tutti.app.explain.page.Digits;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.app.explain.page.TextPage;
import dev.tutti.app.explain.step.Notation;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.app.explain.step.Step;
import dev.tutti.app.explain.step.StepPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All forms show the same numbers, and each form is what it should be. */
class FormTest {
    private static final Pattern NUMBER = Pattern.compile("\\d+[.]\\d{4,}");

    static List<String> names() {
        return Explainer.names();
    }

    /** All that can be explained, by its arguments. */
    static Map<String, Explanation> explanations() {
        Map<String, Explanation> all = new LinkedHashMap<>();
        for (String name : names()) {
            all.put(name, Explainer.explain(Request.exercise(name)));
        }
        for (Mistake mistake : Mistakes.all()) {
            all.put("mistake " + mistake.name(), Explainer.mistake(mistake.name()));
        }
        for (String name : List.of("xor", "td6-network", "two-outputs")) {
            all.put(name + " shared", Explainer.explain(shared(name)));
        }
        return all;
    }

    private static Request shared(String name) {
        return new Request(name, List.of(), Optional.empty(), 3, 2, false, Map.of(), Optional.empty());
    }

    @Test
    void shouldShowTheSameNumbersInAllForms() {
        explanations().forEach((name, explanation) -> {
            TreeSet<String> text = numbers(Form.TEXT.of(explanation, false));

            assertThat(numbers(Form.MARKDOWN.of(explanation, false))).as(name).containsExactlyElementsOf(text);
            String html =
                    Form.HTML.of(explanation, false).replaceAll("(?s)<figure>.*?</figure>|<style>.*?</style>", "");
            assertThat(numbers(html)).as(name).containsExactlyElementsOf(text);
        });
    }

    /** Digits of a number in the text are those of a value of the JSON, which has more of them. */
    @Test
    void shouldHaveInJsonWhatIsComputed() {
        Map<String, Set<String>> missing = new LinkedHashMap<>();
        explanations().forEach((name, explanation) -> {
            TreeSet<String> values = new TreeSet<>();
            collect(Worked.json(explanation), values);
            TreeSet<String> text = numbers(Form.TEXT.of(explanation, false));
            text.removeAll(values);
            if (!text.isEmpty()) {
                missing.put(name, text);
            }
        });

        assertThat(missing).isEmpty();
    }

    private static void collect(JsonNode node, Set<String> values) {
        if (node.isNumber()) {
            double size = Math.abs(node.asDouble());
            values.add(node.asText().replace("-", ""));
            values.add(Digits.of(size).replaceAll("e.*", ""));
            // A float is written with fewer digits than it has.
            values.add(Digits.of((float) size).replaceAll("e.*", ""));
            values.add(String.format(Locale.ROOT, "%.4f", size));
            values.add(String.format(Locale.ROOT, "%.9f", size));
        } else if (node.isTextual()) {
            values.addAll(numbers(node.asText()));
        }
        node.forEach(child -> collect(child, values));
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldMakeOneHtmlPageThatNeedsNothingElse(String name) {
        String html = Form.HTML.of(Explainer.explain(Request.exercise(name)), false);

        assertThat(html).doesNotContain("http", "src=", "href=", "<script", "@import", "url(");
        for (String tag : List.of("math", "mrow", "table", "tr", "section", "div", "svg", "figure", "p", "main")) {
            assertThat(count(html, "<" + tag + "[ >]")).as(tag).isEqualTo(count(html, "</" + tag + ">"));
        }
        assertThat(html).contains("@media print", "prefers-color-scheme: dark", "name=\"viewport\"");
    }

    @Test
    void shouldDrawTheNetworkWithItsNumbers() {
        String html = Form.HTML.of(Explainer.explain(Request.exercise("two-outputs")), false);

        assertThat(html).contains("<svg", "0.442509", "= 0.596884", "= 0.741365", "weight 0.45, gradient 0.442509");
    }

    @Test
    void shouldDrawTheTreeAndWhoDidTheLostPart() {
        String html = Form.HTML.of(Explainer.explain(shared("xor")), false);

        assertThat(count(html, "<rect [^>]*class=\"unit\"")).isEqualTo(5);
        assertThat(count(html, "<rect [^>]*class=\"unit again\"")).isEqualTo(2);
        assertThat(html).contains("computed by worker-1 instead of worker-2", ">g0+g1+g2+g3<");
    }

    /** Paper is as wide as a name and nine numbers. */
    @Test
    void shouldCutWideTablesIntoPieces() {
        String html = Form.HTML.of(Explainer.explain(shared("td6-network")), false);

        assertThat(count(html, "<table>")).isGreaterThan(6);
        for (String row : html.split("<tr", -1)) {
            assertThat(count(row, "<t[hd][ >]")).isLessThanOrEqualTo(10);
        }
    }

    @Test
    void shouldWriteMatricesAndSignsAsInMathematics() {
        Explanation matrices = Explainer.explain(Request.exercise("two-layer"));

        assertThat(Form.MARKDOWN.of(matrices, false)).contains("W^{[1]} = \\begin{pmatrix} 0.5 & -0.4 \\\\ 0.3 & 0.6");
        assertThat(Form.MARKDOWN.of(matrices, false)).contains("\\circ", "A^{[1]T}");
        assertThat(Form.HTML.of(matrices, false)).contains("<mtable class=\"matrix\"><mtr><mtd><mn>0.5</mn>", "\u2218");
        assertThat(Form.TEXT.of(matrices, false)).contains("  W[1]   (2 x 2)\n     0.5  -0.4\n     0.3   0.6\n");
        Explanation step = Explainer.explain(Request.exercise("two-outputs"));
        assertThat(Form.HTML.of(step, false)).contains("for \u03b4<sub>2</sub><sup>(1)</sup>: a slip", "\u2248");
        assertThat(Form.MARKDOWN.of(step, false)).contains("\\approx 0.054153");
    }

    @Test
    void shouldWriteFormulasInLatex() {
        assertThat(Form.MARKDOWN.of(Explainer.explain(Request.exercise("tanh-4433")), false))
                .contains("\\frac{\\partial L}{\\partial z_{1}^{(3)}}", "\\hat{y}", "$$", "\\sum_{i}");
    }

    @Test
    void shouldMarkWithColoursOnlyWhatIsThereWithoutThem() {
        Explanation explanation = Explainer.explain(Request.exercise("two-outputs"));
        String colours = TextPage.of(explanation.page(), true);

        assertThat(colours).contains("\u001b[33m  ! the lecture prints");
        assertThat(colours.replaceAll("\u001b\\[\\d+m", "")).isEqualTo(TextPage.of(explanation.page(), false));
    }

    /** At x = (1, 1) the second hidden unit's pre-activation is exactly 0: a chord across it is no slope. */
    @Test
    void shouldMarkDifferencesAcrossAKink() {
        Problem problem = Exercises.named("dead-relu")
                .problem()
                .with(List.of(new Sample(0, new float[] {1, 1}, new float[] {0}, "ours")));

        String text = TextPage.of(StepPage.of(Step.of(problem), Notation.NET, true, false), false);

        assertThat(text.replaceAll("\\s+", " ")).contains("a kink", "would cross a kink");
        assertThat(Step.of(problem).worstDifference()).isLessThan(1e-6);
    }

    @Test
    void shouldSayWhereFloat32Shows() {
        assertThat(TextPage.of(
                                Explainer.explain(Request.exercise("tanh-4433-softmax"))
                                        .page(),
                                false)
                        .replaceAll("\\s+", " "))
                .contains("0.000000", "is 0 in exact", "in float32");
    }

    private static TreeSet<String> numbers(String text) {
        TreeSet<String> numbers = new TreeSet<>();
        Matcher matcher = NUMBER.matcher(text);
        while (matcher.find()) {
            numbers.add(matcher.group());
        }
        return numbers;
    }

    private static int count(String text, String pattern) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found.size();
    }
}
