package dev.tutti.app.explain.step;

import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.Formula.Symbol;
import dev.tutti.model.NetworkSpec;

/**
 * Who calls what by which letter. Layers and units are given from 0 and shown from 1.
 *
 * @param description in words
 * @param pre pre-activations
 * @param hidden outputs of hidden units
 * @param output outputs of the network; empty: as those of hidden units
 * @param delta local errors; empty: written as derivatives of the loss
 * @param weight weights
 * @param bias biases; empty: weight number 0
 * @param target targets
 * @param rate learning rate
 * @param loss loss of a sample
 * @param open before the number of a layer
 * @param close behind the number of a layer
 */
public record Notation(
        String description,
        String pre,
        String hidden,
        String output,
        String delta,
        String weight,
        String bias,
        String target,
        String rate,
        String loss,
        String open,
        String close) {

    /** That of Tutti's sources. */
    public static final Notation TUTTI =
            new Notation("Tutti's notation", "z", "a", "", "d", "w", "b", "y", "lr", "L", "(", ")");
    /** Pre-activation a, output z, layers in square brackets, the bias is weight 0. */
    public static final Notation SQUARE =
            new Notation("the lecture's notation", "a", "z", "h", "delta", "w", "", "y", "alpha", "E", "[", "]");
    /** Pre-activation net, hidden outputs h, output z, target t. */
    public static final Notation NET =
            new Notation("the lecture's notation", "net", "h", "z", "delta", "w", "b", "t", "alpha", "J", "^", "");
    /** Pre-activation z, output a, layers as bare superscripts. */
    public static final Notation BARE =
            new Notation("the lecture's notation", "z", "a", "", "delta", "w", "b", "y", "alpha", "f", "^", "");
    /** Pre-activation z, output h, local errors as derivatives. */
    public static final Notation DERIVATIVES =
            new Notation("the lecture's notation", "z", "h", "y-hat", "", "W", "b", "y", "eta", "L", "(", ")");
    /** Pre-activation a, output z, layers in round brackets. */
    public static final Notation ROUND =
            new Notation("the lecture's notation", "a", "z", "h", "delta", "w", "b", "y", "eta", "E", "(", ")");

    /** A pre-activation. */
    public Symbol pre(int layer, int unit) {
        return new Symbol(pre, number(unit), layer(layer));
    }

    /** Output of unit {@code unit} of layer {@code layer}; layer -1 is the inputs. */
    public Symbol out(NetworkSpec network, int layer, int unit) {
        return outOf(network, layer, number(unit));
    }

    private Symbol outOf(NetworkSpec network, int layer, String index) {
        if (layer < 0) {
            return new Symbol("x", index, "");
        }
        boolean last = layer == network.layers() - 1;
        return last && !output.isEmpty() ? new Symbol(output, index, "") : new Symbol(hidden, index, layer(layer));
    }

    /** A target. */
    public Symbol targetOf(int unit) {
        return new Symbol(target, number(unit), "");
    }

    /** A local error. */
    public Formula error(int layer, int unit) {
        return delta.isEmpty() ? derivative(pre(layer, unit)) : new Symbol(delta, number(unit), layer(layer));
    }

    /** A weight. */
    public Symbol weightOf(int layer, int unit, int input) {
        return new Symbol(weight, number(unit) + number(input), layer(layer));
    }

    /** A bias. */
    public Symbol biasOf(int layer, int unit) {
        return bias.isEmpty()
                ? new Symbol(weight, number(unit) + "0", layer(layer))
                : new Symbol(bias, number(unit), layer(layer));
    }

    /** The derivative of the loss by {@code by}. */
    public Formula derivative(Symbol by) {
        return new Formula.Fraction(new Formula.Differential(lossSymbol()), new Formula.Differential(by));
    }

    /** The loss. */
    public Symbol lossSymbol() {
        return Formula.symbol(loss);
    }

    /** The learning rate. */
    public Symbol rateSymbol() {
        return Formula.symbol(rate);
    }

    /** A letter with a letter for its unit, for a formula that holds for all units. */
    public Symbol any(String base, String index, String layer) {
        return new Symbol(base, index, open + layer + close);
    }

    /** The number of a layer, as a superscript. */
    public String layer(int layer) {
        return open + (layer + 1) + close;
    }

    private static String number(int fromZero) {
        return Integer.toString(fromZero + 1);
    }
}
