package dev.tutti.config;

import dev.tutti.model.Activation;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The network that is trained; its inputs and outputs come from the data.
 *
 * @param hidden sizes of the hidden layers, possibly none
 * @param activation of the hidden layers
 * @param loss where it does not follow from the data
 * @param lossParameter of the loss; what is usual with it where absent
 * @param initialization how the initial weights are drawn
 * @param initialValue value of all weights and biases with {@link Initialization#CONSTANT}
 * @param initialWeights file with the initial weights, instead of random ones
 */
public record NetworkSettings(
        List<Integer> hidden,
        Activation activation,
        Optional<Loss> loss,
        Optional<Float> lossParameter,
        Initialization initialization,
        float initialValue,
        Optional<Path> initialWeights) {}
