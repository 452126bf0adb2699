package dev.tutti.app.export;

import dev.tutti.kernel.FloatMath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Scores rows with a trained network: raw columns in, probabilities or the predicted value out, with the same bits as {@code tutti
 * predict}. Needs nothing but Java 17 or later. Thread-safe.
 */
public final class Scorer {
    /** The columns and the network, in base 64. */
    private static final String[] DATA = {};

    /** The signs for a value that is missing, in lower case. */
    private static final List<String> MISSING = List.of("", "?", "na", "n/a", "nan", "+nan", "-nan", "null");

    private static final float LEAK = 0.01f;
    private static final float HALF = 0.5f;

    private Scorer() {}

    /** Names of the columns that a row has, in their order; numbers where they have no names. */
    public static List<String> columns() {
        return Contents.LOADED.columns.stream().map(column -> column.name).toList();
    }

    /** Names of the columns that hold categories, in their order; the others hold numbers. */
    public static List<String> categories() {
        return Contents.LOADED.columns.stream()
                .filter(column -> column.category)
                .map(column -> column.name)
                .toList();
    }

    /** Names of the classes, in the order of their probabilities; empty if a number is predicted. */
    public static List<String> classes() {
        return Contents.LOADED.classes;
    }

    /**
     * Scores a row.
     *
     * @param cells one for each of {@link #columns()}, as a file has them; empty, {@code ?} or {@code NA} where there is no value
     * @return as {@link #score(float[], String[])}
     * @throws IllegalArgumentException if there are more or fewer cells than columns, or one holds no number where one is needed
     */
    public static float[] score(String... cells) {
        List<InputColumn> columns = Contents.LOADED.columns;
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException("expected " + columns.size() + " cells, found " + cells.length);
        }
        List<Float> numbers = new ArrayList<>();
        List<String> categories = new ArrayList<>();
        for (int i = 0; i < cells.length; i++) {
            InputColumn column = columns.get(i);
            if (column.category) {
                categories.add(cells[i]);
            } else {
                numbers.add(isMissing(cells[i]) ? Float.NaN : column.number(cells[i].trim()));
            }
        }
        float[] values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i);
        }
        return score(values, categories.toArray(new String[0]));
    }

    /**
     * Scores a row.
     *
     * @param numbers values of the columns that hold numbers, in their order; NaN where there is none
     * @param categories values of the columns that hold categories, in their order; null where there is none
     * @return what the network says of each of {@link #classes()}: probabilities, unless its outputs are linear; or the predicted
     *     number alone, in the unit of the data
     * @throws IllegalArgumentException if there are more or fewer values than columns, or a number is out of range
     */
    public static float[] score(float[] numbers, String[] categories) {
        Contents model = Contents.LOADED;
        if (numbers.length != model.columns.size() - model.categories || categories.length != model.categories) {
            throw new IllegalArgumentException("expected " + (model.columns.size() - model.categories) + " numbers and "
                    + model.categories + " categories, found " + numbers.length + " and " + categories.length);
        }
        float[] values = new float[model.inputs];
        int number = 0;
        int category = 0;
        int at = 0;
        for (InputColumn column : model.columns) {
            at = column.category
                    ? column.encode(categories[category++], values, at)
                    : column.encode(numbers[number++], values, at);
        }
        for (NetworkLayer layer : model.layers) {
            values = layer.outputs(values);
        }
        if (model.classes.isEmpty()) {
            return new float[] {(float) (values[0] / model.targetFactor + model.targetShift)};
        }
        return values.length == 1 ? new float[] {1 - values[0], values[0]} : values;
    }

    /**
     * Predicts.
     *
     * @param cells as for {@link #score(String...)}
     * @return the name of the class, or the number
     */
    public static String predict(String... cells) {
        float[] scores = score(cells);
        List<String> classes = classes();
        if (classes.isEmpty()) {
            return Float.toString(scores[0]);
        }
        if (Contents.LOADED.singleOutput()) {
            return classes.get(scores[1] > HALF ? 1 : 0);
        }
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return classes.get(best);
    }

    /** Around a cell characters up to the blank do not count, as in files; others are a part of it. */
    private static boolean isMissing(String cell) {
        return cell == null || MISSING.contains(cell.trim().toLowerCase(Locale.ROOT));
    }

    /** Java's parser takes more than numbers: "1f", "0x1p3". */
    private static boolean looksLikeNumber(String text) {
        return text.matches("[0-9.eE+-]+");
    }

    /** A column of a row, and how it becomes inputs of the network. */
    private static final class InputColumn {
        final String name;
        final boolean category;
        final double shift;
        final double factor;
        final double standIn;
        final boolean indicated;
        final int width;
        final int rest;
        final Map<String, Integer> places = new HashMap<>();

        InputColumn(DataInputStream in) throws IOException {
            name = text(in);
            category = in.readBoolean();
            shift = in.readDouble();
            factor = in.readDouble();
            standIn = in.readDouble();
            indicated = in.readBoolean();
            width = in.readInt();
            rest = in.readInt();
            for (int left = in.readInt(); left > 0; left--) {
                places.put(text(in), in.readInt());
            }
        }

        float number(String cell) {
            float value;
            try {
                if (!looksLikeNumber(cell)) {
                    throw new NumberFormatException("a character that no number has");
                }
                value = Float.parseFloat(cell);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("column " + name + ": not a number: \"" + cell + "\"", e);
            }
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("column " + name + ": not a finite number: \"" + cell + "\"");
            }
            return value;
        }

        int encode(float value, float[] inputs, int at) {
            boolean missing = Float.isNaN(value);
            float scaled = (float) (((missing ? standIn : value) - shift) * factor);
            if (!Float.isFinite(scaled)) {
                throw new IllegalArgumentException("column " + name + ": out of range: " + value);
            }
            inputs[at] = scaled;
            return indicate(missing, inputs, at + 1);
        }

        int encode(String value, float[] inputs, int at) {
            Integer exact = places.get(value);
            boolean missing = exact == null && isMissing(value);
            int place = exact != null ? exact : missing ? (int) standIn : place(value.trim());
            if (place >= 0) {
                inputs[at + place] = 1;
            }
            return indicate(missing, inputs, at + width);
        }

        private int indicate(boolean missing, float[] inputs, int at) {
            if (indicated) {
                inputs[at] = missing ? 1 : 0;
            }
            return indicated ? at + 1 : at;
        }

        private int place(String value) {
            Integer place = places.get(value);
            if (place == null) {
                place = places.get(canonical(value));
            }
            return place == null ? rest : place;
        }

        /** "1", "01" and "1.0" are one level. */
        private static String canonical(String value) {
            if (!looksLikeNumber(value)) {
                return value;
            }
            try {
                double number = Float.isFinite(Float.parseFloat(value)) ? Double.parseDouble(value) : Double.NaN;
                if (Double.isNaN(number)) {
                    return value;
                }
                boolean whole = number == Math.rint(number) && Math.abs(number) < 0x1p53;
                return whole ? Long.toString((long) number) : Double.toString(number);
            } catch (NumberFormatException e) {
                return value;
            }
        }
    }

    /** A layer of the network: each output is one chain of fused multiply-adds, beginning with the bias. */
    private static final class NetworkLayer {
        final int inputs;
        final String activation;
        final float[] weights;
        final float[] biases;

        NetworkLayer(DataInputStream in) throws IOException {
            inputs = in.readInt();
            int outputs = in.readInt();
            activation = text(in);
            weights = floats(in, inputs * outputs);
            biases = floats(in, outputs);
        }

        float[] outputs(float[] x) {
            float[] a = biases.clone();
            for (int j = 0; j < a.length; j++) {
                for (int i = 0; i < inputs; i++) {
                    a[j] = Math.fma(weights[j * inputs + i], x[i], a[j]);
                }
            }
            if (activation.equals("softmax")) {
                softmax(a);
                return a;
            }
            for (int j = 0; j < a.length; j++) {
                a[j] = activate(a[j]);
            }
            return a;
        }

        private float activate(float z) {
            return switch (activation) {
                case "identity" -> z;
                case "sigmoid" -> FloatMath.sigmoid(z);
                case "tanh" -> FloatMath.tanh(z);
                case "relu" -> z <= 0f ? 0f : z;
                case "leaky_relu" -> z > 0f ? z : LEAK * z;
                case "elu" -> z > 0f ? z : FloatMath.expm1OfNegative(z);
                case "softplus" -> FloatMath.softplus(z);
                case "gelu_tanh" -> FloatMath.gelu(z);
                case "exp" -> FloatMath.exp(z);
                default -> throw new IllegalStateException("unknown activation: " + activation);
            };
        }

        private static void softmax(float[] z) {
            float largest = z[0];
            for (float value : z) {
                largest = value > largest ? value : largest;
            }
            float sum = 0f;
            for (int j = 0; j < z.length; j++) {
                z[j] = FloatMath.exp(z[j] - largest);
                sum += z[j];
            }
            for (int j = 0; j < z.length; j++) {
                z[j] /= sum;
            }
        }
    }

    /** What {@link #DATA} holds. */
    private static final class Contents {
        static final Contents LOADED = load();

        final List<InputColumn> columns = new ArrayList<>();
        final int categories;
        final List<String> classes;
        final double targetShift;
        final double targetFactor;
        final List<NetworkLayer> layers = new ArrayList<>();
        final int inputs;

        private Contents(DataInputStream in) throws IOException {
            for (int left = in.readInt(); left > 0; left--) {
                columns.add(new InputColumn(in));
            }
            categories =
                    (int) columns.stream().filter(column -> column.category).count();
            List<String> names = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                names.add(text(in));
            }
            classes = List.copyOf(names);
            targetShift = in.readDouble();
            targetFactor = in.readDouble();
            for (int left = in.readInt(); left > 0; left--) {
                layers.add(new NetworkLayer(in));
            }
            inputs = layers.get(0).inputs;
        }

        boolean singleOutput() {
            return layers.get(layers.size() - 1).biases.length == 1;
        }

        private static Contents load() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (String part : DATA) {
                bytes.writeBytes(Base64.getMimeDecoder().decode(part));
            }
            try {
                return new Contents(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private static float[] floats(DataInputStream in, int count) throws IOException {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.readFloat();
        }
        return values;
    }
}
