package dev.tutti.data;

import dev.tutti.files.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * Reads arrays of NumPy: one ({@code .npy}), or several with names in a zip ({@code .npz}). Numbers only: nothing that a file says is
 * ever run. Memory grows with what is there, not with what a header claims.
 */
final class NumpyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 1 << 16;
    private static final int BLOCK = 1 << 16;
    private static final Pattern DESCRIPTION = Pattern.compile("'descr':\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([0-9,\\sL]*)\\)");
    private static final Pattern NUMBERS = Pattern.compile("([<>|=])(f4|f8|i1|i2|i4|i8|u1|u2|u4|u8|b1)");

    /** Names of arrays in an archive, in the order of preference. */
    private static final List<String> FEATURES = List.of("x", "data", "features", "images", "x_train");

    private static final List<String> TARGETS = List.of("y", "target", "targets", "labels", "label", "y_train");

    private NumpyFile() {}

    /**
     * An array; all dimensions but the first are one.
     *
     * @param dimensions number of dimensions in the file
     */
    private record Values(int rows, int columns, int dimensions, float[] values) {}

    /**
     * Reads a table.
     *
     * @param labels file with the targets, or null
     */
    static NumberTable read(Path file, DataFormat format, Path labels) {
        Values features;
        Values targets = null;
        if (format == DataFormat.NPZ) {
            Map<String, Values> arrays = archive(file);
            String name = arrays.size() == 1 ? arrays.keySet().iterator().next() : first(arrays, FEATURES);
            if (name == null) {
                throw new InputException(file + ": no array of features; expected one of " + String.join(", ", FEATURES)
                        + ", found " + String.join(", ", arrays.keySet()));
            }
            features = arrays.get(name);
            String ofTargets = first(arrays, TARGETS);
            targets = ofTargets == null || ofTargets.equals(name) ? null : arrays.get(ofTargets);
        } else {
            features = single(file);
        }
        if (labels != null) {
            targets = single(labels);
        }
        if (targets != null && (targets.columns() != 1 || targets.rows() != features.rows())) {
            throw new InputException((labels == null ? file : labels) + ": targets of " + targets.rows() + " x "
                    + targets.columns() + " do not go with features of " + features.rows() + " x "
                    + features.columns() + "; one for each row is needed");
        }
        return new NumberTable(
                file.toString(),
                features.rows(),
                features.columns(),
                features.values(),
                targets == null ? null : targets.values());
    }

    private static String first(Map<String, Values> arrays, List<String> wanted) {
        for (String name : wanted) {
            for (String found : arrays.keySet()) {
                if (found.toLowerCase(Locale.ROOT).equals(name)) {
                    return found;
                }
            }
        }
        return null;
    }

    private static Values single(Path file) {
        try (InputStream in = DataFiles.open(file)) {
            Values values = array(file.toString(), in);
            if (in.read() >= 0) {
                throw new InputException(
                        file + ": more bytes than its header says; the file does not match its header");
            }
            return values;
        } catch (IOException e) {
            throw DataFiles.failure(file, e);
        }
    }

    private static Map<String, Values> archive(Path file) {
        Map<String, Values> arrays = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        Values other = null;
        InputException problem = null;
        try (ZipInputStream zip = new ZipInputStream(DataFiles.open(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName().replaceFirst("\\.npy$", "");
                String known = name.toLowerCase(Locale.ROOT);
                if (FEATURES.contains(known) || TARGETS.contains(known)) {
                    arrays.put(name, array(file + ", array " + Cell.quote(name), zip));
                    continue;
                }
                others.add(name);
                if (others.size() == 1 && arrays.isEmpty()) {
                    try {
                        other = array(file + ", array " + Cell.quote(name), zip);
                    } catch (InputException e) {
                        // It matters only if there is nothing else.
                        problem = e;
                    }
                }
            }
        } catch (ZipException | IllegalArgumentException e) {
            throw new InputException(file + ": not a whole zip of arrays: " + e.getMessage(), e);
        } catch (IOException e) {
            throw DataFiles.failure(file, e);
        }
        if (arrays.isEmpty() && others.isEmpty()) {
            throw new InputException(file + ": no arrays in it; is this an .npz file?");
        }
        // An array of another name is the table only where there is nothing else.
        if (arrays.isEmpty() && others.size() == 1) {
            if (problem != null) {
                throw problem;
            }
            arrays.put(others.get(0), other);
        } else if (!others.isEmpty() && first(arrays, FEATURES) == null) {
            others.addAll(0, arrays.keySet());
            throw new InputException(file + ": no array of features; expected one of " + String.join(", ", FEATURES)
                    + ", found " + String.join(", ", others));
        }
        return arrays;
    }

    private static Values array(String source, InputStream in) throws IOException {
        byte[] start = in.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new InputException(
                    source + ", byte 0: expected the magic string \\x93NUMPY; is this an array of NumPy?");
        }
        int lengthBytes = start[MAGIC.length] == 1 ? 2 : 4;
        byte[] length = exactly(source, in, MAGIC.length + 2, lengthBytes);
        long headerLength = ByteBuffer.wrap(Arrays.copyOf(length, 8))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        if (headerLength > LONGEST_HEADER) {
            throw new InputException(
                    source + ", byte 8: header of " + headerLength + " bytes, allowed: " + LONGEST_HEADER);
        }
        long data = MAGIC.length + 2 + lengthBytes + headerLength;
        String header = new String(
                exactly(source, in, MAGIC.length + 2 + lengthBytes, (int) headerLength), StandardCharsets.UTF_8);
        String description = found(source, DESCRIPTION, header);
        Matcher type = NUMBERS.matcher(description);
        if (!type.matches()) {
            throw new InputException(source + ": type " + Cell.quote(description)
                    + " is not read, allowed: f4, f8, i1 to i8, u1 to u8, b1; save it as float32");
        }
        boolean fortran = found(source, ORDER, header).equals("True");
        long[] shape = shape(source, found(source, SHAPE, header));
        long columns = 1;
        for (int dimension = 1; dimension < shape.length; dimension++) {
            columns = product(source, columns, shape[dimension]);
        }
        long count = product(source, shape[0], columns);
        if (fortran && shape.length > 2) {
            throw new InputException(source + ": more than two dimensions in Fortran's order; save it in C's order");
        }
        ByteOrder order = type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        float[] values = values(source, in, data, type.group(2), order, (int) count);
        return new Values(
                (int) shape[0],
                (int) columns,
                shape.length,
                fortran && shape.length == 2 ? transposed(values, (int) shape[0], (int) columns) : values);
    }

    private static long product(String source, long one, long other) {
        long product = one * other;
        if (other != 0 && (product / other != one || product > FloatRows.LARGEST_ARRAY)) {
            throw new InputException(
                    source + ": too large: more than " + FloatRows.LARGEST_ARRAY + " numbers; give fewer rows");
        }
        return product;
    }

    private static String found(String source, Pattern pattern, String header) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new InputException(source + ", byte 10: not a header of NumPy: " + Cell.quote(header));
        }
        return matcher.group(1);
    }

    private static long[] shape(String source, String text) {
        List<Long> shape = new ArrayList<>();
        for (String part : text.replace("L", "").split(",", -1)) {
            if (part.isBlank()) {
                continue;
            }
            if (!part.strip().matches("[0-9]{1,10}") || Long.parseLong(part.strip()) < 1) {
                throw new InputException(source + ": shape out of range: " + Cell.quote(text));
            }
            shape.add(Long.parseLong(part.strip()));
        }
        if (shape.isEmpty()) {
            throw new InputException(source + ": a single number; a table is needed");
        }
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    private static byte[] exactly(String source, InputStream in, long at, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw cut(source, at + bytes.length, length, bytes.length);
        }
        return bytes;
    }

    private static InputException cut(String source, long at, long expected, long found) {
        return new InputException(
                source + ", byte " + at + ": the file is cut short: expected " + expected + " bytes, found " + found);
    }

    private static float[] values(String source, InputStream in, long data, String type, ByteOrder order, int count)
            throws IOException {
        int width = type.charAt(1) - '0';
        float[] values = new float[Math.min(count, BLOCK)];
        byte[] block = new byte[BLOCK];
        ByteBuffer bytes = ByteBuffer.wrap(block).order(order);
        int done = 0;
        while (done < count) {
            int wanted = (int) Math.min(BLOCK, (long) (count - done) * width);
            int found;
            try {
                found = in.readNBytes(block, 0, wanted);
            } catch (EOFException e) {
                found = 0;
            }
            if (found < wanted) {
                throw cut(
                        source, data + (long) done * width + found, (long) count * width, (long) done * width + found);
            }
            if (done + wanted / width > values.length) {
                values = Arrays.copyOf(values, (int) Math.min(count, 2L * values.length));
            }
            for (int at = 0; at < wanted; at += width) {
                values[done++] = value(bytes, at, type);
            }
        }
        return values;
    }

    private static float value(ByteBuffer bytes, int at, String type) {
        return switch (type) {
            case "f4" -> bytes.getFloat(at);
            case "f8" -> (float) bytes.getDouble(at);
            case "i1" -> bytes.get(at);
            case "i2" -> bytes.getShort(at);
            case "i4" -> bytes.getInt(at);
            case "i8" -> bytes.getLong(at);
            case "u1" -> bytes.get(at) & 0xFF;
            case "u2" -> bytes.getShort(at) & 0xFFFF;
            case "u4" -> bytes.getInt(at) & 0xFFFFFFFFL;
            case "u8" -> {
                long value = bytes.getLong(at);
                yield value >= 0 ? value : (float) ((value >>> 1 | value & 1) * 2.0);
            }
            default -> bytes.get(at) == 0 ? 0 : 1;
        };
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] transposed = new float[values.length];
        for (int column = 0; column < columns; column++) {
            for (int row = 0; row < rows; row++) {
                transposed[row * columns + column] = values[column * rows + row];
            }
        }
        return transposed;
    }
}
