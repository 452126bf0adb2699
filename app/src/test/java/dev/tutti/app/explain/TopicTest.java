package dev.tutti.app.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The numbers of what is no single step are those that were computed elsewhere. */
class TopicTest {
    private static final JsonNode STEPS = Worked.read("worked_steps.json");

    @Test
    void shouldShowEveryNumberOfTheGraphs() {
        Worked.assertSame("graphs", json("graphs"), STEPS.get("graphs"));
    }

    @Test
    void shouldShowEveryNumberOfLeastSquares() {
        Worked.assertSame("leastSquares", json("leastSquares"), STEPS.get("leastSquares"));
    }

    @Test
    void shouldComputeXorByThresholdUnits() {
        Worked.assertSame("xorThreshold", json("xorThreshold"), STEPS.get("xorThreshold"));
    }

    /** After 2000 steps float32 has gone its own way where nothing but rounding moves the weights. */
    @Test
    void shouldTrainFromEqualWeightsAsWasComputedElsewhere() {
        JsonNode found = json("symmetry");
        for (Map.Entry<String, JsonNode> entry : STEPS.get("symmetry").properties()) {
            String start = entry.getKey();
            ObjectNode expected = entry.getValue().deepCopy();
            if (start.equals("times 0.01, tanh")) {
                // The terms of this gradient cancel to a millionth of their size: what is left in float32 is rounding.
                for (int p = 0; p < 8; p++) {
                    assertThat(found.get(start).get("meanGradient0").get(p).asDouble())
                            .isCloseTo(0, within(1e-6));
                }
                expected.remove("meanGradient0");
                expected.remove("differenceOfHiddenUnits");
                expected.remove("outputs");
                assertThat(found.get(start).get("differenceOfHiddenUnits").asDouble())
                        .isBetween(.0119, .0120);
            }
            Worked.assertSame(start, found.get(start), expected);
            if (!start.startsWith("times") && !start.startsWith("exercise")) {
                assertThat(found.get(start).get("differenceOfHiddenUnits").asDouble())
                        .isZero();
            }
        }
    }

    @Test
    void shouldWriteShapesThatFit() {
        assertThat(json("two-layer").get("shapes").toString())
                .contains("(2 x 2)(2 x 4) + (2 x 1) = (2 x 4)", "(1 x 4)(4 x 2) = (1 x 2), as W[2]");
        assertThat(json("l-layer").get("shapes").toString()).contains("(3 x 5)(5 x 4) + (3 x 1) = (3 x 4)");
        assertThat(json("two-layer").get("worst").asDouble()).isLessThan(1e-6);
        assertThat(json("l-layer").get("worst").asDouble()).isLessThan(1e-6);
    }

    @Test
    void shouldShowTheMatricesOfTheSteps() {
        JsonNode batch = STEPS.get("exercises").get("td6-network").get("batch");
        for (int layer = 0; layer < 4; layer++) {
            JsonNode found = json("l-layer").get("layers").get(layer);
            Worked.assertSame(
                    "dW", found.get("dW"), batch.get("meanWeightGradients").get(layer));
        }
    }

    private static JsonNode json(String name) {
        return Worked.json(Explainer.explain(Request.exercise(name)));
    }
}
