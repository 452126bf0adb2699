package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vector kernel gives the bits of the scalar one. */
class SameBitsTest {
    private static final int[] SIZES = {1, 2, 3, 7, 10, 13, 14, 15, 16, 17, 31, 32, 33, 61, 64, 97, 127, 199, 200};
    private static final int PANEL = VectorLanes.PANEL;
    private static final List<Activation> HIDDEN =
            Arrays.stream(Activation.values()).filter(Activation::isHidden).toList();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldAgreeForRandomNetworks(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 4; i++) {
            int samples = 1 + random.nextInt(i == 0 ? 12 : 200);
            checkAll(seed, random, randomNetwork(random), samples, 1 + random.nextInt(Math.max(1, samples / 2)));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Activation.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SOFTMAX", "EXP"})
    void shouldAgreeForActivation(Activation activation) {
        Random random = new Random(11);
        checkAll(
                11,
                random,
                network(List.of(9, 20, 5), List.of(activation, Activation.SOFTMAX), Loss.CROSS_ENTROPY),
                37,
                8);
        checkAll(11, random, network(List.of(9, 20, 5), List.of(activation, activation), Loss.SQUARED_ERROR), 37, 8);
        checkAll(11, random, network(List.of(9, 3), List.of(activation), Loss.HUBER), 37, 8);
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void shouldAgreeForLoss(Loss loss) {
        Random random = new Random(12);
        for (int outputs : new int[] {1, 2, 10, 17}) {
            checkAll(12, random, network(List.of(6, outputs), List.of(loss.usualOutput()), loss), 70, 16);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "QUANTILE, 0.9",
        "TWEEDIE, 1.2",
        "TWEEDIE, 1.9",
        "CROSS_ENTROPY, 0.1",
        "CROSS_ENTROPY, 0.7",
        "BINARY_CROSS_ENTROPY, 0.2"
    })
    void shouldAgreeForParameterOfLoss(Loss loss, float parameter) {
        Random random = new Random(14);
        for (int outputs : new int[] {1, 2, 10, 17}) {
            NetworkSpec network = new NetworkSpec(
                    List.of(6, 5, outputs), List.of(Activation.TANH, loss.usualOutput()), loss, parameter);
            checkAll(14, random, network, 70, 16);
        }
    }

    @Test
    void shouldAgreeForManyBlocks() {
        Random random = new Random(13);
        NetworkSpec network =
                network(List.of(5, 18, 3), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        checkAll(13, random, network, 3001, 16);
        checkAll(13, random, network, 3001, 700);
        checkAll(13, random, network, 1600, 512);
        checkAll(13, random, network, 1025, 1);
    }

    /** Each loop over blocks of forward, backward and gradients goes round several times, the last time with less. */
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void shouldAgreeHoweverLoopsAreCut(long seed) {
        int inputs = 77;
        int units = 59;
        VectorBlocks blocks =
                new VectorBlocks(16, 2 * VectorLanes.TILE_ROWS, VectorLanes.TILE_ROWS, PANEL * PANEL, PANEL);
        for (int terms : new int[] {inputs, units}) {
            assertIsCut("terms of a sum", terms, blocks.evenDepth(terms));
            assertIsCut("rows of weights", terms, blocks.weightRows());
            assertIsCut("rows of a gradient", terms, blocks.gradientRows());
            assertIsCut("columns of a gradient", terms, blocks.columns(PANEL));
        }
        Random random = new Random(seed);
        for (Dropout dropout : List.of(Dropout.NONE, new Dropout(0.4f, seed))) {
            for (int samples : new int[] {2 * PANEL + 5, 5 * PANEL + 1}) {
                assertIsCut("samples", samples, blocks.samples(inputs));
                NetworkSpec network = network(
                        List.of(inputs, units, units, 3),
                        List.of(Activation.TANH, Activation.RELU, Activation.SOFTMAX),
                        Loss.CROSS_ENTROPY);
                for (int segmentSize : new int[] {4, PANEL + 3, samples}) {
                    checkAll(seed, random, new Problem(random, network, samples, dropout, blocks), segmentSize);
                }
            }
        }
    }

    private static void assertIsCut(String what, int length, int block) {
        assertThat(length).as(what).isGreaterThan(block);
        assertThat(length % block).as("rest of " + what).isNotZero();
    }

    /** The sizes of every day: layers and batches that are larger than their blocks. */
    @Test
    void shouldAgreeForLayersLargerThanACache() {
        Random random = new Random(24);
        NetworkSpec network =
                network(List.of(700, 520, 530), List.of(Activation.RELU, Activation.IDENTITY), Loss.SQUARED_ERROR);
        Problem problem = new Problem(random, network, 100, Dropout.NONE, VectorBlocks.DEFAULT);
        assertSame(24, problem, evaluate(problem.scalar, problem, 32), evaluate(problem.vector, problem, 32));
        checkGradients(24, problem, 32, List.of(new int[] {0, 4}));
    }

    @Test
    void shouldAgreeForEveryCutIntoNodes() {
        long seed = 14;
        Random random = new Random(seed);
        NetworkSpec network =
                network(List.of(7, 15, 4), List.of(Activation.TANH, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        for (int segmentSize : new int[] {1, 5, 32}) {
            for (int samples : new int[] {13, 64, 77}) {
                Problem problem = new Problem(random, network, samples);
                int segments = SummationTree.segments(samples, segmentSize);
                for (int nodeSize = 1; nodeSize <= Integer.highestOneBit(segments); nodeSize *= 2) {
                    checkGradients(seed, problem, segmentSize, cut(segments, nodeSize));
                    checkGradients(seed, problem, segmentSize, randomCut(random, segments));
                }
            }
        }
    }

    @Test
    void shouldTurnWhatIsNotFiniteIntoNaN() {
        Random random = new Random(15);
        for (Activation activation : HIDDEN) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                NetworkSpec network =
                        network(List.of(5, 4, 3), List.of(activation, Activation.TANH), Loss.SQUARED_ERROR);
                Problem problem = new Problem(random, network, 9);
                problem.dataset.features()[23] = bad;
                for (GradientKernel kernel : problem.kernels()) {
                    assertThat(evaluate(kernel, problem, 4).lossSum())
                            .as(activation + " " + bad + " " + kernel.description())
                            .isNaN();
                }
                problem.dataset.features()[23] = 0f;
                problem.dataset.targets()[7] = bad;
                for (GradientKernel kernel : problem.kernels()) {
                    assertThat(evaluate(kernel, problem, 4).lossSum()).isNaN();
                }
            }
        }
    }

    @Test
    void shouldTurnWhatIsNoClassIntoNaN() {
        NetworkSpec network =
                network(List.of(5, 4, 3), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        for (float bad : new float[] {3f, -1f, 1.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
            Problem problem = new Problem(new Random(16), network, 9);
            problem.dataset.targets()[7] = bad;
            for (GradientKernel kernel : problem.kernels()) {
                assertThat(evaluate(kernel, problem, 4).lossSum())
                        .as(bad + " " + kernel.description())
                        .isNaN();
            }
        }
    }

    private static final class Problem {
        final NetworkSpec network;
        final Dataset dataset;
        final float[] parameters;
        final MiniBatch batch;
        final ScalarKernel scalar;
        final VectorKernel vector;
        /** The same two with nodes rounded. */
        final ScalarKernel roundingScalar;

        final VectorKernel roundingVector;

        Problem(Random random, NetworkSpec network, int samples) {
            this(random, network, samples, anyDropout(random), VectorBlocks.DEFAULT);
        }

        Problem(Random random, NetworkSpec network, int samples, Dropout dropout, VectorBlocks blocks) {
            this.network = network;
            dataset = Samples.dataset(random, network, samples);
            parameters = Samples.parameters(random, network);
            batch = new MiniBatch().wrap(dataset, Samples.identity(samples), 0, samples);
            inEpoch(random);
            scalar = new ScalarKernel(network, dropout, "scalar");
            int maxSamples = 1 + random.nextInt(samples);
            vector = new VectorKernel(network, dropout, NodePrecision.FLOAT32, maxSamples, blocks, "vector");
            roundingScalar = new ScalarKernel(network, dropout, NodePrecision.BFLOAT16, "scalar, rounding");
            roundingVector =
                    new VectorKernel(network, dropout, NodePrecision.BFLOAT16, maxSamples, blocks, "vector, rounding");
        }

        private static Dropout anyDropout(Random random) {
            return random.nextBoolean()
                    ? Dropout.NONE
                    : new Dropout(random.nextFloat(), random.nextLong(), random.nextFloat());
        }

        void inEpoch(Random random) {
            batch.inEpoch(1 + random.nextInt(5), random.nextInt(1000));
        }

        List<GradientKernel> kernels() {
            return List.of(scalar, vector);
        }
    }

    private static NetworkSpec network(List<Integer> sizes, List<Activation> activations, Loss loss) {
        return new NetworkSpec(sizes, activations, loss);
    }

    private static NetworkSpec randomNetwork(Random random) {
        int layers = 1 + random.nextInt(3);
        List<Integer> sizes = new ArrayList<>();
        List<Activation> activations = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            sizes.add(SIZES[random.nextInt(SIZES.length)]);
            activations.add(HIDDEN.get(random.nextInt(HIDDEN.size())));
        }
        sizes.add(SIZES[random.nextInt(12)]);
        Loss loss = Loss.values()[random.nextInt(Loss.values().length)];
        if (loss.usualOutput() != Activation.IDENTITY) {
            activations.set(layers - 1, loss.usualOutput());
        }
        return network(sizes, activations, loss);
    }

    private static void checkAll(long seed, Random random, NetworkSpec network, int samples, int segmentSize) {
        checkAll(seed, random, new Problem(random, network, samples), segmentSize);
    }

    private static void checkAll(long seed, Random random, Problem problem, int segmentSize) {
        int samples = problem.batch.count();
        int segments = SummationTree.segments(samples, segmentSize);
        checkOutputs(seed, problem);
        assertSame(
                seed,
                problem,
                evaluate(problem.scalar, problem, segmentSize),
                evaluate(problem.vector, problem, segmentSize));
        checkGradients(seed, problem, segmentSize, List.of(new int[] {0, segments}));
        // Again: nothing of the call before may be left.
        problem.batch.wrap(problem.dataset, Samples.randomRows(random, samples), 0, samples);
        problem.inEpoch(random);
        checkGradients(seed, problem, segmentSize, randomCut(random, segments));
        checkPerSample(seed, random, problem, segmentSize);
    }

    private static void checkPerSample(long seed, Random random, Problem problem, int segmentSize) {
        int samples = problem.batch.count();
        float[] weights = new float[samples];
        for (int s = 0; s < samples; s++) {
            weights[s] = random.nextInt(4) == 0 ? 0f : random.nextFloat();
        }
        float clipNorm = 0.1f + 2 * random.nextFloat();
        List<int[]> cut = randomCut(random, SummationTree.segments(samples, segmentSize));
        float[] expectedNorms = new float[samples];
        float[] actualNorms = new float[samples];
        PartialGradient[] expected =
                gradients(problem.scalar, problem, segmentSize, cut, new PerSample(weights, clipNorm, expectedNorms));
        PartialGradient[] actual =
                gradients(problem.vector, problem, segmentSize, cut, new PerSample(weights, clipNorm, actualNorms));
        assertSameBits(seed, problem, "norm", expectedNorms, actualNorms);
        for (int n = 0; n < expected.length; n++) {
            assertSame(seed, problem, expected[n], actual[n]);
            assertSameBits(seed, problem, "scaled gradient", expected[n].gradient(), actual[n].gradient());
        }
        float[] one = new float[problem.parameters.length];
        float[] other = new float[problem.parameters.length];
        int sample = random.nextInt(samples);
        problem.scalar.sampleGradient(problem.parameters, problem.batch, sample, one);
        problem.vector.sampleGradient(problem.parameters, problem.batch, sample, other);
        assertSameBits(seed, problem, "gradient of a sample", one, other);
    }

    private static void checkOutputs(long seed, Problem problem) {
        int count = problem.batch.count() * problem.network.outputs();
        float[] expected = new float[count];
        float[] actual = new float[count];
        problem.scalar.outputs(problem.parameters, problem.batch, expected);
        problem.vector.outputs(problem.parameters, problem.batch, actual);
        assertSameBits(seed, problem, "output", expected, actual);
    }

    private static PartialGradient evaluate(GradientKernel kernel, Problem problem, int segmentSize) {
        PartialGradient sums = new PartialGradient(0);
        kernel.evaluate(problem.parameters, problem.batch, segmentSize, sums);
        return sums;
    }

    /** Cuts segments 0 to {@code segments} into nodes of {@code size}: [first segment, number]. */
    private static List<int[]> cut(int segments, int size) {
        List<int[]> nodes = new ArrayList<>();
        for (int first = 0; first < segments; first += size) {
            nodes.add(new int[] {first, Math.min(size, segments - first)});
        }
        return nodes;
    }

    /** Cuts segments into nodes of the tree at random: a node may begin where its size, a power of two, divides. */
    private static List<int[]> randomCut(Random random, int segments) {
        List<int[]> nodes = new ArrayList<>();
        int first = 0;
        while (first < segments) {
            int largest = first == 0 ? Integer.highestOneBit(2 * segments - 1) : Integer.lowestOneBit(first);
            int size = 1 << random.nextInt(Integer.numberOfTrailingZeros(largest) + 1);
            nodes.add(new int[] {first, Math.min(size, segments - first)});
            first += size;
        }
        return nodes;
    }

    private static void checkGradients(long seed, Problem problem, int segmentSize, List<int[]> cut) {
        checkGradients(seed, problem, problem.scalar, problem.vector, segmentSize, cut);
        PartialGradient[] rounded =
                checkGradients(seed, problem, problem.roundingScalar, problem.roundingVector, segmentSize, cut);
        for (PartialGradient node : rounded) {
            float[] again = node.gradient().clone();
            VectorRows.round(again, 0, again.length);
            assertSameBits(seed, problem, "rounded gradient", again, node.gradient());
        }
    }

    private static PartialGradient[] checkGradients(
            long seed,
            Problem problem,
            GradientKernel scalar,
            GradientKernel vector,
            int segmentSize,
            List<int[]> cut) {
        PartialGradient[] expected = gradients(scalar, problem, segmentSize, cut, PerSample.NONE);
        PartialGradient[] actual = gradients(vector, problem, segmentSize, cut, PerSample.NONE);
        for (int n = 0; n < expected.length; n++) {
            assertSame(seed, problem, expected[n], actual[n]);
            assertSameBits(seed, problem, "gradient", expected[n].gradient(), actual[n].gradient());
        }
        return actual;
    }

    private static PartialGradient[] gradients(
            GradientKernel kernel, Problem problem, int segmentSize, List<int[]> cut, PerSample perSample) {
        PartialGradient[] nodes = new PartialGradient[cut.size()];
        for (int n = 0; n < nodes.length; n++) {
            nodes[n] = new PartialGradient(problem.parameters.length).reset(cut.get(n)[0], cut.get(n)[1]);
            Arrays.fill(nodes[n].gradient(), 77f);
        }
        kernel.gradients(problem.parameters, problem.batch, segmentSize, nodes, nodes.length, perSample);
        return nodes;
    }

    private static void assertSame(long seed, Problem problem, PartialGradient expected, PartialGradient actual) {
        String what = "seed " + seed + ", " + problem.network + ", samples " + problem.batch.count();
        assertThat(actual.lossSum()).as(what).isEqualTo(expected.lossSum());
        assertThat(actual.weightSum()).as(what).isEqualTo(expected.weightSum());
        assertThat(actual.correctSum()).as(what).isEqualTo(expected.correctSum());
    }

    private static void assertSameBits(long seed, Problem problem, String what, float[] expected, float[] actual) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
                assertThat(actual[i])
                        .as("%s %d, seed %d, %s, samples %d", what, i, seed, problem.network, problem.batch.count())
                        .isEqualTo(expected[i]);
                throw new AssertionError("sign of zero or NaN differs: " + what + " " + i + ", seed " + seed);
            }
        }
    }
}
