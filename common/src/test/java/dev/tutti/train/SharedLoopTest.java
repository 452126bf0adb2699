package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.data.Dataset;
import dev.tutti.data.TargetUnit;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Sgd;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What threads share has the bits of one thread, whoever does which turn and when. */
class SharedLoopTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final int INPUTS = 5;

    private final Random random = new Random(SEED);

    /** Turns in any order, each by any thread. */
    private record AnyOrder(int threads, Random random) implements SharedLoop {
        @Override
        public void run(int turns, Body body) {
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, turns).boxed().toList());
            Collections.shuffle(order, random);
            order.forEach(turn -> body.run(random.nextInt(threads), turn));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2, CROSS_ENTROPY",
        "63, 3, SQUARED_ERROR",
        "65, 2, CROSS_ENTROPY",
        "359, 2, CROSS_ENTROPY",
        "359, 5, SQUARED_ERROR",
        "1024, 16, CROSS_ENTROPY",
        "1025, 2, SQUARED_ERROR",
        "3333, 4, CROSS_ENTROPY",
        "12345, 3, SQUARED_ERROR",
    })
    void shouldMeasureToTheSameBits(int samples, int threads, Loss loss) {
        NetworkSpec network = network(loss, 7);
        float[] parameters = floats(new ParameterLayout(network).parameterCount());
        Dataset data = data(samples, loss);
        Evaluation alone = new Evaluation(network, data, TargetUnit.of(loss));
        alone.run(parameters);
        Evaluation shared = new Evaluation(network, data, TargetUnit.of(loss));
        for (int again = 0; again < 2; again++) {
            shared.run(parameters, new AnyOrder(threads, random));
            assertThat(shared.meanLoss()).as("seed %d", SEED).isEqualTo(alone.meanLoss());
            assertThat(shared.accuracy()).isEqualTo((Double) alone.accuracy());
            assertThat(shared.correct()).isEqualTo(alone.correct());
            assertThat(shared.rootMeanSquaredError()).isEqualTo((Double) alone.rootMeanSquaredError());
        }
        int[] seen = {0};
        shared.runWithOutputs(parameters, (first, count, outputs) -> {
            assertThat(first).isEqualTo(seen[0]);
            seen[0] += count;
        });
        assertThat(seen[0]).isEqualTo(samples);
        assertThat(shared.meanLoss()).isEqualTo(alone.meanLoss());
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "0.9, 3"})
    void shouldUpdateToTheSameBits(float momentum, int threads) {
        TrainingJob job = job(momentum);
        TrainingRun alone = new TrainingRun(job, TrainingListener.NONE);
        TrainingRun shared = new TrainingRun(job, TrainingListener.NONE);
        for (int step = 0; step < 5; step++) {
            PartialGradient root = root(alone);
            alone.apply(root);
            shared.apply(root, new AnyOrder(threads, random));
            assertThat(shared.parameters()).as("seed %d", SEED).isEqualTo(alone.parameters());
        }
    }

    /** In any block, the last and shortest one included. */
    @Test
    void shouldStopBeforeTheUpdateWhereOneElementIsNotFinite() {
        TrainingJob job = job(0);
        int length = job.initialParameters().length;
        for (int bad : new int[] {0, ParameterUpdate.BLOCK, length / 2, length - 1}) {
            TrainingRun run = new TrainingRun(job, TrainingListener.NONE);
            PartialGradient root = root(run);
            root.gradient()[bad] = Float.NaN;
            assertThatThrownBy(() -> run.apply(root, new AnyOrder(2, random)))
                    .isInstanceOf(DivergedException.class)
                    .hasMessageContaining("is NaN");
            assertThat(run.parameters()).as("element %d", bad).isEqualTo(job.initialParameters());
        }
    }

    @Test
    void shouldStopWhereOneWeightWouldNotBeFinite() {
        TrainingJob job = job(0);
        TrainingRun run = new TrainingRun(job, TrainingListener.NONE);
        PartialGradient root = root(run);
        root.gradient()[root.gradient().length - 1] = -Float.MAX_VALUE;
        job.initialParameters()[root.gradient().length - 1] = Float.MAX_VALUE;
        TrainingRun large = new TrainingRun(job, TrainingListener.NONE);
        assertThatThrownBy(() -> large.apply(root, new AnyOrder(2, random)))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("would become Infinity");
    }

    private PartialGradient root(TrainingRun run) {
        int samples = run.spec().samplesOfStep(run.stepInEpoch());
        PartialGradient root =
                new PartialGradient(run.parameters().length).reset(0, run.spec().segmentsOfStep(run.stepInEpoch()));
        float[] gradient = floats(root.gradient().length);
        System.arraycopy(gradient, 0, root.gradient(), 0, gradient.length);
        root.sums(samples, samples, 0);
        return root;
    }

    private TrainingJob job(float momentum) {
        NetworkSpec network = network(Loss.CROSS_ENTROPY, 5000);
        TrainingSpec spec =
                new TrainingSpec(network, new Sgd.Settings(8f, momentum), 100, 8, 2, Sync.STEP, 1, true, 0f, 16);
        float[] parameters = floats(new ParameterLayout(network).parameterCount());
        assertThat(parameters.length).isGreaterThan(1 << 15);
        return new TrainingJob("test", spec, data(16, Loss.CROSS_ENTROPY), data(70, Loss.CROSS_ENTROPY), parameters);
    }

    private static NetworkSpec network(Loss loss, int hidden) {
        boolean classes = loss == Loss.CROSS_ENTROPY;
        return new NetworkSpec(
                List.of(INPUTS, hidden, 3),
                List.of(Activation.TANH, classes ? Activation.SOFTMAX : Activation.IDENTITY),
                loss);
    }

    private Dataset data(int samples, Loss loss) {
        boolean classes = loss == Loss.CROSS_ENTROPY;
        float[] targets = classes ? new float[samples] : floats(3 * samples);
        for (int row = 0; classes && row < samples; row++) {
            targets[row] = random.nextInt(3);
        }
        return new Dataset(floats(samples * INPUTS), INPUTS, targets, classes ? 1 : 3, samples);
    }

    private float[] floats(int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }
}
