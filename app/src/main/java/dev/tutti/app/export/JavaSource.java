package dev.tutti.app.export;

import dev.tutti.data.CategoryInputs;
import dev.tutti.data.ColumnType;
import dev.tutti.data.DataSchema;
import dev.tutti.data.Preprocessing;
import dev.tutti.files.InputException;
import dev.tutti.files.LittleEndianFloats;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.savedmodel.ModelFile;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;

/**
 * A model as one Java source file without dependencies: {@link Scorer} under another name, with the functions of the kernel and with
 * the model as texts, of which the compiler takes some 64 KiB each. Names of columns and classes are in these texts alone, so that
 * whatever they are made of is never read as Java.
 */
final class JavaSource {
    /** Beyond, a compiler would have more than 100 MB to read. */
    static final int MOST_PARAMETERS = 20_000_000;

    private static final String ENDING = ".java";
    private static final String SCORER = "dev/tutti/app/export/Scorer.java";
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/");

    /** Names that are none of a class, though they are no keywords. */
    private static final Set<String> RESTRICTED = Set.of("permits", "record", "sealed", "var", "yield");

    private static final String NO_DATA = "DATA = {}";
    private static final String END_OF_CLASS = "}\n";
    /** Bytes of a line of 100 characters, and of a text of 600 lines. */
    private static final int LINE_BYTES = 75;

    private static final int TEXT_BYTES = 600 * LINE_BYTES;

    private JavaSource() {}

    /**
     * Returns the name of the class for a file.
     *
     * @throws InputException if it would be none
     */
    static String className(Path file) {
        String name = file.getFileName().toString();
        name = name.substring(0, name.length() - ENDING.length());
        if (!SourceVersion.isName(name) || name.indexOf('.') >= 0 || RESTRICTED.contains(name)) {
            throw new InputException(file + ": not the name of a Java class: \"" + name
                    + "\"; give letters, digits and _, such as Model.java");
        }
        if (Pattern.compile("\\b" + Pattern.quote(name) + "\\b").matcher(code()).find()) {
            throw new InputException(file + ": the name " + name + " has another meaning in the source itself; give"
                    + " another one, such as Model.java");
        }
        return name;
    }

    /**
     * Requires the name of a package.
     *
     * @throws InputException if it is none
     */
    static void requirePackage(String name) {
        if (!SourceVersion.isName(name) || name.equals("java") || name.startsWith("java.")) {
            throw new InputException(
                    "--package: not the name of a package: \"" + name + "\"; give one such as com.example.models");
        }
    }

    /** The source without its comments. */
    private static String code() {
        return COMMENT.matcher(source(SCORER) + functions()).replaceAll("").replaceAll("\\bScorer\\b", "");
    }

    /**
     * Writes the source of a class.
     *
     * @param inPackage name of its package; empty for none
     */
    static void write(ModelFile.Model model, String inPackage, String className, WritableByteChannel to)
            throws IOException {
        String scorer = source(SCORER)
                .replaceFirst("package [^;]*;\n\nimport dev[^;]*;\n", "")
                .replace("class Scorer ", "class " + className + " ")
                .replace("private Scorer()", "private " + className + "()");
        int data = scorer.indexOf(NO_DATA) + NO_DATA.length() - 1;
        int end = scorer.lastIndexOf(END_OF_CLASS);
        String begin = inPackage.isEmpty() ? "" : "package " + inPackage + ";\n\n";
        put(to, "// Made by tutti export.\n\n" + begin + scorer.substring(0, data));
        writeTexts(packed(model), to);
        put(to, scorer.substring(data, end) + "\n" + functions() + END_OF_CLASS);
    }

    /** The functions of the kernel as a nested class. */
    private static String functions() {
        String source = source("dev/tutti/kernel/FloatMath.java");
        StringBuilder nested = new StringBuilder("    /** Functions with the same bits everywhere. */\n");
        source.substring(source.indexOf("public final class FloatMath"))
                .replace("public final class", "private static final class")
                .lines()
                .forEach(line ->
                        nested.append(line.isEmpty() ? "" : "    ").append(line).append('\n'));
        return nested.toString();
    }

    private static void writeTexts(byte[] bytes, WritableByteChannel to) throws IOException {
        Base64.Encoder encoder = Base64.getEncoder();
        for (int from = 0; from < bytes.length; from += TEXT_BYTES) {
            StringBuilder text = new StringBuilder("\n\"\"\"\n");
            int end = Math.min(bytes.length, from + TEXT_BYTES);
            for (int line = from; line < end; line += LINE_BYTES) {
                text.append(encoder.encodeToString(Arrays.copyOfRange(bytes, line, Math.min(end, line + LINE_BYTES))))
                        .append('\n');
            }
            put(to, text.append("\"\"\",").toString());
        }
    }

    /** All that {@link Scorer} reads, in its order. */
    private static byte[] packed(ModelFile.Model model) throws IOException {
        Preprocessing preprocessing = model.preprocessing();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        pack(preprocessing, out);
        List<String> classes = preprocessing.schema().classNames();
        out.writeInt(classes.size());
        for (String name : classes) {
            pack(name, out);
        }
        out.writeDouble(preprocessing.targetShift());
        out.writeDouble(preprocessing.targetFactor());
        pack(model.network(), model.parameters(), out);
        return bytes.toByteArray();
    }

    private static void pack(Preprocessing preprocessing, DataOutputStream out) throws IOException {
        DataSchema schema = preprocessing.schema();
        Map<Integer, CategoryInputs> categories = new HashMap<>();
        preprocessing.categories().forEach(category -> categories.put(category.column(), category));
        out.writeInt(schema.inputCount());
        for (int column = 0; column < schema.inputCount(); column++) {
            pack(schema.inputName(column), out);
            out.writeBoolean(schema.inputType(column) == ColumnType.CATEGORY);
            out.writeDouble(preprocessing.inputShift()[column]);
            out.writeDouble(preprocessing.inputFactor()[column]);
            out.writeDouble(preprocessing.standIn(column));
            out.writeBoolean(preprocessing.indicators().contains(column));
            CategoryInputs category = categories.get(column);
            out.writeInt(category == null ? 1 : category.width());
            out.writeInt(category == null ? -1 : category.rest());
            Map<String, Integer> places = category == null ? Map.of() : category.placeOf();
            out.writeInt(places.size());
            for (Map.Entry<String, Integer> place : places.entrySet()) {
                pack(place.getKey(), out);
                out.writeInt(place.getValue());
            }
        }
    }

    private static void pack(NetworkSpec network, float[] parameters, DataOutputStream out) throws IOException {
        ParameterLayout layout = new ParameterLayout(network);
        out.writeInt(network.layers());
        for (int layer = 0; layer < network.layers(); layer++) {
            out.writeInt(network.inputs(layer));
            out.writeInt(network.outputs(layer));
            pack(network.activation(layer).id(), out);
            for (int i = layout.weightOffset(layer); i < layout.endOffset(layer); i++) {
                out.writeFloat(parameters[i]);
            }
        }
    }

    private static void pack(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void put(WritableByteChannel to, String text) throws IOException {
        LittleEndianFloats.writeAll(to, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String source(String file) {
        try (InputStream in = JavaSource.class.getResourceAsStream("source/" + file)) {
            if (in == null) {
                throw new IllegalStateException("resource missing from the program: source/" + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
