package dev.tutti.app.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import dev.tutti.app.console.Version;
import dev.tutti.data.CategoryInputs;
import dev.tutti.data.ColumnType;
import dev.tutti.data.DataSchema;
import dev.tutti.data.Preprocessing;
import dev.tutti.files.StrictJson;
import dev.tutti.model.Activation;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.model.WeightsHash;
import dev.tutti.savedmodel.ModelFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A model as an ONNX graph with the preprocessing inside. Inputs are {@code numbers}, float32 [rows, columns that hold numbers], NaN
 * where there is no value, and {@code categories}, texts [rows, columns that hold categories], empty where there is none. Outputs are
 * for classes {@code prediction}, the name of the class [rows], and {@code probabilities} ({@code outputs} where they are linear)
 * [rows, classes]; else {@code prediction}, float32 [rows, 1], in the unit of the data.
 */
final class OnnxModel {
    /** Most bytes of weights: a file of protocol buffers has at most 2 GiB. */
    static final long MOST_BYTES = 2_000_000_000L;

    /** Those that runtimes from 2021 on know. */
    private static final int OPERATORS = 15;

    private static final int LEARNING_OPERATORS = 2;
    private static final int IR_VERSION = 8;

    private static final float LEAK = 0.01f;
    private static final float SQRT_2_OVER_PI = 0.7978846f;
    private static final float GELU_CUBE = 0.044715f;

    private final ModelFile.Model model;
    private final Preprocessing preprocessing;
    private final DataSchema schema;
    private final OnnxGraph graph = new OnnxGraph();

    private OnnxModel(ModelFile.Model model) {
        this.model = model;
        preprocessing = model.preprocessing();
        schema = preprocessing.schema();
    }

