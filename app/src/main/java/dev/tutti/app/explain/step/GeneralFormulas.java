package dev.tutti.app.explain.step;

import static dev.tutti.app.explain.page.Formula.row;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.Formula.Bracket;
import dev.tutti.app.explain.page.Formula.Symbol;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The formulas of a step for all units and samples, with letters instead of numbers. */
final class GeneralFormulas {
    private final NetworkSpec network;
    private final Notation names;
    private final boolean sources;

    GeneralFormulas(NetworkSpec network, Notation names, boolean sources) {
        this.network = network;
        this.names = names;
        this.sources = sources;
    }

    /** Pre-activations and outputs. */
    Block forward() {
        Formula sum = row(
                names.bias().isEmpty() ? names.any(names.weight(), "j0", "l") : names.any(names.bias(), "j", "l"),
                "+",
                new Formula.Total(
                        "i", row(names.any(names.weight(), "ji", "l"), "*", names.any(names.hidden(), "i", "l-1"))));
        Symbol z = names.any(names.pre(), "j", "l");
        Symbol a = names.any(names.hidden(), "j", "l");
        List<Block.Line> lines = new ArrayList<>();
        lines.add(line(Methods.FORWARD, row(z, "=", sum)));
        network.activations().stream()
                .distinct()
                .forEach(activation -> lines.add(line(
                        Methods.ACTIVATE,
                        activation == Activation.SOFTMAX
                                ? row(anyOutput(), "=", softmax())
                                : row(a, "=", Functions.output(activation, z)))));
        return new Block.Formulas(lines);
    }

    /** The loss of a sample. */
    Block loss() {
        return new Block.Formulas(List.of(line(
                Methods.LOSS,
                row(
                        names.lossSymbol(),
                        "=",
                        Functions.loss(network.loss(), anyOutput(), new Symbol(names.target(), "k", ""))))));
    }

    /** Local errors of the outputs. */
    List<Block> outputErrors() {
        String last = Integer.toString(network.layers());
        Symbol y = new Symbol(names.target(), "k", "");
        Symbol z = names.any(names.pre(), "k", last);
        Symbol a = anyOutput();
        Activation activation = network.activation(network.layers() - 1);
        List<Block> blocks = new ArrayList<>();
        List<Block.Line> lines = new ArrayList<>();
        if (!slopeCancels()) {
            lines.add(line(
                    Methods.OUTPUT_ERRORS,
                    activation == Activation.IDENTITY
                            ? row(anyError("k", last), "=", Functions.lossSlope(network.loss(), a, y))
                            : row(
                                    anyError("k", last),
                                    "=",
                                    Functions.lossSlope(network.loss(), a, y),
                                    "*",
                                    new Bracket(Functions.slope(activation, z, a)))));
        } else {
            if (network.loss() == Loss.BINARY_CROSS_ENTROPY) {
                lines.add(line(
                        Methods.OUTPUT_ERRORS,
                        row(
                                anyError("k", last),
                                "=",
                                Functions.lossSlope(network.loss(), a, y),
                                "*",
                                Functions.slope(activation, z, a),
                                "=",
                                row(a, "-", y))));
            } else {
                lines.add(line(Methods.OUTPUT_ERRORS, row(anyError("k", last), "=", a, "-", y)));
            }
        }
        blocks.add(new Block.Formulas(lines));
        if (network.loss() == Loss.HUBER) {
            blocks.add(Block.note("clamp(e) is e, but at least -1 and at most 1."));
        }
        if (slopeCancels()) {
            blocks.add(Block.note(
                    "The slope of the output cancels: " + (activation == Activation.SOFTMAX ? "softmax" : "sigmoid")
                            + " and cross-entropy belong together."));
        }
        return blocks;
    }

    /** Local errors of hidden units. */
    Block hiddenErrors() {
        Symbol z = names.any(names.pre(), "i", "l");
        Symbol a = names.any(names.hidden(), "i", "l");
        List<Block.Line> lines = new ArrayList<>();
        lines.add(line(
                Methods.BACKWARD,
                row(
                        anyError("i", "l"),
                        "=",
                        new Formula.Call("f'", z),
                        "*",
                        new Formula.Total(
                                "j", row(names.any(names.weight(), "ji", "l+1"), "*", anyError("j", "l+1"))))));
        IntStream.range(0, network.layers() - 1)
                .mapToObj(network::activation)
                .distinct()
                .forEach(activation -> lines.add(line(
                        Methods.SLOPE,
                        row(
                                new Formula.Call("f'", z),
                                "=",
                                Functions.slope(activation, z, a),
                                word("   (" + activation.id() + ")")))));
        return new Block.Formulas(lines);
    }

    /** The gradient of a weight. */
    Block gradient() {
        return new Block.Formulas(List.of(line(
                Methods.GRADIENT,
                row(
                        names.derivative(names.any(names.weight(), "ji", "l")),
                        "=",
                        anyError("j", "l"),
                        "*",
                        names.any(names.hidden(), "i", "l-1")))));
    }

    /** New weights; {@code mean} says of what gradient. */
    Block update(String mean) {
        Symbol w = names.any(names.weight(), "ji", "l");
        return new Block.Formulas(List.of(line(
                Methods.UPDATE,
                row(
                        w,
                        "->",
                        w,
                        "-",
                        names.rateSymbol(),
                        "*",
                        mean.isEmpty() ? Formula.EMPTY : word(mean),
                        names.derivative(w)))));
    }

    /** Whether the slope of the output cancels in its local error. */
    boolean slopeCancels() {
        return network.loss() == Loss.CROSS_ENTROPY || network.loss() == Loss.BINARY_CROSS_ENTROPY;
    }

    private Symbol anyOutput() {
        return names.output().isEmpty()
                ? names.any(names.hidden(), "k", Integer.toString(network.layers()))
                : new Symbol(names.output(), "k", "");
    }

    private Formula softmax() {
        String last = Integer.toString(network.layers());
        return Functions.softmax(names.any(names.pre(), "k", last), names.any(names.pre(), "i", last));
    }

    private Formula anyError(String index, String layer) {
        return names.delta().isEmpty()
                ? names.derivative(names.any(names.pre(), index, layer))
                : names.any(names.delta(), index, layer);
    }

    private Block.Line line(String source, Formula formula) {
        return Block.line(sources ? source : "", formula);
    }
}
