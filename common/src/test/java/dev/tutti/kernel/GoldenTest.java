package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.PartialGradient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The kernel against values computed in double elsewhere. Tolerance: 1e-5 of the largest value of the tensor, since
 * single values may be what is left of a sum that cancels.
 */
class GoldenTest {
    static final List<String> NETWORKS = Golden.networks();
    static final List<String> WORKED_EXAMPLES = workedExamples();

    @ParameterizedTest
    @FieldSource("NETWORKS")
    void shouldComputeOutputs(String name) {
        Golden.Problem problem = Golden.problem(name);
        int count = problem.json().get("batch_size").asInt();
        float[] outputs = new float[count * problem.network().outputs()];
        kernel(problem.network()).outputs(problem.parameters(), problem.batch(0, count), outputs);
        assertClose(name, outputs, problem.json().at("/first_batch/output"));
    }

    @ParameterizedTest
    @FieldSource("NETWORKS")
    void shouldComputeLossOfEachSample(String name) {
        Golden.Problem problem = Golden.problem(name);
        JsonNode expected = problem.json().at("/first_batch/sample_loss");
        float[] losses = new float[expected.size()];
        PartialGradient sums = new PartialGradient(0);
        for (int sample = 0; sample < losses.length; sample++) {
            kernel(problem.network()).evaluate(problem.parameters(), problem.batch(sample, 1), 1, sums);
            losses[sample] = (float) sums.lossSum();
        }
        assertClose(name, losses, expected);
    }

    @ParameterizedTest
    @FieldSource("NETWORKS")
    void shouldComputeGradientOfMean(String name) {
        Golden.Problem problem = Golden.problem(name);
        int count = problem.json().get("batch_size").asInt();
        PartialGradient sum =
                Samples.gradient(kernel(problem.network()), problem.parameters(), problem.batch(0, count), 3);
        assertThat(sum.weightSum()).isEqualTo(count);
        double meanLoss = problem.json().at("/first_batch/mean_loss").asDouble();
        assertThat(sum.lossSum() / count).isCloseTo(meanLoss, within(1e-5 * meanLoss));
        float[] mean = sum.gradient().clone();
        for (int p = 0; p < mean.length; p++) {
            mean[p] /= count;
        }
        int from = 0;
        for (JsonNode tensor : problem.json().at("/first_batch/gradient_of_mean")) {
            int length = Golden.flatten(tensor).length;
            assertClose(name, Arrays.copyOfRange(mean, from, from + length), tensor);
            from += length;
        }
        assertThat(from).isEqualTo(mean.length);
    }

    @ParameterizedTest
    @FieldSource("WORKED_EXAMPLES")
    void shouldAgreeWithWorkedExamples(String name) {
        JsonNode example = Golden.read(Golden.WORKED_EXAMPLES).get(name);
        List<Integer> sizes = new ArrayList<>(List.of(example.get("x").size()));
        example.get("biases").forEach(bias -> sizes.add(bias.size()));
        Loss loss = Loss.valueOf(example.get("loss").asText().toUpperCase(Locale.ROOT));
        NetworkSpec network = new NetworkSpec(sizes, Golden.activations(example.get("activations")), loss);
        ParameterLayout layout = new ParameterLayout(network);
        float[] parameters = new float[layout.parameterCount()];
        for (int layer = 0; layer < network.layers(); layer++) {
            copy(example.get("weights").get(layer), parameters, layout.weightOffset(layer));
            copy(example.get("biases").get(layer), parameters, layout.biasOffset(layer));
        }
        float[] x = Golden.toFloats(Golden.flatten(example.get("x")));
        float[] y = Golden.toFloats(Golden.flatten(example.get("y")));
        if (loss == Loss.CROSS_ENTROPY && y.length > 1) {
            y = new float[] {indexOfOne(y)};
        }
        MiniBatch batch = new MiniBatch().wrap(new Dataset(x, x.length, y, y.length, 1), new int[] {0}, 0, 1);
        PartialGradient sum = Samples.gradient(kernel(network), parameters, batch, 1);
        assertThat(sum.lossSum()).isCloseTo(example.get("error").asDouble(), within(1e-6));
        for (int layer = 0; layer < network.layers(); layer++) {
            assertSixDigits(example.get("weight_gradients").get(layer), sum.gradient(), layout.weightOffset(layer));
            assertSixDigits(example.get("bias_gradients").get(layer), sum.gradient(), layout.biasOffset(layer));
        }
    }

    private static List<String> workedExamples() {
        List<String> names = new ArrayList<>();
        Golden.read(Golden.WORKED_EXAMPLES).fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static int indexOfOne(float[] y) {
        int index = 0;
        while (y[index] != 1f) {
            index++;
        }
        return index;
    }

    private static void copy(JsonNode from, float[] to, int offset) {
        float[] values = Golden.toFloats(Golden.flatten(from));
        System.arraycopy(values, 0, to, offset, values.length);
    }

    private static void assertSixDigits(JsonNode expected, float[] actual, int offset) {
        double[] values = Golden.flatten(expected);
        for (int i = 0; i < values.length; i++) {
            assertThat((double) actual[offset + i]).isCloseTo(values[i], within(1e-6));
        }
    }

    private static void assertClose(String name, float[] actual, JsonNode expected) {
        double[] values = Golden.flatten(expected);
        assertThat(actual).as(name).hasSameSizeAs(values);
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < values.length; i++) {
            assertThat((double) actual[i]).as(name + " " + i).isCloseTo(values[i], within(1e-5 * largest));
        }
    }

    private static GradientKernel kernel(NetworkSpec network) {
        return Kernels.createWarm(network, Dropout.NONE, 32);
    }
}
