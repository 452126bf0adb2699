package dev.tutti.app.explain.page;

import java.util.List;

/**
 * The network as a picture, with the numbers of one sample on it.
 *
 * @param title what it shows
 * @param layers from the inputs to the outputs
 * @param weights for each layer but the first, {@code [outputs][inputs]}
 * @param gradients of these weights
 */
public record NetworkPicture(
        String title, List<List<Unit>> layers, List<float[][]> weights, List<float[][]> gradients) {
    /**
     * A unit.
     *
     * @param name of its output
     * @param numbers what is written beside it, each {@code name = value}
     * @param value of its output
     */
    public record Unit(Formula name, List<Formula> numbers, float value) {}
}
