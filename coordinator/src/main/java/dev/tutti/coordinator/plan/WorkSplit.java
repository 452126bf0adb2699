package dev.tutti.coordinator.plan;

import java.util.BitSet;

/** Decides who computes which segments of a step. Stateless; the bits do not depend on it. */
public final class WorkSplit {
    private WorkSplit() {}

    /**
     * Shares the segments that are missing among the members, in order, so that each has a run of neighbours (and can add them
     * itself) in proportion to its capacity.
     *
     * @param segments number of segments of the step
     * @param taken the segments that are not missing
     * @param capacity capacity of each member; 0 for none of the work; at least one is above 0
     * @param orders receives the pieces of work
     */
    public static void split(int segments, BitSet taken, double[] capacity, Orders orders) {
        orders.clear();
        int missing = 0;
        for (int segment = 0; segment < segments; segment++) {
            missing += taken.get(segment) ? 0 : 1;
        }
        double total = 0;
        for (double one : capacity) {
            total += one;
        }
        int segment = 0;
        int given = 0;
        double cumulated = 0;
        for (int member = 0; member < capacity.length; member++) {
            cumulated += capacity[member];
            int givenAfter = capacity[member] == 0 ? given : (int) Math.round(missing * cumulated / total);
            while (given < givenAfter) {
                while (taken.get(segment)) {
                    segment++;
                }
                int first = segment;
                while (given < givenAfter && segment < segments && !taken.get(segment)) {
                    segment++;
                    given++;
                }
                orders.add(member, first, segment - first);
            }
        }
    }
}
