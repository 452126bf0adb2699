package dev.tutti.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The header of a safetensors file, checked: every tensor is float32, has as many bytes as its shape says, and the tensors fill
 * the rest of the file without gap or overlap.
 */
final class SafetensorsHeader {
    private static final String METADATA = "__metadata__";
    private static final String FLOAT32 = "F32";

    /** A tensor as the header describes it; {@code begin} and {@code end} count bytes from the end of the header. */
    record Tensor(String name, List<Long> shape, long begin, long end) {}

    private final Path file;
    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Tensor> tensors = new TreeMap<>();

    /**
     * Reads a header.
     *
     * @param file it belongs to, for messages
     * @param json its text, UTF-8
     * @param dataBytes number of bytes of the file after it
     * @throws InputException if it is none, or the tensors do not fill the file
     */
    SafetensorsHeader(Path file, ByteBuffer json, long dataBytes) {
        this.file = file;
        readHeader(parse(json));
        requireNoGaps(dataBytes);
    }

    /** The strings of {@code __metadata__} by name; empty where there are none. */
    Map<String, String> metadata() {
        return metadata;
    }

    /** The tensors by name. */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    /**
     * Returns the bytes before the tensors: the length of the header and the header, padded so that the tensors begin at a
     * multiple of 8 bytes. The same arguments give the same bytes.
     *
     * @param metadata strings of {@code __metadata__}, in this order
     * @param slices the tensors, in the order in which they are written
     */
    static byte[] bytes(Map<String, String> metadata, List<TensorSlice> slices) {
        ObjectNode header = StrictJson.MAPPER.createObjectNode();
        ObjectNode strings = header.putObject(METADATA);
        metadata.forEach(strings::put);
        long end = 0;
        for (TensorSlice slice : slices) {
            long begin = end;
            end += (long) slice.length() * Float.BYTES;
            ObjectNode entry = header.putObject(slice.name()).put("dtype", FLOAT32);
            slice.shape().forEach(entry.withArray("shape")::add);
            entry.putArray("data_offsets").add(begin).add(end);
        }
        try {
            byte[] json = StrictJson.MAPPER.writeValueAsBytes(header);
            int padded = (json.length + 7) / 8 * 8;
            byte[] bytes = Arrays.copyOf(json, Long.BYTES + padded);
            System.arraycopy(json, 0, bytes, Long.BYTES, json.length);
            Arrays.fill(bytes, Long.BYTES + json.length, bytes.length, (byte) 0x20);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, padded);
            return bytes;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + metadata, e);
        }
    }

    private JsonNode parse(ByteBuffer header) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(header).toString();
            JsonNode node = StrictJson.MAPPER.readTree(text);
            if (node == null || !node.isObject()) {
                throw new InputException(file + ": header: expected a JSON object; is it a safetensors file?");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new InputException(file + ": header: " + StrictJson.oneLine(e) + "; is it a safetensors file?", e);
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
                throw new InputException(
                        file + ": __metadata__." + StrictJson.shown(entry.getKey()) + ": expected a string");
            }
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private Tensor tensor(String name, JsonNode node) {
        String dtype = node.path("dtype").asText("nothing");
        if (!dtype.equals(FLOAT32)) {
            throw new InputException(file + ": tensor " + StrictJson.shown(name) + ": expected dtype " + FLOAT32
                    + ", found " + StrictJson.shown(dtype));
        }
        List<Long> shape = counts(name, node.path("shape"), "shape");
        List<Long> offsets = counts(name, node.path("data_offsets"), "data_offsets");
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw new InputException(file + ": tensor " + StrictJson.shown(name)
                    + ": expected data_offsets [begin, end] with begin not above end, found " + offsets);
        }
        Tensor tensor = new Tensor(name, shape, offsets.get(0), offsets.get(1));
        long bytes = bytes(tensor);
        if (bytes != tensor.end() - tensor.begin()) {
            throw new InputException(file + ": tensor " + StrictJson.shown(name) + ": expected " + bytes
                    + " bytes for shape " + shape + ", found data_offsets " + offsets);
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
                    file + ": tensor " + StrictJson.shown(tensor.name()) + ": shape too large: " + tensor.shape(), e);
        }
    }

    private List<Long> counts(String name, JsonNode node, String what) {
        List<Long> counts = new ArrayList<>();
        if (node.isArray()) {
            for (JsonNode number : node) {
                if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
                    throw new InputException(file + ": tensor " + StrictJson.shown(name) + ": " + what
                            + ": expected whole numbers from 0, found " + StrictJson.shown(number.toString()));
                }
                counts.add(number.longValue());
            }
            return counts;
        }
        throw new InputException(file + ": tensor " + StrictJson.shown(name) + ": " + what
                + ": expected an array of whole numbers, found "
                + StrictJson.shown(node.isMissingNode() ? "nothing" : node.toString()));
    }

    private void requireNoGaps(long dataLength) {
        Iterator<Tensor> inOrder = tensors.values().stream()
                .sorted(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end))
                .iterator();
        long position = 0;
        while (inOrder.hasNext()) {
            Tensor tensor = inOrder.next();
            if (tensor.begin() != position) {
                throw new InputException(file + ": tensor " + StrictJson.shown(tensor.name()) + ": "
                        + (tensor.begin() < position ? "overlaps the one before it" : "leaves a gap")
                        + ": expected begin "
                        + position + ", found " + tensor.begin());
            }
            if (tensor.end() > dataLength) {
                throw new InputException(file + ": tensor " + StrictJson.shown(tensor.name())
                        + ": the file is cut short: expected " + tensor.end() + " bytes of data, found " + dataLength);
            }
            position = tensor.end();
        }
        if (position != dataLength) {
            throw new InputException(file + ": expected " + position + " bytes of data, found " + dataLength
                    + "; there is something behind the last tensor");
        }
    }
}
