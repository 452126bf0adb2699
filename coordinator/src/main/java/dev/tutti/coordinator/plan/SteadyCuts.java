package dev.tutti.coordinator.plan;

import java.util.Arrays;

/**
 * The cuts of whole steps, kept from step to step: measured speeds are never the same twice, and cuts that go to and fro gain
 * nothing. They change when others make a step shorter by more than {@value #GAIN} of it, or when other members take part.
 * Owned by one thread.
 */
final class SteadyCuts {
    static final double GAIN = 0.05;

    private final TreeCuts cutter;
    private final int members;
    /** Of usual steps, and of the last of an epoch. */
    private final Kept[] kept = {new Kept(), new Kept()};

    private int latest;

    /** Cuts, and what they were made for. */
    private static final class Kept {
        int segments;
        long revision;
        int[] cuts = {};
        boolean[] works = {};

        boolean isFor(int segments, double[] capacity) {
            boolean same = this.segments == segments;
            for (int member = 0; same && member < capacity.length; member++) {
                same = works[member] == capacity[member] > 0;
            }
            return same;
        }

        void keep(int segments, double[] capacity, int[] planned) {
            this.segments = segments;
            cuts = Arrays.copyOf(planned, capacity.length);
            works = new boolean[capacity.length];
            for (int member = 0; member < capacity.length; member++) {
                works[member] = capacity[member] > 0;
            }
        }
    }

    SteadyCuts(int members) {
        this.members = members;
        cutter = new TreeCuts(members);
    }

    /**
     * Shares a step among the members.
     *
     * @param segments number of segments of the step
     * @param capacity segments that each member computes in a unit of time; 0 for none of the work
     * @param vectorTime how long a vector takes to be sent, in the same unit; NaN if it is not known
     * @param revision another number when speeds are others, but for those that are 0
     * @param orders receives the pieces of work
     */
    void split(int segments, double[] capacity, double vectorTime, long revision, Orders orders) {
        int[] cuts = cuts(segments, capacity, vectorTime, revision);
        orders.clear();
        int first = 0;
        for (int member = 0; member < members; member++) {
            if (cuts[member] > first) {
                orders.add(member, first, cuts[member] - first);
                first = cuts[member];
            }
        }
    }

    /** Share of {@code member} of the step that was split last; 0 before the first. */
    double share(int member) {
        Kept last = kept[latest];
        if (last.segments == 0) {
            return 0;
        }
        int first = member == 0 ? 0 : last.cuts[member - 1];
        return (last.cuts[member] - first) / (double) last.segments;
    }

    private int[] cuts(int segments, double[] capacity, double vectorTime, long revision) {
        if (kept[latest].segments != segments) {
            latest = 1 - latest;
        }
        Kept last = kept[latest];
        boolean fits = last.isFor(segments, capacity);
        if (!fits || last.revision != revision) {
            int[] planned = cutter.plan(segments, capacity, vectorTime);
            if (!fits || cutter.cost(planned) < (1 - GAIN) * cutter.cost(last.cuts)) {
                last.keep(segments, capacity, planned);
            }
            last.revision = revision;
        }
        return last.cuts;
    }
}
