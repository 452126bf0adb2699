package dev.tutti.model;

import java.util.Locale;

/** The loss of one sample, from the outputs {@code a} of the network and the target {@code y}. */
public enum Loss {
    /** Half the sum of squares: {@code 1/2 sum_j (a_j - y_j)^2}; output identity, sigmoid or tanh. */
    SQUARED_ERROR,
    /** {@code -sum_j [y_j log a_j + (1 - y_j) log(1 - a_j)]}, computed from the logits; output sigmoid. */
    BINARY_CROSS_ENTROPY,
    /** {@code -log a_y}, computed from the logits; output softmax; the target is the number of the class. */
    CROSS_ENTROPY,
    /** {@code sum_j h(a_j - y_j)} with {@code h(e) = e^2/2} up to {@code |e| = 1}, {@code |e| - 1/2} beyond; output as squared error. */
    HUBER,
    /** {@code sum_j |a_j - y_j|}; the derivative at 0 is 0; output as squared error. */
    ABSOLUTE_ERROR;

    /** Returns the name used in settings and files, such as {@code cross_entropy}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the number of target values of a sample for a network with {@code outputs} outputs: one (the class) for
     * {@link #CROSS_ENTROPY}, else one for each output.
     */
    public int targetCount(int outputs) {
        return this == CROSS_ENTROPY ? 1 : outputs;
    }
}
