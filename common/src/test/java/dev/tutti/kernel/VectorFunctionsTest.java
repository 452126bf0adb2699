package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.model.Activation;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Activations and their derivatives in vectors against the same one by one, over a sample of all floats. */
class VectorFunctionsTest {
    /** A prime step through the bit patterns; 1 takes every float. */
    private static final int STRIDE = Integer.getInteger("tutti.test.stride", 10_007);

    private static final int BLOCK = 1024;

    private final float[] inputs = new float[BLOCK];
    private final float[] outputs = new float[BLOCK];
    private final float[] slopes = new float[BLOCK];
    private final float[] errors = new float[BLOCK];

    @ParameterizedTest
    @EnumSource(value = Activation.class, mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
    void shouldGiveBitsOfScalarFunction(Activation activation) {
        int filled = 0;
        for (float special : new float[] {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            inputs[filled++] = special;
        }
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += STRIDE) {
            inputs[filled++] = Float.intBitsToFloat((int) bits);
            if (filled == BLOCK) {
                check(activation);
                filled = 0;
            }
        }
    }

    private void check(Activation activation) {
        System.arraycopy(inputs, 0, outputs, 0, BLOCK);
        Arrays.fill(errors, 1.5f);
        VectorActivations.activate(activation, outputs, 0, BLOCK, slopes);
        VectorActivations.multiplyByDerivative(activation, errors, 0, BLOCK, outputs, slopes);
        for (int i = 0; i < BLOCK; i++) {
            float a = Activations.output(activation, inputs[i]);
            float d = 1.5f * Activations.derivative(activation, inputs[i], a);
            if (Float.floatToIntBits(a) != Float.floatToIntBits(outputs[i])
                    || Float.floatToIntBits(d) != Float.floatToIntBits(errors[i])) {
                assertThat(new float[] {outputs[i], errors[i]})
                        .as("%s at %s (%08x)", activation, inputs[i], Float.floatToRawIntBits(inputs[i]))
                        .containsExactly(a, d);
            }
        }
    }
}
