package dev.tutti.app.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.explain.mistake.Measured;
import dev.tutti.files.InputException;
import dev.tutti.model.WeightsHash;
import dev.tutti.train.DivergedException;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The wrong numbers of the mistakes, and the right ones, are those that were computed elsewhere, or that Tutti measures. */
class MistakesTest {
    private static final JsonNode EXPERIMENTS = Worked.read("worked_steps.json").get("experiments");
    private static final JsonNode LINE = EXPERIMENTS.get("line");

    static List<Measured> runs() {
        return Measured.all();
    }

    @ParameterizedTest
    @CsvSource({
        "summing,mean,mean",
        "summing,sumOfSamples,sumOfSamples",
        "summing,sumOfTwoWorkerMeans,sumOfTwoWorkerMeans",
        "divide-again,dividedTwice,dividedTwice",
        "no-reset,notReset,notReset",
        "equal-start,differentStart,differentStart",
        "one-workers-gradient,perSample,perSample"
    })
    void shouldShowTheNumbersOfTheLine(String mistake, String found, String expected) {
        Worked.assertSame(mistake, json(mistake).get(found), LINE.get(expected));
    }

    @Test
    void shouldShowUnevenParts() {
        JsonNode uneven = LINE.get("uneven");
        Worked.assertSame("means", json("mean-of-means").get("workerMeans"), uneven.get("workerMeans"));
        Worked.assertSame("mean of means", json("mean-of-means").get("meanOfMeans"), uneven.get("meanOfMeans"));
        Worked.assertSame("mean", json("mean-of-means").get("mean"), uneven.get("mean"));
        Worked.assertSame("padded", json("padding").get("padded"), uneven.get("padded"));
        Worked.assertSame("dropped", json("padding").get("lastDropped"), uneven.get("lastDropped"));
    }

    @Test
    void shouldShowNoiseClippingAndLocalSteps() {
        JsonNode noise = LINE.get("noise");
        Worked.assertSame("std1", json("one-workers-gradient").get("std1"), noise.get("std1"));
        Worked.assertSame("std2", json("one-workers-gradient").get("std2"), noise.get("std2"));
        Worked.assertSame("pairs", json("one-workers-gradient").get("pairs"), noise.get("pairs"));
        Worked.assertSame(
                "before",
                json("clipping").get("clippedThenMean"),
                LINE.get("clip").get("clippedThenMean"));
        Worked.assertSame(
                "after",
                json("clipping").get("meanThenClipped"),
                LINE.get("clip").get("meanThenClipped"));
        for (String steps : List.of("1", "2", "4")) {
            Worked.assertSame(
                    "local",
                    json("averaging-weights").get(steps),
                    LINE.get("local").get(steps));
        }
        Worked.assertSame(
                "whole",
                json("local-batch-norm").get("whole"),
                EXPERIMENTS.get("batchNorm").get("whole"));
        Worked.assertSame(
                "two",
                json("local-batch-norm").get("twoWorkers"),
                EXPERIMENTS.get("batchNorm").get("twoWorkers"));
    }

    @Test
    void shouldShowOrdersAndBits() {
        JsonNode order = EXPERIMENTS.get("epochOrder");
        for (int epoch = 1; epoch <= 3; epoch++) {
            assertThat(json("no-shuffle").get("epoch " + epoch)).isEqualTo(order.get("epoch " + epoch));
        }
        JsonNode adding = json("order-of-adding");
        for (String sum : List.of("inOrder", "tree", "otherArrival")) {
            Worked.assertSame(
                    sum, adding.get(sum), EXPERIMENTS.get("floatOrder").get(sum));
        }
        JsonNode bits = EXPERIMENTS.get("sameBits");
        assertThat(adding.get("sameBits").get("by the tree"))
                .isEqualTo(bits.get("segment 2, tree").get("weightsSha256"));
        assertThat(adding.get("sameBits").get("as they arrive: 2 0 3 1"))
                .isEqualTo(bits.get("segment 2, as they arrive 2 0 3 1").get("weightsSha256"));
        assertThat(adding.get("sameBits").get("as they arrive: 3 1 0 2"))
                .isEqualTo(bits.get("segment 2, as they arrive 3 1 0 2").get("weightsSha256"));
    }

