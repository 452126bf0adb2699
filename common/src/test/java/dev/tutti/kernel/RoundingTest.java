package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.BFloat16;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import dev.tutti.reduce.TreeSum;
import java.util.List;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/** Rounding of nodes: vectors as scalars, kernels as the tree says. */
class RoundingTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final int STRIDE = Integer.getInteger("tutti.test.stride", 10_007);
    private static final int LANES = VectorLanes.LANES;

    /** Each upper half with the lower halves at which something changes: infinities, NaNs, subnormals, ties, zeros. */
    @Test
    void shouldRoundVectorsAsScalars() {
        int[] lower = {0, 1, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff, 0x1234};
        for (int upper = 0; upper < 1 << 16; upper += LANES) {
            for (int low : lower) {
                assertSameBits(upper << 16 | low, 1 << 16);
            }
        }
    }

    /** Over a sample of all floats; the profile {@code exhaustive} takes every one. */
    @Test
    void shouldRoundAnyVectorAsScalars() {
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += (long) STRIDE * LANES) {
            assertSameBits((int) bits, STRIDE);
        }
    }

    /** Any bits, of any length: also before the code of vectors is compiled, and after it. */
    @Test
    void shouldAddNodesAsScalars() {
        Random random = new Random(SEED);
        for (int length = 0; length < 5 * LANES; length++) {
            float[] values = floats(random, length);
            float[] start = floats(random, length);
            float[] expected = start.clone();
            NodePrecision.BFLOAT16.add(expected, values);
            float[] vectors = start.clone();
            VectorRows.addRounded(vectors, 0, values, 0, length);
            float[] chosen = start.clone();
            Kernels.sum(NodePrecision.BFLOAT16).add(chosen, values);
            for (int i = 0; i < length; i++) {
                String name = "seed " + SEED + ", " + start[i] + " + " + values[i];
                assertThat(Float.floatToIntBits(vectors[i])).as(name).isEqualTo(Float.floatToIntBits(expected[i]));
                assertThat(Float.floatToIntBits(chosen[i])).as(name).isEqualTo(Float.floatToIntBits(expected[i]));
            }
        }
    }

    private static float[] floats(Random random, int length) {
        float[] floats = new float[length];
        for (int i = 0; i < length; i++) {
            floats[i] = Float.intBitsToFloat(random.nextInt());
        }
        return floats;
    }

    private final float[] values = new float[LANES];

    private void assertSameBits(int first, int step) {
        for (int lane = 0; lane < LANES; lane++) {
            values[lane] = Float.intBitsToFloat(first + lane * step);
        }
        FloatVector rounded = VectorRows.rounded(FloatVector.fromArray(VectorLanes.FLOATS, values, 0));
        for (int lane = 0; lane < LANES; lane++) {
            int expected = Float.floatToRawIntBits(BFloat16.round(values[lane]));
            if (Float.floatToRawIntBits(rounded.lane(lane)) != expected) {
                throw new AssertionError("bits " + Integer.toHexString(first + lane * step) + ": expected "
                        + Integer.toHexString(expected) + ", found "
                        + Integer.toHexString(Float.floatToRawIntBits(rounded.lane(lane))));
            }
        }
    }

    /** A node is what single segments, computed without rounding, then rounded and added by the tree with rounding, give. */
    @Test
    void shouldRoundEachSegmentAndEachSum() {
        Random random = new Random(SEED);
        NetworkSpec network =
                new NetworkSpec(List.of(19, 33, 5), List.of(Activation.TANH, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        for (int samples : new int[] {7, 40, 150}) {
            for (int segment : new int[] {3, 8, 150}) {
                Dataset dataset = Samples.dataset(random, network, samples);
                float[] parameters = Samples.parameters(random, network);
                int segments = SummationTree.segments(samples, segment);
                TreeSum sum = new TreeSum(node -> {}, NodePrecision.BFLOAT16);
                sum.begin(segments);
                for (int number = segments - 1; number >= 0; number--) {
                    int from = number * segment;
                    int count = Math.min(segment, samples - from);
                    PartialGradient[] one = {new PartialGradient(parameters.length).reset(number, 1)};
                    new ScalarKernel(network, "not rounding")
                            .gradients(
                                    parameters,
                                    new MiniBatch().wrap(dataset, Samples.identity(samples), from, count),
                                    segment,
                                    one,
                                    1);
                    for (int i = 0; i < parameters.length; i++) {
                        one[0].gradient()[i] = BFloat16.round(one[0].gradient()[i]);
                    }
                    sum.add(one[0]);
                }
                PartialGradient[] root = {new PartialGradient(parameters.length).reset(0, segments)};
                new VectorKernel(network, Dropout.NONE, NodePrecision.BFLOAT16, 32, "rounding")
                        .gradients(
                                parameters,
                                new MiniBatch().wrap(dataset, Samples.identity(samples), 0, samples),
                                segment,
                                root,
                                1);
                assertThat(root[0].gradient())
                        .as("samples " + samples + ", segment " + segment + ", seed " + SEED)
                        .isEqualTo(sum.nodeAt(0).gradient());
                assertThat(root[0].lossSum()).isEqualTo(sum.nodeAt(0).lossSum());
            }
        }
    }
}
