package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Adam;
import dev.tutti.optim.Schedule;
import dev.tutti.optim.Schedule.Kind;
import dev.tutti.optim.Schedule.Span;
import dev.tutti.optim.UpdateRules;
import dev.tutti.reduce.SharedLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefinementsTest {
    private static final UpdateRules ALL =
            new UpdateRules(new Schedule(Kind.COSINE, new Span(0, 0.1), 1, 1), 0.01f, 0.001f, 0.02f, 0.8f, 0.3f);

    @ParameterizedTest
    @EnumSource(Kind.class)
    void shouldEndInTheSameBitsFromEveryStep(Kind kind) throws InterruptedException {
        Schedule schedule = new Schedule(kind, new Span(2, 0), 0.5f, 1);
        UpdateRules update = new UpdateRules(schedule, 0.01f, 0.001f, 0.02f, 0.8f, 0.3f);
        TrainingJob job = job(new Refinements(update, 3, 0.5f, 0.1f), 6);
        TrainingResult expected = ReferenceTrainer.train(job, TrainingListener.NONE);

        for (TrainingState state : TestJobs.states(job)) {
            TrainingResult found = ReferenceTrainer.train(TestJobs.from(job, state), TrainingListener.NONE);

            assertThat(found.parameters())
                    .as("%s from step %s", kind, state.position().step())
                    .isEqualTo(expected.parameters());
            assertThat(found.last().learningRate()).isEqualTo(expected.last().learningRate());
        }
    }

    /** Blocks and units are shared among threads, and the gradient's norm is a sum: none of it may depend on who does what. */
    @Test
    void shouldUpdateToTheSameBitsInAnyOrder() {
        NetworkSpec network = new NetworkSpec(
                List.of(150, 211, 70), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        TrainingSpec spec = new TrainingSpec(
                        network, new Adam.Settings(0.1f, 0.9f, 0.999f, 1e-8f), 2, 8, 2, Sync.STEP, 1, true, 0f, 64)
                .with(new Refinements(ALL, 0, 0, 0));
        int length = new ParameterLayout(network).parameterCount();
        Random random = new Random(5);
        float[] start = new float[length];
        float[] gradient = new float[length];
        for (int i = 0; i < length; i++) {
            start[i] = (float) random.nextGaussian();
            gradient[i] = (float) random.nextGaussian();
        }
        ParameterUpdate alone = spec.newUpdate(start.clone());
        ParameterUpdate shared = spec.newUpdate(start.clone());
        SharedLoop backwards = new SharedLoop() {
            @Override
            public int threads() {
                return 3;
            }

            @Override
            public void run(int turns, Body body) {
                for (int turn = turns - 1; turn >= 0; turn--) {
                    body.run(turn % 3, turn);
                }
            }
        };
        for (int step = 0; step < 3; step++) {
            assertThat(alone.run(step, gradient, 8, SharedLoop.ALONE)).isTrue();
            assertThat(shared.run(step, gradient, 8, backwards)).isTrue();
        }

        assertThat(shared.parameters()).isEqualTo(alone.parameters()).isNotEqualTo(start);
        for (int unit = 0; unit < 211; unit++) {
            double squares = 0;
            for (int i = 0; i < 150; i++) {
                squares += Math.pow(alone.parameters()[unit * 150 + i], 2);
            }
            assertThat(Math.sqrt(squares)).as("unit %s", unit).isLessThan(0.8 * (1 + 1e-6));
        }
    }

    @Test
    void shouldEndWithTheBestWeightsWhenTheLossNoLongerFalls() throws InterruptedException {
        TrainingJob job = job(new Refinements(UpdateRules.NONE, 4, 0, 0), 400);
        List<EpochMetrics> epochs = new ArrayList<>();
        List<float[]> weights = new ArrayList<>();

        TrainingResult result = ReferenceTrainer.train(job, new TrainingListener() {
            @Override
            public void onEpoch(EpochMetrics metrics) {
                epochs.add(metrics);
            }

            @Override
            public void onStepEnd(TrainingRun run) {
                if (run.stepInEpoch() == 0) {
                    weights.add(run.parameters().clone());
                }
            }
        });

        int best = 0;
        for (int i = 1; i < epochs.size(); i++) {
            best = epochs.get(i).validationLoss() < epochs.get(best).validationLoss() ? i : best;
        }
        assertThat(epochs).hasSize(best + 1 + 4).hasSizeLessThan(400);
        assertThat(result.parameters()).isEqualTo(weights.get(best)).isNotEqualTo(weights.get(weights.size() - 1));
    }

    private static TrainingJob job(Refinements refinements, int epochs) {
        TrainingJob job = TestJobs.job(new Adam.Settings(0.05f, 0.9f, 0.999f, 1e-8f), epochs, 7);
        return new TrainingJob(
                "test", job.spec().with(refinements), job.training(), job.validation(), job.initialParameters());
    }
}
