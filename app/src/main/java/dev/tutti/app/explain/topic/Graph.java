package dev.tutti.app.explain.topic;

import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A computational graph in double: values forward, adjoints (the derivative of the last node by each) backward. For explaining; the
 * kernels have none.
 */
public final class Graph {
    private final List<Node> nodes = new ArrayList<>();

    /** A node: its value, the nodes it is computed from, and its derivative by each of these. */
    public static final class Node {
        private final String name;
        private final String operation;
        private final double value;
        private final List<Node> from;
        private final List<Double> local;
        private final List<Double> terms = new ArrayList<>();
        private double adjoint;

        private Node(String name, String operation, double value, List<Node> from, List<Double> local) {
            this.name = name;
            this.operation = operation;
            this.value = value;
            this.from = from;
            this.local = local;
        }

        String name() {
            return name;
        }

        String operation() {
            return operation;
        }

        double value() {
            return value;
        }

        double adjoint() {
            return adjoint;
        }

        List<Node> from() {
            return from;
        }

        double local(int edge) {
            return local.get(edge);
        }

        /** What comes back over edge {@code edge}. */
        double back(int edge) {
            return adjoint * local.get(edge);
        }

        /** What came back over the edges that leave this node: its adjoint is their sum. */
        List<Double> terms() {
            return terms;
        }
    }

    /** The derivative of the last node by the node named {@code name}, such as {@code w11[1]}. */
    public double derivative(String name) {
        return nodes.stream().filter(node -> node.name.equals(name)).findFirst().orElseThrow().adjoint;
    }

    List<Node> nodes() {
        return nodes;
    }

    Node add(String name, String operation, double value, List<Node> from, List<Double> local) {
        Node node = new Node(name, operation, value, from, local);
        nodes.add(node);
        return node;
    }

    Node input(String name, String operation, double value) {
        return add(name, operation, value, List.of(), List.of());
    }

    /** Computes adjoints, from the last node to the first: a node's is complete before it is handed on. */
    Graph backward() {
        Node last = nodes.get(nodes.size() - 1);
        last.adjoint = 1;
        for (int n = nodes.size() - 1; n >= 0; n--) {
            Node node = nodes.get(n);
            if (node != last) {
                node.adjoint =
                        node.terms.stream().mapToDouble(Double::doubleValue).sum();
            }
            for (int edge = 0; edge < node.from.size(); edge++) {
                // Of the edges that leave a node, those to later nodes come first here; they are shown in order.
                node.from.get(edge).terms.add(0, node.back(edge));
            }
        }
        return this;
    }

