package dev.tutti.app.service;

import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.StepTimes;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has happened since the service began, over all of its jobs: numbers that only grow. Written by the thread that trains, without
 * allocating in steps; read by any.
 */
public final class Totals {
    /** Updates made. */
    public final AtomicLong steps = new AtomicLong();

    /** Samples trained on. */
    public final AtomicLong samples = new AtomicLong();

    /** Steps whose update was left out, as something was not finite. */
    public final AtomicLong skippedSteps = new AtomicLong();

    /** Generations of workers that have begun to work. */
    public final AtomicLong generations = new AtomicLong();

    /** Generations that had fewer compute threads than the one before. */
    public final AtomicLong losses = new AtomicLong();

    /** Segments handed out again. */
    public final AtomicLong reissued = new AtomicLong();

    /** Frames that were dropped. */
    public final AtomicLong droppedFrames = new AtomicLong();

    /** Bytes of gradients that came. */
    public final AtomicLong receivedBytes = new AtomicLong();

    /** Bytes of weights that were sent. */
    public final AtomicLong sentBytes = new AtomicLong();

    /** Nanoseconds in each phase of the steps. */
    private final Map<Phase, AtomicLong> phaseNs = new EnumMap<>(Phase.class);

    /** Where the time of a step goes, as {@link StepTimes} has it. */
    public enum Phase {
        /** Until the weights had left. */
        SENDING,
        /** Until the first gradient came. */
        COMPUTING,
        /** Until the last gradient was there. */
        WAITING,
        /** Adding gradients. */
        ADDING,
        /** Updating the weights. */
        UPDATING
    }

    Totals() {
        for (Phase phase : Phase.values()) {
            phaseNs.put(phase, new AtomicLong());
        }
    }

    /** Nanoseconds in a phase of the steps. */
    public long phaseNs(Phase phase) {
        return phaseNs.get(phase).get();
    }

    void onStepTimes(StepTimes times) {
        add(phaseNs.get(Phase.SENDING), times.sendingNs());
        add(phaseNs.get(Phase.COMPUTING), times.computingNs());
        add(phaseNs.get(Phase.WAITING), times.waitingNs());
        add(phaseNs.get(Phase.ADDING), times.addingNs());
        add(phaseNs.get(Phase.UPDATING), times.updatingNs());
    }

    /** Counts what came since {@code before}, of the same job; null if that is all. */
    void onCluster(ClusterMetrics before, ClusterMetrics now) {
        boolean sameGeneration = before != null && before.generation() == now.generation();
        add(reissued, now.reissued() - (before == null ? 0 : before.reissued()));
        add(droppedFrames, now.droppedFrames() - (sameGeneration ? before.droppedFrames() : 0));
    }

    /** One thread writes, so nothing need be locked. */
    static void add(AtomicLong to, long more) {
        to.lazySet(to.getPlain() + more);
    }
}
