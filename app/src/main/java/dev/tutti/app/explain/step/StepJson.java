package dev.tutti.app.explain.step;

import dev.tutti.model.Activation;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A step as values for JSON. */
public final class StepJson {
    private StepJson() {}

    /** Returns all values of a step, by name. */
    public static Map<String, Object> of(Step step) {
        Problem problem = step.problem();
        NetworkSpec network = problem.network();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", problem.name());
        json.put("title", problem.title());
        json.put("sizes", network.sizes());
        json.put(
                "activations",
                network.activations().stream().map(Activation::id).toList());
        json.put("loss", network.loss().id());
        json.put("learningRate", problem.learningRate());
        json.put("weights", weights(network, problem.parameters()));
        json.put("biases", biases(network, problem.parameters()));
        json.put(
                "perSample",
                step.samples().stream().map(one -> sample(network, one)).toList());
        json.put(
                "finiteDifferences",
                ordered("h", Step.h(), "worst", step.worstDifference(), "method", "central, double"));
        json.put("batch", batch(network, step));
        json.put(
                "printed", problem.printedHere().stream().map(StepJson::printed).toList());
        json.put("notes", problem.notes());
        return json;
    }

    private static Map<String, Object> sample(NetworkSpec network, SampleStep one) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("row", one.sample().row());
        json.put("x", one.sample().x());
        json.put("y", one.sample().y());
        json.put("origin", one.sample().origin());
        json.put("preActivations", one.trace().z());
        json.put("outputs", one.trace().a());
        int last = network.layers() - 1;
        if (network.activation(last) == Activation.SOFTMAX) {
            json.put(
                    "sumOfExponentials", Functions.sumOfExponentials(one.trace().z()[last]));
        }
        json.put("loss", one.trace().loss());
        json.put("lossOfOutputs", one.lossOfOutputs(network));
        json.put("slopes", one.trace().slopes());
        json.put("backPropagated", one.trace().sums());
        json.put("localErrors", one.trace().d());
        json.put("localErrorsWithNewWeights", one.errorsWithNewWeights(network));
        json.put("weightGradients", weights(network, one.gradient()));
        json.put("biasGradients", biases(network, one.gradient()));
        json.put("differences", one.differences());
        json.put("updatedWeights", weights(network, one.updated()));
        json.put("updatedBiases", biases(network, one.updated()));
        json.put("lossAfterUpdate", one.lossAfter());
        return json;
    }

    private static Map<String, Object> batch(NetworkSpec network, Step step) {
        Map<String, Object> nodes = new LinkedHashMap<>();
        step.batch().nodes().forEach(node -> nodes.put(node.key(), node.sum()));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("samples", step.samples().size());
        json.put("segment", 1);
        json.put("nodes", nodes);
        json.put("meanLoss", step.batch().meanLoss());
        json.put("meanWeightGradients", weights(network, step.batch().mean()));
        json.put("meanBiasGradients", biases(network, step.batch().mean()));
        json.put("updatedWeights", weights(network, step.batch().updated()));
        json.put("updatedBiases", biases(network, step.batch().updated()));
        json.put("meanLossAfterUpdate", step.batch().meanLossAfter());
        return json;
    }

    private static Map<String, Object> printed(Printed one) {
        return ordered(
                "what", one.what(),
                "printed", one.printed(),
                "exact", exact(one.exact()),
                "kind", one.kind().name().toLowerCase(Locale.ROOT),
                "why", one.why());
    }

    /** Numbers as numbers: one, some in a row, or rows of them; what is no number stays text; nothing is null. */
    private static Object exact(String text) {
        if (text.isEmpty()) {
            return null;
        }
        if (text.contains(";")) {
            return Arrays.stream(text.split(";", -1))
                    .map(row -> exact(row.strip()))
                    .toList();
        }
        if (text.contains(",")) {
            return Arrays.stream(text.split(",", -1))
                    .map(one -> exact(one.strip()))
                    .toList();
        }
        return text.matches("-?[0-9.]+(e-?[0-9]+)?") ? (Object) Double.parseDouble(text) : text;
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    /** Weights of a vector in the layout of the parameters, {@code [layer][output][input]}. */
    public static List<float[][]> weights(NetworkSpec network, float[] values) {
        ParameterLayout layout = new ParameterLayout(network);
        List<float[][]> all = new ArrayList<>();
        for (int layer = 0; layer < network.layers(); layer++) {
            int inputs = network.inputs(layer);
            float[][] matrix = new float[network.outputs(layer)][];
            for (int j = 0; j < matrix.length; j++) {
                int from = layout.weightOffset(layer) + j * inputs;
                matrix[j] = Arrays.copyOfRange(values, from, from + inputs);
            }
            all.add(matrix);
        }
        return all;
    }

    /** Biases of a vector in the layout of the parameters, {@code [layer][output]}. */
    public static List<float[]> biases(NetworkSpec network, float[] values) {
        ParameterLayout layout = new ParameterLayout(network);
        List<float[]> all = new ArrayList<>();
        for (int layer = 0; layer < network.layers(); layer++) {
            all.add(Arrays.copyOfRange(values, layout.biasOffset(layer), layout.endOffset(layer)));
        }
        return all;
    }
}
