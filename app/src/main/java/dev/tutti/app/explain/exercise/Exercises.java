package dev.tutti.app.explain.exercise;

import static dev.tutti.app.explain.step.Printed.Kind.DOUBTFUL;
import static dev.tutti.app.explain.step.Printed.Kind.NOTE;
import static dev.tutti.app.explain.step.Printed.Kind.ROUNDING;
import static dev.tutti.app.explain.step.Printed.Kind.SLIP;
import static dev.tutti.app.explain.step.Printed.Place.FORWARD;
import static dev.tutti.app.explain.step.Printed.Place.GRADIENT;
import static dev.tutti.app.explain.step.Printed.Place.HIDDEN;
import static dev.tutti.app.explain.step.Printed.Place.LOSS;
import static dev.tutti.app.explain.step.Printed.Place.OUTPUT;
import static dev.tutti.app.explain.step.Printed.Place.UPDATE;

import dev.tutti.app.explain.step.Notation;
import dev.tutti.app.explain.step.Printed;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Networks to compute by hand. Parameters are in the order of the layout: weights of a layer row by row, then its biases. */
public final class Exercises {
    private static final String LECTURE = "lecture";
    private static final String OURS = "ours";

    private static final float[] ALL_SMALL = {.1f, .1f, .1f, .1f, .1f, .1f, .2f, .2f, .2f};
    private static final float[][] ROWS_OF_ONE_OUTPUT = {{.3f, .5f, 1}, {.9f, .1f, 0}, {.2f, .8f, 1}, {.7f, .6f, 0}};
    private static final float[] TWO_OUTPUTS = {.25f, .3f, .15f, .2f, .35f, .35f, .45f, .4f, .5f, .55f, .6f, .6f};
    private static final float[][] ROWS_OF_TWO_OUTPUTS = {
        {.05f, .1f, .01f, .99f}, {.6f, .2f, .99f, .01f}, {.9f, .4f, .01f, .99f}, {.3f, .8f, .99f, .01f}
    };
    private static final float[][] ROWS_OF_THREE_OUTPUTS = {
        {1, 0, 1, 0, 0, 1, 0}, {0, 1, 0, 1, 1, 0, 0}, {1, 1, 0, 0, 0, 0, 1}, {0, 0, 1, 1, 0, 1, 0}
    };

    private static final List<Exercise> ALL = List.of(
            sigmoidLinear(),
            sigmoidCrossEntropy(),
            deadRelu(),
            tanh4433(),
            tanh4433Softmax(),
            twoOutputs(),
            twoOutputsSquared(),
            twoOutputsWeb(),
            tanhLinear(),
            xor(),
            td6Network());

    private Exercises() {}

    /** All of them, in the order of a course. */
    public static List<Exercise> all() {
        return ALL;
    }

    /** The exercise of that name. */
    public static Exercise named(String name) {
        return ALL.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no exercise: " + name));
    }

    private static Exercise sigmoidLinear() {
        return new Exercise(
                new Problem(
                        "sigmoid-linear",
                        "2-2-1, sigmoid hidden, linear output, squared error",
                        network(Loss.SQUARED_ERROR, List.of(2, 2, 1), Activation.SIGMOID, Activation.IDENTITY),
                        ALL_SMALL,
                        .5f,
                        samples(2, LECTURE, ROWS_OF_ONE_OUTPUT),
                        List.of(
                                new Printed(
                                        GRADIENT,
                                        "dE/dw_11^[2], dE/dw_12^[2]",
                                        "-0.31",
                                        "-0.317146",
                                        ROUNDING,
                                        "product of the rounded factors -0.58 and 0.54; to two digits it is -0.32"),
                                new Printed(
                                        UPDATE,
                                        "updated w_11^[2], w_12^[2]",
                                        "0.35",
                                        "0.358573",
                                        ROUNDING,
                                        "0.5 * 0.31 was cut to 0.15; to two digits it is 0.36"),
                                new Printed(
                                        GRADIENT,
                                        "dE/dw_21^[1], dE/dw_22^[1]",
                                        "-0.009, -0.015",
                                        "-0.00866, -0.014434",
                                        ROUNDING,
                                        "from the rounded local error -0.03; to three digits the second is -0.014"),
                                new Printed(
                                        HIDDEN,
                                        "delta_2^[1]",
                                        "sigma(a)(1 - sigma(a))^2",
                                        "",
                                        DOUBTFUL,
                                        "a square too many; the number was computed without it"),
                                new Printed(
                                        GRADIENT,
                                        "headings of the pages on the first layer",
                                        "dE/dw_ij^[2], delta_1^[2]",
                                        "",
                                        NOTE,
                                        "they treat dE/dw_2j^[1] and delta_2^[1]")),
                        List.of()),
                Notation.SQUARE,
                false);
    }

