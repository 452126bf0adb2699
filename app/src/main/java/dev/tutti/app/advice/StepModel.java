package dev.tutti.app.advice;

/**
 * How long a step takes on a number of equal machines: what docs/scaling.md says in a formula, without overlap of computing and
 * sending. Pure.
 *
 * @param sampleSeconds seconds for the gradient of a sample on one machine, all of its threads together
 * @param restSeconds seconds of a step that do not become fewer with more machines: the check, the update
 * @param vectorBytes bytes of the weights, or of a gradient
 * @param bytesPerSecond what a link carries in each direction
 * @param latencySeconds one way of a small message
 * @param byMembers whether the members average; else the coordinator
 */
public record StepModel(
        double sampleSeconds,
        double restSeconds,
        double vectorBytes,
        double bytesPerSecond,
        double latencySeconds,
        boolean byMembers) {

    /**
     * Finds the speed of the links from a measured step; the rest must be known.
     *
     * @param machines number of machines of that step, at least 2
     * @param batch its samples
     * @param stepSeconds its time
     * @param known the model, but for {@code bytesPerSecond}
     */
    public static StepModel fitted(int machines, int batch, double stepSeconds, StepModel known) {
        double sending =
                stepSeconds - known.restSeconds - known.sampleSeconds * batch / machines - 2 * known.latencySeconds;
        double rate = sending <= 0 ? Double.POSITIVE_INFINITY : known.bytes(machines) / sending;
        return new StepModel(
                known.sampleSeconds, known.restSeconds, known.vectorBytes, rate, known.latencySeconds, known.byMembers);
    }

    /** Bytes of a step in each direction on the link that has most of them. */
    public double bytes(int machines) {
        double shares = byMembers ? 2.0 * (machines - 1) / machines : 2.0 * machines;
        return machines == 1 ? 0 : shares * vectorBytes;
    }

    /** Seconds of a step in which no machine computes. */
    public double fixedSeconds(int machines) {
        return restSeconds + (machines == 1 ? 0 : bytes(machines) / bytesPerSecond + 2 * latencySeconds);
    }

    /** Seconds of a step. */
    public double stepSeconds(int machines, double batch) {
        return fixedSeconds(machines) + sampleSeconds * batch / machines;
    }

    /** Samples trained on in a second. */
    public double samplesPerSecond(int machines, double batch) {
        return batch / stepSeconds(machines, batch);
    }

    /** How many times as fast as one machine. */
    public double speedUp(int machines, double batch) {
        return stepSeconds(1, batch) / stepSeconds(machines, batch);
    }

    /**
     * The batch with which a loss is reached soonest: with a larger one steps take longer than it saves of them, with a smaller one the
     * other way round. As the number of steps goes with {@code 1 + noise / batch}, it is {@code sqrt(noise x fixed x machines / sample)}.
     *
     * @param noiseScale of the gradient, in samples ({@link NoiseScale})
     */
    public double bestBatch(int machines, double noiseScale) {
        return Math.max(1, Math.sqrt(noiseScale * fixedSeconds(machines) * machines / sampleSeconds));
    }

    /** How many times as soon as on one machine a loss is reached, each with its best batch. */
    public double gain(int machines, double noiseScale) {
        return secondsToLoss(1, noiseScale) / secondsToLoss(machines, noiseScale);
    }

    /** In units of the steps that a batch without noise would take. */
    private double secondsToLoss(int machines, double noiseScale) {
        double batch = bestBatch(machines, noiseScale);
        return stepSeconds(machines, batch) * (1 + noiseScale / batch);
    }
}
