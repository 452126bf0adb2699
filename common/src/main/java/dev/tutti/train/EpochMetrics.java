package dev.tutti.train;

/**
 * What is known at the end of an epoch.
 *
 * @param epoch number of the epoch, counted from 1
 * @param steps number of updates so far in the run
 * @param samples number of samples trained on so far in the run
 * @param trainLoss mean loss of the epoch's samples, each at the weights it was trained with
 * @param trainAccuracy share of them classified correctly; NaN for a regression
 * @param validationLoss mean loss of the validation samples after the epoch; NaN where there are none
 * @param validationAccuracy share of them classified correctly; NaN for a regression or where there are none
 * @param validationRmse root of their mean squared error, in the unit of the target; NaN for classes or where there are none
 * @param learningRate of the epoch's last step
 * @param seconds wall time since the first step
 */
public record EpochMetrics(
        int epoch,
        long steps,
        long samples,
        double trainLoss,
        double trainAccuracy,
        double validationLoss,
        double validationAccuracy,
        double validationRmse,
        double learningRate,
        double seconds) {

    /** Stands for the metrics of an epoch where none is over. */
    public static final EpochMetrics NONE =
            new EpochMetrics(0, 0, 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0);

    /** These metrics with those of the validation samples. */
    EpochMetrics validated(Evaluation validation) {
        return new EpochMetrics(
                epoch,
                steps,
                samples,
                trainLoss,
                trainAccuracy,
                validation.meanLoss(),
                validation.accuracy(),
                validation.rootMeanSquaredError(),
                learningRate,
                seconds);
    }

    /** These metrics at a time. */
    EpochMetrics at(double time) {
        return new EpochMetrics(
                epoch,
                steps,
                samples,
                trainLoss,
                trainAccuracy,
                validationLoss,
                validationAccuracy,
                validationRmse,
                learningRate,
                time);
    }
}
