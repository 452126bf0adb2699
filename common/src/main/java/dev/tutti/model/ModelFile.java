package dev.tutti.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.config.InputException;
import dev.tutti.data.Preprocessing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes and reads models in the safetensors format of Hugging Face: the length of the header (8 bytes, little-endian), the
 * header (JSON: for each tensor its type, shape and place; {@code __metadata__}: strings), then the tensors, float32,
 * little-endian. Tensors are {@code layers.<l>.weight} [outputs, inputs] and {@code layers.<l>.bias} [outputs], layers from 0. The
 * metadata are JSON strings: {@code network}, {@code preprocessing}, {@code training}.
 */
public final class ModelFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();
    private static final String METADATA = "__metadata__";
    private static final String NETWORK = "network";
    private static final String PREPROCESSING = "preprocessing";
    private static final String TRAINING = "training";

    private ModelFile() {}

    /**
     * A trained model.
     *
     * @param network the network
     * @param preprocessing how data becomes its inputs, and its outputs become predictions
     * @param training where training stood, as a JSON object
     * @param parameters the parameters, in the layout of {@link ParameterLayout}
     */
    public record Model(NetworkSpec network, Preprocessing preprocessing, String training, float[] parameters) {}

    /**
     * Writes a model, whole or not at all. The same model gives the same bytes.
     *
     * @throws InputException if the file cannot be written
     */
    public static void write(Path file, Model model) {
        byte[] header = header(model);
        AtomicFile.write(file, channel -> {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            writeAll(channel, length.putLong(header.length).flip());
            writeAll(channel, ByteBuffer.wrap(header));
            writeFloats(channel, model.parameters());
        });
    }

    /**
     * Reads a model.
     *
     * @throws InputException if the file cannot be read or is no whole model of this program
     */
    public static Model read(Path file) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file, JSON)) {
            NetworkSpec network = metadata(file, tensors.metadata(), NETWORK, NetworkSpec.class);
            Preprocessing preprocessing = metadata(file, tensors.metadata(), PREPROCESSING, Preprocessing.class);
            JsonNode training = metadata(file, tensors.metadata(), TRAINING, JsonNode.class);
            requireMatch(file, network, preprocessing);
            return new Model(network, preprocessing, training.toString(), tensors.parameters(network));
        } catch (IOException e) {
            throw SafetensorsFile.unreadable(file, e);
        }
    }

    /**
     * Reads the tensors alone, for a network whose shape is known; metadata are not needed.
     *
     * @return the parameters, in the layout of {@link ParameterLayout}
     * @throws InputException if the file cannot be read, or its tensors are not those of {@code network}
     */
    public static float[] readParameters(Path file, NetworkSpec network) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file, JSON)) {
            return tensors.parameters(network);
        } catch (IOException e) {
            throw SafetensorsFile.unreadable(file, e);
        }
    }

    private static void requireMatch(Path file, NetworkSpec network, Preprocessing preprocessing) {
        int inputs = preprocessing.schema().inputCount();
        int outputs = outputs(file, network, preprocessing);
        if (network.inputs() != inputs || network.outputs() != outputs) {
            throw new InputException(file + ": network " + network.shape()
                    + " does not match its preprocessing: expected " + inputs + " inputs and " + outputs + " outputs");
        }
    }

    private static int outputs(Path file, NetworkSpec network, Preprocessing preprocessing) {
        try {
            return preprocessing.schema().outputsFor(network.loss());
        } catch (InputException e) {
            throw new InputException(file + ": network does not match its preprocessing: " + e.getMessage(), e);
        }
    }

    private static <T> T metadata(Path file, Map<String, String> metadata, String key, Class<T> type) {
        String json = metadata.get(key);
        if (json == null) {
            throw new InputException(file + ": not a model of this program: expected " + METADATA + "." + key
                    + ", found " + metadata.keySet() + "; as initial weights it may do (--init-weights)");
        }
        try {
            T value = JSON.readValue(json, type);
            if (value == null || (value instanceof JsonNode node && !node.isObject())) {
                throw new InputException(file + ": " + METADATA + "." + key + ": expected a JSON object");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new InputException(file + ": " + METADATA + "." + key + ": " + SafetensorsFile.oneLine(e), e);
        }
    }

    private static byte[] header(Model model) {
        ObjectNode header = JSON.createObjectNode();
        try {
            header.putObject(METADATA)
                    .put(NETWORK, JSON.writeValueAsString(model.network()))
                    .put(PREPROCESSING, JSON.writeValueAsString(model.preprocessing()))
                    .put(TRAINING, JSON.writeValueAsString(JSON.readTree(model.training())));
            for (TensorPlace tensor : TensorPlace.of(model.network())) {
                ObjectNode entry = header.putObject(tensor.name()).put("dtype", SafetensorsFile.FLOAT32);
                tensor.shape().forEach(entry.withArray("shape")::add);
                entry.putArray("data_offsets")
                        .add((long) tensor.offset() * Float.BYTES)
                        .add(((long) tensor.offset() + tensor.length()) * Float.BYTES);
            }
            return padded(JSON.writeValueAsBytes(header));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: training=" + model.training(), e);
        }
    }

    /** Pads with spaces so that the tensors begin at a multiple of 8 bytes. */
    private static byte[] padded(byte[] json) {
        byte[] header = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(header, json.length, header.length, " ".getBytes(StandardCharsets.US_ASCII)[0]);
        return header;
    }

    private static void writeFloats(FileChannel channel, float[] values) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        int chunkFloats = chunk.capacity() / Float.BYTES;
        for (int from = 0; from < values.length; from += chunkFloats) {
            int count = Math.min(chunkFloats, values.length - from);
            chunk.clear();
            chunk.asFloatBuffer().put(values, from, count);
            writeAll(channel, chunk.limit(count * Float.BYTES));
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
