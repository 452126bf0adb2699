package dev.tutti.protocol;

/**
 * Segments that a worker computes, or has just computed.
 *
 * @param step number of the step in the run, counted from 0
 * @param firstSegment first segment
 * @param segmentCount number of segments; 0 for none
 */
public record WorkInHand(long step, int firstSegment, int segmentCount) {
    /** None. */
    public static final WorkInHand NONE = new WorkInHand(0, 0, 0);
}
