package dev.tutti.app.explain;

import dev.tutti.app.explain.share.Share;
import dev.tutti.app.explain.step.Update;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.EpochOrder;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.optim.Sgd;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.TreeSum;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingRun;
import dev.tutti.train.TrainingSpec;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Trains digits in ways for which there is no command, in one thread, with the kernel, the tree and the order of all the others. */
final class DigitsRuns {
    private DigitsRuns() {}

    /** How a local training ended. */
    record Local(double trainLoss, double accuracy, int broadcasts) {}

    /** How a training ended that has lost a worker. */
    record Shared(int segments, float[] parameters) {}

    static TrainingJob job(Map<String, String> settings) {
        return PreparedRun.of(TrainingSettings.read(settings, Optional.empty())).job();
    }

    /**
     * Replicas that step with equal parts of each batch and average their weights after some steps, and at the end of an epoch.
     */
    static Local local(int replicas, int localSteps) {
        TrainingJob job = job(Map.of("data", "digits"));
        TrainingSpec spec = job.spec();
        float rate = ((Sgd.Settings) spec.optimizer()).learningRate();
        GradientKernel kernel = spec.newKernel(spec.batchSize() / replicas);
        float[][] weights = new float[replicas][];
        for (int r = 0; r < replicas; r++) {
            weights[r] = job.initialParameters().clone();
        }
        PartialGradient[] sum = {new PartialGradient(weights[0].length)};
        int[] rows = new int[spec.samples()];
        int broadcasts = 0;
        double lossSum = 0;
        for (int epoch = 1; epoch <= spec.epochs(); epoch++) {
            EpochOrder.fill(rows, spec.seed(), epoch, spec.shuffle());
            lossSum = 0;
            for (int step = 0; step < spec.stepsPerEpoch(); step++) {
                int from = step * spec.batchSize();
                int samples = spec.samplesOfStep(step);
                for (int r = 0; r < replicas; r++) {
                    int first = from + startOf(r, samples, replicas);
                    int count = from + startOf(r + 1, samples, replicas) - first;
                    sum[0].reset(0, 1);
                    kernel.gradients(
                            weights[r], new MiniBatch().wrap(job.training(), rows, first, count), count, sum, 1);
                    lossSum += sum[0].lossSum();
                    weights[r] = Update.of(weights[r], sum[0].gradient(), count, rate);
                }
                if ((step + 1) % localSteps == 0 || step == spec.stepsPerEpoch() - 1) {
                    average(weights);
                    broadcasts++;
                }
            }
        }
        return new Local(lossSum / spec.samples(), accuracy(job, weights[0]), broadcasts);
    }

    /** Parts are equal, or the first have one more. */
    private static int startOf(int part, int samples, int parts) {
        return part * (samples / parts) + Math.min(part, samples % parts);
    }

    private static void average(float[][] weights) {
        for (int p = 0; p < weights[0].length; p++) {
            float sum = 0;
            for (float[] one : weights) {
                sum += one[p];
            }
            for (float[] one : weights) {
                one[p] = sum / weights.length;
            }
        }
    }

    private static double accuracy(TrainingJob job, float[] parameters) {
        int count = job.validation().samples();
        int[] rows = new int[count];
        EpochOrder.fill(rows, 1, 1, false);
        PartialGradient sums = new PartialGradient(0);
        job.spec()
                .newKernel(count)
                .evaluate(parameters, new MiniBatch().wrap(job.validation(), rows, 0, count), count, sums);
        return sums.correctSum() / sums.weightSum();
    }

    /**
     * Workers of which one is killed before it sends its part of a step, and is not there from then on.
     *
     * @param workers number of workers
     * @param killed number of the victim, from 1
     * @param atStep number of the step, counted from 0 over all epochs
     */
    static Shared shared(int workers, int killed, int atStep) {
        TrainingJob job = job(Map.of("data", "digits"));
        TrainingSpec spec = job.spec();
        TrainingRun run = new TrainingRun(job, new TrainingListener() {});
        GradientKernel kernel = spec.newKernel(spec.batchSize());
        TreeSum sum = new TreeSum(node -> {});
        int[] rows = new int[spec.samples()];
        int done = 0;
        run.start();
        while (!run.isFinished()) {
            EpochOrder.fill(rows, spec.seed(), run.epoch(), spec.shuffle());
            int segments = spec.segmentsOfStep(run.stepInEpoch());
            sum.begin(segments);
            boolean alive = run.step() < atStep;
            for (Share share : Share.of(segments, workers, run.step() <= atStep ? 0 : killed, new BitSet())) {
                if (alive || share.worker() != killed) {
                    done += deliver(job, kernel, run, rows, share, sum);
                }
            }
            BitSet there = new BitSet();
            for (int segment = 0; segment < segments; segment++) {
                there.set(segment, sum.covers(segment));
            }
            if (there.cardinality() < segments) {
                for (Share share : Share.of(segments, workers, killed, there)) {
                    done += deliver(job, kernel, run, rows, share, sum);
                }
            }
            run.apply(sum.nodeAt(0));
        }
        return new Shared(done, run.parameters());
    }

    private static int deliver(
            TrainingJob job, GradientKernel kernel, TrainingRun run, int[] rows, Share share, TreeSum sum) {
        TrainingSpec spec = job.spec();
        int from = run.stepInEpoch() * spec.batchSize();
        int end = from + spec.samplesOfStep(run.stepInEpoch());
        int added = 0;
        List<Share.Range> sends = share.sends();
        for (Share.Range range : sends) {
            PartialGradient node = new PartialGradient(run.parameters().length).reset(range.first(), range.count());
            int first = from + range.first() * spec.segmentSize();
            int count = Math.min(range.count() * spec.segmentSize(), end - first);
            kernel.gradients(
                    run.parameters(),
                    new MiniBatch().wrap(job.training(), rows, first, count).inEpoch(run.epoch(), first),
                    spec.segmentSize(),
                    new PartialGradient[] {node},
                    1);
            added += sum.add(node);
        }
        return added;
    }
}
