package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.data.MiniBatch;
import dev.tutti.files.InputException;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelsTest {
    /** What {@link BitsDigest} must come to for good: a change of it is a change of the contract. */
    private static final long DIGEST = 4282701637095363997L;

    private static final long DROPOUT_DIGEST = 2616480540579258537L;

    private static final NetworkSpec NETWORK =
            new NetworkSpec(List.of(5, 18, 3), List.of(Activation.GELU_TANH, Activation.SOFTMAX), Loss.CROSS_ENTROPY);

    /** A silent fall back to the scalar kernel fails the build: it starts Java with the module. */
    @Test
    void shouldChooseVectorKernel() {
        String wanted = System.getProperty(Kernels.KERNEL_PROPERTY, "auto");
        GradientKernel kernel = Kernels.createWarm(NETWORK, Dropout.NONE, 8);
        assertThat(kernel).isInstanceOf(wanted.equals("scalar") ? ScalarKernel.class : VectorKernel.class);
        assertThat(Kernels.create(NETWORK, 8).description()).isEqualTo(kernel.description());
        assertThat(kernel.description())
                .startsWith(wanted.equals("scalar") ? "scalar, JDK " : "vector " + VectorLanes.bits() + " bits (");
    }

    @Test
    void shouldUseWidestVectors() {
        if (System.getProperty(Kernels.BITS_PROPERTY) == null) {
            assertThat(VectorLanes.bits()).isEqualTo(Math.min(512, VectorLanes.preferredBits()));
        }
    }

    @Test
    void shouldPassOnToScalarOrVectorKernel() {
        Random random = new Random(1);
        float[] parameters = Samples.parameters(random, NETWORK);
        MiniBatch batch = new MiniBatch().wrap(Samples.dataset(random, NETWORK, 9), Samples.identity(9), 0, 9);
        float[] expected = new float[parameters.length];
        new ScalarKernel(NETWORK, "scalar").sampleGradient(parameters, batch, 4, expected);
        float[] actual = new float[parameters.length];
        GradientKernel kernel = Kernels.create(NETWORK, 8);
        kernel.sampleGradient(parameters, batch, 4, actual);
        assertThat(actual).isEqualTo(expected);
        assertThat(Samples.gradient(kernel, parameters, batch, 2).gradient())
                .isEqualTo(Samples.gradient(new ScalarKernel(NETWORK, "scalar"), parameters, batch, 2)
                        .gradient());
    }

    @Test
    void shouldChooseScalarKernelWhenForced() {
        with(Kernels.KERNEL_PROPERTY, "scalar", () -> {
            assertThat(Kernels.create(NETWORK, 8)).isInstanceOf(ScalarKernel.class);
            assertThat(Kernels.description()).contains("forced by -Dtutti.kernel");
        });
    }

    @Test
    void shouldRefuseUnknownSettings() {
        with(
                Kernels.KERNEL_PROPERTY,
                "fast",
                () -> assertThatThrownBy(Kernels::description)
                        .isInstanceOf(InputException.class)
                        .hasMessage("-Dtutti.kernel out of range: fast, allowed: scalar, vector, auto"));
        with(
                Kernels.BITS_PROPERTY,
                "1024",
                () -> assertThatThrownBy(() -> Kernels.create(NETWORK, 8))
                        .isInstanceOf(InputException.class)
                        .hasMessage("-Dtutti.kernel.bits out of range: 1024, allowed: 128, 256, 512"));
    }

    /** Other widths need classes of their own, since the width is a constant of the compiled code. */
    @ParameterizedTest
    @ValueSource(strings = {"128", "256", "512"})
    void shouldGiveSameBitsAtEveryWidth(String bits) {
        with(Kernels.BITS_PROPERTY, bits, () -> {
            long[] digests = (long[]) IsolatedClasses.call(BitsDigest.class, "digests");
            assertThat(digests[0]).as("width in bits").isEqualTo(Long.parseLong(bits));
            assertThat(digests[1]).as("bits of every Java and machine").isEqualTo(DIGEST);
            assertThat(digests[2]).as("vector against scalar").isEqualTo(digests[1]);
            assertThat(digests[3]).as("bits with dropout").isEqualTo(DROPOUT_DIGEST);
            assertThat(digests[4]).as("vector against scalar with dropout").isEqualTo(digests[3]);
        });
    }

    /** All classes but one load on a Java without the module, and say what is missing. */
    @Test
    void shouldFallBackWhereTheModuleIsMissing() throws IOException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ScalarOnly.class.getName())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("ScalarKernel scalar, JDK ")
                .contains("module jdk.incubator.vector is missing, start Java with --add-modules jdk.incubator.vector");
    }

    /** Prints which kernel is chosen. */
    static final class ScalarOnly {
        private ScalarOnly() {}

        public static void main(String[] args) {
            GradientKernel kernel = Kernels.create(NETWORK, 8);
            System.out.println(kernel.getClass().getSimpleName() + " " + kernel.description());
        }
    }

    private static void with(String property, String value, Runnable test) {
        String before = System.setProperty(property, value);
        try {
            test.run();
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }
}
