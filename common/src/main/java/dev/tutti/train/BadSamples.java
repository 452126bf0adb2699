package dev.tutti.train;

import dev.tutti.data.EpochOrder;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.PartialGradient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Names the samples of a step that are to blame, by trying them one by one: by their rows of the data, counted from 1. */
final class BadSamples {
    private static final int MOST_NAMED = 5;
    private static final int MOST_TRIED = 4096;

    private final TrainingJob job;

    BadSamples(TrainingJob job) {
        this.job = job;
    }

    /** Returns the samples whose own loss or gradient is not finite; if there is none, all of the step. */
    String of(float[] parameters, int epoch, int stepInEpoch) {
        TrainingSpec spec = job.spec();
        GradientKernel kernel = spec.newStepKernel(1);
        PartialGradient[] sums = {new PartialGradient(new ParameterLayout(spec.network()).parameterCount())};
        MiniBatch batch = new MiniBatch();
        int[] rows = rows(epoch);
        int from = stepInEpoch * spec.samplesPerStep();
        int count = spec.samplesOfStep(stepInEpoch);
        List<Integer> bad = new ArrayList<>();
        for (int i = from; i < from + Math.min(count, MOST_TRIED) && bad.size() <= MOST_NAMED; i++) {
            sums[0].reset(0, 1);
            batch.wrap(job.training(), rows, i, 1).inEpoch(epoch, i);
            kernel.gradients(parameters, batch, 1, sums, 1);
            if (!Double.isFinite(sums[0].lossSum()) || Finite.firstNotFinite(sums[0].gradient()) >= 0) {
                bad.add(rows[i]);
            }
        }
        return bad.isEmpty() ? names(epoch, stepInEpoch) : "sample" + (bad.size() > 1 ? "s " : " ") + list(bad);
    }

    /** Returns the first of the samples of a step, and their number. */
    String names(int epoch, int stepInEpoch) {
        TrainingSpec spec = job.spec();
        int[] rows = rows(epoch);
        int from = stepInEpoch * spec.samplesPerStep();
        int count = spec.samplesOfStep(stepInEpoch);
        List<Integer> first = new ArrayList<>();
        for (int i = from; i < from + Math.min(count, MOST_NAMED + 1); i++) {
            first.add(rows[i]);
        }
        return (count > 1 ? count + " samples together: " : "sample ") + list(first);
    }

    private int[] rows(int epoch) {
        int[] rows = new int[job.spec().samples()];
        EpochOrder.fill(rows, job.spec().seed(), epoch, job.spec().shuffle());
        return rows;
    }

    private String list(List<Integer> rows) {
        return rows.stream()
                        .limit(MOST_NAMED)
                        .map(row -> String.valueOf(job.sourceRows()[row] + 1))
                        .collect(Collectors.joining(", "))
                + (rows.size() > MOST_NAMED ? ", ..." : "")
                + " of the data";
    }
}
