package dev.tutti.coordinator.plan;

import java.util.Arrays;

/**
 * How fast each member works, measured from its deliveries, and who keeps the others waiting. Until each member has been
 * measured, their numbers of threads stand for their speeds. Pure: time is given.
 */
final class Speeds {
    private static final double WEIGHT_OF_LAST = 0.1;

    /** Share of the distance to the mean speed that a member without work makes up with each change. */
    private static final double FORGIVENESS = 0.2;

    /** Shares follow speeds now and then, not with every twitch of the machine. */
    private static final int STEPS_BETWEEN_CHANGES = 16;

    private final double[] threads;
    private final double[] capacity;
    private final double[] segmentsPerNs;
    private final long[] waitedNs;
    private final int[] delivered;
    private final long[] deliveredAtNs;
    private final boolean[] measured;
    private int steps;

    Speeds(int[] threads) {
        this.threads = Arrays.stream(threads).asDoubleStream().toArray();
        capacity = this.threads.clone();
        segmentsPerNs = new double[threads.length];
        waitedNs = new long[threads.length];
        delivered = new int[threads.length];
        deliveredAtNs = new long[threads.length];
        measured = new boolean[threads.length];
    }

    double[] capacity() {
        return capacity;
    }

    /** How long all others had to wait for this member, in total. */
    long waitedNs(int member) {
        return waitedNs[member];
    }

    void onDelivered(int member, int segments, long nowNs) {
        delivered[member] += segments;
        deliveredAtNs[member] = nowNs;
    }

    /** A step is over that began at {@code startNs}. */
    void onStep(long startNs) {
        int last = -1;
        long secondNs = startNs;
        for (int member = 0; member < delivered.length; member++) {
            if (delivered[member] == 0) {
                continue;
            }
            measured[member] = true;
            double speed = delivered[member] / (double) Math.max(1, deliveredAtNs[member] - startNs);
            segmentsPerNs[member] = segmentsPerNs[member] == 0
                    ? speed
                    : segmentsPerNs[member] + WEIGHT_OF_LAST * (speed - segmentsPerNs[member]);
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

    private void follow() {
        double mean = sum(segmentsPerNs) / segmentsPerNs.length;
        for (int member = 0; member < segmentsPerNs.length; member++) {
            if (segmentsPerNs[member] == 0) {
                return;
            }
            // Who was so slow as to get nothing is not measured any more; it must have a chance to show that it is
            // better now.
            if (!measured[member]) {
                segmentsPerNs[member] += FORGIVENESS * Math.max(0, mean - segmentsPerNs[member]);
            }
            measured[member] = false;
        }
        double scale = sum(threads) / sum(segmentsPerNs);
        for (int member = 0; member < capacity.length; member++) {
            capacity[member] = segmentsPerNs[member] * scale;
        }
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
