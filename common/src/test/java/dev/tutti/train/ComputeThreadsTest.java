package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComputeThreadsTest {
    @ParameterizedTest
    @CsvSource({
        "64-32-10, 32, 2, 1",
        "64-32-10, 32, 16, 1",
        "64-64-10, 64, 2, 1",
        "784-128-10, 32, 16, 1",
        "784-128-10, 64, 16, 2",
        "784-128-10, 128, 1, 1",
        "784-128-10, 128, 2, 2",
        "784-128-10, 128, 16, 4",
        "784-512-512-10, 256, 16, 4",
        "784-512-512-10, 1024, 64, 16",
        "64-32-10, 4096, 16, 10",
    })
    void shouldTakeAsManyAsAStepKeepsBusy(String sizes, int batch, int cores, int expected) {
        assertThat(ComputeThreads.of(spec(sizes, batch, TrainingSpec.defaultSegmentSize(batch)), cores))
                .isEqualTo(expected);
    }

    /** A thread without a segment has nothing to do. */
    @Test
    void shouldTakeNoMoreThanABatchHasSegments() {
        assertThat(ComputeThreads.of(spec("784-512-512-10", 256, 128), 16)).isEqualTo(2);
        assertThat(ComputeThreads.of(spec("784-512-512-10", 256, 256), 16)).isEqualTo(1);
    }

    private static TrainingSpec spec(String text, int batch, int segment) {
        List<Integer> sizes = Stream.of(text.split("-")).map(Integer::valueOf).toList();
        List<Activation> activations = new ArrayList<>();
        sizes.stream().skip(2).forEach(size -> activations.add(Activation.RELU));
        activations.add(Activation.SOFTMAX);
        NetworkSpec network = new NetworkSpec(sizes, activations, Loss.CROSS_ENTROPY);
        return new TrainingSpec(network, new Sgd.Settings(0.1f, 0), 1, batch, segment, Sync.STEP, 1, true, 0f, 100_000);
    }
}
