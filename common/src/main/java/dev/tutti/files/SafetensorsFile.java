package dev.tutti.files;

import dev.tutti.files.SafetensorsHeader.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An open file in the safetensors format of Hugging Face: the length of the header (8 bytes, little-endian), the header (JSON: for
 * each tensor its type, shape and place; {@code __metadata__}: strings), then the tensors, float32, little-endian. The header has been
 * read and checked. Used by one thread.
 */
public final class SafetensorsFile implements AutoCloseable {
    private static final int LENGTH_BYTES = Long.BYTES;
    /** As in the reference implementation. */
    private static final int MAX_HEADER_BYTES = 100_000_000;

    private static final int CHUNK_BYTES = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, String> metadata;
    private final Map<String, Tensor> tensors;

    private SafetensorsFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        long size = channel.size();
        dataStart = LENGTH_BYTES + headerLength(size);
        ByteBuffer text = fill(ByteBuffer.allocate((int) (dataStart - LENGTH_BYTES)), LENGTH_BYTES, "header");
        SafetensorsHeader header = new SafetensorsHeader(file, text, size - dataStart);
        metadata = header.metadata();
        tensors = header.tensors();
    }

    private long headerLength(long size) throws IOException {
        if (size < LENGTH_BYTES) {
            throw new InputException(file + ": not a safetensors file: expected at least 8 bytes, found " + size);
        }
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long length = fill(bytes, 0, "length of the header").getLong();
        long most = Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES);
        if (length < 2 || length > most) {
            throw new InputException(file + ": length of the header out of range: found "
                    + Long.toUnsignedString(length) + ", allowed: 2 to " + most
                    + "; is it a whole safetensors file?");
        }
        return length;
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
     * @param slices the tensors, in the order in which they are written
     */
    public static byte[] header(Map<String, String> metadata, List<TensorSlice> slices) {
        return SafetensorsHeader.bytes(metadata, slices);
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

    /** Forgets the tensors whose names begin with {@code prefix}. */
    public void leaveOut(String prefix) {
        tensors.keySet().removeIf(name -> name.startsWith(prefix));
    }

    /**
     * Checks which tensors the file has.
     *
     * @param slices all that it must have, and no others
     * @param of whose tensors they are, for people
     * @throws InputException if one is missing, is one too many, or has another shape
     */
    public void requireExactly(List<TensorSlice> slices, String of) {
        for (TensorSlice slice : slices) {
            requireTensor(slice, of);
        }
        if (tensors.size() > slices.size()) {
            List<String> unknown = new ArrayList<>(tensors.keySet());
            slices.forEach(slice -> unknown.remove(slice.name()));
            throw new InputException(file + ": tensor " + StrictJson.shown(unknown.get(0)) + ": not part of " + of
                    + "; expected " + slices.size() + " tensors, found " + tensors.size());
        }
    }

    /** Reads tensors, each to its place in {@code block}; {@link #requireExactly} must have found them there. */
    public void read(List<TensorSlice> slices, float[] block) throws IOException {
        for (TensorSlice slice : slices) {
            readFloats(tensors.get(slice.name()), block, slice);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void requireTensor(TensorSlice slice, String of) {
        Tensor tensor = tensors.get(slice.name());
        if (tensor == null) {
            throw new InputException(
                    file + ": tensor " + slice.name() + ": missing; " + of + " needs it with shape " + slice.shape());
        }
        List<Long> expected = slice.shape().stream().map(Integer::longValue).toList();
        if (!tensor.shape().equals(expected)) {
            throw new InputException(file + ": tensor " + slice.name() + ": expected shape " + expected + " for " + of
                    + ", found " + tensor.shape());
        }
    }

    private void readFloats(Tensor tensor, float[] parameters, TensorSlice slice) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int chunkFloats = CHUNK_BYTES / Float.BYTES;
        for (int from = 0; from < slice.length(); from += chunkFloats) {
            int count = Math.min(chunkFloats, slice.length() - from);
            chunk.clear().limit(count * Float.BYTES);
            fill(chunk, dataStart + tensor.begin() + (long) from * Float.BYTES, "tensor " + tensor.name());
            chunk.asFloatBuffer().get(parameters, slice.offset() + from, count);
        }
        for (int i = 0; i < slice.length(); i++) {
            if (!Float.isFinite(parameters[slice.offset() + i])) {
                throw new InputException(file + ": tensor " + tensor.name() + ", value " + i
                        + ": expected a finite number, found " + parameters[slice.offset() + i]);
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
}
