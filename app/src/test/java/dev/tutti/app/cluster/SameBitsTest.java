package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.Dataset;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Schedule;
import dev.tutti.optim.Sgd;
import dev.tutti.optim.UpdateRules;
import dev.tutti.protocol.Placement;
import dev.tutti.random.Philox;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.train.LocalSteps;
import dev.tutti.train.OnDivergence;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.Refinements;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.TransportKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The promise: an embedded cluster ends in the bits of the reference trainer, whatever its workers, streams and placement. */
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SameBitsTest {
    @ParameterizedTest
    @CsvSource({
        "1, REPLICATE, IPC, STEP, 32, 8, 0, FLOAT32",
        "2, REPLICATE, IPC, STEP, 32, 8, 0, FLOAT32",
        "3, STREAM, IPC, STEP, 33, 7, 0.3, FLOAT32",
        "5, REPLICATE, UDP, STEP, 50, 13, 0.5, FLOAT32",
        "2, STREAM, UDP, STEP, 64, 5, 0, FLOAT32",
        "3, REPLICATE, IPC, EPOCH, 32, 8, 0.1, FLOAT32",
        "2, STREAM, UDP, EPOCH, 32, 10, 0.2, FLOAT32",
        "4, REPLICATE, TCP, STEP, 50, 13, 0.5, FLOAT32",
        "2, STREAM, TCP, STEP, 33, 7, 0, FLOAT32",
        "1, REPLICATE, IPC, STEP, 32, 3, 0, BFLOAT16",
        "2, STREAM, IPC, STEP, 33, 3, 0, BFLOAT16",
        "3, REPLICATE, UDP, STEP, 50, 3, 0.5, BFLOAT16",
        "3, REPLICATE, IPC, EPOCH, 32, 8, 0, BFLOAT16",
        "3, STREAM, TCP, STEP, 33, 7, 0, BFLOAT16",
        "1, REPLICATE, IPC, LOCAL, 8, 0, 0, FLOAT32",
        "2, STREAM, IPC, LOCAL, 8, 0, 0.2, FLOAT32",
        "3, REPLICATE, IPC, LOCAL, 5, 0, 0, BFLOAT16",
        "3, STREAM, UDP, LOCAL, 8, 0, 0, FLOAT32",
        "2, REPLICATE, TCP, LOCAL, 8, 0, 0.2, BFLOAT16",
        "5, REPLICATE, TCP, LOCAL, 3, 0, 0, FLOAT32",
    })
    void shouldEndInTheBitsOfTheReferenceTrainer(
            int workers,
            Placement placement,
            TransportKind transport,
            Sync sync,
            int batch,
            int segment,
            float dropout,
            NodePrecision wire)
            throws InterruptedException {
        TrainingJob job = job(sync, batch, segment, dropout, wire);
        TrainingResult expected = ReferenceTrainer.train(job, TrainingListener.NONE);

        TrainingResult found = EmbeddedCluster.train(job, "data", workers, placement, transport, TrainingListener.NONE);

        assertThat(found.parameters()).isEqualTo(expected.parameters());
        assertThat(found.last().trainLoss()).isEqualTo(expected.last().trainLoss());
        assertThat(found.last().validationLoss()).isEqualTo(expected.last().validationLoss());
        assertThat(found.last().samples()).isEqualTo(expected.last().samples());
    }

    /** Norms are sums over all parameters, early stopping goes by those over the validation samples. */
    @ParameterizedTest
    @EnumSource(
            value = Schedule.Kind.class,
            names = {"COSINE", "PLATEAU"})
    void shouldRefineToTheBitsOfTheReferenceTrainer(Schedule.Kind kind) throws InterruptedException {
        Schedule schedule = new Schedule(kind, new Schedule.Span(0, 0.1), 0.3f, 1);
        // A plateau is to be seen, and then trained on, before the run ends for want of progress.
        int patience = kind == Schedule.Kind.PLATEAU ? 3 : 1;
        UpdateRules update = new UpdateRules(schedule, 0.01f, 0.001f, 0.02f, 0.9f, 0.2f);
        TrainingJob plain = job(8, Sync.STEP, 32, 5, 0.1f, NodePrecision.FLOAT32);
        TrainingJob job = new TrainingJob(
                "test",
                plain.spec().with(new Refinements(update, patience, 0.7f, 0.2f)),
                plain.training(),
                plain.validation(),
                plain.initialParameters());
        TrainingResult expected = ReferenceTrainer.train(job, TrainingListener.NONE);

        TrainingResult found =
                EmbeddedCluster.train(job, "data", 3, Placement.REPLICATE, TransportKind.TCP, TrainingListener.NONE);

        assertThat(found.parameters())
                .isEqualTo(expected.parameters())
                .isNotEqualTo(
                        ReferenceTrainer.train(plain, TrainingListener.NONE).parameters());
        assertThat(found.last().learningRate()).isEqualTo(expected.last().learningRate());
        assertThat(found.bestEpoch()).isEqualTo(expected.bestEpoch()).isPositive();
        assertThat(found.last().epoch()).as("stopped early").isLessThan(8);
        assertThat(found.last().learningRate()).as("with another rate").isLessThan(0.099f);
    }

    @Test
    void shouldLeaveOutTheSameStepsAsTheReferenceTrainer() throws InterruptedException {
        TrainingJob given = job(Sync.STEP, 32, 8, 0, NodePrecision.FLOAT32);
        TrainingJob job = new TrainingJob(
                "test",
                given.spec(),
                given.training(),
                given.sourceRows(),
                given.validation(),
                given.targetUnit(),
                given.initialParameters(),
                Optional.empty(),
                OnDivergence.SKIP_STEP);
        job.training().features()[9 * 100] = Float.POSITIVE_INFINITY;
        TrainingResult expected = ReferenceTrainer.train(job, TrainingListener.NONE);
        List<Long> skipped = Collections.synchronizedList(new ArrayList<>());

        TrainingResult found =
                EmbeddedCluster.train(job, "data", 3, Placement.REPLICATE, TransportKind.IPC, new TrainingListener() {
                    @Override
                    public void onSkippedStep(int epoch, long step, long skippedSoFar, String problem) {
                        skipped.add(step);
                    }
                });

        assertThat(skipped).as("one of each epoch").hasSize(3);
        assertThat(found.parameters()).isEqualTo(expected.parameters());
        assertThat(found.last().samples()).isEqualTo(expected.last().samples());
    }

    private static TrainingJob job(Sync sync, int batch, int segment, float dropout, NodePrecision wire) {
        return job(3, sync, batch, segment, dropout, wire);
    }

    private static TrainingJob job(int epochs, Sync sync, int batch, int segment, float dropout, NodePrecision wire) {
        NetworkSpec network =
                new NetworkSpec(List.of(9, 17, 4), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        Dataset training = randomData(203, 9, 4, 1);
        TrainingSpec spec = new TrainingSpec(
                network,
                new Sgd.Settings(0.1f, 0.9f),
                epochs,
                batch,
                Math.max(1, segment),
                sync,
                new LocalSteps(3, 4),
                42,
                true,
                dropout,
                wire,
                Refinements.NONE,
                training.samples());
        float[] parameters = new float[new ParameterLayout(network).parameterCount()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = Philox.uniform(3, Philox.Purpose.INITIAL_WEIGHTS, 0, i) - 0.5f;
        }
        return new TrainingJob("test", spec, training, randomData(41, 9, 4, 2), parameters);
    }

    private static Dataset randomData(int samples, int features, int classes, long seed) {
        float[] x = new float[samples * features];
        for (int i = 0; i < x.length; i++) {
            x[i] = 2 * Philox.uniform(seed, Philox.Purpose.NOISE, 0, i) - 1;
        }
        float[] y = new float[samples];
        for (int i = 0; i < y.length; i++) {
            y[i] = Philox.below(classes, seed, Philox.Purpose.NOISE, 1, i);
        }
        return new Dataset(x, features, y, 1, samples);
    }
}
