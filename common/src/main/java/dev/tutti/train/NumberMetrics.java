package dev.tutti.train;

/**
 * How good a network predicts numbers, in the unit of the data. Computed in double in the order of the samples.
 *
 * @param samples number of samples
 * @param rmse root of the mean squared error
 * @param mae mean absolute error
 * @param r2 share of the variance that is explained: 1 minus the squared errors by those of the mean; NaN where all are the same
 */
public record NumberMetrics(int samples, double rmse, double mae, double r2) {

    /**
     * Measures outputs.
     *
     * @param outputs one for each sample
     * @param targets one for each sample, scaled as the outputs
     * @param factor what numbers of the data were multiplied with
     */
    public static NumberMetrics of(float[] outputs, float[] targets, double factor) {
        int samples = targets.length;
        double mean = 0;
        for (float target : targets) {
            mean += target;
        }
        mean /= samples;
        double squares = 0;
        double absolute = 0;
        double variance = 0;
        for (int sample = 0; sample < samples; sample++) {
            double error = (double) outputs[sample] - targets[sample];
            squares += error * error;
            absolute += Math.abs(error);
            variance += (targets[sample] - mean) * (targets[sample] - mean);
        }
        return new NumberMetrics(
                samples,
                Math.sqrt(squares / samples) / factor,
                absolute / samples / factor,
                variance == 0 ? Double.NaN : 1 - squares / variance);
    }
}
