package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.kernel.Golden;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Adadelta;
import dev.tutti.optim.Adagrad;
import dev.tutti.optim.Adam;
import dev.tutti.optim.AdamW;
import dev.tutti.optim.Nesterov;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Plateau;
import dev.tutti.optim.RmsProp;
import dev.tutti.optim.Schedule;
import dev.tutti.optim.Schedule.Kind;
import dev.tutti.optim.Schedule.Span;
import dev.tutti.optim.Sgd;
import dev.tutti.optim.UpdateRules;
import dev.tutti.reduce.NodePrecision;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Schedules, penalties and clipping against PyTorch in double; the files say with which program they were made. Tolerance of
 * parameters: 1e-4 of the largest value of the tensor, as in {@link TrajectoryTest}.
 */
class RefinedTrajectoryTest {
    private static final double TOLERANCE = 1e-4;

    static List<JsonNode> rates() {
        return cases("rates");
    }

    @ParameterizedTest
    @MethodSource("rates")
    void shouldHaveTheRatesOfPyTorch(JsonNode expected) {
        JsonNode all = read("rates");
        int perEpoch = all.get("stepsPerEpoch").asInt();
        long total = (long) all.get("epochs").asInt() * perEpoch;
        Schedule schedule = new Schedule(
                Kind.valueOf(expected.get("schedule")
                        .asText()
                        .toUpperCase(Locale.ROOT)
                        .replace('-', '_')),
                span(expected.get("warmup").asText()),
                (float) expected.get("factor").asDouble(1),
                expected.get("epochs").asInt(1));
        Plateau plateau = Plateau.NEW;
        for (int step = 0; step < total; step++) {
            float rate = schedule.rate((float) all.get("base").asDouble(), step, total, perEpoch, plateau.factor());
            double wanted = expected.get("rates").get(step).asDouble();
            assertThat((double) rate)
                    .as("step %s of %s", step, expected.get("schedule"))
                    .isCloseTo(wanted, within(1e-6 * wanted));
            if ((step + 1) % perEpoch == 0) {
                plateau = plateau.after(all.get("losses").get(step / perEpoch).asDouble(), schedule);
            }
        }
    }

    private static Span span(String text) {
        return text.endsWith("%")
                ? new Span(0, Integer.parseInt(text.replace("%", "")) / 100.0)
                : new Span(Integer.parseInt(text), 0);
    }

    static List<JsonNode> trajectories() {
        return cases("trajectories");
    }

    @ParameterizedTest
    @MethodSource("trajectories")
    void shouldFollowPyTorch(JsonNode expected) throws InterruptedException {
        Golden.Problem problem = Golden.problem(expected.get("network").asText());
        JsonNode options = expected.get("options");
        OptimizerSettings optimizer = optimizer(expected.get("optimizer").asText(), options);
        boolean decays = optimizer.kind() != OptimizerSettings.Kind.ADAMW;
        Schedule schedule = expected.get("schedule").asText().equals("constant")
                ? Schedule.CONSTANT
                : new Schedule(Kind.COSINE, new Span(2, 0), 1, 1);
        UpdateRules update = new UpdateRules(
                schedule,
                decays ? (float) options.path("weight_decay").asDouble(0) : 0,
                number(expected, "l1"),
                number(expected, "l2"),
                number(expected, "max_norm"),
                number(expected, "clip"));
        TrainingSpec spec = new TrainingSpec(
                new NetworkSpec(
                        problem.network().sizes(),
                        problem.network().activations(),
                        problem.network().loss(),
                        number(expected, "smoothing")),
                optimizer,
                1,
                problem.json().get("batch_size").asInt(),
                3,
                Sync.STEP,
                LocalSteps.NONE,
                1,
                false,
                0f,
                NodePrecision.FLOAT32,
                new Refinements(update, 0, number(expected, "per_sample"), 0),
                problem.dataset().samples());
        TrainingJob job = new TrainingJob("test", spec, problem.dataset(), problem.dataset(), problem.parameters());

        float[] found = ReferenceTrainer.train(job, TrainingListener.NONE).parameters();

        int at = 0;
        for (JsonNode tensor : expected.get("parameters")) {
            at = assertClose(found, at, Golden.flatten(tensor));
        }
        assertThat(at).isEqualTo(found.length);
    }

    private static float number(JsonNode from, String key) {
        return (float) from.path(key).asDouble(0);
    }

    private static OptimizerSettings optimizer(String name, JsonNode options) {
        float rate = number(options, "lr");
        float momentum = number(options, "momentum");
        return switch (name) {
            case "sgd" ->
                options.has("nesterov") ? new Nesterov.Settings(rate, momentum) : new Sgd.Settings(rate, momentum);
            case "adam" -> new Adam.Settings(rate, 0.9f, 0.999f, 1e-8f);
            case "adamw" -> new AdamW.Settings(rate, 0.9f, 0.999f, 1e-8f, number(options, "weight_decay"));
            case "adagrad" -> new Adagrad.Settings(rate, 1e-10f);
            case "rmsprop" -> new RmsProp.Settings(rate, 0.99f, 1e-8f);
            case "adadelta" -> new Adadelta.Settings(rate, 0.9f, 1e-6f);
            default -> throw new IllegalArgumentException(name);
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

    private static List<JsonNode> cases(String file) {
        List<JsonNode> cases = new ArrayList<>();
        read(file).get("cases").forEach(cases::add);
        return cases;
    }

    private static JsonNode read(String file) {
        try (InputStream in = RefinedTrajectoryTest.class.getResourceAsStream("/refinements/" + file + ".json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
