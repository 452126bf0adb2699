package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.kernel.Golden;
import dev.tutti.optim.Adadelta;
import dev.tutti.optim.Adagrad;
import dev.tutti.optim.Adam;
import dev.tutti.optim.AdamW;
import dev.tutti.optim.Nesterov;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.RmsProp;
import dev.tutti.optim.Schedule;
import dev.tutti.optim.Sgd;
import dev.tutti.optim.UpdateRules;
import dev.tutti.reduce.NodePrecision;
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
    private static final List<String> OTHERS =
            List.of("sgd_l2", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw");

    static List<Arguments> runs() {
        List<Arguments> runs = new ArrayList<>();
        for (String network : NETWORKS) {
            boolean large = network.equals("wide") || network.equals("relu_softmax");
            for (String optimizer : large ? List.of("sgd") : List.of("sgd", "momentum")) {
                for (int segment : new int[] {TrainingSpec.defaultSegmentSize(11), 1, 4, 11}) {
                    runs.add(Arguments.of(network, optimizer, segment));
                }
            }
            for (String optimizer : large ? List.<String>of() : OTHERS) {
                runs.add(Arguments.of(network, optimizer, TrainingSpec.defaultSegmentSize(11)));
            }
        }
        return runs;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void shouldFollowTheTrajectory(String network, String optimizer, int segment) throws InterruptedException {
        Golden.Problem problem = Golden.problem(network);
        JsonNode options = problem.json().at("/optimizers/" + optimizer);
        // AdamW's decay is its own.
        float weightDecay = optimizer.equals("adamw")
                ? 0
                : (float) options.path("weight_decay").asDouble(0);
        UpdateRules added = new UpdateRules(Schedule.CONSTANT, weightDecay, 0, 0, 0, 0);
        TrainingSpec spec = new TrainingSpec(
                problem.network(),
                settings(optimizer, options),
                1,
                problem.json().get("batch_size").asInt(),
                segment,
                Sync.STEP,
                LocalSteps.NONE,
                1,
                false,
                0f,
                NodePrecision.FLOAT32,
                new Refinements(added, 0, 0, 0),
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

    private static OptimizerSettings settings(String optimizer, JsonNode options) {
        float rate = (float) options.get("lr").asDouble();
        float momentum = (float) options.path("momentum").asDouble(0);
        float epsilon = (float) options.path("eps").asDouble(0);
        float rho = (float) options.path("rho").asDouble(options.path("alpha").asDouble(0));
        float beta1 = (float) options.at("/betas/0").asDouble(0);
        float beta2 = (float) options.at("/betas/1").asDouble(0);
        float weightDecay = (float) options.path("weight_decay").asDouble(0);
        return switch (optimizer) {
            case "sgd", "momentum", "sgd_l2" -> new Sgd.Settings(rate, momentum);
            case "nesterov" -> new Nesterov.Settings(rate, momentum);
            case "adagrad" -> new Adagrad.Settings(rate, epsilon);
            case "rmsprop" -> new RmsProp.Settings(rate, rho, epsilon);
            case "adadelta" -> new Adadelta.Settings(rate, rho, epsilon);
            case "adam" -> new Adam.Settings(rate, beta1, beta2, epsilon);
            case "adamw" -> new AdamW.Settings(rate, beta1, beta2, epsilon, weightDecay);
            default -> throw new IllegalArgumentException(optimizer);
        };
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
