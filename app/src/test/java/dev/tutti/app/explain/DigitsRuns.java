package dev.tutti.app.explain;

import dev.tutti.app.explain.share.Share;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.EpochOrder;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
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

    /** How a training ended that has lost a worker. */
    record Shared(int segments, float[] parameters) {}

    static TrainingJob job(Map<String, String> settings) {
        return PreparedRun.of(TrainingSettings.read(settings, Optional.empty())).job();
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
