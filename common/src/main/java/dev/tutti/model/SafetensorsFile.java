package dev.tutti.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An open safetensors file with its header read and checked: every tensor is float32, has as many bytes as its shape says, and
 * the tensors fill the file without gap or overlap. Used by one thread.
 */
public final class SafetensorsFile implements AutoCloseable {
    /** Reads and writes the JSON of our files: strict, so that a damaged file is found out. */
    public static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    /** How the names of the tensors of an optimizer begin, in checkpoints. */
    public static final String OPTIMIZER = "optimizer.";

    private static final String METADATA = "__metadata__";
    private static final String FLOAT32 = "F32";

    private static final int LENGTH_BYTES = Long.BYTES;
    /** As in the reference implementation. */
    private static final int MAX_HEADER_BYTES = 100_000_000;

    private static final int CHUNK_BYTES = 1 << 16;

    /** A tensor as the header describes it; {@code begin} and {@code end} count bytes from the end of the header. */
    private record Tensor(String name, List<Long> shape, long begin, long end) {}

    private final Path file;
    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Tensor> tensors = new TreeMap<>();

    private SafetensorsFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            throw new InputException(file + ": not a safetensors file: expected at least 8 bytes, found " + size);
        }
        ByteBuffer lengthBytes = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long headerLength = fill(lengthBytes, 0, "length of the header").getLong();
        if (headerLength < 2 || headerLength > Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES)) {
            throw new InputException(file + ": length of the header out of range: found "
                    + Long.toUnsignedString(headerLength) + ", allowed: 2 to "
                    + Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES) + "; is it a whole safetensors file?");
        }
        dataStart = LENGTH_BYTES + headerLength;
        ByteBuffer header = fill(ByteBuffer.allocate((int) headerLength), LENGTH_BYTES, "header");
        readHeader(parse(header));
        requireNoGaps(size - dataStart);
    }

    /**
     * Opens a file and reads its header.
     *
     * @throws InputException if there is no such file, or it is no whole safetensors file of float32 tensors
     */
    public static SafetensorsFile open(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new InputException(file + ": no such file; give the path of a .safetensors file");
        }
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": not a file; give the path of a .safetensors file");
        }
        if (!Files.isReadable(file)) {
            throw new InputException(file + ": cannot be read; check its permissions");
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new SafetensorsFile(file, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Returns the error for a file that cannot be read. */
    public static InputException unreadable(Path file, IOException e) {
        return new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }

    /**
     * Returns the bytes before the tensors: the length of the header and the header, padded so that the tensors begin at a
     * multiple of 8 bytes. The same arguments give the same bytes.
     *
     * @param metadata strings of {@code __metadata__}, in this order
     * @param places the tensors, in the order in which they are written
     */
    public static byte[] header(Map<String, String> metadata, List<TensorPlace> places) {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode strings = header.putObject(METADATA);
        metadata.forEach(strings::put);
        long end = 0;
        for (TensorPlace place : places) {
            long begin = end;
            end += (long) place.length() * Float.BYTES;
            ObjectNode entry = header.putObject(place.name()).put("dtype", FLOAT32);
            place.shape().forEach(entry.withArray("shape")::add);
            entry.putArray("data_offsets").add(begin).add(end);
        }
        try {
            byte[] json = JSON.writeValueAsBytes(header);
            int padded = (json.length + 7) / 8 * 8;
            byte[] bytes = Arrays.copyOf(json, LENGTH_BYTES + padded);
            System.arraycopy(json, 0, bytes, LENGTH_BYTES, json.length);
            Arrays.fill(bytes, LENGTH_BYTES + json.length, bytes.length, (byte) 0x20);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, padded);
            return bytes;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + metadata, e);
        }
    }

    /** Writes values as float32, little-endian. */
    public static void writeFloats(WritableByteChannel channel, float[] values) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int chunkFloats = CHUNK_BYTES / Float.BYTES;
        for (int from = 0; from < values.length; from += chunkFloats) {
            int count = Math.min(chunkFloats, values.length - from);
            chunk.clear();
            chunk.asFloatBuffer().put(values, from, count);
            writeAll(channel, chunk.limit(count * Float.BYTES));
        }
    }

    /** Writes all bytes that are left in {@code bytes}. */
    public static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The strings of {@code __metadata__}; empty where there are none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** The names of the tensors, sorted. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** The number of values of a tensor of the file. */
    public long length(String name) {
        Tensor tensor = tensors.get(name);
        return (tensor.end() - tensor.begin()) / Float.BYTES;
    }

    /** Feeds the whole file, byte after byte, to {@code digest}, with {@code header} in place of what is before the tensors. */
    public void digest(MessageDigest digest, byte[] header) throws IOException {
        digest.update(header);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        for (long position = dataStart; channel.read(chunk.clear(), position) > 0; position += chunk.limit()) {
            digest.update(chunk.flip());
        }
    }

    /** Returns the bytes before the tensors. */
    public byte[] header() throws IOException {
        return fill(ByteBuffer.allocate((int) dataStart), 0, "header").array();
    }

    /** Reads the parameters of {@code network}; the file must have exactly its tensors, but for those of an optimizer. */
    float[] parameters(NetworkSpec network) throws IOException {
        List<TensorPlace> places = TensorPlace.of(network);
        tensors.keySet().removeIf(name -> name.startsWith(OPTIMIZER));
        requireExactly(places, "network " + network.shape());
        float[] parameters = new float[new ParameterLayout(network).parameterCount()];
        read(places, parameters);
        return parameters;
    }

    /**
     * Checks which tensors the file has.
     *
     * @param places all that it must have, and no others
     * @param of whose tensors they are, for people
     * @throws InputException if one is missing, is one too many, or has another shape
     */
    public void requireExactly(List<TensorPlace> places, String of) {
        for (TensorPlace place : places) {
            requireTensor(place, of);
        }
        if (tensors.size() > places.size()) {
            List<String> unknown = new ArrayList<>(tensors.keySet());
            places.forEach(place -> unknown.remove(place.name()));
            throw new InputException(file + ": tensor " + shown(unknown.get(0)) + ": not part of " + of + "; expected "
                    + places.size() + " tensors, found " + tensors.size());
        }
    }

    /** Reads tensors, each to its place in {@code block}; {@link #requireExactly} must have found them there. */
    public void read(List<TensorPlace> places, float[] block) throws IOException {
        for (TensorPlace place : places) {
            readFloats(tensors.get(place.name()), block, place);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void requireTensor(TensorPlace place, String of) {
        Tensor tensor = tensors.get(place.name());
        if (tensor == null) {
            throw new InputException(
                    file + ": tensor " + place.name() + ": missing; " + of + " needs it with shape " + place.shape());
        }
        List<Long> expected = place.shape().stream().map(Integer::longValue).toList();
        if (!tensor.shape().equals(expected)) {
            throw new InputException(file + ": tensor " + place.name() + ": expected shape " + expected + " for " + of
                    + ", found " + tensor.shape());
        }
    }

    private JsonNode parse(ByteBuffer header) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(header).toString();
            JsonNode node = JSON.readTree(text);
            if (node == null || !node.isObject()) {
                throw new InputException(file + ": header: expected a JSON object; is it a safetensors file?");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new InputException(file + ": header: " + oneLine(e) + "; is it a safetensors file?", e);
        } catch (CharacterCodingException e) {
            throw new InputException(file + ": header: not UTF-8 text; is it a safetensors file?", e);
        }
    }

    private void readHeader(JsonNode header) {
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (entry.getKey().equals(METADATA)) {
                readMetadata(entry.getValue());
            } else {
                tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
            }
        }
    }

    private void readMetadata(JsonNode node) {
        if (!node.isObject()) {
            throw new InputException(file + ": __metadata__: expected a JSON object of strings");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isTextual()) {
                throw new InputException(file + ": __metadata__." + shown(entry.getKey()) + ": expected a string");
            }
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private Tensor tensor(String name, JsonNode node) {
        String dtype = node.path("dtype").asText("nothing");
        if (!dtype.equals(FLOAT32)) {
            throw new InputException(
                    file + ": tensor " + shown(name) + ": expected dtype " + FLOAT32 + ", found " + shown(dtype));
        }
        List<Long> shape = counts(name, node.path("shape"), "shape");
        List<Long> offsets = counts(name, node.path("data_offsets"), "data_offsets");
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw new InputException(file + ": tensor " + shown(name)
                    + ": expected data_offsets [begin, end] with begin not above end, found " + offsets);
        }
        Tensor tensor = new Tensor(name, shape, offsets.get(0), offsets.get(1));
        long bytes = bytes(tensor);
        if (bytes != tensor.end() - tensor.begin()) {
            throw new InputException(file + ": tensor " + shown(name) + ": expected " + bytes + " bytes for shape "
                    + shape + ", found data_offsets " + offsets);
        }
        return tensor;
    }

    private long bytes(Tensor tensor) {
        try {
            long bytes = Float.BYTES;
            for (long size : tensor.shape()) {
                bytes = Math.multiplyExact(bytes, size);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new InputException(
                    file + ": tensor " + shown(tensor.name()) + ": shape too large: " + tensor.shape(), e);
        }
    }

    private List<Long> counts(String name, JsonNode node, String what) {
        List<Long> counts = new ArrayList<>();
        if (node.isArray()) {
            for (JsonNode number : node) {
                if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
                    throw new InputException(file + ": tensor " + shown(name) + ": " + what
                            + ": expected whole numbers from 0, found " + shown(number.toString()));
                }
                counts.add(number.longValue());
            }
            return counts;
        }
        throw new InputException(
                file + ": tensor " + shown(name) + ": " + what + ": expected an array of whole numbers, found "
                        + shown(node.isMissingNode() ? "nothing" : node.toString()));
    }

    private void requireNoGaps(long dataLength) {
        Iterator<Tensor> inOrder = tensors.values().stream()
                .sorted(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end))
                .iterator();
        long position = 0;
        while (inOrder.hasNext()) {
            Tensor tensor = inOrder.next();
            if (tensor.begin() != position) {
                throw new InputException(file + ": tensor " + shown(tensor.name()) + ": "
                        + (tensor.begin() < position ? "overlaps the one before it" : "leaves a gap")
                        + ": expected begin "
                        + position + ", found " + tensor.begin());
            }
            if (tensor.end() > dataLength) {
                throw new InputException(file + ": tensor " + shown(tensor.name())
                        + ": the file is cut short: expected " + tensor.end() + " bytes of data, found " + dataLength);
            }
            position = tensor.end();
        }
        if (position != dataLength) {
            throw new InputException(file + ": expected " + position + " bytes of data, found " + dataLength
                    + "; there is something behind the last tensor");
        }
    }

    private void readFloats(Tensor tensor, float[] parameters, TensorPlace place) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int chunkFloats = CHUNK_BYTES / Float.BYTES;
        for (int from = 0; from < place.length(); from += chunkFloats) {
            int count = Math.min(chunkFloats, place.length() - from);
            chunk.clear().limit(count * Float.BYTES);
            fill(chunk, dataStart + tensor.begin() + (long) from * Float.BYTES, "tensor " + tensor.name());
            chunk.asFloatBuffer().get(parameters, place.offset() + from, count);
        }
        for (int i = 0; i < place.length(); i++) {
            if (!Float.isFinite(parameters[place.offset() + i])) {
                throw new InputException(file + ": tensor " + tensor.name() + ", value " + i
                        + ": expected a finite number, found " + parameters[place.offset() + i]);
            }
        }
    }

    private ByteBuffer fill(ByteBuffer bytes, long position, String what) throws IOException {
        int start = bytes.position();
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position() - start) < 0) {
                throw new InputException(file + ": " + what + ": the file is cut short: expected "
                        + (bytes.limit() - start) + " bytes, found " + (bytes.position() - start));
            }
        }
        return bytes.flip();
    }

    /** Returns the first line of what Jackson says, without its notes on where the text came from. */
    public static String oneLine(JsonProcessingException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root instanceof JsonProcessingException json ? json.getOriginalMessage() : root.getMessage();
        return shown(String.valueOf(message));
    }

    /** Fit for a message of one line. */
    private static String shown(String text) {
        String line = text.lines().findFirst().orElse("");
        StringBuilder shown = new StringBuilder();
        line.codePoints()
                .limit(200)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .forEach(shown::appendCodePoint);
        return shown.append(line.length() > 200 ? "..." : "").toString();
    }
}
