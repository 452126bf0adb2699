package dev.tutti.model;

import dev.tutti.files.Range;
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
    ABSOLUTE_ERROR,
    /** {@code sum_j q max(y_j - a_j, 0) + (1 - q) max(a_j - y_j, 0)}: the q-quantile; the derivative at 0 is 0; output as squared error. */
    QUANTILE,
    /** {@code sum_j (a_j - y_j log a_j)} for counts, 0 or more; output exp. */
    POISSON,
    /** {@code sum_j (y_j / a_j + log a_j)} for numbers above 0; output exp. */
    GAMMA,
    /** {@code sum_j (a_j^(2-p) / (2-p) - y_j a_j^(1-p) / (1-p))} for sums of gamma numbers, 0 or more, 1 < p < 2; output exp. */
    TWEEDIE;

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

    /**
     * What the parameter of a loss may be: the quantile q, the power p, or of the two cross-entropies the label smoothing s, with which
     * targets are {@code (1 - s) y + s / K}, K the number of classes (2 with a sigmoid); of the others 0.
     */
    public Range parameters() {
        return switch (this) {
            case QUANTILE -> new Range("above 0, below 1", value -> value > 0 && value < 1);
            case TWEEDIE -> new Range("above 1, below 2", value -> value > 1 && value < 2);
            case CROSS_ENTROPY, BINARY_CROSS_ENTROPY -> Range.share();
            default -> new Range("0 (it has no parameter)", value -> value == 0);
        };
    }

    /** The parameter where none is given: the median, a power of 1.5, no smoothing. */
    public float usualParameter() {
        return switch (this) {
            case QUANTILE -> 0.5f;
            case TWEEDIE -> 1.5f;
            default -> 0;
        };
    }

    /** Whether it is of means above 0, which are the exponential of what the output layer computes. */
    public boolean ofPositiveMeans() {
        return this == POISSON || this == GAMMA || this == TWEEDIE;
    }

    /** The output activation that goes with it. */
    public Activation usualOutput() {
        return switch (this) {
            case CROSS_ENTROPY -> Activation.SOFTMAX;
            case BINARY_CROSS_ENTROPY -> Activation.SIGMOID;
            case POISSON, GAMMA, TWEEDIE -> Activation.EXP;
            case SQUARED_ERROR, HUBER, ABSOLUTE_ERROR, QUANTILE -> Activation.IDENTITY;
        };
    }

    /** Whether it is of classes. */
    public boolean ofClasses() {
        return this == CROSS_ENTROPY || this == BINARY_CROSS_ENTROPY;
    }
}
