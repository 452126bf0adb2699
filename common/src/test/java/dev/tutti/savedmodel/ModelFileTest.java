package dev.tutti.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.data.BuiltInData;
import dev.tutti.data.DataFiles;
import dev.tutti.data.DataOptions;
import dev.tutti.data.PreparedData;
import dev.tutti.data.Scale;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.InputException;
import dev.tutti.model.Activation;
import dev.tutti.model.InitialWeights;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.WeightsHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFileTest {
    /** Two inputs, one output: a weight of 2 values at bytes 0 to 8 and a bias of 1 at 8 to 12. */
    private static final NetworkSpec TINY =
            new NetworkSpec(List.of(2, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);

    private static final String WEIGHT =
            "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}";
    private static final String BIAS = "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}";

    @TempDir
    Path directory;

    @Test
    void shouldReadWhatItWrote() {
        ModelFile.Model model = irisModel();
        Path file = directory.resolve("model.safetensors");
        ModelFile.write(file, model);
        ModelFile.Model read = ModelFile.read(file);
        assertThat(read.network()).isEqualTo(model.network());
        assertThat(read.parameters()).isEqualTo(model.parameters());
        assertThat(read.training()).isEqualTo("{\"epoch\":3,\"step\":40}");
        assertThat(read.preprocessing()).usingRecursiveComparison().isEqualTo(model.preprocessing());
        assertThat(ModelFile.readParameters(file, model.network())).isEqualTo(model.parameters());
    }

    @Test
    void shouldKeepCategoriesAndWhatStandsInForMissingValues() throws IOException {
        Path table = Files.writeString(
                directory.resolve("cars.csv"), "id,k,x,y\n1,a,1,0.5\n2,\"b, \"\"c\"\"\",,1.5\n3,?,2,2\n4,a,3,2.5\n");
        DataOptions options = DataOptions.DEFAULT.withIgnore(List.of("id"));
        PreparedData data =
                PreparedData.of(DataFiles.read(table.toString(), options), Loss.SQUARED_ERROR, Scale.STANDARDIZE, 0, 1);
        NetworkSpec network = new NetworkSpec(
                List.of(data.preprocessing().inputCount(), 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);
        assertThat(network.inputs()).as("a, b, no k, x, no x").isEqualTo(5);
        float[] parameters = InitialWeights.create(network, Initialization.XAVIER, 0, 1);
        Path file = directory.resolve("model.safetensors");

        ModelFile.write(file, new ModelFile.Model(network, data.preprocessing(), "{}", parameters));

        ModelFile.Model read = ModelFile.read(file);
        assertThat(read.preprocessing()).usingRecursiveComparison().isEqualTo(data.preprocessing());
        assertThat(read.preprocessing()
                        .apply(
                                DataFiles.read(
                                        table.toString(),
                                        DataOptions.DEFAULT,
                                        read.preprocessing().schema()),
                                Loss.SQUARED_ERROR)
                        .features())
                .isEqualTo(data.training().features());
    }

    /** A file that lies about its columns is refused before anything is made of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\\\"fill\\\":[0.0,|\\\"fill\\\":[7.0,",
                "\\\"indicators\\\":[0,1]|\\\"indicators\\\":[1,0]",
                "\\\"indicators\\\":[0,1]|\\\"indicators\\\":[0,2]",
                "\\\"column\\\":0|\\\"column\\\":1",
                "[\\\"a\\\",\\\"b\\\"]|[\\\"a\\\",\\\"a\\\"]",
                "\\\"leftOut\\\":[0]|\\\"leftOut\\\":[9]",
                "[\\\"category\\\",\\\"number\\\"]|[\\\"category\\\",\\\"text\\\"]",
                "\\\"other\\\":false|\\\"other\\\":true"
            })
    void shouldRefuseColumnsThatDoNotGoTogether(String part, String changed) throws IOException {
        Path table =
                Files.writeString(directory.resolve("cars.csv"), "id,k,x,y\n1,a,1,0.5\n2,b,,1.5\n3,?,2,2\n4,a,3,2.5\n");
        PreparedData data = PreparedData.of(
                DataFiles.read(table.toString(), DataOptions.DEFAULT.withIgnore(List.of("id"))),
                Loss.SQUARED_ERROR,
                Scale.STANDARDIZE,
                0,
                1);
        NetworkSpec network = new NetworkSpec(List.of(5, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);
        Path file = directory.resolve("model.safetensors");
        ModelFile.write(file, new ModelFile.Model(network, data.preprocessing(), "{}", new float[6]));
        byte[] bytes = Files.readAllBytes(file);
        int headerLength =
                (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(bytes, 8, headerLength, StandardCharsets.UTF_8);
        assertThat(header).contains(part);
        byte[] other = header.replace(part, changed).getBytes(StandardCharsets.UTF_8);
        ByteBuffer content = ByteBuffer.allocate(8 + other.length + 24).order(ByteOrder.LITTLE_ENDIAN);
        content.putLong(other.length).put(other);
        Files.write(file, content.array());

        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file.toString());
    }

    @Test
    void shouldWriteTheFormatOfSafetensors() throws IOException {
        ModelFile.Model model = irisModel();
        Path file = directory.resolve("model.safetensors");
        ModelFile.write(file, model);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = (int) data.getLong();
        assertThat(headerLength % 8).isZero();
        String header = new String(bytes, 8, headerLength, StandardCharsets.UTF_8);
        assertThat(header)
                .startsWith(
                        "{\"__metadata__\":{\"network\":\"{\\\"sizes\\\":[4,5,3],\\\"activations\\\":[\\\"tanh\\\",")
                .contains("\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[5,4],\"data_offsets\":[0,80]}")
                .contains("\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[160,172]}");
        assertThat(bytes).hasSize(8 + headerLength + 4 * model.parameters().length);
        data.position(8 + headerLength);
        for (float parameter : model.parameters()) {
            assertThat(data.getFloat()).isEqualTo(parameter);
        }
    }

    @Test
    void shouldReplaceAFileWholeAndLeaveNothingElse() throws IOException {
        Path file = directory.resolve("model.safetensors");
        Files.writeString(file, "old");
        ModelFile.write(file, irisModel());
        byte[] first = Files.readAllBytes(file);
        ModelFile.write(file, irisModel());
        assertThat(Files.readAllBytes(file))
                .as("the same model, the same bytes")
                .isEqualTo(first);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void shouldKeepTheOldFileWhenWritingFails() throws IOException {
        Path file = directory.resolve("model.safetensors");
        Files.writeString(file, "old");
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[100]));
                    throw new IOException("disk full");
                }))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("model.safetensors: cannot be written: IOException: disk full");
        assertThat(file).hasContent("old");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
        assertThatThrownBy(() -> ModelFile.write(directory.resolve("none/model.safetensors"), irisModel()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot be written: NoSuchFileException");
        assertThatThrownBy(() -> ModelFile.write(directory, irisModel()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("it is a directory");
    }

    @Test
    void shouldReadTensorsInAnyOrderWithoutMetadata() throws IOException {
        String biasFirst = "{\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[4,12]}}";
        Path file = write(biasFirst, 3, 1, 2);
        assertThat(ModelFile.readParameters(file, TINY)).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not a model of this program: expected __metadata__.network");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[1,2]  | [2,1]   | tensor layers.0.weight: expected shape [1, 2] for network 2-1, found [2, 1]",
                "[1,2]  | [2]     | tensor layers.0.weight: expected shape [1, 2] for network 2-1, found [2]",
                "[1,2]  | [1,3]   | tensor layers.0.weight: expected 12 bytes for shape [1, 3], found data_offsets [0, 8]",
                "[1,2]  | [1,-2]  | tensor layers.0.weight: shape: expected whole numbers from 0, found -2",
                "[1,2]  | [1,2.5] | tensor layers.0.weight: shape: expected whole numbers from 0, found 2.5",
                "[1,2]  | [4294967296,4294967296] | tensor layers.0.weight: shape too large",
                "[1,2]  | 7       | tensor layers.0.weight: shape: expected an array of whole numbers, found 7",
                "F32    | F16     | tensor layers.0.weight: expected dtype F32, found F16",
                "[0,8]  | [8,0]   | tensor layers.0.weight: expected data_offsets [begin, end] with begin not above end",
                "[0,8]  | [4,12]  | tensor layers.0.weight: leaves a gap: expected begin 0, found 4",
                "[8,12] | [4,8]   | tensor layers.0.bias: overlaps the one before it: expected begin 8, found 4",
                "[8,12] | [12,16] | tensor layers.0.bias: leaves a gap: expected begin 8, found 12",
                "[0,8]  | [0,9223372036854775808] | tensor layers.0.weight: data_offsets: expected whole numbers from 0",
                "0.bias | 1.bias  | tensor layers.0.bias: missing; network 2-1 needs it with shape [1]",
                "0.bias | 0.weight | Duplicate field 'layers.0.weight'",
                "}}     | },`x`:{`dtype`:`F32`,`shape`:[0],`data_offsets`:[12,12]}} | tensor x: not part of network 2-1",
                "}}     | },`__metadata__`:{`a`:1}} | __metadata__.a: expected a string",
                "}}     | }       | header: Unexpected end-of-input",
                "}}     | }}x     | header: Unrecognized token 'x'",
            })
    void shouldRefuseAWrongHeader(String from, String to, String expected) throws IOException {
        String header = "{" + WEIGHT + "," + BIAS + "}";
        assertThat(header).contains(from);
        String mutated = header.replace(from, to.replace('`', '"'));
        Path file = write(mutated, 1, 2, 3);
        assertThatThrownBy(() -> ModelFile.readParameters(file, TINY))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(expected);
    }

    @Test
    void shouldRefuseFilesCutShortOrTooLong() throws IOException {
        Path file = write("{" + WEIGHT + "," + BIAS + "}", 1, 2, 3);
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> ModelFile.readParameters(file, TINY))
                    .as("length %s", length)
                    .isInstanceOf(InputException.class);
        }
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> ModelFile.readParameters(file, TINY))
                .hasMessageContaining(
                        "tensor layers.0.bias: the file is cut short: expected 12 bytes of data, found 11");
        Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
        assertThatThrownBy(() -> ModelFile.readParameters(file, TINY))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected 12 bytes of data, found 13; there is something behind the last tensor");
        Files.write(file, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'});
        assertThatThrownBy(() -> ModelFile.readParameters(file, TINY))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("length of the header out of range: found 18446744073709551615, allowed: 2 to 2");
    }

    @Test
    void shouldRefuseWeightsThatAreNoNumbers() throws IOException {
        Path file = write("{" + WEIGHT + "," + BIAS + "}", 1, Float.NaN, 3);
        assertThatThrownBy(() -> ModelFile.readParameters(file, TINY))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tensor layers.0.weight, value 1: expected a finite number, found NaN");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tanh | tank | __metadata__.network: Cannot deserialize value of type",
                "[4,5,3] | [4,0,3] | __metadata__.network: layer size out of range: size=0",
                "[4,5,3] | [4,5,4] | network 4-5-4 does not match its preprocessing: expected 4 inputs and 3 outputs",
                "[4,5,3] | [4,6,3] | tensor layers.0.weight: expected shape [6, 4] for network 4-6-3, found [5, 4]",
                "inputCount | inputCoun | __metadata__.preprocessing: ",
                "\\\"targetColumn\\\":-1 | \\\"targetColumn\\\":5 | __metadata__.preprocessing: target column out of range: 5, allowed: 0 to 4",
                "setosa | virginica | __metadata__.preprocessing: two classes have the same name",
            })
    void shouldRefuseMetadataThatMakeNoSense(String from, String to, String expected) throws IOException {
        Path file = directory.resolve("model.safetensors");
        ModelFile.write(file, irisModel());
        byte[] bytes = Files.readAllBytes(file);
        int headerLength =
                (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(bytes, 8, headerLength, StandardCharsets.UTF_8);
        assertThat(header).contains(from);
        byte[] mutated = header.replace(from, to).getBytes(StandardCharsets.UTF_8);
        Files.write(
                file, concat(lengthOf(mutated), mutated, Arrays.copyOfRange(bytes, 8 + headerLength, bytes.length)));
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(expected)
                .message()
                .hasLineCount(1);
    }

    @Test
    void shouldRefuseWhatCannotBeRead() {
        assertThatThrownBy(() -> ModelFile.read(directory.resolve("none.safetensors")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none.safetensors: no such file");
        assertThatThrownBy(() -> ModelFile.read(directory))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not a file");
    }

    @Test
    void shouldHashTheBytesOfTheTensors() {
        assertThat(WeightsHash.sha256(TINY, new float[] {1, 2, 3}))
                .isEqualTo("8e628779e6a74ee0b36991c10158f63cafec7d340ad4e075592502c8708524dd");
        assertThatThrownBy(() -> WeightsHash.sha256(TINY, new float[4])).isInstanceOf(IllegalArgumentException.class);
    }

    static ModelFile.Model irisModel() {
        PreparedData data = PreparedData.of(BuiltInData.read("iris"), Loss.CROSS_ENTROPY, Scale.STANDARDIZE, 0.2, 1);
        NetworkSpec network =
                new NetworkSpec(List.of(4, 5, 3), List.of(Activation.TANH, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        float[] parameters = InitialWeights.create(network, Initialization.XAVIER, 0, 1);
        return new ModelFile.Model(network, data.preprocessing(), "{\"epoch\": 3, \"step\": 40}", parameters);
    }

    private Path write(String header, float... values) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return Files.write(directory.resolve("tiny.safetensors"), concat(lengthOf(json), json, data.array()));
    }

    private static byte[] lengthOf(byte[] header) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .array();
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }
}
