package dev.tutti.app.explain.step;

import static dev.tutti.app.explain.page.Formula.given;
import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.row;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Digits;
import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.Formula.Bracket;
import dev.tutti.app.explain.page.Formula.Symbol;
import dev.tutti.app.explain.page.Page;
import dev.tutti.app.explain.page.TextForm;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes a step down: forward, loss, local errors, gradients, mean, update. */
public final class StepPage {
    private final Step step;
    private final Problem problem;
    private final NetworkSpec network;
    private final ParameterLayout layout;
    private final Notation names;
    private final boolean sources;
    private final GeneralFormulas general;
    private final List<Block> blocks = new ArrayList<>();
    private int number;

    private StepPage(Step step, Notation names, boolean sources) {
        this.step = step;
        this.problem = step.problem();
        this.network = problem.network();
        this.layout = new ParameterLayout(network);
        this.names = names;
        this.sources = sources;
        this.general = new GeneralFormulas(network, names, sources);
    }

    /**
     * Writes a step down.
     *
     * @param step the step
     * @param names letters
     * @param wholeBatch whether each sample is shown from its inputs on; otherwise the first is, and the others' gradients
     * @param sources whether formulas name the method that computes them
     */
    public static Page of(Step step, Notation names, boolean wholeBatch, boolean sources) {
        StepPage page = new StepPage(step, names, sources);
        page.introduction();
        if (wholeBatch && step.samples().size() > 1) {
            page.batchFromTheStart();
        } else {
            page.sampleAlone(step.samples().get(0));
            if (step.samples().size() > 1) {
                page.sums("the mini-batch: this sample and " + (step.samples().size() - 1) + " more", false);
            }
        }
        page.blocks.add(Remarks.onDifferences(step));
        return new Page(step.problem().name(), step.problem().title(), page.blocks);
    }

    private void introduction() {
        String functions = network.activations().stream().map(Activation::id).collect(Collectors.joining(" "));
        blocks.add(Block.sentence(
                word(network.shape() + "   " + functions + "   " + Functions.name(network.loss()) + "   "),
                names.rateSymbol(),
                "=",
                given(problem.learningRate()),
                word("   in " + names.description())));
        for (int layer = 0; layer < network.layers(); layer++) {
            blocks.add(weights(problem.parameters(), layer, true));
        }
        problem.notes().forEach(note -> blocks.add(Block.note(note)));
        blocks.add(new Block.Picture(Pictures.of(problem, step.samples().get(0), names)));
    }

    private void sampleAlone(SampleStep one) {
        heading("forward");
        sampleLine(one);
        blocks.add(general.forward());
        forward(one);
        blocks.addAll(Remarks.printed(problem, Printed.Place.FORWARD));
        heading("loss");
        blocks.add(general.loss());
        loss(one);
        blocks.addAll(Remarks.printed(problem, Printed.Place.LOSS));
        heading("local errors of the outputs");
        blocks.addAll(general.outputErrors());
        outputErrors(one, true);
        blocks.addAll(Remarks.printed(problem, Printed.Place.OUTPUT));
        if (network.layers() > 1) {
            heading("local errors of hidden units, backwards");
            blocks.add(general.hiddenErrors());
            hiddenErrors(one, true);
            oldWeights(one);
            blocks.addAll(Remarks.printed(problem, Printed.Place.HIDDEN));
        }
        heading("gradient: each error times what came in");
        for (int layer = network.layers() - 1; layer >= 0; layer--) {
            products(one, layer);
        }
        blocks.addAll(Remarks.printed(problem, Printed.Place.GRADIENT));
        heading("update");
        blocks.add(general.update(""));
        update(one.gradient(), one.updated());
        afterwards(row(names.lossSymbol(), "=", number(one.trace().loss()), "->", number(one.lossAfter())));
        blocks.addAll(Remarks.printed(problem, Printed.Place.UPDATE));
        blocks.addAll(Remarks.onFloat32(problem, one, names));
    }