    private static Exercise sigmoidCrossEntropy() {
        return new Exercise(
                new Problem(
                        "sigmoid-cross-entropy",
                        "2-2-1, sigmoid hidden and output, cross-entropy",
                        network(Loss.BINARY_CROSS_ENTROPY, List.of(2, 2, 1), Activation.SIGMOID, Activation.SIGMOID),
                        ALL_SMALL,
                        .5f,
                        samples(2, LECTURE, ROWS_OF_ONE_OUTPUT),
                        List.of(
                                new Printed(
                                        GRADIENT,
                                        "dE/dw_11^[2], dE/dw_12^[2]",
                                        "-0.21, on the next slide -0.2",
                                        "-0.216321",
                                        ROUNDING,
                                        "to two digits it is -0.22"),
                                new Printed(
                                        UPDATE,
                                        "updated w^[2]",
                                        "0.4 0.3 0.3",
                                        "0.398504, 0.30816, 0.30816",
                                        ROUNDING,
                                        "one digit"),
                                new Printed(
                                        HIDDEN,
                                        "first layer",
                                        "as with the linear output",
                                        "-0.01969, -0.005907, -0.009845",
                                        NOTE,
                                        "the formulas are; the numbers are not, since delta_1^[2] is -0.397007:"
                                                + " delta^[1], dE/dw_m1^[1], dE/dw_m2^[1]")),
                        List.of()),
                Notation.SQUARE,
                false);
    }

    private static Exercise deadRelu() {
        return new Exercise(
                new Problem(
                        "dead-relu",
                        "2-2-1, ReLU hidden, linear output: for row 0 the second hidden unit is off",
                        network(Loss.SQUARED_ERROR, List.of(2, 2, 1), Activation.RELU, Activation.IDENTITY),
                        new float[] {1, 0, -1, 1, 0, 0, 1, 2, 0},
                        .1f,
                        samples(2, LECTURE, new float[][] {{1, 0, 2}, {.5f, 1, 1}, {1, 2, 0}, {2, 1, 1}}),
                        List.of(
                                new Printed(LOSS, "J", "1", "0.5", NOTE, "(t - z)^2 without the factor 1/2 of J"),
                                new Printed(
                                        GRADIENT,
                                        "dJ/dw for the unit that is off",
                                        "0",
                                        "0",
                                        NOTE,
                                        "right: (z - t) * 1 * 0")),
                        List.of("The lecture has no biases: they are 0 here, and their gradients are shown as well.")),
                Notation.NET,
                false);
    }

    private static Exercise tanh4433() {
        return new Exercise(
                new Problem(
                        "tanh-4433",
                        "4-4-3-3, tanh hidden, linear output, squared error, every parameter 0.1",
                        network(
                                Loss.SQUARED_ERROR,
                                List.of(4, 4, 3, 3),
                                Activation.TANH,
                                Activation.TANH,
                                Activation.IDENTITY),
                        constant(47, .1f),
                        .1f,
                        samples(4, LECTURE, ROWS_OF_THREE_OUTPUTS),
                        List.of(
                                new Printed(
                                        FORWARD,
                                        "z^(3)",
                                        "0.16936",
                                        "0.163961",
                                        SLIP,
                                        "two digits swapped; the loss 0.376 was computed from the right one"),
                                new Printed(FORWARD, "h^(3) = z^(3) = y", "y", "", DOUBTFUL, "it is y-hat"),
                                new Printed(
                                        OUTPUT,
                                        "dL/dh^(3) = dL/dz^(2); dL/dW^(2), dL/db^(2), W^(2)T",
                                        "(2)",
                                        "",
                                        SLIP,
                                        "layer 3 in all four: it is the output of three layers")),
                        List.of()),
                Notation.DERIVATIVES,
                false);
    }

