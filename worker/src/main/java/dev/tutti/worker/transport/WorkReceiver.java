package dev.tutti.worker.transport;

import dev.tutti.data.Dataset;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.worker.compute.WorkItem;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Puts together what comes for this worker alone: pieces of work, with or without samples, and the training set. Owned by the
 * leading compute thread.
 */
final class WorkReceiver implements FrameReceiver.Handler {
    /** Bound of the queue; the coordinator is at most a step ahead, with a few pieces that it hands out again. */
    private static final int MAX_ITEMS = 256;

    private final int member;
    private final TrainingSpec spec;
    private final int featureCount;
    private final int targetCount;
    private final boolean samplesComeAlong;
    private final ArrayDeque<WorkItem> free = new ArrayDeque<>();
    private WorkItem[] ready = new WorkItem[8];
    private int readyCount;
    private WorkItem incoming;
    private int itemReceived;
    private float[] features;
    private float[] targets;
    private int featuresReceived;
    private int targetsReceived;

    /**
     * @param member number of this worker
     * @param job what the work is about
     */
    WorkReceiver(int member, JobDescription job) {
        this.member = member;
        this.spec = job.spec();
        this.featureCount = job.featureCount();
        this.targetCount = job.targetCount();
        this.samplesComeAlong = job.placement() == Placement.STREAM;
    }

    @Override
    public FrameFault onFrame(int sessionId, FrameFlyweight frame) {
        if (frame.member() != member) {
            return FrameFault.OUT_OF_RANGE;
        }
        return switch (frame.kind()) {
            case WORK -> onWork(frame);
            case FEATURES -> onFeatures(frame);
            case TARGETS -> onTargets(frame);
            default -> FrameFault.UNEXPECTED;
        };
    }

    /** The next piece of work, of the earliest step, which stays here; or null. */
    WorkItem peek() {
        return readyCount == 0 ? null : ready[0];
    }

    /** Gives out the piece of work that {@link #peek} shows; it belongs to the caller until {@link #release}. */
    WorkItem take() {
        WorkItem item = ready[0];
        readyCount--;
        System.arraycopy(ready, 1, ready, 0, readyCount);
        ready[readyCount] = null;
        return item;
    }

    /** Takes a piece of work back, to be used again. */
    void release(WorkItem item) {
        free.push(item);
    }

    /** The training set once it has arrived whole, else null. */
    Dataset takeTraining() {
        if (features == null
                || targets == null
                || featuresReceived < features.length
                || targetsReceived < targets.length) {
            return null;
        }
        Dataset training = new Dataset(features, featureCount, targets, targetCount, spec.samples());
        features = null;
        targets = null;
        return training;
    }

    private FrameFault onWork(FrameFlyweight frame) {
        if (frame.partOffset() == 0) {
            return onNewWork(frame);
        }
        if (incoming == null
                || frame.step() != incoming.step()
                || frame.firstSegment() != incoming.firstSegment()
                || frame.segmentCount() != incoming.segmentCount()
                || frame.vectorLength() != incoming.blockLength()
                || frame.partOffset() != itemReceived) {
            return FrameFault.UNEXPECTED;
        }
        takePart(frame);
        return null;
    }

    private FrameFault onNewWork(FrameFlyweight frame) {
        int first = frame.firstSegment();
        int count = frame.segmentCount();
        if (!Steps.contain(spec, frame.epoch(), frame.step())
                || !Steps.containSegments(spec, frame.step(), first, count)
                || frame.vectorLength() != blockLength(frame.step(), first, count)) {
            return FrameFault.OUT_OF_RANGE;
        }
        if (readyCount >= MAX_ITEMS) {
            return FrameFault.UNEXPECTED;
        }
        if (incoming == null) {
            incoming = free.isEmpty() ? new WorkItem() : free.pop();
        }
        incoming.set(frame.epoch(), frame.step(), first, count, frame.vectorLength());
        itemReceived = 0;
        takePart(frame);
        return null;
    }

    private void takePart(FrameFlyweight frame) {
        frame.copyTo(incoming.block(), frame.partOffset());
        itemReceived += frame.partLength();
        if (itemReceived == incoming.blockLength()) {
            addReady(incoming);
            incoming = null;
        }
    }

    /** Work that is handed out again may be of an earlier step than what is waiting here. */
    private void addReady(WorkItem item) {
        if (readyCount == ready.length) {
            ready = Arrays.copyOf(ready, 2 * readyCount);
        }
        int index = readyCount;
        while (index > 0 && ready[index - 1].step() > item.step()) {
            ready[index] = ready[index - 1];
            index--;
        }
        ready[index] = item;
        readyCount++;
    }

    private int blockLength(long step, int first, int count) {
        int stepInEpoch = (int) (step % spec.stepsPerEpoch());
        int from = first * spec.segmentSize();
        int samples = Math.min(count * spec.segmentSize(), spec.samplesOfStep(stepInEpoch) - from);
        return samplesComeAlong ? samples * (featureCount + targetCount) : 0;
    }

    private FrameFault onFeatures(FrameFlyweight frame) {
        if (frame.vectorLength() != spec.samples() * featureCount) {
            return FrameFault.OUT_OF_RANGE;
        }
        if (frame.partOffset() == 0) {
            features = new float[frame.vectorLength()];
            featuresReceived = 0;
        }
        if (features == null || frame.partOffset() != featuresReceived) {
            return FrameFault.UNEXPECTED;
        }
        frame.copyTo(features, frame.partOffset());
        featuresReceived += frame.partLength();
        return null;
    }

    private FrameFault onTargets(FrameFlyweight frame) {
        if (frame.vectorLength() != spec.samples() * targetCount) {
            return FrameFault.OUT_OF_RANGE;
        }
        if (frame.partOffset() == 0) {
            targets = new float[frame.vectorLength()];
            targetsReceived = 0;
        }
        if (targets == null || frame.partOffset() != targetsReceived) {
            return FrameFault.UNEXPECTED;
        }
        frame.copyTo(targets, frame.partOffset());
        targetsReceived += frame.partLength();
        return null;
    }
}
