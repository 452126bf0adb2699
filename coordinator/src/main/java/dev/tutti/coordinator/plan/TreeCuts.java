package dev.tutti.coordinator.plan;

import dev.tutti.reduce.SummationTree;

/**
 * Cuts whole steps among members: a run of neighbouring segments each, in proportion to their speeds, but cut where few nodes
 * of the summation tree are cut, since each node that a cut goes through is a vector more to be sent. Pure but for its scratch
 * arrays, which are used again; owned by one thread. The bits do not depend on it.
 *
 * <p>For each {@code g = 2^i} there is a least time in which the slowest member is done if cuts lie at multiples of g only.
 * Within that time each cut is made as near to the root of the tree as it can be. Of these plans, and the one in proportion
 * to the speeds, the cheapest is taken: the time of the slowest member, and that of {@code 1 + N} vectors, the weights and N
 * nodes a member on average.
 */
final class TreeCuts {
    /** Until the time of a vector is measured it is taken to be this share of the time that a member computes. */
    private static final double UNKNOWN_VECTOR = 0.25;

    /** Covers the rounding of a quotient that is multiplied again. */
    private static final double ROUNDING = 1 + 1e-9;

    private final int members;
    private final int[] parts;
    private final int[] most;
    private final int[] cuts;
    private final int[] best;
    private int segments;
    private double[] capacity;
    private double total;
    private double vectorTime;
    private double leastCost;

    TreeCuts(int members) {
        this.members = members;
        parts = new int[members];
        most = new int[members];
        cuts = new int[members];
        best = new int[members];
    }

    /**
     * Decides where to cut.
     *
     * @param segments number of segments of the step, at least 1
     * @param capacity segments that each member computes in a unit of time; 0 for none of the work; at least one is above 0
     * @param vectorTime how long a vector takes to be sent, in the same unit; NaN if it is not known
     * @return for each member one more than its last segment, its first being where the member before it ends; used again
     */
    int[] plan(int segments, double[] capacity, double vectorTime) {
        this.segments = segments;
        this.capacity = capacity;
        total = 0;
        for (double one : capacity) {
            total += one;
        }
        this.vectorTime = Double.isNaN(vectorTime) ? UNKNOWN_VECTOR * segments / total : vectorTime;
        leastCost = Double.POSITIVE_INFINITY;
        for (int g = Integer.highestOneBit(segments); g >= 1; g /= 2) {
            cutNearRoot(slowest(g));
            keepIfBest();
        }
        cutInProportion();
        keepIfBest();
        return best;
    }

    private void keepIfBest() {
        double cost = cost(cuts);
        if (cost < leastCost) {
            leastCost = cost;
            System.arraycopy(cuts, 0, best, 0, members);
        }
    }

    /** As {@link WorkSplit} has it, without regard to the tree: no plan that costs more is of any use. */
    private void cutInProportion() {
        double cumulated = 0;
        int given = 0;
        for (int member = 0; member < members; member++) {
            cumulated += capacity[member];
            given = capacity[member] == 0 ? given : (int) Math.round(segments * cumulated / total);
            cuts[member] = given;
        }
    }

    /** Time of a step with some cuts, by the speeds of the last {@link #plan}. */
    double cost(int[] cuts) {
        double slowest = 0;
        int nodes = 0;
        int working = 0;
        int first = 0;
        for (int member = 0; member < members; member++) {
            if (cuts[member] > first) {
                slowest = Math.max(slowest, (cuts[member] - first) / capacity[member]);
                nodes += SummationTree.nodeCount(first, cuts[member], segments);
                working++;
                first = cuts[member];
            }
        }
        return slowest + (1 + nodes / (double) working) * vectorTime;
    }

    /** Least time of the slowest member where each gets a multiple of {@code g} segments. */
    private double slowest(int g) {
        int all = (segments - 1) / g + 1;
        int left = all;
        for (int member = 0; member < members; member++) {
            parts[member] = Math.min(left, (int) (all * (capacity[member] / total)));
            left -= parts[member];
        }
        for (; left > 0; left--) {
            int next = -1;
            for (int member = 0; member < members; member++) {
                if (capacity[member] > 0 && (next < 0 || timeWithOneMore(member) < timeWithOneMore(next))) {
                    next = member;
                }
            }
            parts[next]++;
        }
        double slowest = 0;
        for (int member = 0; member < members; member++) {
            slowest = parts[member] == 0 ? slowest : Math.max(slowest, parts[member] / capacity[member]);
        }
        return slowest * g;
    }

    private double timeWithOneMore(int member) {
        return (parts[member] + 1) / capacity[member];
    }

    /**
     * Finds cuts such that nobody takes longer than {@code time}, each as near to the root as may be, and nobody is idle
     * who could do a segment in that time, if there are enough.
     */
    private void cutNearRoot(double time) {
        long mostOfLater = 0;
        int laterBusy = 0;
        for (int member = 0; member < members; member++) {
            most[member] = (int) Math.min(segments, time * capacity[member] * ROUNDING);
            mostOfLater += most[member];
            laterBusy += Math.min(1, most[member]);
        }
        int given = 0;
        for (int member = 0; member < members; member++) {
            int one = Math.min(1, most[member]);
            mostOfLater -= most[member];
            laterBusy -= one;
            int least = (int) Math.min(segments, Math.max(given + one, segments - mostOfLater));
            int greatest = Math.max(least, Math.min(given + most[member], segments - laterBusy));
            if (greatest == segments || greatest == given) {
                given = greatest;
            } else {
                given = SummationTree.shallowestCut(Math.max(1, least), greatest, segments);
            }
            cuts[member] = given;
        }
    }
}
