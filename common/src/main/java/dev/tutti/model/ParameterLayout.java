package dev.tutti.model;

import dev.tutti.files.TensorSlice;
import java.util.ArrayList;
import java.util.List;

/**
 * Where each parameter of a network lies in the one {@code float[]} block that holds them all: weight 0, bias 0, weight 1,
 * bias 1, ... A weight is {@code [outputs x inputs]}, row-major; a bias {@code [outputs]}. Gradients, momenta and all that is
 * sent between processes have the same layout. Immutable.
 */
public final class ParameterLayout {
    private final NetworkSpec network;
    private final int[] weightOffsets;
    private final int[] biasOffsets;
    private final int parameterCount;

    /** Lays out the parameters of {@code network}. */
    public ParameterLayout(NetworkSpec network) {
        this.network = network;
        weightOffsets = new int[network.layers()];
        biasOffsets = new int[network.layers()];
        int offset = 0;
        for (int layer = 0; layer < network.layers(); layer++) {
            weightOffsets[layer] = offset;
            offset += network.outputs(layer) * network.inputs(layer);
            biasOffsets[layer] = offset;
            offset += network.outputs(layer);
        }
        parameterCount = offset;
    }

    /** The network laid out here. */
    public NetworkSpec network() {
        return network;
    }

    /** Index of the weight from input 0 to output 0 of layer {@code layer}. */
    public int weightOffset(int layer) {
        return weightOffsets[layer];
    }

    /** Index of the bias of output 0 of layer {@code layer}. */
    public int biasOffset(int layer) {
        return biasOffsets[layer];
    }

    /** Number of parameters, the length of the block. */
    public int parameterCount() {
        return parameterCount;
    }

    /** Index of the first parameter behind layer {@code layer}. */
    public int endOffset(int layer) {
        return biasOffsets[layer] + network.outputs(layer);
    }

    /** The layer that parameter {@code index} belongs to. */
    public int layerOf(int index) {
        int layer = 0;
        while (index >= endOffset(layer)) {
            layer++;
        }
        return layer;
    }

    /** The tensors of the network as files have them, in the order of the block. */
    public List<TensorSlice> tensors() {
        List<TensorSlice> tensors = new ArrayList<>();
        for (int layer = 0; layer < network.layers(); layer++) {
            int inputs = network.inputs(layer);
            int outputs = network.outputs(layer);
            String name = "layers." + layer;
            tensors.add(
                    new TensorSlice(name + ".weight", List.of(outputs, inputs), weightOffset(layer), outputs * inputs));
            tensors.add(new TensorSlice(name + ".bias", List.of(outputs), biasOffset(layer), outputs));
        }
        return tensors;
    }
}
