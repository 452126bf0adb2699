package dev.tutti.app.explain.topic;

import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.row;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.Page;
import dev.tutti.app.explain.page.TextForm;
import dev.tutti.app.explain.step.Notation;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Step;
import dev.tutti.app.explain.step.StepPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes computational graphs down: nodes in topological order, adjoints on every edge, sums where ways part. */
final class GraphPage {
    private static final String NAME = "graphs";
    private static final String TITLE = "computational graphs: value and adjoint on every edge";

    private static final Pattern SYMBOL = Pattern.compile("([A-Za-z])(\\d*)((?:\\[\\d+])?)");

    private GraphPage() {}

    static Topic topic() {
        return new Topic(NAME, TITLE, false, sources -> new Explanation(page(), values()));
    }

    private static Page page() {
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.sentence(
                word("A node's adjoint is the derivative of the last node by it. Backwards, each edge carries"
                        + " the adjoint of its head times the local derivative; a node adds up what comes in, and must have all of it"
                        + " before it hands it on: so the order is topological, backwards.")));
        write(blocks, "1 chain: z = 3 y^2, y = x^2, at x = 2", Graph.chain());
        blocks.add(new Block.Remark(
                Block.Kind.SLIP,
                "the lecture, as it reached us, has \"6x\" for dz/dx; right: 12 x^3 = 96 (6x belongs to z = 3y)"));
        write(blocks, "2 branch: r = u + v, u = 3 t^3, v = t^2, at t = 2", Graph.branch());
        blocks.add(Block.note("Two ways lead from t to r: 36 + 4 = 40."));
        int part = 3;
        for (String exercise : List.of("sigmoid-linear", "two-outputs")) {
            Problem problem = Exercises.named(exercise).problem();
            Graph graph = Graph.of(problem);
            write(blocks, part + " " + exercise, graph);
            blocks.add(Block.note(String.format(
                    Locale.ROOT,
                    "The adjoints of weights and biases are the gradient; the kernel's differs by at most %.1e.",
                    difference(problem, graph))));
            part++;
        }
        Score.write(blocks, part);
        return new Page(NAME, TITLE, blocks);
    }

    private static void write(List<Block> blocks, String title, Graph graph) {
        blocks.add(new Block.Heading(title));
        List<Block.TableRow> nodes = new ArrayList<>();
        List<Block.TableRow> edges = new ArrayList<>();
        for (Graph.Node node : graph.nodes()) {
            List<Formula> terms = new ArrayList<>();
            node.terms().forEach(term -> terms.add(number(term)));
            nodes.add(Block.row(
                    symbol(node.name()),
                    word(node.operation()),
                    number(node.value()),
                    number(node.adjoint()),
                    terms.size() > 1 ? row("=", Formula.joined("+", terms)) : Formula.EMPTY));
            for (int edge = 0; edge < node.from().size(); edge++) {
                Graph.Node from = node.from().get(edge);
                edges.add(Block.row(
                        row(symbol(from.name()), "->", symbol(node.name())),
                        number(from.value()),
                        number(node.local(edge)),
                        number(node.back(edge))));
            }
        }
        blocks.add(new Block.Table(
                List.of(word("node"), word("is"), word("value"), word("adjoint"), word("sum at a branch")), nodes));
        blocks.add(new Block.Table(
                List.of(word("edge"), word("value on it"), word("local derivative"), word("adjoint on it")), edges));
    }

    /** {@code w11[1]} as a letter with its indices. */
    private static Formula symbol(String name) {
        Matcher parts = SYMBOL.matcher(name);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no name of a node: " + name);
        }
        return new Formula.Symbol(parts.group(1), parts.group(2), parts.group(3));
    }

    private static double difference(Problem problem, Graph graph) {
        float[] gradient = Step.of(problem).samples().get(0).gradient();
        List<Formula> names = StepPage.names(problem.network(), Notation.SQUARE);
        double worst = 0;
        for (int p = 0; p < gradient.length; p++) {
            worst = Math.max(worst, Math.abs(gradient[p] - graph.derivative(TextForm.of(names.get(p)))));
        }
        return worst;
    }

    private static Map<String, Object> values() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", NAME);
        for (String exercise : List.of("sigmoid-linear", "two-outputs")) {
            json.put(exercise, Graph.of(Exercises.named(exercise).problem()).json());
        }
        json.put("branch", Map.of("nodes", Graph.branch().json()));
        json.put("chain", Map.of("nodes", Graph.chain().json()));
        json.put("score", Score.values());
        return json;
    }
}
