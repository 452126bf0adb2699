package dev.tutti.data;

/**
 * Samples in memory, ready to train on: numbers only, already scaled. Immutable by agreement: nobody writes to the arrays
 * after construction, so that all threads may share them.
 *
 * @param features {@code [samples x featureCount]}, row-major
 * @param featureCount number of features of a sample, at least 1
 * @param targets {@code [samples x targetCount]}, row-major; with one target and classes, the number of the class
 * @param targetCount number of target values of a sample, at least 1
 * @param samples number of samples
 */
public record Dataset(float[] features, int featureCount, float[] targets, int targetCount, int samples) {

    /** @throws IllegalArgumentException if the arrays are shorter than the counts ask for */
    public Dataset {
        if (features.length < (long) samples * featureCount || targets.length < (long) samples * targetCount) {
            throw new IllegalArgumentException("arrays too short: samples=" + samples + ", features=" + features.length
                    + " / " + featureCount + ", targets=" + targets.length + " / " + targetCount);
        }
    }
}
