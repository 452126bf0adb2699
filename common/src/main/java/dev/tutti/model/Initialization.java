package dev.tutti.model;

import java.util.Locale;

/** How the initial weights are drawn. Biases start at 0, except with {@link #CONSTANT}. */
public enum Initialization {
    /** Uniform in plus or minus sqrt(6 / (inputs + outputs)): Glorot and Bengio, 2010. */
    XAVIER,
    /** Normal with variance 2 / inputs: He and others, 2015. */
    HE,
    /** Normal with standard deviation 0.01. */
    NORMAL,
    /** Every weight and bias has the same value. */
    CONSTANT;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
