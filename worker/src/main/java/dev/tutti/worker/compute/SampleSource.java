package dev.tutti.worker.compute;

import dev.tutti.data.Dataset;
import dev.tutti.data.EpochOrder;
import dev.tutti.data.MiniBatch;
import dev.tutti.train.TrainingSpec;

/**
 * Finds the samples of some segments: in the training set that this process holds, by the order of the epoch, or in the block
 * that came with the work. The compute threads read it at the same time, but never while {@link #prepare} runs.
 */
public class SampleSource {
    private final TrainingSpec spec;
    private final int featureCount;
    private final int targetCount;
    private final Dataset training;
    private final int[] order;
    private int orderEpoch;
    private int[] natural = new int[0];
    private WorkItem item;
    private int itemSamples;

    /**
     * @param spec batches and order
     * @param featureCount number of features of a sample
     * @param targetCount number of target values of a sample
     * @param training the training set, or null where samples come with the work
     */
    public SampleSource(TrainingSpec spec, int featureCount, int targetCount, Dataset training) {
        this.spec = spec;
        this.featureCount = featureCount;
        this.targetCount = targetCount;
        this.training = training;
        this.order = new int[training == null ? 0 : spec.samples()];
    }

    /** Says which work comes next. */
    public void prepare(WorkItem item) {
        this.item = item;
        itemSamples = samplesIn(item.step(), item.firstSegment(), item.segmentCount());
        if (training != null && orderEpoch != item.epoch()) {
            EpochOrder.fill(order, spec.seed(), item.epoch(), spec.shuffle());
            orderEpoch = item.epoch();
        }
        if (training == null && natural.length < itemSamples) {
            natural = new int[itemSamples];
            for (int row = 0; row < itemSamples; row++) {
                natural[row] = row;
            }
        }
    }

    /** Points {@code batch} at the samples of some segments of the work that was prepared. */
    public MiniBatch select(MiniBatch batch, int firstSegment, int segmentCount) {
        int count = samplesIn(item.step(), firstSegment, segmentCount);
        int stepInEpoch = (int) (item.step() % spec.stepsPerEpoch());
        int position = stepInEpoch * spec.samplesPerStep() + firstSegment * spec.segmentSize();
        if (training != null) {
            batch.wrap(training, order, position, count);
        } else {
            int from = (firstSegment - item.firstSegment()) * spec.segmentSize();
            batch.wrapBlock(item.block(), featureCount, targetCount, natural, itemSamples, from, count);
        }
        return batch.inEpoch(item.epoch(), position);
    }

    private int samplesIn(long step, int firstSegment, int segmentCount) {
        int stepSamples = spec.samplesOfStep((int) (step % spec.stepsPerEpoch()));
        int from = firstSegment * spec.segmentSize();
        return Math.min(segmentCount * spec.segmentSize(), stepSamples - from);
    }
}
