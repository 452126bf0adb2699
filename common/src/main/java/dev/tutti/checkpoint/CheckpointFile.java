package dev.tutti.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.files.LittleEndianFloats;
import dev.tutti.files.SafetensorsFile;
import dev.tutti.files.Sha256;
import dev.tutti.files.StrictJson;
import dev.tutti.files.TensorSlice;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.savedmodel.ModelFile;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.LocalSteps;
import dev.tutti.train.Refinements;
import dev.tutti.train.TrainingPosition;
import dev.tutti.train.TrainingSpec;
import dev.tutti.train.TrainingState;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes and reads the file of a checkpoint: safetensors with the tensors of the model, then {@code optimizer.<name>}, and the
 * metadata {@code sha256}, {@code checkpoint} (JSON) and {@code config} (HOCON). {@code sha256} is that of the whole file, taken with 64
 * zeros in its own place, so that no byte can change unnoticed.
 */
public final class CheckpointFile {
    /** Version of the format that is written. */
    public static final int FORMAT_VERSION = 2;

    /** Oldest version that is read; in it the metrics were a part of the position. */
    public static final int OLDEST_VERSION = 1;

    private static final JsonMapper JSON = StrictJson.MAPPER;
    private static final String SHA256 = "sha256";
    private static final String CHECKPOINT = "checkpoint";
    private static final String CONFIG = "config";
    private static final String ZEROS = "0".repeat(64);

    private CheckpointFile() {}

    /** The file was written by another version of this program: it is whole, but cannot be used. */
    static final class OtherVersionException extends InputException {
        private static final long serialVersionUID = 1L;

        OtherVersionException(String message) {
            super(message);
        }
    }

    /**
     * Writes a checkpoint, whole or not at all.
     *
     * @throws InputException if the file cannot be written
     */
    static void write(FileOperations files, Path file, RunIdentity run, TrainingState state) {
        byte[] header = header(run, state);
        MessageDigest digest = Sha256.newDigest();
        digest.update(header);
        LittleEndianFloats.update(digest, state.parameters(), state.parameters().length);
        state.optimizer().values().forEach(values -> LittleEndianFloats.update(digest, values, values.length));
        byte[] sum = Sha256.hex(digest).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(sum, 0, header, indexOfSum(header, ZEROS), sum.length);
        AtomicFile.write(files, file, channel -> {
            LittleEndianFloats.writeAll(channel, ByteBuffer.wrap(header));
            LittleEndianFloats.write(channel, state.parameters());
            for (float[] values : state.optimizer().values()) {
                LittleEndianFloats.write(channel, values);
            }
        });
    }

    private static byte[] header(RunIdentity run, TrainingState state) {
        ObjectNode checkpoint = JSON.createObjectNode();
        checkpoint.put("formatVersion", FORMAT_VERSION);
        checkpoint.set("spec", json(run.spec()));
        checkpoint.put("trainingSha256", run.trainingSha256());
        checkpoint.put("validationSha256", run.validationSha256());
        checkpoint.set("position", json(state.position()));
        checkpoint.set("lastEpoch", json(state.lastEpoch()));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(SHA256, ZEROS);
        metadata.put(CHECKPOINT, checkpoint.toString());
        metadata.put(CONFIG, run.config());
        List<TensorSlice> places = new ParameterLayout(run.spec().network()).tensors();
        List<TensorSlice> all = new ArrayList<>(places);
        state.optimizer().forEach((name, values) -> all.add(slice(name, values.length)));
        return SafetensorsFile.header(metadata, all);
    }

    private static TensorSlice slice(String name, int length) {
        return new TensorSlice(ModelFile.OPTIMIZER + name, List.of(length), 0, length);
    }

