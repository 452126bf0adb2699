package dev.tutti.app.explain.share;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.cluster.EmbeddedCluster;
import dev.tutti.app.explain.Worked;
import dev.tutti.app.explain.exercise.Exercise;
import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.own.OwnData;
import dev.tutti.app.explain.page.TextPage;
import dev.tutti.app.explain.step.Notation;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Step;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.Dataset;
import dev.tutti.model.ParameterLayout;
import dev.tutti.model.WeightsHash;
import dev.tutti.protocol.Placement;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.TransportKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A shared step is cut as the coordinator cuts it, and ends in the bits of one process, of the trainer and of a cluster. */
class SharedStepTest {
    private static final JsonNode WORKERS = Worked.read("worked_steps.json").get("workers");

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void shouldCutTheStepAsWasWorkedOut(int segments) {
        for (Map.Entry<String, JsonNode> entry :
                WORKERS.get(segments + " segments").properties()) {
            int workers = Integer.parseInt(entry.getKey());
            for (Share share : Share.of(segments, workers)) {
                JsonNode expected = entry.getValue().get(share.worker() - 1);
                assertThat(share.segments())
                        .as(segments + " segments, " + workers + " workers, " + share.name())
                        .isEqualTo(IntStream.range(0, expected.get("segments").size())
                                .mapToObj(i -> expected.get("segments").get(i).asInt())
                                .toList());
                assertThat(share.sends())
                        .isEqualTo(IntStream.range(0, expected.get("sends").size())
                                .mapToObj(i -> new Share.Range(
                                        expected.get("sends").get(i).get(0).asInt(),
                                        expected.get("sends").get(i).get(1).asInt()))
                                .toList());
            }
        }
    }

    @Test
    void shouldEndInTheSameBitsForAnyNumberOfWorkersAndAnyVictim() {
        for (Exercise exercise : Exercises.all()) {
            Step step = Step.of(exercise.problem());
            for (int workers = 1; workers <= 4; workers++) {
                for (int killed = 0; killed <= (workers == 1 ? 0 : workers); killed++) {
                    SharedStep shared = SharedStep.of(step, workers, killed);
                    assertThat(shared.sameBits())
                            .as(exercise.name() + workers + killed)
                            .isTrue();
                    assertThat(shared.root()).containsExactly(step.batch().root());
                    assertThat(shared.again().isEmpty()).isEqualTo(killed == 0);
                }
            }
        }
    }

    /** Also where the tree is lopsided, and with long numbers of rows. */
    @Test
    void shouldEndInTheSameBitsForAnyNumberOfRows() {
        for (int count = 1; count <= 8; count++) {
            List<Integer> rows =
                    IntStream.range(0, count).map(i -> 149 - i).boxed().toList();
            Step step = Step.of(OwnData.problem("iris", rows, Map.of(), Optional.empty()));
            for (int workers = 1; workers <= count; workers++) {
                for (int killed = 0; killed <= (workers == 1 ? 0 : workers); killed++) {
                    SharedStep shared = SharedStep.of(step, workers, killed);
                    String what = count + " rows, " + workers + " workers, " + killed;
                    assertThat(shared.sameBits()).as(what).isTrue();
                    assertThat(TextPage.of(SharedStepPage.of(shared, Notation.TUTTI, false), false)
                                    .lines())
                            .as(what)
                            .allSatisfy(
                                    line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(80));
                }
            }
        }
    }

    @Test
    void shouldEndInTheBitsOfTheTrainer() throws InterruptedException {
        Problem problem = Exercises.named("xor").problem();

        float[] trained =
                ReferenceTrainer.train(job(problem), new TrainingListener() {}).parameters();

        assertThat(SharedStep.of(Step.of(problem), 3, 0).hash())
                .isEqualTo(WeightsHash.sha256(problem.network(), trained));
    }

    @ParameterizedTest
    @CsvSource({"xor,3", "two-outputs,2"})
    void shouldEndInTheBitsOfACluster(String exercise, int workers) throws InterruptedException {
        Problem problem = Exercises.named(exercise).problem();

        float[] trained = EmbeddedCluster.train(
                        job(problem),
                        "explained",
                        workers,
                        Placement.REPLICATE,
                        TransportKind.IPC,
                        new TrainingListener() {})
                .parameters();

        assertThat(SharedStep.of(Step.of(problem), workers, 0).hash())
                .isEqualTo(WeightsHash.sha256(problem.network(), trained));
    }

    /** The one step of an exercise as a job: settings as of the command line, network and samples of the exercise. */
    private static TrainingJob job(Problem problem) {
        TrainingSpec like = PreparedRun.of(TrainingSettings.read(
                        Map.of(
                                "data",
                                "xor",
                                "batch",
                                "4",
                                "segment",
                                "1",
                                "epochs",
                                "1",
                                "shuffle",
                                "off",
                                "validation",
                                "0",
                                "lr",
                                Float.toString(problem.learningRate())),
                        Optional.empty()))
                .job()
                .spec();
        TrainingSpec spec = new TrainingSpec(
                problem.network(),
                like.optimizer(),
                like.epochs(),
                like.batchSize(),
                like.segmentSize(),
                like.sync(),
                like.seed(),
                like.shuffle(),
                like.dropout(),
                problem.samples().size());
        assertThat(problem.parameters()).hasSize(new ParameterLayout(problem.network()).parameterCount());
        Dataset none = new Dataset(
                new float[0],
                problem.network().inputs(),
                new float[0],
                problem.network().targetCount(),
                0);
        return new TrainingJob(problem.name(), spec, problem.dataset(), none, problem.parameters());
    }
}
