package dev.tutti.app.advice;

/**
 * How noisy gradients are: the batch, in samples, from which on a larger one hardly saves steps any more (McCandlish and others 2018).
 * It is {@code tr / |G|^2}, the variance of a sample's gradient over the squared length of the true one. Both are estimated from the
 * norms of single samples' gradients and of their mean, and averaged over the last steps before they are divided, since a quotient
 * of noisy numbers is off. Pure.
 */
public final class NoiseScale {
    /** Number of the last measurements that count. */
    private static final int LAST = 100;

    private final double[] variances = new double[LAST];
    private final double[] squares = new double[LAST];
    private int measurements;

    /** Nothing measured. */
    public NoiseScale() {}

    /**
     * Takes a measurement.
     *
     * @param meanSquaredNorm mean over the batch of the squared norms of single samples' gradients
     * @param squaredNormOfMean squared norm of their mean
     * @param batch number of samples, at least 2
     */
    public void add(double meanSquaredNorm, double squaredNormOfMean, int batch) {
        int place = measurements % LAST;
        variances[place] = (meanSquaredNorm - squaredNormOfMean) * batch / (batch - 1.0);
        squares[place] = (batch * squaredNormOfMean - meanSquaredNorm) / (batch - 1.0);
        measurements++;
    }

    /** Number of measurements. */
    public int measurements() {
        return measurements;
    }

    /** The noise scale, in samples; infinite where the mean cannot be told from noise; NaN before there are measurements. */
    public double value() {
        if (measurements == 0) {
            return Double.NaN;
        }
        double variance = 0;
        double square = 0;
        for (int i = 0; i < Math.min(measurements, LAST); i++) {
            variance += variances[i];
            square += squares[i];
        }
        return square > 0 ? Math.max(0, variance / square) : Double.POSITIVE_INFINITY;
    }
}
