package dev.tutti.train;

import java.util.List;

/**
 * What the coordinator knows of the cluster at the end of an epoch. The numbers of segments are since the start of the job; at
 * an epoch's end {@code issued} and {@code done} are equal, each segment having been counted exactly once.
 *
 * @param generation number of the current generation
 * @param issued segments handed out for the first time
 * @param done segments that came back and were added
 * @param reissued segments handed out again, because their worker was late or gone
 * @param duplicates segments that came back again, and were dropped
 * @param droppedFrames frames of this generation that were dropped for whatever reason
 * @param averagedByMembers whether the members add the gradients in this generation; else the coordinator
 * @param members the worker processes of this generation
 */
public record ClusterMetrics(
        int generation,
        long issued,
        long done,
        long reissued,
        long duplicates,
        long droppedFrames,
        boolean averagedByMembers,
        List<Member> members) {
    /**
     * A worker process.
     *
     * @param name its name in logs
     * @param share share of the work that it gets, from its measured speed
     * @param segmentsPerSecond that it computes, sending apart; 0 before it was measured
     * @param waitedSeconds how long the others had to wait for it in this generation
     * @param receivedBytes size of the gradients that came from it since the start of the job
     * @param sentBytes size of the weights that were sent to it since then
     */
    public record Member(
            String name,
            double share,
            double segmentsPerSecond,
            double waitedSeconds,
            long receivedBytes,
            long sentBytes) {}
}
