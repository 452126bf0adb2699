package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tutti.data.EpochOrder;
import dev.tutti.data.MiniBatch;
import dev.tutti.files.InputException;
import dev.tutti.kernel.Dropout;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.optim.Adam;
import dev.tutti.optim.Optimizer;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Sgd;
import dev.tutti.reduce.BFloat16;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rounds of replicas, against the definition written out. */
class LocalStepsTest {
    static List<TrainingJob> jobs() {
        return List.of(
                TestJobs.local(TestJobs.job(new Sgd.Settings(0.1f, 0), 3, 7), 3, 2, NodePrecision.FLOAT32),
                TestJobs.local(TestJobs.job(new Sgd.Settings(0.1f, 0.9f), 3, 7), 2, 9, NodePrecision.FLOAT32),
                TestJobs.local(
                        TestJobs.job(new Adam.Settings(0.01f, 0.9f, 0.999f, 1e-8f), 2, 7), 5, 1, NodePrecision.FLOAT32),
                TestJobs.local(TestJobs.job(new Sgd.Settings(0.1f, 0.5f), 2, 7), 3, 2, NodePrecision.BFLOAT16));
    }

    /** Every replica by itself, an optimizer of its own each round, and the differences added by the tree. */
    @ParameterizedTest
    @MethodSource("jobs")
    void shouldAverageWhatReplicasMakeByThemselves(TrainingJob job) throws InterruptedException {
        TrainingSpec spec = job.spec();
        float[] weights = job.initialParameters().clone();
        int[] rows = new int[spec.samples()];
        for (int epoch = 1; epoch <= spec.epochs(); epoch++) {
            EpochOrder.fill(rows, spec.seed(), epoch, spec.shuffle());
            for (int round = 0; round < spec.stepsPerEpoch(); round++) {
                int from = round * spec.samplesPerStep();
                int end = from + spec.samplesOfStep(round);
                float[][] moved = new float[spec.segmentsOfStep(round)][];
                for (int replica = 0; replica < moved.length; replica++) {
                    int first = from + replica * spec.segmentSize();
                    int last = Math.min(first + spec.segmentSize(), end);
                    moved[replica] = difference(job, weights, rows, epoch, first, last);
                }
                float[] sum = sum(moved, spec.wire());
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = Math.fma(-1f, sum[i] * (float) (1.0 / (end - from)), weights[i]);
                }
            }
        }