    @Test
    void shouldFindTheBestStepOfADifference() {
        JsonNode found = json("smaller-h");
        JsonNode expected =
                Worked.read("worked_steps.json").get("differenceSteps").get("double");
        for (String h : List.of("1e-1", "1e-2")) {
            assertThat(found.get("double").get(h).asDouble())
                    .isCloseTo(
                            expected.get(h).asDouble(), within(expected.get(h).asDouble() * .02));
        }
        assertThat(found.get("double").get("1e-3").asDouble()).isLessThan(1e-11);
        assertThat(found.get("double").get("1e-11").asDouble()).isGreaterThan(1e-7);
        assertThat(found.get("float").get("1e-1").asDouble()).isLessThan(1e-6);
        assertThat(found.get("float").get("1e-8").asDouble()).isCloseTo(0.0027076547, within(1e-9));
    }

    @Test
    void shouldDropTheSameUnitsWhoeverComputes() {
        JsonNode found = json("one-seed");
        assertThat(found.get("tutti").get(4)).isNotEqualTo(found.get("tutti").get(0));
        assertThat(found.get("eachWorkerFromItsStart").get(4))
                .isEqualTo(found.get("tutti").get(0));
    }

    @Test
    void shouldLoseNothingWithAWorker() {
        JsonNode found = json("lost-samples");
        assertThat(found.get("weightsSha256")).isEqualTo(found.get("weightsSha256OfOneProcess"));
    }

    /** The sheets of digits are Tutti's own numbers: each run is made again. */
    @ParameterizedTest
    @MethodSource("runs")
    void shouldMeasureDigitsAsShown(Measured run) throws InterruptedException {
        TrainingJob job = DigitsRuns.job(Arrays.stream(run.command()
                        .replace("tutti train digits", "--data digits")
                        .substring(2)
                        .split(" --"))
                .map(option -> option.split(" "))
                .collect(Collectors.toMap(option -> option[0], option -> option[1])));
        if (run.diverged()) {
            assertThatThrownBy(() -> ReferenceTrainer.train(job, new TrainingListener() {}))
                    .isInstanceOf(DivergedException.class);
            return;
        }
        EpochMetrics last =
                ReferenceTrainer.train(job, new TrainingListener() {}).last();

        assertThat(last.steps()).isEqualTo(run.steps());
        assertThat(last.trainLoss()).isCloseTo(run.loss(), within(5.001e-5));
        assertThat(last.validationAccuracy()).isCloseTo(run.accuracy(), within(5.001e-5));
    }

    @Test
    void shouldLoseNothingOfDigitsWithAWorker() throws InterruptedException {
        TrainingJob job = DigitsRuns.job(Map.of("data", "digits"));
        DigitsRuns.Shared shared = DigitsRuns.shared(3, 2, 100);
        float[] undisturbed =
                ReferenceTrainer.train(job, new TrainingListener() {}).parameters();

        assertThat(shared.segments()).isEqualTo(Measured.SEGMENTS);
        assertThat(WeightsHash.sha256(job.spec().network(), shared.parameters()))
                .isEqualTo(Measured.HASH);
        assertThat(WeightsHash.sha256(job.spec().network(), undisturbed)).isEqualTo(Measured.HASH);
    }

    @Test
    void shouldNameTheNearest() {
        assertThatThrownBy(() -> Explainer.mistake("meanofmeans"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("did you mean mean-of-means?");
    }

    private static JsonNode json(String mistake) {
        return Worked.json(Explainer.mistake(mistake));
    }
}