    /** Returns the file's content. */
    static ModelProto of(ModelFile.Model model) throws IOException {
        OnnxModel onnx = new OnnxModel(model);
        onnx.output(onnx.network(onnx.inputs()));
        GraphProto made = onnx.graph.build();
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("tutti")
                .setProducerVersion(Version.text())
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATORS))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain(OnnxGraph.LEARNING)
                        .setVersion(LEARNING_OPERATORS))
                .addAllMetadataProps(onnx.about())
                .setGraph(made)
                .build();
    }

    private List<StringStringEntryProto> about() throws IOException {
        List<String> numbers = names(ColumnType.NUMBER);
        List<String> categories = names(ColumnType.CATEGORY);
        Map<String, String> about = new HashMap<>();
        about.put("numbers", StrictJson.MAPPER.writeValueAsString(numbers));
        about.put("categories", StrictJson.MAPPER.writeValueAsString(categories));
        about.put("classes", StrictJson.MAPPER.writeValueAsString(schema.classNames()));
        about.put("target", schema.targetName());
        about.put("weightsSha256", WeightsHash.sha256(model.network(), model.parameters()));
        return about.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> StringStringEntryProto.newBuilder()
                        .setKey(entry.getKey())
                        .setValue(entry.getValue())
                        .build())
                .toList();
    }

    private List<String> names(ColumnType type) {
        return IntStream.of(columns(type)).mapToObj(schema::inputName).toList();
    }

    private int[] columns(ColumnType type) {
        return IntStream.range(0, schema.inputCount())
                .filter(column -> schema.inputType(column) == type)
                .toArray();
    }

    /** The inputs of the network [rows, inputs]: first as they come about, then in the network's order. */
    private String inputs() {
        List<String> parts = new ArrayList<>();
        Places places = new Places();
        addNumbers(parts, places);
        addCategories(parts, places);
        String joined = parts.size() == 1 ? parts.get(0) : graph.concat(parts);
        long[] order = places.order();
        boolean inOrder = IntStream.range(0, order.length).allMatch(i -> order[i] == i);
        return inOrder ? joined : graph.add("Gather", List.of(joined, graph.integers(order)), Map.of("axis", 1L));
    }

    /** Where in the joined parts each input of the network is. */
    private final class Places {
        /** First input of the network for each column. */
        private final int[] first = new int[schema.inputCount()];

        private final long[] order = new long[preprocessing.inputCount()];
        private int joined;

        Places() {
            int at = 0;
            for (int column = 0; column < first.length; column++) {
                first[column] = at;
                at += width(column) + (preprocessing.indicators().contains(column) ? 1 : 0);
            }
        }

        void addColumn(int column) {
            for (int input = 0; input < width(column); input++) {
                order[first[column] + input] = joined++;
            }
        }

        void addIndicator(int column) {
            order[first[column] + width(column)] = joined++;
        }

        long[] order() {
            return order;
        }
    }

    private int width(int column) {
        return preprocessing.categories().stream()
                .filter(category -> category.column() == column)
                .mapToInt(CategoryInputs::width)
                .findFirst()
                .orElse(1);
    }

    private void addNumbers(List<String> parts, Places places) {
        int[] columns = columns(ColumnType.NUMBER);
        if (columns.length == 0) {
            return;
        }
        String numbers = graph.input("numbers", OnnxGraph.Type.FLOAT, columns.length);
        String missing = graph.add("IsNaN", numbers);
        // In double, as training does: large values with a small deviation would lose their digits.
        String exact = graph.cast(numbers, OnnxGraph.Type.DOUBLE);
        String filled = graph.add("Where", missing, row(columns, preprocessing::standIn), exact);
        String shifted =
                graph.add("Sub", filled, row(columns, column -> preprocessing.inputShift()[column]));
        String scaled =
                graph.add("Mul", shifted, row(columns, column -> preprocessing.inputFactor()[column]));
        parts.add(graph.cast(scaled, OnnxGraph.Type.FLOAT));
        IntStream.of(columns).forEach(places::addColumn);
        int[] indicated = IntStream.range(0, columns.length)
                .filter(i -> preprocessing.indicators().contains(columns[i]))
                .toArray();
        if (indicated.length > 0) {
            String which =
                    graph.integers(Arrays.stream(indicated).asLongStream().toArray());
            String chosen =
                    graph.add("Gather", List.of(graph.cast(missing, OnnxGraph.Type.FLOAT), which), Map.of("axis", 1L));
            parts.add(chosen);
            IntStream.of(indicated).forEach(i -> places.addIndicator(columns[i]));
        }
    }

    /** What one value of each column makes. */
    private interface OfColumn {
        double of(int column);
    }

    private String row(int[] columns, OfColumn value) {
        double[] values = IntStream.of(columns).mapToDouble(value::of).toArray();
        return graph.doubles(values, 1, values.length);
    }

    private void addCategories(List<String> parts, Places places) {
        List<CategoryInputs> categories = preprocessing.categories();
        if (categories.isEmpty()) {
            return;
        }
        String texts = graph.input("categories", OnnxGraph.Type.STRING, categories.size());
        for (int i = 0; i < categories.size(); i++) {
            CategoryInputs category = categories.get(i);
            String text = graph.add("Gather", List.of(texts, graph.integers(i)), Map.of("axis", 1L));
            if (category.width() > 0) {
                String place = graph.add("LabelEncoder", List.of(text), OnnxTexts.places(category, (int)
                        preprocessing.standIn(category.column())));
                String all = graph.integers(
                        IntStream.range(0, category.width()).asLongStream().toArray());
                parts.add(graph.cast(graph.add("Equal", place, all), OnnxGraph.Type.FLOAT));
                places.addColumn(category.column());
            }
            if (preprocessing.indicators().contains(category.column())) {
                String missing = graph.add("LabelEncoder", List.of(text), OnnxTexts.missing());
                parts.add(graph.cast(missing, OnnxGraph.Type.FLOAT));
                places.addIndicator(category.column());
            }
        }
    }

    private String network(String inputs) {
        NetworkSpec network = model.network();
        ParameterLayout layout = new ParameterLayout(network);
        String values = inputs;
        for (int layer = 0; layer < network.layers(); layer++) {
            String weight = graph.floats(
                    "layers." + layer + ".weight",
                    model.parameters(),
                    layout.weightOffset(layer),
                    network.outputs(layer),
                    network.inputs(layer));
            String bias = graph.floats(
                    "layers." + layer + ".bias", model.parameters(), layout.biasOffset(layer), network.outputs(layer));
            String sums = graph.add("Gemm", List.of(values, weight, bias), Map.of("transB", 1L));
            values = activated(network.activation(layer), sums);
        }
        return values;
    }

    private String activated(Activation activation, String z) {
        return switch (activation) {
            case IDENTITY -> z;
            case SIGMOID -> graph.add("Sigmoid", z);
            case TANH -> graph.add("Tanh", z);
            case RELU -> graph.add("Relu", z);
            case LEAKY_RELU -> graph.add("LeakyRelu", List.of(z), Map.of("alpha", LEAK));
            case ELU -> graph.add("Elu", List.of(z), Map.of("alpha", 1f));
            case SOFTPLUS -> graph.add("Softplus", z);
            case GELU_TANH -> gelu(z);
            case EXP -> graph.add("Exp", z);
            case SOFTMAX -> graph.add("Softmax", List.of(z), Map.of("axis", 1L));
        };
    }

    /** By its parts, as only newer runtimes have it as a whole. */
    private String gelu(String z) {
        String cube = graph.add("Mul", graph.add("Mul", z, z), z);
        String inner = graph.add("Add", z, graph.add("Mul", cube, graph.floats(GELU_CUBE)));
        String gate = graph.add("Tanh", graph.add("Mul", inner, graph.floats(SQRT_2_OVER_PI)));
        String half = graph.add("Mul", z, graph.floats(0.5f));
        return graph.add("Mul", half, graph.add("Add", gate, graph.floats(1f)));
    }

    private void output(String values) {
        if (!schema.classification()) {
            String exact = graph.cast(values, OnnxGraph.Type.DOUBLE);
            String unscaled = graph.add("Div", exact, graph.doubles(new double[] {preprocessing.targetFactor()}, 1));
            String value = graph.add("Add", unscaled, graph.doubles(new double[] {preprocessing.targetShift()}, 1));
            graph.output("prediction", graph.cast(value, OnnxGraph.Type.FLOAT), OnnxGraph.Type.FLOAT, 1);
            return;
        }
        NetworkSpec network = model.network();
        boolean single = network.outputs() == 1;
        String number = single
                ? graph.cast(
                        graph.add("Squeeze", graph.add("Greater", values, graph.floats(0.5f)), graph.integers(1)),
                        OnnxGraph.Type.INT64)
                : graph.add("ArgMax", List.of(values), Map.of("axis", 1L, "keepdims", 0L));
        String all = single ? graph.concat(List.of(graph.add("Sub", graph.floats(1f), values), values)) : values;
        boolean linear = network.activation(network.layers() - 1) == Activation.IDENTITY;
        graph.output(
                "prediction", graph.add("Gather", graph.texts(schema.classNames()), number), OnnxGraph.Type.STRING);
        graph.output(linear ? "outputs" : "probabilities", all, OnnxGraph.Type.FLOAT, schema.classCount());
    }
}
