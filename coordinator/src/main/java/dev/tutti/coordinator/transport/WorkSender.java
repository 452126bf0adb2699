package dev.tutti.coordinator.transport;

import dev.tutti.transport.FrameSender;
import dev.tutti.wire.FrameKind;
import java.util.ArrayDeque;

/** What is on its way to one member: a queue of work, with samples where they go along. Owned by the step loop's thread. */
final class WorkSender {
    private static final float[] EMPTY = {};

    private final FrameSender orders;
    private final FrameSender samples;
    private final ArrayDeque<Parcel> queue = new ArrayDeque<>();
    private final ArrayDeque<Parcel> free = new ArrayDeque<>();
    private FrameSender sender;
    private Parcel sending;

    /**
     * @param orders sends pieces of work without samples
     * @param samples sends all else; may be the same
     */
    WorkSender(FrameSender orders, FrameSender samples) {
        this.orders = orders;
        this.samples = samples;
        this.sender = orders;
    }

    boolean isConnected() {
        return orders.isConnected() && samples.isConnected();
    }

    /** Queues a piece of work without samples. */
    void addRange(int epoch, long step, int firstSegment, int segmentCount) {
        queue.add(parcel().set(FrameKind.WORK, epoch, step, firstSegment, segmentCount, EMPTY, 0));
    }

    /** Queues a piece of work; returns the block of {@code length} floats that the caller fills with its samples at once. */
    float[] addBlock(int epoch, long step, int firstSegment, int segmentCount, int length) {
        Parcel parcel = parcel();
        if (parcel.own.length < length) {
            parcel.own = new float[length];
        }
        queue.add(parcel.set(FrameKind.WORK, epoch, step, firstSegment, segmentCount, parcel.own, length));
        return parcel.own;
    }

    /** Queues an array of the training set. */
    void addTraining(FrameKind kind, float[] values, int length) {
        queue.add(parcel().set(kind, 0, 0, 0, 0, values, length));
    }

    /** Whether the training set, or a part of it, is being sent. */
    boolean isSendingTraining() {
        return sending != null && sending.kind != FrameKind.WORK;
    }

    int doWork() {
        int frames = sender.doWork();
        while (sender.isIdle() && advance()) {
            frames += sender.doWork();
        }
        return frames;
    }

    private boolean advance() {
        if (sending != null) {
            free.push(sending);
        }
        sending = queue.poll();
        if (sending == null) {
            return false;
        }
        sender = sending.length == 0 ? orders : samples;
        sender.header()
                .set(
                        sending.kind,
                        sending.epoch,
                        sending.step,
                        sending.firstSegment,
                        sending.segmentCount,
                        sending.length);
        sender.begin(sending.values, 0);
        return true;
    }

    private Parcel parcel() {
        return free.isEmpty() ? new Parcel() : free.pop();
    }

    private static final class Parcel {
        FrameKind kind;
        int epoch;
        long step;
        int firstSegment;
        int segmentCount;
        int length;
        float[] values = EMPTY;
        float[] own = EMPTY;

        Parcel set(
                FrameKind kind, int epoch, long step, int firstSegment, int segmentCount, float[] values, int length) {
            this.kind = kind;
            this.epoch = epoch;
            this.step = step;
            this.firstSegment = firstSegment;
            this.segmentCount = segmentCount;
            this.values = values;
            this.length = length;
            return this;
        }
    }
}