    private void batchFromTheStart() {
        heading("forward");
        blocks.add(general.forward());
        for (SampleStep one : step.samples()) {
            sampleLine(one);
            forward(one);
        }
        blocks.addAll(Remarks.printed(problem, Printed.Place.FORWARD));
        heading("loss");
        blocks.add(general.loss());
        for (SampleStep one : step.samples()) {
            sampleLine(one);
            loss(one);
        }
        blocks.addAll(Remarks.printed(problem, Printed.Place.LOSS));
        heading("local errors of the outputs");
        blocks.addAll(general.outputErrors());
        for (SampleStep one : step.samples()) {
            sampleLine(one);
            outputErrors(one, true);
        }
        blocks.addAll(Remarks.printed(problem, Printed.Place.OUTPUT));
        if (network.layers() > 1) {
            heading("local errors of hidden units, backwards");
            blocks.add(general.hiddenErrors());
            for (SampleStep one : step.samples()) {
                sampleLine(one);
                hiddenErrors(one, true);
            }
            blocks.addAll(Remarks.printed(problem, Printed.Place.HIDDEN));
        }
        sums("gradients of the samples, and their mean", true);
        blocks.addAll(Remarks.printed(problem, Printed.Place.GRADIENT));
        blocks.addAll(Remarks.printed(problem, Printed.Place.UPDATE));
        step.samples().forEach(one -> blocks.addAll(Remarks.onFloat32(problem, one, names)));
    }

    private void heading(String text) {
        number++;
        blocks.add(new Block.Heading(number + " " + text));
    }

    private void sampleLine(SampleStep one) {
        blocks.add(Block.sentence(
                word("row " + one.sample().row() + ":   "),
                Formula.symbol("x"),
                "=",
                vector(one.sample().x()),
                word("   "),
                Formula.symbol(names.target()),
                "=",
                vector(one.sample().y())));
    }

    private static Formula vector(float[] values) {
        List<Formula> numbers = IntStream.range(0, values.length)
                .mapToObj(i -> (Formula) given(values[i]))
                .toList();
        return numbers.size() == 1 ? numbers.get(0) : new Bracket(Formula.joined(",", numbers));
    }

    private void forward(SampleStep one) {
        List<Block.Line> lines = new ArrayList<>();
        for (int layer = 0; layer < network.layers(); layer++) {
            float[] inputs = layer == 0 ? one.sample().x() : one.trace().a()[layer - 1];
            for (int j = 0; j < network.outputs(layer); j++) {
                List<Formula> terms = new ArrayList<>();
                terms.add(given(bias(layer, j)));
                for (int i = 0; i < inputs.length; i++) {
                    terms.add(row(given(weight(layer, j, i)), "*", layer == 0 ? given(inputs[i]) : number(inputs[i])));
                }
                Symbol a = names.out(network, layer, j);
                boolean softmax = network.activation(layer) == Activation.SOFTMAX;
                Formula value = number(one.trace().a()[layer][j]);
                lines.add(new Block.Line(
                        List.of(
                                row(
                                        names.pre(layer, j),
                                        "=",
                                        Formula.joined("+", terms),
                                        "=",
                                        number(one.trace().z()[layer][j])),
                                softmax
                                        ? row(
                                                a,
                                                "=",
                                                Functions.softmax(one.trace().z()[layer], j),
                                                "=",
                                                value)
                                        : row(a, "=", value)),
                        ""));
            }
        }
        blocks.add(new Block.Formulas(lines));
    }

    private void loss(SampleStep one) {
        int last = network.layers() - 1;
        double[] losses = one.lossOfOutputs(network);
        List<Formula> terms = new ArrayList<>();
        List<Formula> shares = new ArrayList<>();
        for (int k = 0; k < network.outputs(); k++) {
            float a = one.trace().a()[last][k];
            float y = one.sample().y()[k];
            Formula term = Functions.lossOfOutput(network.loss(), a, y);
            if (term != Formula.EMPTY) {
                terms.add(term);
                shares.add(number(losses[k]));
            }
        }
        List<Block.Line> lines = new ArrayList<>();
        Formula total = number(one.trace().loss());
        if (terms.size() == 1) {
            lines.add(Block.line("", row(names.lossSymbol(), "=", terms.get(0), "=", total)));
        } else {
            for (int k = 0; k < terms.size(); k++) {
                lines.add(Block.line(
                        "",
                        row(names.lossSymbol(), word(" of output " + (k + 1)), "=", terms.get(k), "=", shares.get(k))));
            }
            lines.add(Block.line("", row(names.lossSymbol(), "=", Formula.joined("+", shares), "=", total)));
        }
        blocks.add(new Block.Formulas(lines));
    }