    private static Exercise tanh4433Softmax() {
        return new Exercise(
                new Problem(
                        "tanh-4433-softmax",
                        "the same with softmax and cross-entropy",
                        network(
                                Loss.CROSS_ENTROPY,
                                List.of(4, 4, 3, 3),
                                Activation.TANH,
                                Activation.TANH,
                                Activation.SOFTMAX),
                        constant(47, .1f),
                        .1f,
                        samples(4, LECTURE, ROWS_OF_THREE_OUTPUTS),
                        List.of(),
                        List.of("The errors of the outputs sum to 0 and the weights behind them are equal, so nothing"
                                + " reaches the hidden layers: equal weights learn badly (tutti explain symmetry).")),
                Notation.DERIVATIVES,
                false);
    }

    private static Exercise twoOutputs() {
        return new Exercise(
                new Problem(
                        "two-outputs",
                        "2-2-2, all sigmoid, local error h - y (cross-entropy)",
                        network(Loss.BINARY_CROSS_ENTROPY, List.of(2, 2, 2), Activation.SIGMOID, Activation.SIGMOID),
                        TWO_OUTPUTS,
                        .5f,
                        samples(2, LECTURE, ROWS_OF_TWO_OUTPUTS),
                        List.of(
                                new Printed(
                                        LOSS,
                                        "|h - y|^2",
                                        "|(0.04, -0.89)|^2 = 0.79",
                                        "0.596756",
                                        SLIP,
                                        "that is x - y; h - y is (0.741365, -0.217103)"),
                                new Printed(FORWARD, "h", "1/(1 + e^-a(1))", "", SLIP, "a(2) is meant"),
                                new Printed(
                                        OUTPUT,
                                        "delta^(2) = h - y",
                                        "0.74, -0.22",
                                        "0.741365, -0.217103",
                                        NOTE,
                                        "belongs to cross-entropy; with the squared error it is 0.138499, -0.038108"
                                                + " (two-outputs-squared)"),
                                new Printed(HIDDEN, "delta_2^(1)", "0.03", "0.042744", SLIP, "it is 0.04"),
                                new Printed(
                                        GRADIENT,
                                        "dE/dW(2), second row",
                                        "-13.2 -12.8",
                                        "-0.129586, -0.128801",
                                        SLIP,
                                        "the decimal point is two places off"),
                                new Printed(
                                        GRADIENT, "x in dE/dW(1)", "(0.05, 0.01)", "0.05, 0.1", SLIP, "x_2 is 0.10"),
                                new Printed(
                                        GRADIENT,
                                        "dE/dW(1)",
                                        "2.5e-3 5e-4; 1.5e-3 3e-4",
                                        "0.002708, 0.005415; 0.002137, 0.004274",
                                        SLIP,
                                        "follows from the two above"),
                                new Printed(
                                        UPDATE,
                                        "biases, learning rate",
                                        Printed.NOT_GIVEN,
                                        "",
                                        NOTE,
                                        "dE/db = delta; 0.5 is ours")),
                        List.of()),
                Notation.ROUND,
                false);
    }

    private static Exercise twoOutputsSquared() {
        return new Exercise(
                new Problem(
                        "two-outputs-squared",
                        "2-2-2, all sigmoid, half squared error",
                        network(Loss.SQUARED_ERROR, List.of(2, 2, 2), Activation.SIGMOID, Activation.SIGMOID),
                        TWO_OUTPUTS,
                        .5f,
                        samples(2, LECTURE, ROWS_OF_TWO_OUTPUTS),
                        List.of(),
                        List.of("The network of two-outputs with the error that its lecture writes down:"
                                + " here the slope of the output stays in the local error.")),
                Notation.ROUND,
                false);
    }

