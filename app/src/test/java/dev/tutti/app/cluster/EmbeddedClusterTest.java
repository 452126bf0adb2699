package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tutti.data.Dataset;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.InitialWeights;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.Placement;
import dev.tutti.random.Philox;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.TransportKind;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One process: nothing is copied, nothing is allocated, and the threads share what is long. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedClusterTest {
    private static final int INPUTS = 40;

    /** Wide enough that sum, check and update are shared; validation is, at the end of each epoch. */
    @ParameterizedTest
    @CsvSource({"2, REPLICATE", "3, STREAM", "4, REPLICATE"})
    void shouldEndInTheBitsOfTheReferenceTrainerWhereThreadsShareTheUpdate(int workers, Placement placement)
            throws InterruptedException {
        TrainingJob job = job(900, 260, 3, 260);
        TrainingResult expected = ReferenceTrainer.train(job, TrainingListener.NONE);
        TrainingResult found =
                EmbeddedCluster.train(job, "data", workers, placement, TransportKind.AUTO, TrainingListener.NONE);
        assertThat(found.parameters()).isEqualTo(expected.parameters());
        assertThat(found.last().validationLoss()).isEqualTo(expected.last().validationLoss());
        assertThat(found.last().validationAccuracy()).isEqualTo(expected.last().validationAccuracy());
    }

    @Test
    void shouldStartWholeAndThenEndWhenItWasInterruptedBefore() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> EmbeddedCluster.train(
                        job(8, 16, 1, 0), "data", 1, Placement.REPLICATE, TransportKind.AUTO, TrainingListener.NONE))
                .isInstanceOf(InterruptedException.class);
    }

    /** The threads that a step goes through; what is told at the end of an epoch may cost memory. */
    @ParameterizedTest
    @CsvSource({"1, 16", "2, 16", "2, 900"})
    void shouldAllocateNothingInAStepOnceWarm(int workers, int hidden) throws InterruptedException {
        Allocations allocations = new Allocations();
        // The other kernel allocates until it is compiled; that it does not then is tested beside it.
        String kernel = System.getProperty(Kernels.KERNEL_PROPERTY, "auto");
        System.setProperty(Kernels.KERNEL_PROPERTY, "scalar");
        try {
            EmbeddedCluster.train(
                    job(hidden, 8 * Allocations.WINDOWS * Allocations.STEPS, 1, 0),
                    "data",
                    workers,
                    Placement.REPLICATE,
                    TransportKind.AUTO,
                    allocations);
        } finally {
            System.setProperty(Kernels.KERNEL_PROPERTY, kernel);
        }
        assertThat(allocations.least).isNotEmpty();
        assertThat(allocations.least)
                .allSatisfy((thread, bytes) -> assertThat(bytes).as(thread).isZero());
    }

    /** The least that each thread allocates in any window of some steps: once in a while the virtual machine itself needs some. */
    private static final class Allocations implements TrainingListener {
        static final int WINDOWS = 40;
        static final int STEPS = 25;

        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private long[] ids = {};
        private String[] names = {};
        private long[] before = {};
        private long[] leastOf = {};
        final Map<String, Long> least = new TreeMap<>();

        @Override
        public void onStep(int epoch, long step, long samples, double meanLoss) {
            if (step % STEPS != 0) {
                return;
            }
            if (ids.length == 0) {
                findThreads();
            }
            for (int i = 0; i < ids.length; i++) {
                long now = threads.getThreadAllocatedBytes(ids[i]);
                leastOf[i] = Math.min(leastOf[i], now - before[i]);
                before[i] = now;
            }
        }

        private void findThreads() {
            ids = Arrays.stream(threads.getAllThreadIds())
                    .filter(id -> nameOf(id).matches("tutti-steps-.*|.*compute-dispatcher.*"))
                    .toArray();
            names = Arrays.stream(ids).mapToObj(this::nameOf).toArray(String[]::new);
            before = new long[ids.length];
            leastOf = new long[ids.length];
            Arrays.fill(leastOf, Long.MAX_VALUE);
        }

        private String nameOf(long id) {
            ThreadInfo info = threads.getThreadInfo(id);
            return info == null ? "" : info.getThreadName();
        }

        @Override
        public void onEpoch(EpochMetrics metrics) {
            for (int i = 0; i < ids.length; i++) {
                least.put(names[i], leastOf[i]);
            }
        }
    }

    private static TrainingJob job(int hidden, int samples, int epochs, int validation) {
        NetworkSpec network = new NetworkSpec(
                List.of(INPUTS, hidden, 4), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        TrainingSpec spec = new TrainingSpec(
                network, new Sgd.Settings(0.05f, 0.9f), epochs, 8, 2, Sync.STEP, 42, true, 0f, samples);
        return new TrainingJob(
                "test",
                spec,
                data(samples, 1),
                data(validation, 2),
                InitialWeights.create(network, Initialization.HE, 0, 1));
    }

    private static Dataset data(int samples, long seed) {
        float[] x = new float[samples * INPUTS];
        for (int i = 0; i < x.length; i++) {
            x[i] = 2 * Philox.uniform(seed, Philox.Purpose.NOISE, 0, i) - 1;
        }
        float[] y = new float[samples];
        for (int i = 0; i < y.length; i++) {
            y[i] = Philox.below(4, seed, Philox.Purpose.NOISE, 1, i);
        }
        return new Dataset(x, INPUTS, y, 1, samples);
    }
}