    private void outputErrors(SampleStep one, boolean differences) {
        int last = network.layers() - 1;
        List<Block.Line> lines = new ArrayList<>();
        for (int k = 0; k < network.outputs(); k++) {
            Formula difference = row(
                    number(one.trace().a()[last][k]), "-", given(one.sample().y()[k]));
            Formula error;
            if (general.slopeCancels()
                    || network.loss() == Loss.SQUARED_ERROR && network.activation(last) == Activation.IDENTITY) {
                error = difference;
            } else if (network.activation(last) == Activation.IDENTITY) {
                error = Functions.lossSlopeOf(network.loss(), difference);
            } else {
                error = row(
                        Functions.lossSlopeOf(network.loss(), difference),
                        "*",
                        number(one.trace().slopes()[last][k]));
            }
            lines.add(withDifference(
                    row(
                            names.error(last, k),
                            "=",
                            error,
                            "=",
                            number(one.trace().d()[last][k])),
                    one,
                    layout.biasOffset(last) + k,
                    differences));
        }
        blocks.add(new Block.Formulas(lines));
    }

    private void hiddenErrors(SampleStep one, boolean differences) {
        List<Block.Line> lines = new ArrayList<>();
        for (int layer = network.layers() - 2; layer >= 0; layer--) {
            for (int i = 0; i < network.outputs(layer); i++) {
                lines.add(withDifference(
                        row(
                                names.error(layer, i),
                                "=",
                                number(one.trace().slopes()[layer][i]),
                                "*",
                                new Bracket(backTerms(one, layer, i)),
                                "=",
                                number(one.trace().d()[layer][i])),
                        one,
                        layout.biasOffset(layer) + i,
                        differences));
            }
        }
        blocks.add(new Block.Formulas(lines));
    }

    private Formula backTerms(SampleStep one, int layer, int i) {
        List<Formula> terms = new ArrayList<>();
        for (int j = 0; j < network.outputs(layer + 1); j++) {
            terms.add(
                    row(given(weight(layer + 1, j, i)), "*", number(one.trace().d()[layer + 1][j])));
        }
        return Formula.joined("+", terms);
    }

    private Block.Line withDifference(Formula formula, SampleStep one, int parameter, boolean differences) {
        return differences ? Block.line("", formula, row("~", difference(one, parameter))) : Block.line("", formula);
    }

    private static Formula difference(SampleStep one, int parameter) {
        return one.kinks()[parameter] ? word("a kink") : number(one.differences()[parameter]);
    }

    /** What comes out when the layer above is updated before its weights have been used for going back. */
    private void oldWeights(SampleStep one) {
        int layer = network.layers() - 2;
        float[] wrong = one.errorsWithNewWeights(network);
        for (int i = 0; i < wrong.length; i++) {
            if (!Digits.of(wrong[i]).equals(Digits.of(one.trace().d()[layer][i]))) {
                blocks.add(Block.note("The old weights count: with the new ones of part " + (number + 2) + ", "
                        + plain(names.error(layer, i)) + " would be " + Digits.of(wrong[i]) + ", which is wrong."));
                return;
            }
        }
    }

    private void products(SampleStep one, int layer) {
        List<Formula> head = new ArrayList<>();
        float[] inputs = layer == 0 ? one.sample().x() : one.trace().a()[layer - 1];
        head.add(names.derivative(names.any(names.weight(), "ji", Integer.toString(layer + 1))));
        for (int i = 0; i < inputs.length; i++) {
            head.add(row(names.out(network, layer - 1, i), "=", layer == 0 ? given(inputs[i]) : number(inputs[i])));
        }
        head.add(word("bias: 1"));
        List<Block.TableRow> rows = new ArrayList<>();
        for (int j = 0; j < network.outputs(layer); j++) {
            List<Formula> cells = new ArrayList<>();
            List<Formula> checks = new ArrayList<>();
            cells.add(row(names.error(layer, j), "=", number(one.trace().d()[layer][j])));
            checks.add(word("  by differences"));
            for (int i = 0; i < inputs.length; i++) {
                int p = layout.weightOffset(layer) + j * inputs.length + i;
                cells.add(number(one.gradient()[p]));
                checks.add(difference(one, p));
            }
            int p = layout.biasOffset(layer) + j;
            cells.add(number(one.gradient()[p]));
            checks.add(difference(one, p));
            rows.add(new Block.TableRow(cells, false));
            rows.add(new Block.TableRow(checks, true));
        }
        if (sources && layer == network.layers() - 1) {
            blocks.add(general.gradient());
        }
        blocks.add(new Block.Table(head, rows));
    }

    private void update(float[] gradient, float[] updated) {
        int last = network.layers() - 1;
        int p = layout.weightOffset(last);
        blocks.add(new Block.Formulas(List.of(Block.line(
                "",
                row(
                        names.weightOf(last, 0, 0),
                        "=",
                        given(problem.parameters()[p]),
                        "-",
                        given(problem.learningRate()),
                        "*",
                        number(gradient[p]),
                        "=",
                        number(updated[p]))))));
        for (int layer = last; layer >= 0; layer--) {
            blocks.add(weights(updated, layer, false));
        }
    }

