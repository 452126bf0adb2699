package dev.tutti.app.explain.step;

import java.util.List;

/** The methods of Tutti that compute what a page shows, as pages name them. */
public final class Methods {
    /** Pre-activations and outputs of a sample. */
    public static final String FORWARD = "ScalarKernel.forward";
    /** Outputs of a layer. */
    public static final String ACTIVATE = "ScalarKernel.activate";
    /** Loss of a sample. */
    public static final String LOSS = "ScalarKernel.loss";
    /** Local errors of the last layer. */
    public static final String OUTPUT_ERRORS = "ScalarKernel.outputErrors";
    /** Local errors of hidden layers. */
    public static final String BACKWARD = "ScalarKernel.backward";
    /** Derivative of an activation. */
    public static final String SLOPE = "ScalarKernel.slope";
    /** Gradients of weights and biases. */
    public static final String GRADIENT = "ScalarKernel.addGradient";
    /** Sum over segments. */
    public static final String SUM = "ScalarKernel.sumOfSegments";
    /** New parameters. */
    public static final String UPDATE = "Sgd.updatePlain";
    /** Sum over what workers send. */
    public static final String TREE = "TreeSum.add";
    /** Who computes what. */
    public static final String SPLIT = "WorkSplit.split";

    /** All of them. */
    public static final List<String> ALL =
            List.of(FORWARD, ACTIVATE, LOSS, OUTPUT_ERRORS, BACKWARD, SLOPE, GRADIENT, SUM, UPDATE, TREE, SPLIT);

    private Methods() {}
}
