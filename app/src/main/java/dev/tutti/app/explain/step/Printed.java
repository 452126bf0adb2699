package dev.tutti.app.explain.step;

/**
 * What a lecture prints, where it is not what a student computes.
 *
 * @param place the part of the step where it is
 * @param what the quantity
 * @param printed as printed
 * @param exact right value or formula; empty if it is a remark alone
 * @param kind what is the matter with it
 * @param why the reason
 */
public record Printed(Place place, String what, String printed, String exact, Kind kind, String why) {
    /** Stands for what is not printed. */
    public static final String NOT_GIVEN = "not given";

    /** Parts of a step. */
    public enum Place {
        /** Pre-activations and outputs. */
        FORWARD,
        /** The loss. */
        LOSS,
        /** Local errors of the output layer. */
        OUTPUT,
        /** Local errors of hidden layers. */
        HIDDEN,
        /** Gradients of weights and biases. */
        GRADIENT,
        /** New weights. */
        UPDATE
    }

    /** What is the matter. */
    public enum Kind {
        /** Rounded on the way. */
        ROUNDING,
        /** Wrong. */
        SLIP,
        /** Wrong as it reached us. */
        DOUBTFUL,
        /** Worth a word. */
        NOTE
    }
}