    private void afterwards(Formula losses) {
        blocks.add(new Block.Formulas(List.of(Block.line("", losses))));
    }

    /** A layer's weights, a row for each unit. */
    private Block weights(float[] parameters, int layer, boolean before) {
        List<Formula> head = new ArrayList<>();
        head.add(word(before ? "weights" : "new"));
        for (int i = 0; i < network.inputs(layer); i++) {
            head.add(row(word("from "), names.out(network, layer - 1, i)));
        }
        head.add(word("bias"));
        List<Block.TableRow> rows = new ArrayList<>();
        for (int j = 0; j < network.outputs(layer); j++) {
            List<Formula> cells = new ArrayList<>();
            cells.add(row(word("to "), names.pre(layer, j)));
            for (int i = 0; i < network.inputs(layer); i++) {
                float w = parameters[layout.weightOffset(layer) + j * network.inputs(layer) + i];
                cells.add(before ? given(w) : number(w));
            }
            float b = parameters[layout.biasOffset(layer) + j];
            cells.add(before ? given(b) : number(b));
            rows.add(new Block.TableRow(cells, false));
        }
        return new Block.Table(head, rows);
    }

    /** Per-sample gradients, their mean and the update of the batch. */
    private void sums(String title, boolean differences) {
        heading(title);
        int count = step.samples().size();
        if (!differences) {
            step.samples().forEach(this::sampleLine);
        }
        Formula g = Formula.symbol("g");
        List<Formula> terms = new ArrayList<>();
        for (SampleStep one : step.samples()) {
            terms.add(new Symbol("g", Integer.toString(one.sample().row()), ""));
        }
        blocks.add(new Block.Formulas(List.of(line(
                Methods.SUM,
                row(
                        g,
                        "=",
                        new Formula.Fraction(word("1"), word(Integer.toString(count))),
                        word(" "),
                        new Bracket(Formula.joined("+", terms)))))));
        List<Formula> head = new ArrayList<>();
        head.add(word(""));
        head.addAll(parameterNames());
        List<Block.TableRow> rows = new ArrayList<>();
        for (SampleStep one : step.samples()) {
            rows.add(numbers(word("row " + one.sample().row()), one.gradient(), false));
            if (differences) {
                List<Formula> cells = new ArrayList<>();
                cells.add(word("  by differences"));
                IntStream.range(0, one.gradient().length).forEach(p -> cells.add(difference(one, p)));
                rows.add(new Block.TableRow(cells, true));
            }
        }
        rows.add(numbers(word("sum"), step.batch().root(), false));
        rows.add(numbers(word("mean"), step.batch().mean(), false));
        rows.add(numbers(word("new"), step.batch().updated(), false));
        blocks.add(new Block.Table(head, rows));
        blocks.add(general.update("mean "));
        afterwards(row(
                word("mean loss "),
                number(step.batch().meanLoss()),
                "->",
                number(step.batch().meanLossAfter())));
    }

    /** Names of all parameters, in the order of the layout. */
    List<Formula> parameterNames() {
        return names(network, names);
    }

    /** Names of all parameters, in the order of the layout. */
    public static List<Formula> names(NetworkSpec network, Notation names) {
        List<Formula> all = new ArrayList<>();
        for (int layer = 0; layer < network.layers(); layer++) {
            for (int j = 0; j < network.outputs(layer); j++) {
                for (int i = 0; i < network.inputs(layer); i++) {
                    all.add(names.weightOf(layer, j, i));
                }
            }
            for (int j = 0; j < network.outputs(layer); j++) {
                all.add(names.biasOf(layer, j));
            }
        }
        return all;
    }

    /** A row of numbers with its name. */
    public static Block.TableRow numbers(Formula name, float[] values, boolean faint) {
        List<Formula> cells = new ArrayList<>();
        cells.add(name);
        for (float value : values) {
            cells.add(number(value));
        }
        return new Block.TableRow(cells, faint);
    }

    private static String plain(Formula formula) {
        return TextForm.of(formula);
    }

    private float weight(int layer, int j, int i) {
        return problem.parameters()[layout.weightOffset(layer) + j * network.inputs(layer) + i];
    }

    private float bias(int layer, int j) {
        return problem.parameters()[layout.biasOffset(layer) + j];
    }

    private Block.Line line(String source, Formula formula) {
        return Block.line(sources ? source : "", formula);
    }
}
