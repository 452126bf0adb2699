package dev.tutti.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Reference values, computed in double by other programs, from the test resources. */
public final class Golden {
    /** The file with small networks whose values a textbook writes out. */
    static final String WORKED_EXAMPLES = "worked_examples";

    private Golden() {}

    /** A network with its parameters and samples. */
    public record Problem(NetworkSpec network, float[] parameters, Dataset dataset, JsonNode json) {
        MiniBatch batch(int from, int count) {
            return new MiniBatch().wrap(dataset, Samples.identity(dataset.samples()), from, count);
        }
    }

    /** The names of all files, without their ending. */
    public static List<String> names() {
        try (Stream<Path> files =
                Files.list(Path.of(Golden.class.getResource("/golden").toURI()))) {
            return files.map(file -> file.getFileName().toString().replace(".json", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The names of all files with a network, its samples and what it computes. */
    public static List<String> networks() {
        return names().stream().filter(name -> !name.equals(WORKED_EXAMPLES)).toList();
    }

    /** Reads a file of reference values. */
    public static JsonNode read(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a network with its parameters and samples. */
    public static Problem problem(String name) {
        JsonNode json = read(name);
        List<Integer> sizes = new ArrayList<>();
        json.at("/network/sizes").forEach(size -> sizes.add(size.asInt()));
        NetworkSpec network = new NetworkSpec(
                sizes,
                activations(json.at("/network/activations")),
                Loss.valueOf(json.at("/network/loss").asText().toUpperCase(Locale.ROOT)));
        float[] x = toFloats(flatten(json.get("x")));
        float[] y = toFloats(flatten(json.get("y")));
        int samples = json.get("x").size();
        Dataset dataset = new Dataset(x, network.inputs(), y, network.targetCount(), samples);
        return new Problem(network, toFloats(flatten(json.get("parameters"))), dataset, json);
    }

    static List<Activation> activations(JsonNode names) {
        List<Activation> activations = new ArrayList<>();
        names.forEach(name -> activations.add(Activation.valueOf(name.asText().toUpperCase(Locale.ROOT))));
        return activations;
    }

    /** All numbers below a node, in order. */
    public static double[] flatten(JsonNode node) {
        List<Double> values = new ArrayList<>();
        collect(node, values);
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void collect(JsonNode node, List<Double> values) {
        if (node.isArray()) {
            node.forEach(child -> collect(child, values));
        } else {
            values.add(node.asDouble());
        }
    }

    static float[] toFloats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
