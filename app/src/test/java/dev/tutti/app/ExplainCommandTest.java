package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.explain.Explainer;
import java.util.List;
import org.junit.jupiter.api.Test;
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
        for (String notation : List.of("lecture", "tutti")) {
            String text = done("explain", name, "--notation", notation, "--source");

            assertThat(text.lines())
                    .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(80));
            assertThat(text)
                    .matches("[\\n\\x20-\\x7e]*")
                    .doesNotContain("-0.000000")
                    .doesNotContain("NaN");
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
        refused("'--format'", "explain", "xor", "--format", "pdf");
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
