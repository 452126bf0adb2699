package dev.tutti.app.export;

import dev.tutti.files.LittleEndianFloats;
import dev.tutti.files.SafetensorsFile;
import dev.tutti.files.TensorSlice;
import dev.tutti.model.Activation;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.savedmodel.ModelFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The parameters as PyTorch's {@code nn.Sequential(Linear, activation, Linear, ...)} names them in its {@code state_dict}: an
 * activation takes a number, too, so that layers are 0, 2, 4, ...
 */
final class StateDict {
    private StateDict() {}

    /** Writes a safetensors file. */
    static void write(ModelFile.Model model, WritableByteChannel to) throws IOException {
        NetworkSpec network = model.network();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("shape", network.shape());
        metadata.put(
                "activations",
                network.activations().stream().map(Activation::id).collect(Collectors.joining(", ")));
        byte[] header = SafetensorsFile.header(metadata, tensors(network));
        LittleEndianFloats.writeAll(to, ByteBuffer.wrap(header));
        LittleEndianFloats.write(to, model.parameters());
    }

    private static List<TensorSlice> tensors(NetworkSpec network) {
        List<TensorSlice> tensors = new ArrayList<>();
        int module = 0;
        List<TensorSlice> ours = new ParameterLayout(network).tensors();
        for (int layer = 0; layer < network.layers(); layer++) {
            tensors.add(named(module + ".weight", ours.get(2 * layer)));
            tensors.add(named(module + ".bias", ours.get(2 * layer + 1)));
            // Linear has no activation of its own there, and none is needed for the identity.
            module += network.activation(layer) == Activation.IDENTITY ? 1 : 2;
        }
        return tensors;
    }

    private static TensorSlice named(String name, TensorSlice tensor) {
        return new TensorSlice(name, tensor.shape(), tensor.offset(), tensor.length());
    }
}
