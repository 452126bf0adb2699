package dev.tutti.wire;

/**
 * Names a generation on the wire: a fixed set of workers with one numbered set of streams.
 *
 * @param job number of the job
 * @param number number of the generation, counted from 1 in the life of a coordinator
 * @param token random number that only the members of the generation are told
 */
public record GenerationId(int job, int number, long token) {
    @Override
    public String toString() {
        return "generation " + number + " of job " + job;
    }
}
