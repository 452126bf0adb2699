package dev.tutti.app.export;

import dev.tutti.files.LittleEndianFloats;
import dev.tutti.files.StrictJson;
import dev.tutti.files.TensorSlice;
import dev.tutti.model.ParameterLayout;
import dev.tutti.savedmodel.ModelFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A model as NumPy's archive of arrays: {@code layers.<l>.weight} and {@code layers.<l>.bias}, and as texts of JSON {@code network} and
 * {@code preprocessing}. The same model gives the same bytes.
 */
final class NumpyArchive {
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int ALIGNMENT = 64;
    /** NumPy keeps texts in UTF-32. */
    private static final Charset TEXTS = Charset.forName("UTF-32LE");

    private NumpyArchive() {}

    /** Writes an archive. */
    static void write(ModelFile.Model model, WritableByteChannel to) throws IOException {
        // Finished, not closed: the channel belongs to others.
        ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(to));
        // Weights are hardly ever compressible.
        zip.setLevel(Deflater.NO_COMPRESSION);
        WritableByteChannel out = Channels.newChannel(zip);
        for (TensorSlice tensor : new ParameterLayout(model.network()).tensors()) {
            begin(zip, tensor.name(), "<f4", tensor.shape());
            LittleEndianFloats.write(
                    out, Arrays.copyOfRange(model.parameters(), tensor.offset(), tensor.offset() + tensor.length()));
            zip.closeEntry();
        }
        writeText(zip, "network", StrictJson.MAPPER.writeValueAsString(model.network()));
        writeText(zip, "preprocessing", StrictJson.MAPPER.writeValueAsString(model.preprocessing()));
        zip.finish();
    }

    private static void writeText(ZipOutputStream zip, String name, String text) throws IOException {
        begin(zip, name, "<U" + text.codePointCount(0, text.length()), List.of());
        LittleEndianFloats.writeAll(Channels.newChannel(zip), ByteBuffer.wrap(text.getBytes(TEXTS)));
        zip.closeEntry();
    }

    private static void begin(ZipOutputStream zip, String name, String type, List<Integer> shape) throws IOException {
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
        writeHeader(zip, type, shape);
    }

    /** Version 1.0: the length as two bytes, then a text as Python writes it, up to a multiple of 64 bytes. */
    private static void writeHeader(OutputStream out, String type, List<Integer> shape) throws IOException {
        String sizes = shape.stream().map(size -> size + ",").collect(Collectors.joining());
        String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
        int used = MAGIC.length + Short.BYTES + text.length() + 1;
        int padding = (ALIGNMENT - used % ALIGNMENT) % ALIGNMENT;
        int length = text.length() + padding + 1;
        out.write(MAGIC);
        out.write(length & 0xFF);
        out.write(length >>> Byte.SIZE);
        out.write((text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII));
    }
}
