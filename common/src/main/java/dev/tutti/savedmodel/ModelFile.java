package dev.tutti.savedmodel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.data.DataSchema;
import dev.tutti.data.Preprocessing;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.InputException;
import dev.tutti.files.LittleEndianFloats;
import dev.tutti.files.SafetensorsFile;
import dev.tutti.files.StrictJson;
import dev.tutti.files.TensorSlice;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes and reads models in the safetensors format ({@link SafetensorsFile}). Tensors are {@code layers.<l>.weight}
 * [outputs, inputs] and {@code layers.<l>.bias} [outputs], layers from 0. The metadata are JSON strings: {@code network},
 * {@code preprocessing}, {@code training}.
 */
public final class ModelFile {
    /** How the names of the tensors of an optimizer begin, in checkpoints. */
    public static final String OPTIMIZER = "optimizer.";

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
            LittleEndianFloats.writeAll(channel, ByteBuffer.wrap(header));
            LittleEndianFloats.write(channel, model.parameters());
        });
    }

    /**
     * Reads a model.
     *
     * @throws InputException if the file cannot be read or is no whole model of this program
     */
    public static Model read(Path file) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            NetworkSpec network = metadata(file, tensors.metadata(), NETWORK, NetworkSpec.class);
            Preprocessing preprocessing = metadata(file, tensors.metadata(), PREPROCESSING, Preprocessing.class);
            JsonNode training = metadata(file, tensors.metadata(), TRAINING, JsonNode.class);
            requireMatch(file, network, preprocessing);
            tensors.leaveOut(OPTIMIZER);
            List<TensorSlice> slices = new ParameterLayout(network).tensors();
            return new Model(network, preprocessing, training.toString(), parameters(tensors, network, slices));
        } catch (IOException e) {
            throw SafetensorsFile.unreadable(file, e);
        }
    }

    /**
     * Reads the tensors alone, for a network whose shape is known; metadata are not needed, and layers may have the names that other
     * programs give them ({@link LayerNames}).
     *
     * @return the parameters, in the layout of {@link ParameterLayout}
     * @throws InputException if the file cannot be read, or its tensors are not those of {@code network}
     */
    public static float[] readParameters(Path file, NetworkSpec network) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            tensors.leaveOut(OPTIMIZER);
            List<TensorSlice> slices = LayerNames.in(file, tensors.names(), new ParameterLayout(network).tensors());
            return parameters(tensors, network, slices);
        } catch (IOException e) {
            throw SafetensorsFile.unreadable(file, e);
        }
    }

    /** The file must have exactly these tensors of the network. */
    private static float[] parameters(SafetensorsFile file, NetworkSpec network, List<TensorSlice> tensors)
            throws IOException {
        file.requireExactly(tensors, "network " + network.shape());
        float[] parameters = new float[new ParameterLayout(network).parameterCount()];
        file.read(tensors, parameters);
        return parameters;
    }

    private static void requireMatch(Path file, NetworkSpec network, Preprocessing preprocessing) {
        int inputs = preprocessing.inputCount();
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
            JsonNode tree = StrictJson.MAPPER.readTree(json);
            addWhatOlderModelsDoNotSay(tree);
            T value = StrictJson.MAPPER.treeToValue(tree, type);
            if (value == null || (value instanceof JsonNode node && !node.isObject())) {
                throw new InputException(file + ": " + METADATA + "." + key + ": expected a JSON object");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new InputException(file + ": " + METADATA + "." + key + ": " + StrictJson.oneLine(e), e);
        }
    }

    /** Puts the parameter of the loss into a network of before losses had any. */
    public static void addLossParameter(JsonNode network) {
        if (network instanceof ObjectNode object && object.has("sizes") && !object.has("lossParameter")) {
            object.put("lossParameter", 0);
        }
    }

    /** Version 0.1 did not keep the place of the target, and knew numbers only, of which none was missing. */
    private static void addWhatOlderModelsDoNotSay(JsonNode metadata) {
        addLossParameter(metadata);
        if (metadata.path("schema") instanceof ObjectNode schema && metadata instanceof ObjectNode preprocessing) {
            if (!schema.has("targetColumn")) {
                schema.put("targetColumn", DataSchema.NO_COLUMN);
            }
            if (metadata.path("split") instanceof ObjectNode split && !split.has("testShare")) {
                split.put("testShare", 0).put("testRows", 0);
            }
            addEmpty(schema, "inputTypes");
            addEmpty(schema, "leftOut");
            addEmpty(preprocessing, "fill");
            addEmpty(preprocessing, "indicators");
            addEmpty(preprocessing, "categories");
        }
    }

    private static void addEmpty(ObjectNode object, String key) {
        if (!object.has(key)) {
            object.putArray(key);
        }
    }

    private static byte[] header(Model model) {
        Map<String, String> metadata = new LinkedHashMap<>();
        try {
            metadata.put(NETWORK, StrictJson.MAPPER.writeValueAsString(model.network()));
            metadata.put(PREPROCESSING, StrictJson.MAPPER.writeValueAsString(model.preprocessing()));
            metadata.put(TRAINING, StrictJson.MAPPER.writeValueAsString(StrictJson.MAPPER.readTree(model.training())));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: training=" + model.training(), e);
        }
        return SafetensorsFile.header(metadata, new ParameterLayout(model.network()).tensors());
    }
}
