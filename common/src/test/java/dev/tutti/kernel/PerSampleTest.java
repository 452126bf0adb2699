package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Norms, weights and clipping against gradients of single samples that are written out. */
class PerSampleTest {
    static final List<String> NETWORKS = GoldenTest.NETWORKS;

    @ParameterizedTest
    @FieldSource("NETWORKS")
    void shouldComputeNormsWithoutGradients(String name) {
        Golden.Problem problem = Golden.problem(name);
        double[] expected = Golden.flatten(problem.json().at("/first_batch/sample_gradient_norm"));
        for (GradientKernel kernel : kernels(problem.network())) {
            float[] norms = new float[expected.length];
            sum(kernel, problem, expected.length, PerSample.norms(norms));
            for (int s = 0; s < norms.length; s++) {
                assertThat((double) norms[s]).isCloseTo(expected[s], within(1e-5 * expected[s]));
                assertThat(norm(sampleGradient(kernel, problem, s))).isCloseTo(expected[s], within(1e-5 * expected[s]));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("NETWORKS")
    void shouldWeightSamples(String name) {
        Golden.Problem problem = Golden.problem(name);
        float[] weights = {0.5f, 2, 0, 1, 3, 0.25f, 1, 1.5f, 4};
        for (GradientKernel kernel : kernels(problem.network())) {
            PartialGradient sum = sum(kernel, problem, weights.length, PerSample.weights(weights));
            assertThat(sum.weightSum()).isEqualTo(13.25);
            assertIsSum(kernel, problem, weights, sum);
        }
    }

    @ParameterizedTest
    @FieldSource("NETWORKS")
    void shouldClipGradientsOfSamples(String name) {
        Golden.Problem problem = Golden.problem(name);
        int samples = 9;
        for (GradientKernel kernel : kernels(problem.network())) {
            float[] norms = new float[samples];
            sum(kernel, problem, samples, PerSample.norms(norms));
            float limit = norms[3];
            float[] factors = new float[samples];
            for (int s = 0; s < samples; s++) {
                factors[s] = Math.min(1f, limit / norms[s]);
            }
            PartialGradient sum = sum(kernel, problem, samples, new PerSample(null, limit, null));
            assertThat(sum.weightSum()).isEqualTo(samples);
            assertIsSum(kernel, problem, factors, sum);
        }
    }

    @Test
    void shouldRefuseLimitsThatAreNotPositive() {
        assertThatThrownBy(() -> new PerSample(null, 0f, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PerSample(null, Float.NaN, null)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertIsSum(
            GradientKernel kernel, Golden.Problem problem, float[] factors, PartialGradient actual) {
        double[] expected = new double[actual.gradient().length];
        for (int s = 0; s < factors.length; s++) {
            float[] gradient = sampleGradient(kernel, problem, s);
            for (int p = 0; p < expected.length; p++) {
                expected[p] += factors[s] * gradient[p];
            }
        }
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int p = 0; p < expected.length; p++) {
            assertThat((double) actual.gradient()[p]).isCloseTo(expected[p], within(1e-5 * largest));
        }
    }

    private static List<GradientKernel> kernels(NetworkSpec network) {
        return List.of(new ScalarKernel(network, "scalar"), new VectorKernel(network, 8, "vector"));
    }

    private static PartialGradient sum(
            GradientKernel kernel, Golden.Problem problem, int samples, PerSample perSample) {
        MiniBatch batch = problem.batch(0, samples);
        PartialGradient sum = new PartialGradient(problem.parameters().length);
        sum.reset(0, SummationTree.segments(samples, 4));
        kernel.gradients(problem.parameters(), batch, 4, new PartialGradient[] {sum}, 1, perSample);
        return sum;
    }

    private static float[] sampleGradient(GradientKernel kernel, Golden.Problem problem, int sample) {
        float[] gradient = new float[problem.parameters().length];
        kernel.sampleGradient(problem.parameters(), problem.batch(0, sample + 1), sample, gradient);
        return gradient;
    }

    private static double norm(float[] gradient) {
        double sum = 0;
        for (float value : gradient) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
