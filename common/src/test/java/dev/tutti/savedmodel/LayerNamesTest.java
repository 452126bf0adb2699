package dev.tutti.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.AtomicFile;
import dev.tutti.files.InputException;
import dev.tutti.files.LittleEndianFloats;
import dev.tutti.files.SafetensorsFile;
import dev.tutti.files.TensorSlice;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that other programs made, under the names that they give them. */
class LayerNamesTest {
    /** Square, so that no shape tells the layers apart. */
    private static final NetworkSpec SQUARE = new NetworkSpec(
            List.of(2, 2, 2, 2), List.of(Activation.TANH, Activation.TANH, Activation.IDENTITY), Loss.SQUARED_ERROR);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"0 2 4", "fc1 fc2 fc3", "net.2 net.10 net.9", "m2.layers.8.lin m2.layers.9.lin m2.layers.10.lin"
            })
    void shouldTakeLayersInTheOrderOfTheirNumbers(String names) {
        List<String> layers = Arrays.asList(names.split(" ", -1));
        Path file = write(layers, "weight", "bias");

        float[] read = ModelFile.readParameters(file, SQUARE);

        float[] expected = new float[18];
        int[] order = names.startsWith("net") ? new int[] {0, 2, 1} : new int[] {0, 1, 2};
        for (int i = 0; i < expected.length; i++) {
            expected[i] = 1 + 6 * order[i / 6] + i % 6;
        }
        assertThat(read).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"in mid out", "a.0 b.1 c.2", "0 2", "0 2 4 6", "00 0 1"})
    void shouldGuessNothing(String names) {
        Path file = write(Arrays.asList(names.split(" ", -1)), "weight", "bias");

        assertThatThrownBy(() -> ModelFile.readParameters(file, SQUARE))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": expected 3 layers with names that differ in one number, such as"
                        + " 0.weight, 0.bias, 2.weight, 2.bias; found ");
    }

    @Test
    void shouldNameTheTensorThatIsMissingOrOfAnotherShape() {
        assertThatThrownBy(() -> ModelFile.readParameters(write(List.of("0", "2", "4"), "weight", "b"), SQUARE))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("tensor 0.bias: missing; network 2-2-2-2 needs it with shape [2]");
        NetworkSpec wide = new NetworkSpec(
                List.of(2, 3, 2, 2),
                List.of(Activation.TANH, Activation.TANH, Activation.IDENTITY),
                Loss.SQUARED_ERROR);
        assertThatThrownBy(() -> ModelFile.readParameters(write(List.of("0", "2", "4"), "weight", "bias"), wide))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("tensor 0.weight: expected shape [3, 2] for network 2-3-2-2, found [2, 2]");
    }

    /** Values are 1, 2, 3, ... in the order of the file. */
    private Path write(List<String> layers, String weight, String bias) {
        List<TensorSlice> tensors = new ArrayList<>();
        int offset = 0;
        for (String layer : layers) {
            tensors.add(new TensorSlice(layer + "." + weight, List.of(2, 2), offset, 4));
            tensors.add(new TensorSlice(layer + "." + bias, List.of(2), offset + 4, 2));
            offset += 6;
        }
        float[] values = new float[offset];
        for (int i = 0; i < offset; i++) {
            values[i] = 1 + i;
        }
        Path file = directory.resolve("made.safetensors");
        AtomicFile.write(file, channel -> {
            LittleEndianFloats.writeAll(
                    channel, ByteBuffer.wrap(SafetensorsFile.header(Map.of("format", "pt"), tensors)));
            LittleEndianFloats.write(channel, values);
        });
        assertThat(new ParameterLayout(SQUARE).parameterCount()).isEqualTo(18);
        return file;
    }
}
