package dev.tutti.app.explain.step;

import static dev.tutti.app.explain.page.Formula.given;
import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.row;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.page.Formula;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;

/** Activations and losses as formulas. */
final class Functions {
    private Functions() {}

    private static final String GELU_INNER = "0.797885";
    private static final String GELU_CUBE = "0.044715";
    private static final String GELU_SLOPE = "0.134145";

    /** {@code f(z)}, for one unit, so that it can be computed by hand. */
    static Formula output(Activation activation, Formula z) {
        return switch (activation) {
            case IDENTITY -> row(z, named(activation));
            case TANH -> new Formula.Call(activation.id(), z);
            case SIGMOID ->
                row(
                        new Formula.Call(activation.id(), z),
                        "=",
                        new Formula.Fraction(
                                word("1"), row(word("1"), "+", new Formula.Call("exp", row(word("-"), z)))));
            case RELU -> row(new Formula.Call("max", row(word("0"), ",", z)), named(activation));
            case LEAKY_RELU -> row(z, word(" if "), z, word(" > 0, else 0.01 "), z, named(activation));
            case ELU ->
                row(
                        z,
                        word(" if "),
                        z,
                        word(" > 0, else "),
                        new Formula.Call("exp", z),
                        "-",
                        word("1"),
                        named(activation));
            case SOFTPLUS ->
                row(
                        new Formula.Call(activation.id(), z),
                        "=",
                        new Formula.Call("log", row(word("1"), "+", new Formula.Call("exp", z))));
            case GELU_TANH ->
                row(
                        new Formula.Fraction(z, word("2")),
                        "*",
                        new Formula.Bracket(row(word("1"), "+", tanhOfGelu(z))),
                        named(activation));
            case EXP -> new Formula.Call("exp", z);
            case SOFTMAX -> throw new IllegalArgumentException("softmax is not a function of one value");
        };
    }

    /** The name of an activation whose formula does not say it. */
    private static Formula named(Activation activation) {
        return word("   (" + activation.id() + ")");
    }

    private static Formula tanhOfGelu(Formula z) {
        return new Formula.Call(
                "tanh",
                row(
                        word(GELU_INNER),
                        "*",
                        new Formula.Bracket(row(z, "+", word(GELU_CUBE), "*", new Formula.Power(z, "3")))));
    }

    /** Softmax: an output by all pre-activations. */
    static Formula softmax(Formula z, Formula each) {
        return new Formula.Fraction(new Formula.Call("exp", z), new Formula.Total("i", new Formula.Call("exp", each)));
    }

    /** {@code f'(z)} by {@code z} or the output {@code a}. */
    static Formula slope(Activation activation, Formula z, Formula a) {
        return switch (activation) {
            case IDENTITY -> word("1");
            case SIGMOID -> row(a, "*", new Formula.Bracket(row(word("1"), "-", a)));
            case TANH -> row(word("1"), "-", new Formula.Power(a, "2"));
            case RELU -> row(word("1 if "), z, word(" > 0, else 0"));
            case LEAKY_RELU -> row(word("1 if "), z, word(" > 0, else 0.01"));
            case ELU -> row(word("1 if "), z, word(" > 0, else "), a, "+", word("1"));
            case SOFTPLUS -> new Formula.Call("sigmoid", z);
            case GELU_TANH ->
                row(
                        new Formula.Fraction(row(word("1"), "+", Formula.symbol("t")), word("2")),
                        "+",
                        new Formula.Fraction(z, word("2")),
                        "*",
                        new Formula.Bracket(row(word("1"), "-", new Formula.Power(Formula.symbol("t"), "2"))),
                        "*",
                        word(GELU_INNER),
                        "*",
                        new Formula.Bracket(row(word("1"), "+", word(GELU_SLOPE), "*", new Formula.Power(z, "2"))),
                        word(", t = "),
                        tanhOfGelu(z));
            case EXP -> a;
            case SOFTMAX -> throw new IllegalArgumentException("softmax has no slope of one value");
        };
    }

