package dev.tutti.train;

import dev.tutti.data.EpochOrder;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.PerSample;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.PartialGradient;

/**
 * Trains on one thread, with no actors and no network: the yardstick that every cluster must match to the bit, and the whole
 * algorithm in one page.
 */
public final class ReferenceTrainer {
    /** Number of samples that the kernel works on at once where a step has more. */
    public static final int MAX_KERNEL_SAMPLES = 1024;

    private ReferenceTrainer() {}

    /**
     * Trains.
     *
     * @param job what to train
     * @param listener told about every step and epoch, on this thread
     * @return the trained parameters
     * @throws InterruptedException if the thread is interrupted between two steps
     * @throws TrainingFailedException if the training diverges
     */
    public static TrainingResult train(TrainingJob job, TrainingListener listener) throws InterruptedException {
        TrainingSpec spec = job.spec();
        TrainingRun run = new TrainingRun(job, listener);
        GradientKernel kernel = spec.newKernel(Math.min(spec.samplesPerStep(), MAX_KERNEL_SAMPLES));
        PartialGradient[] root = {new PartialGradient(new ParameterLayout(spec.network()).parameterCount())};
        PerSample perSample = spec.perSample();
        MiniBatch batch = new MiniBatch();
        int[] rows = new int[spec.samples()];
        int rowsEpoch = 0;
        run.start();
        while (!run.isFinished()) {
            if (rowsEpoch != run.epoch()) {
                EpochOrder.fill(rows, spec.seed(), run.epoch(), spec.shuffle());
                rowsEpoch = run.epoch();
            }
            int step = run.stepInEpoch();
            int from = step * spec.samplesPerStep();
            batch.wrap(job.training(), rows, from, spec.samplesOfStep(step)).inEpoch(run.epoch(), from);
            root[0].reset(0, spec.segmentsOfStep(step));
            kernel.gradients(run.parameters(), batch, spec.segmentSize(), root, 1, perSample);
            run.apply(root[0]);
            if (Thread.interrupted()) {
                throw new InterruptedException("training interrupted");
            }
        }
        return run.result(1);
    }
}
