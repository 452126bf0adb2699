package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.reduce.PartialGradient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DivergenceTest {
    private final TrainingJob job = TestJobs.job(0.9f);
    private final PartialGradient root = new PartialGradient(job.initialParameters().length);

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void shouldStopBeforeTheUpdate(float bad) {
        TrainingRun run = new TrainingRun(job, TrainingListener.NONE);
        run.apply(step(run, 1, 0.1f));
        float[] before = run.parameters().clone();
        PartialGradient sum = step(run, 1, 0.1f);
        // Layer 0 has 7 outputs and 4 inputs: 35 parameters.
        sum.gradient()[40] = bad;

        assertThatThrownBy(() -> run.apply(sum))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("the gradient of layer 1 is " + bad + ": epoch 1, step 2, 5 samples together: ")
                .hasMessageContaining("a smaller --lr may help");
        assertThat(run.parameters()).isEqualTo(before);
        assertThat(run.save(run.newState())).isFalse();
    }

    @Test
    void shouldNameTheSamplesToBlame() {
        TrainingJob spoilt = TestJobs.job(0);
        spoilt.training().features()[4 * 17] = Float.NaN;

        assertThatThrownBy(() -> ReferenceTrainer.train(spoilt, TrainingListener.NONE))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("epoch 1, step ")
                .hasMessageContaining(", sample 18 of the data;");
    }

    @Test
    void shouldNameSamplesByTheirRowsOfTheData() {
        TrainingJob all = TestJobs.job(0);
        int[] rows = new int[all.training().samples()];
        Arrays.setAll(rows, row -> 100 + 2 * row);
        TrainingJob spoilt = new TrainingJob(
                all.name(),
                all.spec(),
                all.training(),
                rows,
                all.validation(),
                all.targetUnit(),
                all.initialParameters(),
                all.start(),
                all.onDivergence());
        spoilt.training().features()[4 * 17] = Float.NaN;

        assertThatThrownBy(() -> ReferenceTrainer.train(spoilt, TrainingListener.NONE))
                .hasMessageContaining(", sample 135 of the data;");
    }

    @Test
    void shouldStopWhereWeightsOverflow() {
        TrainingRun run = new TrainingRun(job, TrainingListener.NONE);
        run.parameters()[3] = Float.MAX_VALUE;
        PartialGradient sum = step(run, 1, 0);
        sum.gradient()[3] = -Float.MAX_VALUE;

        assertThatThrownBy(() -> run.apply(sum))
                .hasMessageContaining("the weights of layer 0 would become Infinity: epoch 1, step 1, 5 samples");
        assertThat(run.save(run.newState())).isFalse();
    }

    @Test
    void shouldLeaveOutAStepWhoseWeightsOverflow() {
        TrainingRun run = new TrainingRun(TestJobs.with(job, OnDivergence.SKIP_STEP), TrainingListener.NONE);
        run.apply(step(run, 1, 0.1f));
        run.parameters()[3] = Float.MAX_VALUE;
        TrainingState before = run.newState();
        run.save(before);
        PartialGradient sum = step(run, 1, 0);
        sum.gradient()[3] = -Float.MAX_VALUE;

        run.apply(sum);

        assertThat(run.parameters()).isEqualTo(before.parameters());
        TrainingState after = run.newState();
        run.save(after);
        assertThat(after.optimizer().get("velocity"))
                .isEqualTo(before.optimizer().get("velocity"));
        assertThat(after.position().skippedSteps()).isEqualTo(1);
        assertThat(after.position().step()).isEqualTo(2);
        assertThat(after.position().samples()).isEqualTo(10);
        assertThat(after.position().weightSum()).isEqualTo(5);
    }

    @Test
    void shouldLeaveOutTheSameStepsAgainWhenResumed() throws InterruptedException {
        TrainingJob skipping = TestJobs.with(TestJobs.job(0.9f), OnDivergence.SKIP_STEP);
        skipping.training().features()[4 * 17] = Float.NaN;
        List<Long> skipped = new ArrayList<>();
        TrainingResult expected = ReferenceTrainer.train(skipping, new TrainingListener() {
            @Override
            public void onSkippedStep(int epoch, long step, long count, String problem) {
                skipped.add(step);
                assertThat(problem).endsWith(": sample 18 of the data");
            }
        });
        List<TrainingState> states = TestJobs.states(skipping);

        assertThat(skipped).hasSize(3);
        assertThat(states.get(states.size() - 1).position().skippedSteps()).isEqualTo(3);
        for (TrainingState state : states) {
            assertThat(ReferenceTrainer.train(TestJobs.from(skipping, state), TrainingListener.NONE)
                            .parameters())
                    .as("from step %s", state.position().step())
                    .isEqualTo(expected.parameters());
        }
    }

    @Test
    void shouldStopWhenAllStepsAreLeftOut() {
        TrainingRun run = new TrainingRun(TestJobs.with(job, OnDivergence.SKIP_STEP), TrainingListener.NONE);
        for (int i = 0; i < DivergenceGuard.PATIENCE; i++) {
            run.apply(step(run, Double.NaN, 0));
        }

        assertThatThrownBy(() -> run.apply(step(run, Double.NaN, 0)))
                .hasMessageContaining(
                        "the loss is NaN, as in the 10 steps before, which were left out: epoch 3, step 11");
    }

    @Test
    void shouldStopWhenTheLossGrowsWithoutBound() {
        TrainingRun run = new TrainingRun(TestJobs.job(0, 9, 7), TrainingListener.NONE);
        for (int i = 0; i < DivergenceGuard.FIRST_STEPS; i++) {
            run.apply(step(run, 2, 0));
        }
        for (int i = 0; i < DivergenceGuard.PATIENCE - 1; i++) {
            run.apply(step(run, 20_001, 0));
        }

        assertThatThrownBy(() -> run.apply(step(run, 20_001, 0)))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining(
                        "the loss grows without bound: it is 20001.0, 10 steps in a row above 10000 times the 2.0")
                .hasMessageContaining("epoch 4, step 20");
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-9, 0.5, 3})
    void shouldBearHighLossesNowAndThen(double first) {
        TrainingRun run = new TrainingRun(TestJobs.job(0, 9, 7), TrainingListener.NONE);
        for (int i = 0; i < DivergenceGuard.FIRST_STEPS; i++) {
            run.apply(step(run, first, 0));
        }
        for (int i = 0; i < 3 * DivergenceGuard.PATIENCE; i++) {
            boolean high = i % DivergenceGuard.PATIENCE > 0;
            run.apply(step(run, high ? 1e9 : Math.max(1, first) * 1e4, 0));
        }

        assertThat(run.step()).isEqualTo(40);
    }

    /** A sum with this mean loss and all gradients alike. */
    private PartialGradient step(TrainingRun run, double meanLoss, float gradient) {
        int samples = job.spec().samplesOfStep(run.stepInEpoch());
        root.reset(0, job.spec().segmentsOfStep(run.stepInEpoch()));
        root.sums(meanLoss * samples, samples, 0);
        Arrays.fill(root.gradient(), gradient);
        return root;
    }

    @Test
    void shouldKeepNoStateFromTheMiddleOfAnUpdate() {
        TrainingRun[] runs = new TrainingRun[1];
        OutOfMemoryError error = new OutOfMemoryError("test");
        assertThatThrownBy(() -> ReferenceTrainer.train(TestJobs.job(0.5f), new TrainingListener() {
                    @Override
                    public void onStep(int epoch, long step, long samples, double loss) {
                        if (step == 3) {
                            throw error;
                        }
                    }

                    @Override
                    public void onStepEnd(TrainingRun run) {
                        runs[0] = run;
                        assertThat(run.save(run.newState())).isTrue();
                    }
                }))
                .isSameAs(error);
        assertThat(runs[0].save(runs[0].newState())).isFalse();
    }
}
