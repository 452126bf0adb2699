package dev.tutti.model;

import dev.tutti.files.InputException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A feed-forward network: the sizes of its layers, their activations, and the loss it is trained with.
 *
 * @param sizes number of inputs, then of the outputs of each layer; at least 2 entries, each at least 1
 * @param activations one for each layer, that is one fewer than {@code sizes}
 * @param loss loss of one sample
 * @param lossParameter parameter of the loss; see {@link Loss#parameters}
 */
public record NetworkSpec(List<Integer> sizes, List<Activation> activations, Loss loss, float lossParameter) {

    /** A network whose loss has its usual parameter. */
    public NetworkSpec(List<Integer> sizes, List<Activation> activations, Loss loss) {
        this(sizes, activations, loss, loss.usualParameter());
    }

    /** @throws InputException if the sizes, activations and loss do not go together */
    public NetworkSpec {
        sizes = List.copyOf(sizes);
        activations = List.copyOf(activations);
        if (sizes.size() < 2) {
            throw new InputException("a network needs at least inputs and outputs: sizes=" + sizes);
        }
        for (int size : sizes) {
            if (size < 1) {
                throw new InputException("layer size out of range: size=" + size + ", allowed: 1 or more, in " + sizes);
            }
        }
        if (activations.size() != sizes.size() - 1) {
            throw new InputException("one activation for each layer is needed: layers=" + (sizes.size() - 1)
                    + ", activations=" + activations.size());
        }
        if (sizes.stream().mapToLong(Integer::longValue).max().orElse(0) > 1 << 24) {
            throw new InputException("layer size out of range: " + sizes + ", allowed: 1 to " + (1 << 24));
        }
        for (int layer = 0; layer < activations.size() - 1; layer++) {
            if (!activations.get(layer).isHidden()) {
                throw new InputException(activations.get(layer).id() + " is for the output layer only: layer=" + layer);
            }
        }
        Activation output = activations.get(activations.size() - 1);
        boolean fits = switch (loss) {
            case CROSS_ENTROPY -> output == Activation.SOFTMAX;
            case BINARY_CROSS_ENTROPY -> output == Activation.SIGMOID;
            case POISSON, GAMMA, TWEEDIE -> output == Activation.EXP;
            case SQUARED_ERROR, HUBER, ABSOLUTE_ERROR, QUANTILE -> output != Activation.SOFTMAX;
        };
        if (!fits) {
            throw new InputException("loss " + loss.id() + " does not go with output activation " + output.id()
                    + "; allowed: cross_entropy with softmax, binary_cross_entropy with sigmoid, poisson, gamma"
                    + " and tweedie with exp, squared_error, huber, absolute_error and quantile with any but softmax");
        }
        loss.parameters().require("parameter of the loss " + loss.id(), lossParameter);
        long parameters = 0;
        for (int layer = 0; layer < activations.size(); layer++) {
            parameters += (long) sizes.get(layer + 1) * (sizes.get(layer) + 1L);
        }
        if (parameters > Integer.MAX_VALUE - 64) {
            throw new InputException("network too large: parameters=" + parameters + ", allowed: at most "
                    + (Integer.MAX_VALUE - 64) + " (one Java array)");
        }
    }

    /** Number of layers with weights. */
    public int layers() {
        return activations.size();
    }

    /** Number of input features. */
    public int inputs() {
        return sizes.get(0);
    }

    /** Number of outputs of the last layer. */
    public int outputs() {
        return sizes.get(sizes.size() - 1);
    }

    /** Number of inputs of layer {@code layer}, counted from 0. */
    public int inputs(int layer) {
        return sizes.get(layer);
    }

    /** Number of outputs of layer {@code layer}, counted from 0. */
    public int outputs(int layer) {
        return sizes.get(layer + 1);
    }

    /** Activation of layer {@code layer}, counted from 0. */
    public Activation activation(int layer) {
        return activations.get(layer);
    }

    /** Number of target values of a sample; see {@link Loss#targetCount(int)}. */
    public int targetCount() {
        return loss.targetCount(outputs());
    }

    /** The sizes as people write them, for example {@code 784-128-10}. */
    public String shape() {
        return sizes.stream().map(String::valueOf).collect(Collectors.joining("-"));
    }
}