    private static Exercise twoOutputsWeb() {
        return new Exercise(
                new Problem(
                        "two-outputs-web",
                        "the 2-2-2 example known from the web (total error 0.298371)",
                        network(Loss.SQUARED_ERROR, List.of(2, 2, 2), Activation.SIGMOID, Activation.SIGMOID),
                        new float[] {.15f, .2f, .25f, .3f, .35f, .35f, .4f, .45f, .5f, .55f, .6f, .6f},
                        .5f,
                        samples(2, OURS, ROWS_OF_TWO_OUTPUTS),
                        List.of(),
                        List.of(
                                "two-outputs has the hidden units swapped in three of four rows of weights only: for row 0"
                                        + " its second output is 0.772897, and 0.772928 here.")),
                Notation.ROUND,
                false);
    }

    private static Exercise tanhLinear() {
        return new Exercise(
                new Problem(
                        "tanh-linear",
                        "2-2-2, tanh hidden, linear output, squared error",
                        network(Loss.SQUARED_ERROR, List.of(2, 2, 2), Activation.TANH, Activation.IDENTITY),
                        TWO_OUTPUTS,
                        .1f,
                        samples(2, OURS, ROWS_OF_TWO_OUTPUTS),
                        List.of(new Printed(
                                FORWARD, "logistic hidden", "tanh", "", NOTE, "tanh is not the logistic function")),
                        List.of("The lecture gives the formulas alone; the numbers are ours.")),
                Notation.ROUND,
                false);
    }

    private static Exercise xor() {
        return new Exercise(
                new Problem(
                        "xor",
                        "2-2-1, tanh hidden, sigmoid output, cross-entropy, the four rows",
                        network(Loss.BINARY_CROSS_ENTROPY, List.of(2, 2, 1), Activation.TANH, Activation.SIGMOID),
                        new float[] {.5f, -.4f, .3f, .6f, .1f, -.2f, .7f, -.5f, .05f},
                        .5f,
                        samples(2, OURS, new float[][] {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}}),
                        List.of(),
                        List.of()),
                Notation.ROUND,
                true);
    }

    private static Exercise td6Network() {
        return new Exercise(
                new Problem(
                        "td6-network",
                        "4-2-5-3-1, all sigmoid, least squares: 10 + 15 + 18 + 4 = 47 parameters",
                        network(
                                Loss.SQUARED_ERROR,
                                List.of(4, 2, 5, 3, 1),
                                Activation.SIGMOID,
                                Activation.SIGMOID,
                                Activation.SIGMOID,
                                Activation.SIGMOID),
                        new float[] {
                            -.2f, 0, .2f, -.1f, -.1f, .1f, -.2f, 0, .1f, .1f, //
                            -.1f, .1f, 0, .2f, .1f, -.2f, .2f, -.1f, -.2f, 0, .1f, .1f, .1f, .1f, .1f, //
                            0, .2f, -.1f, .1f, -.2f, .1f, -.2f, 0, .2f, -.1f, .2f, -.1f, .1f, -.2f, 0, .1f, .1f,
                            .1f, //
                            .1f, -.2f, 0, .1f
                        },
                        .5f,
                        samples(4, OURS, new float[][] {
                            {1, 0, -1, .5f, 1}, {0, 1, .5f, -1, 0}, {.5f, .5f, 1, 0, 1}, {-1, .5f, 0, 1, 0}
                        }),
                        List.of(),
                        List.of(
                                "The lecture gives the shape alone; the numbers are ours.",
                                "The lecture's residual is r = y - a: its sign is the other one.",
                                "The errors shrink from layer to layer, since a slope is at most 1/4 and the weights are small.",
                                "tutti explain leastSquares shows the derivatives of the output by the last layer.")),
                Notation.BARE,
                false);
    }

    private static NetworkSpec network(Loss loss, List<Integer> sizes, Activation... activations) {
        return new NetworkSpec(sizes, List.of(activations), loss);
    }

    private static float[] constant(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    /** Rows of inputs, then targets; the first is the lecture's where it has one. */
    private static List<Sample> samples(int inputs, String first, float[][] rows) {
        List<Sample> samples = new ArrayList<>();
        for (int row = 0; row < rows.length; row++) {
            samples.add(new Sample(
                    row,
                    Arrays.copyOf(rows[row], inputs),
                    Arrays.copyOfRange(rows[row], inputs, rows[row].length),
                    row == 0 ? first : OURS));
        }
        return List.copyOf(samples);
    }
}
