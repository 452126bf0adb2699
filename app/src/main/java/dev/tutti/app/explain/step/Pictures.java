package dev.tutti.app.explain.step;

import static dev.tutti.app.explain.page.Formula.given;
import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.row;

import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.NetworkPicture;
import dev.tutti.model.NetworkSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Draws networks with the numbers of a sample. */
public final class Pictures {
    private Pictures() {}

    /** The network with the numbers of one sample on it. */
    public static NetworkPicture of(Problem problem, SampleStep one, Notation names) {
        NetworkSpec network = problem.network();
        List<List<NetworkPicture.Unit>> layers = new ArrayList<>();
        float[] x = one.sample().x();
        layers.add(IntStream.range(0, x.length)
                .mapToObj(i -> {
                    Formula name = names.out(network, -1, i);
                    return new NetworkPicture.Unit(name, List.of(row(name, "=", given(x[i]))), x[i]);
                })
                .toList());
        List<float[][]> weights = new ArrayList<>();
        List<float[][]> gradients = new ArrayList<>();
        for (int layer = 0; layer < network.layers(); layer++) {
            List<NetworkPicture.Unit> units = new ArrayList<>();
            for (int j = 0; j < network.outputs(layer); j++) {
                List<Formula> numbers = new ArrayList<>();
                numbers.add(row(names.pre(layer, j), "=", number(one.trace().z()[layer][j])));
                numbers.add(row(
                        names.out(network, layer, j), "=", number(one.trace().a()[layer][j])));
                numbers.add(row(names.error(layer, j), "=", number(one.trace().d()[layer][j])));
                if (layer == network.layers() - 1) {
                    numbers.add(row(names.targetOf(j), "=", given(one.sample().y()[j])));
                }
                units.add(new NetworkPicture.Unit(
                        names.out(network, layer, j), numbers, one.trace().a()[layer][j]));
            }
            layers.add(units);
            weights.add(StepJson.weights(network, problem.parameters()).get(layer));
            gradients.add(StepJson.weights(network, one.gradient()).get(layer));
        }
        return new NetworkPicture("Row " + one.sample().row() + " in the network.", layers, weights, gradients);
    }
}
