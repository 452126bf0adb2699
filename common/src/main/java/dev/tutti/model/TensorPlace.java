package dev.tutti.model;

import java.util.ArrayList;
import java.util.List;

/**
 * A tensor of a file, and where it lies in memory.
 *
 * @param name its name in the file
 * @param shape its sizes
 * @param offset index of its first value in the block that it belongs to, such as that of the parameters
 * @param length number of its values
 */
public record TensorPlace(String name, List<Integer> shape, int offset, int length) {

    /** Returns the tensors of a network, in the order of the parameter block. */
    public static List<TensorPlace> of(NetworkSpec network) {
        ParameterLayout layout = new ParameterLayout(network);
        List<TensorPlace> tensors = new ArrayList<>();
        for (int layer = 0; layer < network.layers(); layer++) {
            int inputs = network.inputs(layer);
            int outputs = network.outputs(layer);
            tensors.add(new TensorPlace(
                    "layers." + layer + ".weight",
                    List.of(outputs, inputs),
                    layout.weightOffset(layer),
                    outputs * inputs));
            tensors.add(
                    new TensorPlace("layers." + layer + ".bias", List.of(outputs), layout.biasOffset(layer), outputs));
        }
        return tensors;
    }
}
