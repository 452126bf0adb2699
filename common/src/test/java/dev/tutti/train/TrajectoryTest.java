package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.kernel.Golden;
import dev.tutti.optim.Sgd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Eight steps of the reference trainer against those computed in double elsewhere. Tolerance: 1e-4 of the largest value of the
 * tensor.
 */
class TrajectoryTest {
    private static final double TOLERANCE = 1e-4;
    private static final List<String> NETWORKS = Golden.networks();

    static List<Arguments> runs() {
        List<Arguments> runs = new ArrayList<>();
        for (String network : NETWORKS) {
            boolean large = network.equals("wide") || network.equals("relu_softmax");
            for (String optimizer : large ? List.of("sgd") : List.of("sgd", "momentum")) {
                for (int segment : new int[] {TrainingSpec.defaultSegmentSize(11), 1, 4, 11}) {
                    runs.add(Arguments.of(network, optimizer, segment));
                }
            }
        }
        return runs;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void shouldFollowTheTrajectory(String network, String optimizer, int segment) throws InterruptedException {
        Golden.Problem problem = Golden.problem(network);
        JsonNode options = problem.json().at("/optimizers/" + optimizer);
        TrainingSpec spec = new TrainingSpec(
                problem.network(),
                new Sgd.Settings((float) options.get("lr").asDouble(), (float)
                        options.path("momentum").asDouble(0)),
                1,
                problem.json().get("batch_size").asInt(),
                segment,
                Sync.STEP,
                1,
                false,
                0f,
                problem.dataset().samples());
        assertThat(spec.stepsPerEpoch()).isEqualTo(problem.json().get("steps").asInt());
        TrainingJob job = new TrainingJob(network, spec, problem.dataset(), problem.dataset(), problem.parameters());

        TrainingResult result = ReferenceTrainer.train(job, TrainingListener.NONE);

        JsonNode expected = problem.json().at("/after_all_steps/" + optimizer);
        int from = 0;
        for (JsonNode tensor : expected.get("parameters")) {
            from = assertClose(result.parameters(), from, Golden.flatten(tensor));
        }
        assertThat(from).isEqualTo(result.parameters().length);
        double meanLoss = expected.get("mean_loss_all").asDouble();
        assertThat(result.last().validationLoss()).isCloseTo(meanLoss, within(TOLERANCE * meanLoss));
    }

    private static int assertClose(float[] actual, int from, double[] expected) {
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[from + i])
                    .as("parameter %d", from + i)
                    .isCloseTo(expected[i], within(TOLERANCE * largest));
        }
        return from + expected.length;
    }
}