    /** The graph of a network's first sample. */
    public static Graph of(Problem problem) {
        Graph graph = new Graph();
        NetworkSpec network = problem.network();
        ParameterLayout layout = new ParameterLayout(network);
        Sample sample = problem.samples().get(0);
        List<Node> inputs = new ArrayList<>();
        for (int i = 0; i < network.inputs(); i++) {
            inputs.add(graph.input("x" + (i + 1), "input", shortest(sample.x()[i])));
        }
        for (int layer = 0; layer < network.layers(); layer++) {
            String level = "[" + (layer + 1) + "]";
            int count = network.inputs(layer);
            List<List<Node>> weights = new ArrayList<>();
            List<Node> biases = new ArrayList<>();
            for (int j = 0; j < network.outputs(layer); j++) {
                List<Node> row = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    float w = problem.parameters()[layout.weightOffset(layer) + j * count + i];
                    row.add(graph.input("w" + (j + 1) + (i + 1) + level, "weight", shortest(w)));
                }
                weights.add(row);
                float b = problem.parameters()[layout.biasOffset(layer) + j];
                biases.add(graph.input("w" + (j + 1) + "0" + level, "bias", shortest(b)));
            }
            List<Node> outputs = new ArrayList<>();
            for (int j = 0; j < network.outputs(layer); j++) {
                String unit = (j + 1) + level;
                Node a = graph.sum("a" + unit, biases.get(j), weights.get(j), inputs);
                boolean last = layer == network.layers() - 1;
                outputs.add(graph.activation(last ? "h" + (j + 1) : "z" + unit, network.activation(layer), a));
            }
            inputs = outputs;
        }
        graph.loss(network.loss(), inputs, sample.y());
        return graph.backward();
    }

    /** The number that was meant: 0.1 and not the float next to it. */
    private static double shortest(float value) {
        return Double.parseDouble(Float.toString(value));
    }

    private Node sum(String name, Node bias, List<Node> weights, List<Node> inputs) {
        List<Node> from = new ArrayList<>(List.of(bias));
        List<Double> local = new ArrayList<>(List.of(1.0));
        double value = bias.value;
        for (int i = 0; i < inputs.size(); i++) {
            Node w = weights.get(i);
            Node x = inputs.get(i);
            value += w.value * x.value;
            from.addAll(List.of(w, x));
            local.addAll(List.of(x.value, w.value));
        }
        return add(name, "sum", value, from, local);
    }

    private Node activation(String name, Activation activation, Node z) {
        if (activation != Activation.SIGMOID && activation != Activation.IDENTITY) {
            throw new IllegalArgumentException("no graph for " + activation.id());
        }
        boolean sigmoid = activation == Activation.SIGMOID;
        double value = sigmoid ? 1 / (1 + StrictMath.exp(-z.value)) : z.value;
        return add(name, activation.id(), value, List.of(z), List.of(sigmoid ? value * (1 - value) : 1.0));
    }

    private void loss(Loss loss, List<Node> outputs, float[] targets) {
        if (loss != Loss.SQUARED_ERROR && loss != Loss.BINARY_CROSS_ENTROPY) {
            throw new IllegalArgumentException("no graph for " + loss.id());
        }
        double value = 0;
        List<Double> local = new ArrayList<>();
        for (int k = 0; k < targets.length; k++) {
            double h = outputs.get(k).value;
            double y = shortest(targets[k]);
            boolean squared = loss == Loss.SQUARED_ERROR;
            value += squared ? 0.5 * (h - y) * (h - y) : -y * StrictMath.log(h) - (1 - y) * StrictMath.log(1 - h);
            local.add(squared ? h - y : (h - y) / (h * (1 - h)));
        }
        add("E", loss.id(), value, outputs, local);
    }

    /** {@code r = u + v, u = 3 t^3, v = t^2} at 2: two ways lead from t to r, and their derivatives add up. */
    static Graph branch() {
        Graph graph = new Graph();
        Node t = graph.input("t", "input", 2);
        Node u = graph.add("u", "3 t^3", 3 * t.value * t.value * t.value, List.of(t), List.of(9 * t.value * t.value));
        Node v = graph.add("v", "t^2", t.value * t.value, List.of(t), List.of(2 * t.value));
        graph.add("r", "u + v", u.value + v.value, List.of(u, v), List.of(1.0, 1.0));
        return graph.backward();
    }

    /** {@code z = 3 y^2, y = x^2} at 2: along a chain derivatives multiply. */
    static Graph chain() {
        Graph graph = new Graph();
        Node x = graph.input("x", "input", 2);
        Node y = graph.add("y", "x^2", x.value * x.value, List.of(x), List.of(2 * x.value));
        graph.add("z", "3 y^2", 3 * y.value * y.value, List.of(y), List.of(6 * y.value));
        return graph.backward();
    }

    /** The nodes for JSON. */
    List<Map<String, Object>> json() {
        return nodes.stream()
                .map(node -> {
                    Map<String, Object> json = new LinkedHashMap<>();
                    json.put("node", node.name);
                    json.put("op", node.operation);
                    json.put("value", node.value);
                    List<Map<String, Object>> from = new ArrayList<>();
                    for (int edge = 0; edge < node.from.size(); edge++) {
                        Map<String, Object> one = new LinkedHashMap<>();
                        one.put("node", node.from.get(edge).name);
                        one.put("local", node.local(edge));
                        one.put("adjoint", node.back(edge));
                        from.add(one);
                    }
                    json.put("from", from);
                    json.put("adjoint", node.adjoint);
                    json.put("terms", node.terms);
                    return json;
                })
                .toList();
    }
}
