package dev.tutti.savedmodel;

import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import dev.tutti.files.TensorSlice;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What other programs call the tensors of a network: {@code 0.weight}, {@code 0.bias}, {@code 2.weight}, ... or {@code fc1.weight}, ...
 * Layers are in the order of the one number in which their names differ, so that nothing is guessed.
 */
final class LayerNames {
    private static final int SHOWN = 4;

    /** The last number of the name of a layer is what counts. */
    private static final Pattern NAME = Pattern.compile("(.*?)([0-9]+)([^0-9]*)[.](weight|bias)");

    private LayerNames() {}

    /**
     * Returns the tensors of a network under the names that a file has for them.
     *
     * @param file for messages
     * @param names of the tensors in it
     * @param tensors of the network: weight and bias of each layer
     * @return {@code tensors}, renamed; as they are if the file has one of these names at all, but not all of them
     * @throws InputException if the names are of another kind
     */
    static List<TensorSlice> in(Path file, Set<String> names, List<TensorSlice> tensors) {
        TreeMap<BigInteger, String> layers = new TreeMap<>();
        Set<String> kinds = new HashSet<>();
        for (String name : names) {
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches()) {
                layers.put(new BigInteger(matcher.group(2)), name.substring(0, matcher.start(4)));
                kinds.add(matcher.group(1) + "#" + matcher.group(3));
            }
        }
        if (kinds.size() != 1 || 2 * layers.size() != tensors.size() || names.size() != tensors.size()) {
            if (tensors.stream().map(TensorSlice::name).anyMatch(names::contains)) {
                return tensors;
            }
            throw new InputException(file + ": expected " + tensors.size() / 2
                    + " layers with names that differ in one number, such as 0.weight, 0.bias, 2.weight, 2.bias; found "
                    + names.size() + " tensors: " + shown(names));
        }
        List<TensorSlice> renamed = new ArrayList<>();
        List<String> inOrder = List.copyOf(layers.values());
        for (int i = 0; i < tensors.size(); i++) {
            TensorSlice ours = tensors.get(i);
            String name = inOrder.get(i / 2) + (i % 2 == 0 ? "weight" : "bias");
            renamed.add(new TensorSlice(name, ours.shape(), ours.offset(), ours.length()));
        }
        return renamed;
    }

    private static String shown(Set<String> names) {
        List<String> first = names.stream().limit(SHOWN).map(StrictJson::shown).toList();
        return String.join(", ", first) + (names.size() > SHOWN ? ", ..." : "");
    }
}
