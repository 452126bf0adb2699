package dev.tutti.app.explain.share;

import static dev.tutti.app.explain.page.Formula.given;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.Page;
import dev.tutti.app.explain.page.SumTree;
import dev.tutti.app.explain.step.Batch;
import dev.tutti.app.explain.step.Methods;
import dev.tutti.app.explain.step.Notation;
import dev.tutti.app.explain.step.Pictures;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Step;
import dev.tutti.app.explain.step.StepPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a shared step down. */
public final class SharedStepPage {
    private static final int LONGEST_NAME = 23;

    private final SharedStep shared;
    private final Step step;
    private final Problem problem;
    private final Notation names;
    private final boolean sources;
    private final List<Block> blocks = new ArrayList<>();

    private SharedStepPage(SharedStep shared, Notation names, boolean sources) {
        this.shared = shared;
        this.step = shared.step();
        this.problem = step.problem();
        this.names = names;
        this.sources = sources;
    }

    /** Writes a shared step down. */
    public static Page of(SharedStep shared, Notation names, boolean sources) {
        SharedStepPage page = new SharedStepPage(shared, names, sources);
        page.write();
        int workers = shared.shares().size();
        return new Page(
                page.problem.name(),
                "one step on " + workers + (workers == 1 ? " worker" : " workers")
                        + (shared.killed() > 0 ? ", worker-" + shared.killed() + " killed" : ""),
                page.blocks);
    }

    private void write() {
        int count = problem.samples().size();
        blocks.add(Block.sentence(
                word("batch " + count + "   segments of 1   " + problem.parameters().length + " parameters   "),
                names.rateSymbol(),
                "=",
                given(problem.learningRate())));
        blocks.add(new Block.Picture(Pictures.of(problem, step.samples().get(0), names)));
        blocks.add(new Block.Heading("1 who computes what"));
        source(Methods.SPLIT);
        shares(shared.shares(), shared.killed());
        blocks.add(
                Block.note(
                        "g0 is the gradient of row 0, and so on: tutti explain " + problem.name()
                                + " shows how each comes about. A worker adds what are neighbours in the tree, and sends the rest as it is."));
        if (shared.killed() > 0) {
            blocks.add(new Block.Heading("2 worker-" + shared.killed() + " is killed before it sends"));
            source(Methods.SPLIT);
            blocks.add(Block.sentence(word("What is there stays; what is missing is given to the others:")));
            shares(shared.again(), 0);
        }
        blocks.add(new Block.Heading((shared.killed() > 0 ? 3 : 2) + " the tree: always the same, whoever adds"));
        source(Methods.TREE);
        blocks.add(new Block.Tree(tree(0, count)));
        blocks.add(new Block.Heading((shared.killed() > 0 ? 4 : 3) + " partial gradients, mean, update"));
        source(Methods.SUM);
        numbers();
        blocks.add(new Block.Heading((shared.killed() > 0 ? 5 : 4) + " broadcast"));
        int workers = shared.shares().size();
        blocks.add(Block.sentence(word("The coordinator sends the new weights to "
                + (shared.killed() > 0 ? "the workers that are left" : workers == 1 ? "the worker" : "all " + workers)
                + ": the signal for the next step.")));
        blocks.add(Block.verbatim(
                "one process  sha256 " + shared.hashOfOneProcess().substring(0, 32),
                "             " + "       " + shared.hashOfOneProcess().substring(32),
                padded(workers + (workers == 1 ? " worker" : " workers"), 11) + "  sha256 "
                        + shared.hash().substring(0, 32),
                "             " + "       " + shared.hash().substring(32),
                shared.sameBits() ? "the same bits" : "OTHER BITS: please report this"));
        blocks.add(
                Block.note("Computed here with the classes of coordinator and workers, in one thread; the last worker's"
                        + " gradients are added first, to show that it does not matter."));
    }

    private void source(String method) {
        if (sources) {
            blocks.add(new Block.Formulas(List.of(Block.line(method, word("computed by")))));
        }
    }

