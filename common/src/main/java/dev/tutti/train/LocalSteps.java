package dev.tutti.train;

/**
 * What {@link Sync#LOCAL} is made of. The replicas are a setting of the run, not the workers: any worker computes any of them.
 *
 * @param replicas number of logical replicas, at least 1
 * @param steps most steps that a replica makes between two averages, at least 1
 */
public record LocalSteps(int replicas, int steps) {
    /** For the other ways, which have none. */
    public static final LocalSteps NONE = new LocalSteps(1, 1);

    /** What is taken where nothing is said. */
    public static final LocalSteps DEFAULT = new LocalSteps(4, 16);

    /** @throws dev.tutti.files.InputException if a value is out of range */
    public LocalSteps {
        TrainingSpec.COUNT.require("replicas", replicas);
        TrainingSpec.COUNT.require("local-steps", steps);
    }

    /**
     * Returns how many steps each replica makes in a round: the rounds of an epoch are as few as these settings allow, and of the same
     * number of steps each, but for the last, which has what is left.
     *
     * @param batchSize number of samples of a replica's step
     * @param samples number of samples of an epoch
     */
    int stepsOfRound(int batchSize, int samples) {
        int stepsOfEpoch = ceilDivide(samples, ofAll(batchSize, samples));
        int rounds = ceilDivide(stepsOfEpoch, steps);
        return ceilDivide(stepsOfEpoch, rounds);
    }

    /** Number of samples of a step of all replicas, at most those of the epoch. */
    private int ofAll(int batchSize, int samples) {
        return (int) Math.min((long) replicas * batchSize, samples);
    }

    /** Number of samples of a round, at most those of the epoch. */
    int samplesOfRound(int batchSize, int samples) {
        return (int) Math.min((long) ofAll(batchSize, samples) * stepsOfRound(batchSize, samples), samples);
    }

    /** Number of samples of a replica in a round; the last replica may have fewer. */
    int samplesOfReplica(int batchSize, int samples) {
        return (int) Math.min((long) batchSize * stepsOfRound(batchSize, samples), samples);
    }

    private static int ceilDivide(int a, int b) {
        return (a - 1) / b + 1;
    }
}
