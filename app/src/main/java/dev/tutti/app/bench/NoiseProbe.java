package dev.tutti.app.bench;

import dev.tutti.app.advice.NoiseScale;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.EpochOrder;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.PerSample;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingRun;
import dev.tutti.train.TrainingSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Measures how noisy the gradients of a training are: it looks at the mini-batch of every {@value #STEPS}th step once more, with the norms
 * of single samples' gradients, beside a training that knows nothing of it.
 */
public final class NoiseProbe implements TrainingListener {
    private static final int STEPS = 16;

    private final TrainingJob job;
    private final long endNs;
    private final NoiseScale noise = new NoiseScale();
    private final GradientKernel kernel;
    private final PartialGradient[] sum;
    private final MiniBatch batch = new MiniBatch();
    private final float[] norms;
    private final int[] rows;
    private int rowsEpoch;
    private boolean over;

    private NoiseProbe(TrainingJob job, double seconds) {
        this.job = job;
        this.endNs = System.nanoTime() + (long) (seconds * 1e9);
        TrainingSpec spec = job.spec();
        this.kernel = spec.newKernel(spec.samplesPerStep());
        this.sum = new PartialGradient[] {new PartialGradient(job.initialParameters().length)};
        this.norms = new float[spec.samplesPerStep()];
        this.rows = new int[spec.samples()];
    }

    /**
     * Trains ten epochs on one thread, and measures.
     *
     * @param data built-in data or a file, as for {@code train}
     * @param hidden hidden layers
     * @param batch number of samples of a mini-batch
     * @param seconds after which it ends even before
     */
    public static NoiseScale measure(String data, List<Integer> hidden, int batch, double seconds)
            throws InterruptedException {
        String layers =
                hidden.isEmpty() ? "none" : hidden.stream().map(String::valueOf).collect(Collectors.joining(","));
        TrainingSettings settings = TrainingSettings.read(
                Map.of("data", data, "hidden", layers, "batch", String.valueOf(batch)), Optional.empty());
        NoiseProbe probe = new NoiseProbe(PreparedRun.of(settings).job(), seconds);
        try {
            ReferenceTrainer.train(probe.job, probe);
        } catch (InterruptedException e) {
            if (!probe.over) {
                throw e;
            }
        }
        return probe.noise;
    }

    @Override
    public void onStepEnd(TrainingRun run) {
        if (run.step() % STEPS == 0 && !run.isFinished()) {
            look(run);
        }
        if (System.nanoTime() > endNs && !over) {
            over = true;
            Thread.currentThread().interrupt();
        }
    }

    private void look(TrainingRun run) {
        TrainingSpec spec = job.spec();
        int samples = spec.samplesOfStep(run.stepInEpoch());
        if (samples < 2) {
            return;
        }
        if (rowsEpoch != run.epoch()) {
            EpochOrder.fill(rows, spec.seed(), run.epoch(), spec.shuffle());
            rowsEpoch = run.epoch();
        }
        int from = run.stepInEpoch() * spec.samplesPerStep();
        batch.wrap(job.training(), rows, from, samples).inEpoch(run.epoch(), from);
        sum[0].reset(0, 1);
        kernel.gradients(run.parameters(), batch, samples, sum, 1, PerSample.norms(norms));
        double squares = 0;
        for (int sample = 0; sample < samples; sample++) {
            squares += (double) norms[sample] * norms[sample];
        }
        double ofSum = 0;
        for (float value : sum[0].gradient()) {
            ofSum += (double) value * value;
        }
        noise.add(squares / samples, ofSum / ((double) samples * samples), samples);
    }
}
