package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.NodePrecision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WarmUpTest {
    /** The work of a round is proportional to the parameters: the numbers of samples and of calls are fixed. */
    @ParameterizedTest
    @ValueSource(ints = {304, 2048, 20_000})
    void shouldNotWorkMoreForLargerLayers(int units) {
        NetworkSpec network = classifier(List.of(units, units, units, 10), Activation.RELU);

        assertThat(parameters(network)).isEqualTo(parameters(classifier(List.of(304, 128, 10), Activation.RELU)));
    }

    @Test
    void shouldNotWorkMoreForMoreLayers() {
        NetworkSpec deep = classifier(Collections.nCopies(200, 30), Activation.TANH);

        assertThat(parameters(deep)).isEqualTo(parameters(classifier(List.of(30, 30, 30), Activation.TANH)));
    }

    @Test
    void shouldBoundTheWorkForEveryNetwork() {
        List<Activation> activations = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>(List.of(5000));
        for (Activation activation : Activation.values()) {
            activations.add(activation.isHidden() ? activation : Activation.RELU);
            sizes.add(5000);
        }
        activations.add(Activation.SOFTMAX);
        sizes.add(1000);

        assertThat(parameters(new NetworkSpec(sizes, activations, Loss.CROSS_ENTROPY)))
                .isLessThan(200_000);
    }

    @Test
    void shouldUseTheCodeOfTheNetwork() {
        List<Activation> activations = List.of(Activation.ELU, Activation.RELU, Activation.ELU, Activation.SIGMOID);
        NetworkSpec network = new NetworkSpec(List.of(7, 6, 5, 4, 3), activations, Loss.BINARY_CROSS_ENTROPY);

        NetworkSpec small = new WarmUp(network, Dropout.NONE, NodePrecision.FLOAT32).network();

        assertThat(small.activations()).containsExactly(Activation.ELU, Activation.RELU, Activation.SIGMOID);
        assertThat(small.loss()).isEqualTo(Loss.BINARY_CROSS_ENTROPY);
        assertThat(small.outputs()).isEqualTo(3);
    }

    private static int parameters(NetworkSpec network) {
        return new ParameterLayout(new WarmUp(network, Dropout.NONE, NodePrecision.FLOAT32).network()).parameterCount();
    }

    private static NetworkSpec classifier(List<Integer> sizes, Activation hidden) {
        List<Activation> activations = new ArrayList<>(Collections.nCopies(sizes.size() - 2, hidden));
        activations.add(Activation.SOFTMAX);
        return new NetworkSpec(sizes, activations, Loss.CROSS_ENTROPY);
    }
}
