package dev.tutti.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.explain.exercise.Exercise;
import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.step.SampleStep;
import dev.tutti.app.explain.step.Step;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every number of the exercises is the one that was computed elsewhere, and every gradient is that of its loss. */
class WorkedStepsTest {
    private static final JsonNode STEPS = Worked.read("worked_steps.json").get("exercises");
    private static final JsonNode EXAMPLES = Worked.read("worked_examples.json");

    static Stream<String> exercises() {
        return Exercises.all().stream().map(Exercise::name);
    }

    static List<String> examples() {
        return EXAMPLES.properties().stream().map(entry -> entry.getKey()).toList();
    }

    @Test
    void shouldHaveAllExercises() {
        assertThat(exercises())
                .containsExactlyInAnyOrderElementsOf(
                        STEPS.properties().stream().map(entry -> entry.getKey()).toList());
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void shouldShowEveryNumberOfTheSteps(String name) {
        JsonNode found = Worked.json(Explainer.explain(Request.exercise(name)));
        ObjectNode expected = STEPS.get(name).deepCopy();
        // How far ours are from the differences is ours to say, in a test below; a title is ours to choose.
        ((ObjectNode) expected.get("finiteDifferences")).remove("worst");
        expected.remove("title");

        Worked.assertSame(name, found, expected);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void shouldShowEveryNumberOfTheExamples(String name) {
        JsonNode found = Worked.json(Explainer.explain(Request.exercise(name)));
        JsonNode sample = found.get("perSample").get(0);
        JsonNode expected = EXAMPLES.get(name);

        Worked.assertSame(name + " x", sample.get("x"), expected.get("x"));
        Worked.assertSame(name + " y", sample.get("y"), expected.get("y"));
        Worked.assertSame(name + " loss", found.get("loss"), expected.get("loss"));
        Worked.assertSame(name + " rate", found.get("learningRate"), expected.get("learning_rate"));
        Worked.assertSame(name + " activations", found.get("activations"), expected.get("activations"));
        Worked.assertSame(name + " weights", found.get("weights"), expected.get("weights"));
        Worked.assertSame(name + " biases", found.get("biases"), expected.get("biases"));
        Worked.assertSame(name + " z", sample.get("preActivations"), expected.get("pre_activations"));
        Worked.assertSame(name + " a", sample.get("outputs"), expected.get("outputs"));
        Worked.assertSame(name + " error", sample.get("loss"), expected.get("error"));
        Worked.assertSame(name + " d", sample.get("localErrors"), expected.get("local_errors"));
        Worked.assertSame(name + " dW", sample.get("weightGradients"), expected.get("weight_gradients"));
        Worked.assertSame(name + " db", sample.get("biasGradients"), expected.get("bias_gradients"));
        Worked.assertSame(name + " W", sample.get("updatedWeights"), expected.get("updated_weights"));
        Worked.assertSame(name + " b", sample.get("updatedBiases"), expected.get("updated_biases"));
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void shouldAgreeWithCentralDifferences(String name) {
        Step step = Step.of(Exercises.named(name).problem());

        assertThat(step.worstDifference()).isLessThan(1e-6);
        assertThat(step.samples()).allSatisfy(one -> assertThat(kinks(one)).isZero());
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void shouldMultiplyWhatComesBackWithTheSlope(String name) {
        for (SampleStep one : Step.of(Exercises.named(name).problem()).samples()) {
            for (int layer = 0; layer < one.trace().d().length - 1; layer++) {
                for (int i = 0; i < one.trace().d()[layer].length; i++) {
                    assertThat(one.trace().sums()[layer][i] * one.trace().slopes()[layer][i])
                            .isEqualTo(one.trace().d()[layer][i]);
                }
            }
        }
    }

    private static int kinks(SampleStep one) {
        int count = 0;
        for (boolean kink : one.kinks()) {
            count += kink ? 1 : 0;
        }
        return count;
    }
}
