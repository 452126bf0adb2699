package dev.tutti.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * The data sets that come with the program: {@code xor}, and small real ones of the UCI Machine Learning Repository (CC BY 4.0;
 * the README beside the resources names the authors).
 */
public final class BuiltInData {
    private static final List<String> NAMES = List.of("breast_cancer", "diabetes", "digits", "iris", "wine", "xor");

    private BuiltInData() {}

    /** Names of the built-in data sets, sorted. */
    public static List<String> names() {
        return NAMES;
    }

    /** Whether {@code name} is built in. */
    public static boolean has(String name) {
        return NAMES.contains(name);
    }

    /**
     * Reads a built-in data set.
     *
     * @param name one of {@link #names()}
     */
    public static RawData read(String name) {
        return switch (name) {
            case "digits" -> digits();
            case "iris" -> namedClasses(name, "iris.csv");
            case "wine" -> namedClasses(name, "wine_data.csv");
            case "breast_cancer" -> namedClasses(name, "breast_cancer.csv");
            case "diabetes" -> diabetes();
            case "xor" -> xor();
            default -> throw new IllegalArgumentException("not built in: " + name);
        };
    }

    private static RawData digits() {
        List<String> classes = IntStream.range(0, 10).mapToObj(String::valueOf).toList();
        return targetLast("digits", lines("digits.csv.gz"), classes);
    }

    /** The first line holds the number of rows, the number of inputs, and the names of the classes. */
    private static RawData namedClasses(String name, String resource) {
        List<String> lines = lines(resource);
        List<String> first = List.of(lines.get(0).split(",", -1));
        return targetLast(name, lines.subList(1, lines.size()), first.subList(2, first.size()));
    }

    private static RawData targetLast(String name, List<String> lines, List<String> classes) {
        FloatRows features = new FloatRows();
        float[] targets = new float[lines.size()];
        int inputs = 0;
        for (int row = 0; row < targets.length; row++) {
            String[] cells = lines.get(row).split(",", -1);
            inputs = cells.length - 1;
            for (int column = 0; column < inputs; column++) {
                features.add(Float.parseFloat(cells[column]));
            }
            targets[row] = Float.parseFloat(cells[inputs]);
        }
        DataSchema schema = new DataSchema(Task.CLASSIFICATION, inputs, List.of(), "", classes);
        return new RawData(name, schema, features.toArray(), targets, targets.length, true);
    }

    private static RawData diabetes() {
        FloatRows features = new FloatRows();
        for (String line : lines("diabetes_data_raw.csv.gz")) {
            Arrays.stream(line.trim().split(" ", -1)).map(Float::parseFloat).forEach(features::add);
        }
        List<String> lines = lines("diabetes_target.csv.gz");
        float[] targets = new float[lines.size()];
        for (int row = 0; row < targets.length; row++) {
            targets[row] = Float.parseFloat(lines.get(row));
        }
        List<String> names = List.of("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6");
        DataSchema schema = new DataSchema(Task.REGRESSION, names.size(), names, "progression", List.of());
        return new RawData("diabetes", schema, features.toArray(), targets, targets.length, true);
    }

    /** Exclusive or of two bits: all there is to learn are these four rows, so none is held out. */
    private static RawData xor() {
        DataSchema schema = new DataSchema(Task.CLASSIFICATION, 2, List.of(), "", List.of("0", "1"));
        float[] features = {0, 0, 0, 1, 1, 0, 1, 1};
        return new RawData("xor", schema, features, new float[] {0, 1, 1, 0}, 4, false);
    }

    private static List<String> lines(String resource) {
        try (InputStream in = BuiltInData.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource missing from the program: " + resource);
            }
            InputStream plain = resource.endsWith(".gz") ? new GZIPInputStream(in) : in;
            return new BufferedReader(new InputStreamReader(plain, StandardCharsets.US_ASCII))
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