    private void shares(List<Share> shares, int killed) {
        List<Block.TableRow> rows = new ArrayList<>();
        for (Share share : shares) {
            boolean dead = share.worker() == killed;
            rows.add(new Block.TableRow(
                    List.of(
                            word(share.name()),
                            word(share.segments().stream()
                                    .map(this::rowOf)
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(" "))),
                            word(share.segments().stream().map(this::leaf).collect(Collectors.joining(" "))),
                            word(
                                    dead
                                            ? "killed"
                                            : share.sends().isEmpty()
                                                    ? "nothing: it has no work"
                                                    : share.sends().stream()
                                                            .map(range -> name(range.first(), range.count()))
                                                            .collect(Collectors.joining(", ")))),
                    dead));
        }
        blocks.add(new Block.Table(List.of(word(""), word("rows"), word("computes"), word("sends")), rows));
    }

    private int rowOf(int segment) {
        return problem.samples().get(segment).row();
    }

    private String leaf(int segment) {
        return "g" + rowOf(segment);
    }

    /** {@code g0+g1}; of many the first and the last. */
    private String name(int first, int count) {
        List<String> leaves = new ArrayList<>();
        for (int segment = first; segment < first + count; segment++) {
            leaves.add(leaf(segment));
        }
        String all = String.join("+", leaves);
        return all.length() <= LONGEST_NAME ? all : leaves.get(0) + "+...+" + leaves.get(count - 1);
    }

    private SumTree tree(int first, int count) {
        String who = shared.adder(first, count);
        if (count == 1) {
            String lost = shared.killed() > 0
                            && shared.shares()
                                    .get(shared.killed() - 1)
                                    .segments()
                                    .contains(first)
                    ? " instead of worker-" + shared.killed()
                    : "";
            return new SumTree(leaf(first), "computed by " + who + lost, !lost.isEmpty(), List.of());
        }
        int left = Step.leftOf(first, count, problem.samples().size());
        return new SumTree(
                name(first, count),
                "added by " + who,
                false,
                List.of(tree(first, left), tree(first + left, count - left)));
    }

    private void numbers() {
        List<Formula> head = new ArrayList<>();
        head.add(word(""));
        head.addAll(StepPage.names(problem.network(), names));
        List<Block.TableRow> rows = new ArrayList<>();
        List<Batch.Node> nodes = new ArrayList<>(step.batch().nodes());
        nodes.stream().filter(node -> node.count() == 1).forEach(node -> rows.add(row(node)));
        nodes.stream()
                .filter(node ->
                        node.count() > 1 && node.count() < problem.samples().size())
                .forEach(node -> rows.add(row(node)));
        rows.add(StepPage.numbers(word("root"), shared.root(), false));
        rows.add(StepPage.numbers(word("mean"), step.batch().mean(), false));
        rows.add(StepPage.numbers(word("new"), shared.updated(), false));
        blocks.add(new Block.Table(head, rows));
        int count = problem.samples().size();
        Formula.Symbol w = Formula.symbol("w");
        blocks.add(new Block.Formulas(List.of(
                Block.line(
                        "",
                        row(
                                word("mean"),
                                "=",
                                new Formula.Fraction(word("1"), word(Integer.toString(count))),
                                "*",
                                word("root"))),
                Block.line(
                        sources ? Methods.UPDATE : "", row(w, "->", w, "-", names.rateSymbol(), "*", word("mean"))))));
    }

    private Block.TableRow row(Batch.Node node) {
        return StepPage.numbers(word(name(node.first(), node.count())), node.sum(), false);
    }

    private static Formula row(Object... parts) {
        return Formula.row(parts);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    /** The values of a shared step, by name. */
    public static Map<String, Object> json(SharedStep shared) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workers", shares(shared.shares()));
        json.put("killed", shared.killed());
        json.put("again", shares(shared.again()));
        json.put("root", shared.root());
        json.put("updated", shared.updated());
        json.put("weightsSha256", shared.hash());
        json.put("weightsSha256OfOneProcess", shared.hashOfOneProcess());
        json.put("sameBits", shared.sameBits());
        return json;
    }

    private static List<Map<String, Object>> shares(List<Share> shares) {
        return shares.stream()
                .map(share -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("name", share.name());
                    one.put("segments", share.segments());
                    one.put(
                            "sends",
                            share.sends().stream()
                                    .map(range -> List.of(range.first(), range.count()))
                                    .toList());
                    return one;
                })
                .toList();
    }
}
