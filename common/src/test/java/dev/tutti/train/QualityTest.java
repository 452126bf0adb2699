package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.kernel.Golden;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Metrics against scikit-learn; the file says which. */
class QualityTest {
    private static final Offset<Double> CLOSE = within(1e-9);

    static List<JsonNode> classes() throws IOException {
        return cases("classes");
    }

    static List<JsonNode> numbers() throws IOException {
        return cases("numbers");
    }

    @ParameterizedTest
    @MethodSource("classes")
    void shouldMeasureClassesAsScikitLearn(JsonNode expected) {
        int count = expected.get("count").asInt();
        NetworkSpec network = count == 2
                ? new NetworkSpec(List.of(1, 1), List.of(Activation.SIGMOID), Loss.BINARY_CROSS_ENTROPY)
                : new NetworkSpec(List.of(1, count), List.of(Activation.SOFTMAX), Loss.CROSS_ENTROPY);

        ClassMetrics found = ClassMetrics.of(network, floats(expected.get("outputs")), ints(expected.get("actual")));

        assertThat(found.accuracy()).isCloseTo(expected.get("accuracy").asDouble(), CLOSE);
        assertThat(found.balancedAccuracy())
                .isCloseTo(expected.get("balancedAccuracy").asDouble(), CLOSE);
        for (int k = 0; k < count; k++) {
            ClassMetrics.OfClass one = found.perClass().get(k);
            assertThat(one.precision()).isCloseTo(expected.at("/precision/" + k).asDouble(), CLOSE);
            assertThat(one.recall()).isCloseTo(expected.at("/recall/" + k).asDouble(), CLOSE);
            assertThat(one.f1()).isCloseTo(expected.at("/f1/" + k).asDouble(), CLOSE);
            assertThat(one.support()).isEqualTo(expected.at("/support/" + k).asInt());
        }
        assertMeans(found.macro(), expected.get("macro"));
        assertMeans(found.weighted(), expected.get("weighted"));
        assertThat(found.rocAuc()).isCloseTo(expected.get("rocAuc").asDouble(), CLOSE);
        assertThat(found.prAuc()).isCloseTo(expected.get("prAuc").asDouble(), CLOSE);
        assertThat(found.logLoss()).isCloseTo(expected.get("logLoss").asDouble(), CLOSE);
        assertThat(found.brier()).isCloseTo(expected.get("brier").asDouble(), CLOSE);
        assertThat(found.calibrationError())
                .isCloseTo(expected.get("calibrationError").asDouble(), CLOSE);
        assertThat(found.calibration().stream()
                        .mapToInt(ClassMetrics.Bin::samples)
                        .sum())
                .isEqualTo(found.samples());
    }

    private static void assertMeans(ClassMetrics.Means found, JsonNode expected) {
        assertThat(found.precision()).isCloseTo(expected.get(0).asDouble(), CLOSE);
        assertThat(found.recall()).isCloseTo(expected.get(1).asDouble(), CLOSE);
        assertThat(found.f1()).isCloseTo(expected.get(2).asDouble(), CLOSE);
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void shouldMeasureNumbersAsScikitLearn(JsonNode expected) {
        float factor = 0.25f;
        float[] outputs = floats(expected.get("outputs"));
        float[] targets = floats(expected.get("targets"));
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] *= factor;
            targets[i] *= factor;
        }

        NumberMetrics found = NumberMetrics.of(outputs, targets, factor);

        assertThat(found.rmse()).isCloseTo(expected.get("rmse").asDouble(), CLOSE);
        assertThat(found.mae()).isCloseTo(expected.get("mae").asDouble(), CLOSE);
        assertThat(found.r2()).isCloseTo(expected.get("r2").asDouble(), CLOSE);
    }

    @Test
    void shouldSayNothingOfWhatIsNotThere() {
        NetworkSpec linear = new NetworkSpec(List.of(1, 3), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);
        float[] outputs = {0.9f, 0.1f, -0.2f, 0.2f, 0.7f, 1.3f};

        ClassMetrics found = ClassMetrics.of(linear, outputs, new int[] {0, 2});

        assertThat(found.accuracy()).isEqualTo(1);
        assertThat(found.rocAuc()).as("class 1 does not occur").isEqualTo(1);
        assertThat(found.logLoss()).as("no probabilities").isNaN();
        assertThat(found.brier()).isNaN();
        assertThat(found.calibration()).isEmpty();
        assertThat(found.macro().recall()).isEqualTo(1);
        assertThat(ClassMetrics.of(linear, outputs, new int[] {0, 0}).rocAuc())
                .as("one class only")
                .isNaN();
        assertThat(NumberMetrics.of(new float[] {1, 2}, new float[] {3, 3}, 1).r2())
                .isNaN();
    }

    @Test
    void shouldFindTheMetricsOfTraining() throws InterruptedException {
        TrainingJob job = TestJobs.job(0.9f);
        TrainingResult result = ReferenceTrainer.train(job, TrainingListener.NONE);

        Quality quality = Quality.of(job.spec().network(), result.parameters(), job.validation(), job.targetUnit());

        assertThat(quality.meanLoss()).isEqualTo(result.last().validationLoss());
        ClassMetrics classes = quality.classes().orElseThrow();
        assertThat(classes.accuracy()).isEqualTo(result.last().validationAccuracy());
        assertThat(classes.logLoss()).isCloseTo(quality.meanLoss(), within(1e-6));
    }

    private static float[] floats(JsonNode values) {
        double[] doubles = Golden.flatten(values);
        float[] floats = new float[doubles.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) doubles[i];
        }
        return floats;
    }

    private static int[] ints(JsonNode values) {
        int[] ints = new int[values.size()];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = values.get(i).asInt();
        }
        return ints;
    }

    private static List<JsonNode> cases(String name) throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        try (InputStream in = QualityTest.class.getResourceAsStream("/metrics/sklearn.json")) {
            new ObjectMapper().readTree(in).get(name).forEach(cases::add);
        }
        return cases;
    }
}
