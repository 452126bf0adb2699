package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.optim.Adadelta;
import dev.tutti.optim.Adagrad;
import dev.tutti.optim.Adam;
import dev.tutti.optim.AdamW;
import dev.tutti.optim.Nesterov;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Plateau;
import dev.tutti.optim.RmsProp;
import dev.tutti.optim.Sgd;
import dev.tutti.reduce.NodePrecision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResumeTest {
    static List<OptimizerSettings> optimizers() {
        return List.of(
                new Sgd.Settings(0.1f, 0),
                new Sgd.Settings(0.1f, 0.9f),
                new Nesterov.Settings(0.1f, 0.9f),
                new Adagrad.Settings(0.1f, 1e-10f),
                new RmsProp.Settings(0.01f, 0.99f, 1e-8f),
                new Adadelta.Settings(1, 0.9f, 1e-6f),
                new Adam.Settings(0.01f, 0.9f, 0.999f, 1e-8f),
                new AdamW.Settings(0.01f, 0.9f, 0.999f, 1e-8f, 0.1f));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void shouldEndInTheSameBitsFromEveryStep(OptimizerSettings optimizer) throws InterruptedException {
        shouldEndInTheSameBitsFromEveryStep(TestJobs.job(optimizer, 3, 7));
    }

    @Test
    void shouldEndInTheSameBitsWithRoundedGradients() throws InterruptedException {
        shouldEndInTheSameBitsFromEveryStep(TestJobs.with(TestJobs.job(0.9f), NodePrecision.BFLOAT16));
    }

    @Test
    void shouldEndInTheSameBitsWithReplicas() throws InterruptedException {
        shouldEndInTheSameBitsFromEveryStep(TestJobs.local(TestJobs.job(0.9f), 3, 1, NodePrecision.FLOAT32));
    }

    private static void shouldEndInTheSameBitsFromEveryStep(TrainingJob job) throws InterruptedException {
        List<EpochMetrics> epochs = new ArrayList<>();
        TrainingResult expected = ReferenceTrainer.train(job, remember(epochs));

        for (TrainingState state : TestJobs.states(job)) {
            List<EpochMetrics> later = new ArrayList<>();
            TrainingResult found = ReferenceTrainer.train(TestJobs.from(job, state), remember(later));

            long step = state.position().step();
            assertThat(found.parameters()).as("from step %s", step).isEqualTo(expected.parameters());
            assertThat(untimed(found.last())).isEqualTo(untimed(expected.last()));
            assertThat(later.stream().map(ResumeTest::untimed))
                    .as("from step %s", step)
                    .isEqualTo(epochs.stream()
                            .filter(epoch -> epoch.steps() > step)
                            .map(ResumeTest::untimed)
                            .toList());
        }
    }

    @Test
    void shouldGoOnWithTheClock() throws InterruptedException {
        TrainingJob job = TestJobs.job(0);
        TrainingState state = TestJobs.states(job).get(6);

        TrainingResult result = ReferenceTrainer.train(TestJobs.from(job, state), TrainingListener.NONE);

        assertThat(result.last().seconds()).isGreaterThan(state.position().seconds());
    }

    @Test
    void shouldTrainFurtherWithMoreEpochs() throws InterruptedException {
        TrainingResult expected = ReferenceTrainer.train(TestJobs.job(0.5f, 5, 7), TrainingListener.NONE);
        List<TrainingState> states = TestJobs.states(TestJobs.job(0.5f, 3, 7));

        TrainingJob longer = TestJobs.from(TestJobs.job(0.5f, 5, 7), states.get(states.size() - 1));

        assertThat(ReferenceTrainer.train(longer, TrainingListener.NONE).parameters())
                .isEqualTo(expected.parameters());
    }

    @Test
    void shouldRefuseTheStateOfAnotherRun() throws InterruptedException {
        TrainingState state = TestJobs.states(TestJobs.job(0)).get(1);

        assertThatThrownBy(() -> new TrainingRun(TestJobs.from(TestJobs.job(0.9f), state), TrainingListener.NONE))
                .hasMessageContaining("expected=[velocity], found=[]");
        assertThatThrownBy(() -> new TrainingRun(TestJobs.from(TestJobs.job(0, 3, 8), state), TrainingListener.NONE))
                .hasMessageContaining("parameters: expected=67, found=59");
    }

    @Test
    void shouldKnowWhichPositionsFit() throws InterruptedException {
        TrainingJob job = TestJobs.job(0);
        for (TrainingState state : TestJobs.states(job)) {
            assertThat(state.position().fits(job.spec())).isTrue();
        }
        assertThat(TrainingPosition.START.fits(job.spec())).isTrue();
        TrainingPosition wrong = new TrainingPosition(
                1, 2, 3, 10, 0, 0, 0, 0, 0, TrainingPosition.GuardState.NEW, Plateau.NEW, BestEpoch.NONE);
        assertThat(wrong.fits(job.spec())).isFalse();
    }

    private static TrainingListener remember(List<EpochMetrics> epochs) {
        return new TrainingListener() {
            @Override
            public void onEpoch(EpochMetrics metrics) {
                epochs.add(metrics);
            }
        };
    }

    private static EpochMetrics untimed(EpochMetrics metrics) {
        return new EpochMetrics(
                metrics.epoch(),
                metrics.steps(),
                metrics.samples(),
                metrics.trainLoss(),
                metrics.trainAccuracy(),
                metrics.validationLoss(),
                metrics.validationAccuracy(),
                metrics.validationRmse(),
                metrics.learningRate(),
                0);
    }
}
