package dev.tutti.coordinator.plan;

import java.util.Arrays;

/**
 * How fast each member computes, how long a vector takes to arrive, and who keeps the others waiting: measured from the
 * deliveries. Until a member has been measured, its number of threads stands for its speed. Pure: time is given.
 *
 * <p>A member is done computing when the first of its nodes begins to arrive; what comes after that is sending. What
 * comes before that is computing but for the way of the weights, which is taken to be as long as that of a node, but
 * not more than half of it: who seems to be in no time would be given ever more.
 */
final class Speeds {
    private static final double WEIGHT_OF_LAST = 0.1;

    /** No vector counts for more than so many times the usual one: a machine that stands still for once is not slow. */
    private static final double MOST_OF_USUAL = 4;

    /** Share of the distance to the mean speed that a member without work makes up with each change. */
    private static final double FORGIVENESS = 0.2;

    /** Shares follow speeds now and then, not with every twitch of the machine. */
    private static final int STEPS_BETWEEN_CHANGES = 16;

    private final double[] threads;
    private final double[] capacity;
    private final double[] segmentsPerNs;
    private final long[] waitedNs;
    private final int[] delivered;
    private final long[] begunAtNs;
    private final long[] deliveredAtNs;
    private final boolean[] measured;
    private double vectorNs = Double.NaN;
    private double vectorTime = Double.NaN;
    private boolean tellTimes;
    private int steps;
    private int revision;

    Speeds(int[] threads) {
        this.threads = Arrays.stream(threads).asDoubleStream().toArray();
        capacity = this.threads.clone();
        segmentsPerNs = new double[threads.length];
        waitedNs = new long[threads.length];
        delivered = new int[threads.length];
        begunAtNs = new long[threads.length];
        deliveredAtNs = new long[threads.length];
        measured = new boolean[threads.length];
    }

    /** Segments that each member computes in a unit of time, which is such that the sum is the number of threads. */
    double[] capacity() {
        return capacity;
    }

    /** How long a vector takes to arrive, in the same unit; NaN before it is measured. */
    double vectorTime() {
        return vectorTime;
    }

    /** Another number when {@link #capacity} and {@link #vectorTime} are others. */
    int revision() {
        return revision;
    }

    /** Segments that a member computes in a second; 0 before it was measured. */
    double segmentsPerSecond(int member) {
        return 1e9 * segmentsPerNs[member];
    }

    /** How long all others had to wait for this member, in total. */
    long waitedNs(int member) {
        return waitedNs[member];
    }

    /** A node of so many segments has arrived, from {@code begunNs} to {@code nowNs}. */
    void onDelivered(int member, int segments, long begunNs, long nowNs) {
        if (delivered[member] == 0) {
            begunAtNs[member] = begunNs;
        }
        delivered[member] += segments;
        deliveredAtNs[member] = nowNs;
        long ns = nowNs - begunNs;
        vectorNs = Double.isNaN(vectorNs)
                ? ns
                : vectorNs + WEIGHT_OF_LAST * (Math.min(ns, MOST_OF_USUAL * vectorNs + 1) - vectorNs);
    }

    /** A node of so many segments is there, but somewhere else: how long a vector takes is not to be seen here. */
    void onTold(int member, int segments, long nowNs) {
        if (delivered[member] == 0) {
            begunAtNs[member] = nowNs;
        }
        delivered[member] += segments;
        deliveredAtNs[member] = nowNs;
    }

    /** A member says how long it computed, as the time of its nodes does not: it may have begun the step before the coordinator. */
    void onComputed(int member, int segments, long ns) {
        tellTimes = true;
        measured[member] = true;
        follow(member, segments / (double) Math.max(1, ns));
    }

    /**
     * A step is over.
     *
     * @param startNs when it began
     * @param regular whether each member had one piece of work: what was handed out again tells nothing of speeds
     */
    void onStep(long startNs, boolean regular) {
        int last = -1;
        long secondNs = startNs;
        for (int member = 0; member < delivered.length; member++) {
            if (delivered[member] == 0) {
                continue;
            }
            if (regular && !tellTimes) {
                measure(member, begunAtNs[member] - startNs);
            }
            if (last < 0 || deliveredAtNs[member] > deliveredAtNs[last]) {
                secondNs = last < 0 ? secondNs : Math.max(secondNs, deliveredAtNs[last]);
                last = member;
            } else {
                secondNs = Math.max(secondNs, deliveredAtNs[member]);
            }
        }
        if (last >= 0 && secondNs > startNs) {
            waitedNs[last] += deliveredAtNs[last] - secondNs;
        }
        Arrays.fill(delivered, 0);
        steps++;
        if (steps % STEPS_BETWEEN_CHANGES == 0) {
            follow();
        }
    }

    /** A mean of speeds, not of times: a machine that stands still for once is not slow. */
    private void measure(int member, long untilBegunNs) {
        measured[member] = true;
        double wayNs = Double.isNaN(vectorNs) ? 0 : vectorNs;
        follow(member, delivered[member] / Math.max(1, Math.max(untilBegunNs - wayNs, untilBegunNs / 2.0)));
    }

    private void follow(int member, double speed) {
        segmentsPerNs[member] = segmentsPerNs[member] == 0
                ? speed
                : segmentsPerNs[member] + WEIGHT_OF_LAST * (speed - segmentsPerNs[member]);
    }

    private void follow() {
        double perThread = speedPerThread();
        if (perThread == 0) {
            return;
        }
        double allThreads = sum(threads);
        double meanSpeed = perThread * allThreads / threads.length;
        double sum = 0;
        for (int member = 0; member < capacity.length; member++) {
            // Who was so slow as to get nothing is not measured any more; it must have a chance to show that it is
            // better now.
            if (!measured[member] && segmentsPerNs[member] > 0) {
                segmentsPerNs[member] += FORGIVENESS * Math.max(0, meanSpeed - segmentsPerNs[member]);
            }
            measured[member] = false;
            capacity[member] = segmentsPerNs[member] > 0 ? segmentsPerNs[member] : perThread * threads[member];
            sum += capacity[member];
        }
        double unitNs = allThreads / sum;
        for (int member = 0; member < capacity.length; member++) {
            capacity[member] *= unitNs;
        }
        vectorTime = vectorNs / unitNs;
        revision++;
    }

    /** Of the members that have been measured: what those are taken for that have not; 0 if there are none. */
    private double speedPerThread() {
        double speeds = 0;
        double of = 0;
        for (int member = 0; member < threads.length; member++) {
            if (segmentsPerNs[member] > 0) {
                speeds += segmentsPerNs[member];
                of += threads[member];
            }
        }
        return of == 0 ? 0 : speeds / of;
    }

    /** Every few steps, and so without a stream, which allocates. */
    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
