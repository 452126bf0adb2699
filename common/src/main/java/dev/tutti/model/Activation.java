package dev.tutti.model;

import java.util.Locale;

/** The activation function of a layer, {@code a = f(z)}, with {@code z} the pre-activation. */
public enum Activation {
    /** {@code f(z) = z}. */
    IDENTITY,
    /** {@code f(z) = 1 / (1 + exp(-z))}. */
    SIGMOID,
    /** {@code f(z) = tanh(z)}. */
    TANH,
    /** {@code f(z) = max(0, z)}; the derivative at 0 is 0. */
    RELU,
    /** {@code f(z) = z} above 0, {@code 0.01 z} elsewhere; the derivative at 0 is 0.01. */
    LEAKY_RELU,
    /** {@code f(z) = z} above 0, {@code exp(z) - 1} elsewhere. */
    ELU,
    /** {@code f(z) = log(1 + exp(z))}. */
    SOFTPLUS,
    /** {@code f(z) = z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3)))}, Hendrycks and Gimpel's approximation of GELU. */
    GELU_TANH,
    /** {@code f(z) = exp(z)}; of the output layer only, for losses of means that are above 0. */
    EXP,
    /** {@code f(z)_j = exp(z_j) / sum_k exp(z_k)}; of the output layer only, with {@link Loss#CROSS_ENTROPY}. */
    SOFTMAX;

    /** Returns the name used in settings and files, such as {@code relu}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether hidden layers may have it. */
    public boolean isHidden() {
        return this != SOFTMAX && this != EXP;
    }
}