    /** The loss of a sample, in general. */
    static Formula loss(Loss loss, Formula a, Formula y) {
        return switch (loss) {
            case SQUARED_ERROR ->
                row(
                        new Formula.Fraction(word("1"), word("2")),
                        word(" "),
                        new Formula.Total("k", new Formula.Power(new Formula.Bracket(row(a, "-", y)), "2")));
            case BINARY_CROSS_ENTROPY ->
                row(
                        word("-"),
                        new Formula.Total(
                                "k",
                                new Formula.Bracket(row(
                                        y,
                                        "*",
                                        new Formula.Call("log", a),
                                        "+",
                                        new Formula.Bracket(row(word("1"), "-", y)),
                                        "*",
                                        new Formula.Call("log", row(word("1"), "-", a))))));
            case CROSS_ENTROPY -> row(word("-"), new Formula.Total("k", row(y, "*", new Formula.Call("log", a))));
            case HUBER ->
                row(
                        new Formula.Total("k", new Formula.Call("huber", row(a, "-", y))),
                        word(",   huber(e) = 1/2 e^2 up to |e| = 1, |e| - 1/2 beyond"));
            case ABSOLUTE_ERROR -> new Formula.Total("k", new Formula.Call("abs", row(a, "-", y)));
            case QUANTILE, POISSON, GAMMA, TWEEDIE ->
                new Formula.Total("k", new Formula.Call(loss.id(), row(a, ",", y)));
        };
    }

    /** The share of one output in the loss of a sample, in numbers; empty where it has none. */
    static Formula lossOfOutput(Loss loss, float a, float y) {
        Formula difference = row(number(a), "-", given(y));
        return switch (loss) {
            case SQUARED_ERROR -> row(word("1/2 "), new Formula.Power(new Formula.Bracket(difference), "2"));
            case BINARY_CROSS_ENTROPY ->
                row(
                        word("-"),
                        new Formula.Bracket(row(
                                given(y),
                                "*",
                                new Formula.Call("log", number(a)),
                                "+",
                                given((float) (1 - Double.parseDouble(Float.toString(y)))),
                                "*",
                                new Formula.Call("log", row(word("1"), "-", number(a))))));
            case CROSS_ENTROPY -> y == 0 ? Formula.EMPTY : row(word("-"), new Formula.Call("log", number(a)));
            case HUBER -> new Formula.Call("huber", difference);
            case ABSOLUTE_ERROR -> new Formula.Call("abs", difference);
            case QUANTILE, POISSON, GAMMA, TWEEDIE -> new Formula.Call(loss.id(), row(number(a), ",", given(y)));
        };
    }

    /** {@code dL/da} of an output in numbers, for the losses whose slope does not cancel. */
    static Formula lossSlopeOf(Loss loss, Formula difference) {
        return switch (loss) {
            case SQUARED_ERROR, BINARY_CROSS_ENTROPY, CROSS_ENTROPY -> new Formula.Bracket(difference);
            case HUBER -> new Formula.Call("clamp", difference);
            case ABSOLUTE_ERROR -> new Formula.Call("sign", difference);
            case QUANTILE, POISSON, GAMMA, TWEEDIE -> new Formula.Call("slope", difference);
        };
    }

    /** {@code dL/da} of an output. */
    static Formula lossSlope(Loss loss, Formula a, Formula y) {
        return switch (loss) {
            case SQUARED_ERROR -> new Formula.Bracket(row(a, "-", y));
            case BINARY_CROSS_ENTROPY ->
                new Formula.Fraction(row(a, "-", y), row(a, "*", new Formula.Bracket(row(word("1"), "-", a))));
            case CROSS_ENTROPY -> row(word("-"), new Formula.Fraction(y, a));
            case HUBER -> new Formula.Call("clamp", row(a, "-", y));
            case ABSOLUTE_ERROR -> new Formula.Call("sign", row(a, "-", y));
            case QUANTILE, POISSON, GAMMA, TWEEDIE -> new Formula.Call("slope", row(a, ",", y));
        };
    }

    /** {@code exp(z) / sum of exp}: one output of softmax with its numbers. */
    static Formula softmax(float[] z, int k) {
        return new Formula.Fraction(new Formula.Call("exp", number(z[k])), number(sumOfExponentials(z)));
    }

    /** What softmax divides by. */
    static double sumOfExponentials(float[] z) {
        double sum = 0;
        for (float one : z) {
            sum += StrictMath.exp(one);
        }
        return sum;
    }

    /** Name of a loss as people say it. */
    static String name(Loss loss) {
        return switch (loss) {
            case SQUARED_ERROR -> "squared error";
            case BINARY_CROSS_ENTROPY, CROSS_ENTROPY -> "cross-entropy";
            case HUBER -> "Huber loss";
            case ABSOLUTE_ERROR -> "absolute error";
            case QUANTILE -> "quantile loss";
            case POISSON -> "Poisson loss";
            case GAMMA -> "gamma loss";
            case TWEEDIE -> "Tweedie loss";
        };
    }
}