    /**
     * Reads a checkpoint and checks that every byte of it is as it was written.
     *
     * @throws OtherVersionException if it is whole, but of another version
     * @throws InputException if it cannot be read, or is cut, damaged, or no checkpoint
     */
    public static Checkpoint read(Path file) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            requireIntact(file, tensors);
            return read(file, tensors);
        } catch (JsonProcessingException e) {
            throw new InputException(file + ": not a checkpoint: " + StrictJson.oneLine(e), e);
        } catch (IOException e) {
            throw SafetensorsFile.unreadable(file, e);
        }
    }

    private static void requireIntact(Path file, SafetensorsFile tensors) throws IOException {
        String expected = tensors.metadata().get(SHA256);
        byte[] header = tensors.header();
        int at = expected == null || expected.length() != ZEROS.length() ? -1 : indexOfSum(header, expected);
        if (at < 0) {
            throw new InputException(file + ": not a checkpoint: it has no checksum");
        }
        System.arraycopy(ZEROS.getBytes(StandardCharsets.US_ASCII), 0, header, at, ZEROS.length());
        MessageDigest digest = Sha256.newDigest();
        tensors.digest(digest, header);
        String found = Sha256.hex(digest);
        if (!found.equals(expected)) {
            throw new InputException(file + ": damaged: expected SHA-256 " + expected + ", found " + found);
        }
    }

    private static Checkpoint read(Path file, SafetensorsFile tensors) throws IOException {
        JsonNode checkpoint = JSON.readTree(tensors.metadata().getOrDefault(CHECKPOINT, "{}"));
        JsonNode version = checkpoint.path("formatVersion");
        if (!version.isInt() || version.intValue() < OLDEST_VERSION || version.intValue() > FORMAT_VERSION) {
            throw new OtherVersionException(
                    file + ": a checkpoint of another version of this program: expected format version "
                            + OLDEST_VERSION + " to " + FORMAT_VERSION + ", found "
                            + (version.isMissingNode() ? "none" : version)
                            + "; go on with that version, or begin a new run");
        }
        ModelFile.addLossParameter(checkpoint.path("spec").path("network"));
        NetworkSpec network = value(checkpoint.path("spec").path("network"), NetworkSpec.class);
        List<TensorSlice> places = new ParameterLayout(network).tensors();
        List<TensorSlice> all = new ArrayList<>(places);
        Map<String, float[]> optimizer = new LinkedHashMap<>();
        for (String tensor : tensors.names()) {
            if (tensor.startsWith(ModelFile.OPTIMIZER)) {
                String name = tensor.substring(ModelFile.OPTIMIZER.length());
                float[] values = new float[(int) tensors.length(tensor)];
                tensors.read(List.of(slice(name, values.length)), values);
                optimizer.put(name, values);
                all.add(slice(name, values.length));
            }
        }
        tensors.requireExactly(all, "network " + network.shape());
        float[] parameters = new float[new ParameterLayout(network).parameterCount()];
        tensors.read(places, parameters);
        addWhatOlderCheckpointsDoNotSay(checkpoint.path("spec"), checkpoint.path("position"));
        JsonNode metrics = checkpoint.path("lastEpoch");
        if (version.intValue() == 1) {
            metrics = ((ObjectNode) checkpoint.path("position")).remove("last");
            // There was one optimizer, so its name was not written.
            ((ObjectNode) checkpoint.path("spec").path("optimizer")).put("kind", OptimizerSettings.Kind.SGD.id());
        }
        TrainingState state = new TrainingState(
                value(checkpoint.path("position"), TrainingPosition.class), metrics(metrics), parameters, optimizer);
        return new Checkpoint(
                file,
                state,
                normalized(checkpoint.path("spec")),
                checkpoint.path("trainingSha256").asText(),
                checkpoint.path("validationSha256").asText());
    }

    /**
     * Metrics are for reports: what this version does not know is left out, what the file does not have is not known. So they may
     * change without a new version of the format.
     */
    private static EpochMetrics metrics(JsonNode stored) throws IOException {
        ObjectNode known = JSON.createObjectNode();
        for (RecordComponent component : EpochMetrics.class.getRecordComponents()) {
            JsonNode value = stored.path(component.getName());
            JsonNode unknown =
                    component.getType() == double.class ? DoubleNode.valueOf(Double.NaN) : IntNode.valueOf(0);
            known.set(component.getName(), value.isMissingNode() ? unknown : value);
        }
        return value(known, EpochMetrics.class);
    }

    /** Nothing was rounded, nothing added to the plain algorithm, and there were no replicas, before one could choose. */
    private static void addWhatOlderCheckpointsDoNotSay(JsonNode spec, JsonNode position) {
        if (spec instanceof ObjectNode settings) {
            settings.putIfAbsent("wire", JSON.getNodeFactory().textNode(NodePrecision.FLOAT32.id()));
            settings.putIfAbsent("refinements", json(Refinements.NONE));
            settings.putIfAbsent("local", json(LocalSteps.NONE));
        }
        if (position instanceof ObjectNode place) {
            place.putIfAbsent("plateau", json(TrainingPosition.START.plateau()));
            place.putIfAbsent("best", json(TrainingPosition.START.best()));
        }
    }

    /** The settings as this version writes them, if it knows them all: what was added since then has its old meaning. */
    private static JsonNode normalized(JsonNode spec) {
        try {
            return json(value(spec, TrainingSpec.class));
        } catch (IOException e) {
            return spec;
        }
    }

    /** Returns a value as JSON, as it comes back from a file. */
    static JsonNode json(Object value) {
        try {
            return JSON.readTree(JSON.writeValueAsBytes(value));
        } catch (IOException e) {
            throw new IllegalArgumentException("not to be written as JSON: " + value, e);
        }
    }

    private static <T> T value(JsonNode node, Class<T> type) throws IOException {
        return JSON.readValue(node.toString(), type);
    }

    private static int indexOfSum(byte[] header, String sum) {
        String text = new String(header, StandardCharsets.ISO_8859_1);
        String start = "\"" + SHA256 + "\":\"";
        int at = text.indexOf(start + sum + "\"");
        return at < 0 ? -1 : at + start.length();
    }
}
