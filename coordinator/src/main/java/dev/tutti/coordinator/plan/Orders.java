package dev.tutti.coordinator.plan;

import java.util.Arrays;

/** A list of pieces of work: member, first segment, number of segments. Used again every step. Owned by one thread. */
public final class Orders {
    private int[] members = new int[16];
    private int[] firstSegments = new int[16];
    private int[] segmentCounts = new int[16];
    private int size;

    /** An empty list. */
    public Orders() {}

    /** Removes all. */
    public void clear() {
        size = 0;
    }

    /** Adds a piece of work for {@code member}. */
    public void add(int member, int firstSegment, int segmentCount) {
        if (size == members.length) {
            members = Arrays.copyOf(members, 2 * size);
            firstSegments = Arrays.copyOf(firstSegments, 2 * size);
            segmentCounts = Arrays.copyOf(segmentCounts, 2 * size);
        }
        members[size] = member;
        firstSegments[size] = firstSegment;
        segmentCounts[size] = segmentCount;
        size++;
    }

    /** Number of pieces. */
    public int size() {
        return size;
    }

    /** Who does piece {@code index}. */
    public int member(int index) {
        return members[index];
    }

    /** First segment of piece {@code index}. */
    public int firstSegment(int index) {
        return firstSegments[index];
    }

    /** Number of segments of piece {@code index}. */
    public int segmentCount(int index) {
        return segmentCounts[index];
    }
}