        assertThat(ReferenceTrainer.train(job, TrainingListener.NONE).parameters())
                .isEqualTo(weights);
    }

    private static float[] difference(TrainingJob job, float[] weights, int[] rows, int epoch, int first, int end) {
        TrainingSpec spec = job.spec();
        GradientKernel kernel = Kernels.createReference(spec.network(), new Dropout(spec.dropout(), spec.seed()));
        Optimizer optimizer = spec.optimizer().create(weights.length);
        float[] own = weights.clone();
        PartialGradient[] sum = {new PartialGradient(own.length)};
        for (int step = 0; first + step * spec.batchSize() < end; step++) {
            int from = first + step * spec.batchSize();
            int count = Math.min(spec.batchSize(), end - from);
            sum[0].reset(0, 1);
            MiniBatch batch =
                    new MiniBatch().wrap(job.training(), rows, from, count).inEpoch(epoch, from);
            kernel.gradients(own, batch, count, sum, 1);
            optimizer.update(step, spec.optimizer().learningRate(), own, sum[0].gradient(), (float) (1.0 / count));
        }
        float[] difference = new float[own.length];
        for (int i = 0; i < own.length; i++) {
            difference[i] = rounded((end - first) * (weights[i] - own[i]), spec.wire());
        }
        return difference;
    }

    /** Of neighbours, level by level. */
    private static float[] sum(float[][] level, NodePrecision precision) {
        if (level.length == 1) {
            return level[0];
        }
        float[][] above = new float[(level.length + 1) / 2][];
        for (int node = 0; node < above.length; node++) {
            above[node] = level[2 * node];
            for (int i = 0; 2 * node + 1 < level.length && i < above[node].length; i++) {
                above[node][i] = rounded(above[node][i] + level[2 * node + 1][i], precision);
            }
        }
        return sum(above, precision);
    }

    private static float rounded(float value, NodePrecision precision) {
        return precision == NodePrecision.BFLOAT16 ? BFloat16.round(value) : value;
    }

    /** One replica with one step is the ordinary way, but for the rounding of a difference. */
    @Test
    void shouldBeTheOrdinaryWayWithOneReplicaAndStep() throws InterruptedException {
        TrainingJob job = TestJobs.job(new Sgd.Settings(0.1f, 0), 3, 7);
        TrainingResult ordinary = ReferenceTrainer.train(job, TrainingListener.NONE);
        TrainingResult local =
                ReferenceTrainer.train(TestJobs.local(job, 1, 1, NodePrecision.FLOAT32), TrainingListener.NONE);

        assertThat(local.parameters()).containsExactly(ordinary.parameters(), within(1e-5f));
        assertThat(local.last().steps()).isEqualTo(ordinary.last().steps());
        assertThat(local.last().trainLoss()).isEqualTo(ordinary.last().trainLoss(), within(1e-5));
    }

    @Test
    void shouldStopBetweenTwoStepsWhereNobodyWantsTheResult() {
        TrainingJob job = TestJobs.local(TestJobs.job(0), 2, 9, NodePrecision.FLOAT32);
        TrainingSpec spec = job.spec();
        AtomicInteger asked = new AtomicInteger();
        GradientKernel kernel = spec.newKernel(5, () -> asked.incrementAndGet() < 2);
        PartialGradient[] node = {new PartialGradient(job.initialParameters().length).reset(0, 1)};
        Arrays.fill(node[0].gradient(), 42);
        int[] rows = new int[spec.samples()];
        EpochOrder.fill(rows, spec.seed(), 1, true);
        MiniBatch batch = new MiniBatch().wrap(job.training(), rows, 0, spec.segmentSize());

        kernel.gradients(job.initialParameters(), batch, spec.segmentSize(), node, 1);

        assertThat(asked).as("of three steps").hasValue(2);
        assertThat(node[0].gradient()).containsOnly(42);
    }

    /** samples, batch, replicas, steps: samples of a replica, of a round, rounds of an epoch. */
    @ParameterizedTest
    @CsvSource({
        "1438, 16, 4, 23, 368, 1438, 1",
        "1438, 16, 4, 22, 192, 768, 2",
        "1438, 16, 4, 4, 64, 256, 6",
        "1438, 16, 4, 1, 16, 64, 23",
        "1438, 16, 1, 1000, 1438, 1438, 1",
        "1438, 2000, 4, 7, 1438, 1438, 1",
        "1438, 16, 2147483647, 2147483647, 16, 1438, 1",
        "2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 1",
        "2147483647, 1, 1, 1, 1, 1, 2147483647",
        "1, 1, 1, 1, 1, 1, 1",
    })
    void shouldDivideAnEpochIntoRoundsOfAboutTheSameLength(
            int samples, int batch, int replicas, int steps, int ofReplica, int ofRound, int rounds) {
        LocalSteps local = new LocalSteps(replicas, steps);
        assertThat(local.samplesOfReplica(batch, samples)).isEqualTo(ofReplica);
        assertThat(local.samplesOfRound(batch, samples)).isEqualTo(ofRound);
        assertThat((samples - 1L) / ofRound + 1).isEqualTo(rounds);
        assertThat((ofReplica - 1L) / batch + 1).as("steps").isLessThanOrEqualTo(steps);
        assertThat((ofRound - 1L) / ofReplica + 1).as("replicas").isLessThanOrEqualTo(replicas);
    }

    @Test
    void shouldRefuseWhatIsOutOfRange() {
        assertThatThrownBy(() -> new LocalSteps(0, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("replicas out of range: 0, allowed: whole numbers from 1 to 2147483647");
        assertThatThrownBy(() -> new LocalSteps(1, -1))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("local-steps out of range: -1");
    }

    @Test
    void shouldNameTheSamplesOfAReplicaThatDiverges() {
        OptimizerSettings fast = new Sgd.Settings(1e30f, 0);
        TrainingJob job = TestJobs.local(TestJobs.job(fast, 3, 7), 2, 4, NodePrecision.FLOAT32);

        assertThatThrownBy(() -> ReferenceTrainer.train(job, TrainingListener.NONE))
                .isInstanceOf(DivergedException.class)
                .hasMessageStartingWith("training diverged: ")
                .hasMessageContaining("epoch 1, step 1, 23 samples together")
                .hasMessageEndingWith("a smaller --lr may help (it is 1.0E30)");
    }
}
