package dev.tutti.app.advice;

import java.util.Locale;

/**
 * What a cluster brought to a run, from its own measurements.
 *
 * @param processes number of worker processes
 * @param speedUp how many times as fast as the fastest of them would be alone
 * @param waitingShare share of a step in which a process does not compute, on average
 * @param limit what holds it up
 * @param because a few words about that
 */
public record ClusterGain(int processes, double speedUp, double waitingShare, Limit limit, String because) {
    /** What holds a cluster up. */
    public enum Limit {
        /** Bytes. */
        LINK,
        /** Messages, however short. */
        LATENCY,
        /** Computing. */
        CORES,
        /** Too few pieces of work, or unequal ones. */
        SEGMENTS,
        /** What is done once for all: the update, and validation at the end of an epoch. */
        UPDATE;

        /** Returns the name used in files. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Below this share of waiting there is little to gain from anything but computing. */
    private static final double LITTLE_WAITING = 0.25;

    /** Below this a vector takes no longer than a message. */
    private static final long SHORT_VECTOR_BYTES = 64 << 10;

    /**
     * A mean step.
     *
     * @param seconds its time
     * @param updateSeconds of that for the check and the update, which one process has too
     * @param segments number of its segments
     * @param mostSegments those of a whole step, where {@code segments} counts an epoch's last one, too
     * @param threads compute threads of all processes
     * @param vectorBytes bytes of the weights, or of a gradient
     * @param byMembers whether the members average; else the coordinator
     * @param shares of the work, by process
     * @param segmentsPerSecond that each process computes; 0 where it was not measured
     */
    public record Step(
            double seconds,
            double updateSeconds,
            double segments,
            int mostSegments,
            int threads,
            double vectorBytes,
            boolean byMembers,
            double[] shares,
            double[] segmentsPerSecond) {}

    /** Works it out; NaN for what was not measured, the limit being null then. */
    public static ClusterGain of(Step step) {
        int processes = step.shares.length;
        double fastest = 0;
        double slowestSeconds = 0;
        double meanSeconds = 0;
        for (int process = 0; process < processes; process++) {
            double speed = step.segmentsPerSecond[process];
            double seconds = step.shares[process] * step.segments / speed;
            fastest = Math.max(fastest, speed);
            slowestSeconds = Math.max(slowestSeconds, seconds);
            meanSeconds += seconds / processes;
        }
        if (!(meanSeconds > 0) || Double.isInfinite(meanSeconds)) {
            return new ClusterGain(processes, Double.NaN, Double.NaN, null, "");
        }
        double speedUp = (step.segments / fastest + step.updateSeconds) / step.seconds;
        double waiting = Math.min(1, Math.max(0, 1 - meanSeconds / step.seconds));
        double others = step.seconds - slowestSeconds - step.updateSeconds;
        if (step.threads > step.mostSegments) {
            return new ClusterGain(
                    processes,
                    speedUp,
                    waiting,
                    Limit.SEGMENTS,
                    step.mostSegments + " for " + step.threads + " threads");
        }
        if (waiting < LITTLE_WAITING) {
            return new ClusterGain(processes, speedUp, waiting, Limit.CORES, "more of them make it faster");
        }
        if (slowestSeconds - meanSeconds > others) {
            return new ClusterGain(
                    processes, speedUp, waiting, Limit.SEGMENTS, "too few for equal pieces, or a slow process");
        }
        if (step.updateSeconds > others) {
            return new ClusterGain(
                    processes,
                    speedUp,
                    waiting,
                    Limit.UPDATE,
                    String.format(
                            Locale.ROOT,
                            "with validation it takes %.0f %% of a step",
                            100 * step.updateSeconds / step.seconds));
        }
        if (step.vectorBytes < SHORT_VECTOR_BYTES) {
            return new ClusterGain(
                    processes,
                    speedUp,
                    waiting,
                    Limit.LATENCY,
                    String.format(Locale.ROOT, "a step of %.2f ms is short for messages", step.seconds * 1e3));
        }
        double bytes = new StepModel(1, 0, step.vectorBytes, 1, 0, step.byMembers).bytes(processes);
        return new ClusterGain(
                processes,
                speedUp,
                waiting,
                Limit.LINK,
                String.format(Locale.ROOT, "%.1f MB a step at %.0f MB/s", bytes / 1e6, bytes / others / 1e6));
    }

    /** One line for people. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "cluster  %d processes are %.2f times as fast as the fastest alone; each waits %.0f %% of a step; the limit"
                        + " is %s: %s",
                processes,
                speedUp,
                100 * waitingShare,
                limit == Limit.CORES || limit == Limit.SEGMENTS ? limit.id() : "the " + limit.id(),
                because);
    }
}
