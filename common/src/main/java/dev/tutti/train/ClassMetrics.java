package dev.tutti.train;

import dev.tutti.model.Activation;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.PredictedClass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How good a network tells classes apart, by the definitions of scikit-learn. Computed in double in the order of the samples, so the
 * bits depend on the outputs alone. What the samples say nothing about (a class that is not among them) is left out of means, or NaN.
 *
 * @param samples number of samples
 * @param accuracy share that is right
 * @param balancedAccuracy mean recall of the classes that occur
 * @param perClass one for each class
 * @param macro means over the classes that occur or are predicted
 * @param weighted means over the samples' classes
 * @param rocAuc area under the curve of true against false positives; with more than two classes the mean of each against the rest
 * @param prAuc average precision; with more than two classes the mean of each against the rest
 * @param logLoss mean of {@code -log p} of the samples' classes, p limited to 2^-23 and 1 - 2^-23; NaN without probabilities
 * @param brier mean squared error of the probabilities: of class 1 with two classes, else summed over all; NaN without probabilities
 * @param calibrationError mean over the samples of how far confidence and accuracy of their bin are apart; NaN without probabilities
 * @param calibration {@value #BINS} bins of the largest probability, of equal width; empty without probabilities
 */
public record ClassMetrics(
        int samples,
        double accuracy,
        double balancedAccuracy,
        List<OfClass> perClass,
        Means macro,
        Means weighted,
        double rocAuc,
        double prAuc,
        double logLoss,
        double brier,
        double calibrationError,
        List<Bin> calibration) {
    private static final int BINS = 10;
    private static final double LEAST = 0x1p-23;

    /**
     * A class against the others.
     *
     * @param precision share of those predicted that are right; 0 where none is predicted
     * @param recall share of its samples that are found; 0 where it has none
     * @param f1 harmonic mean of both
     * @param support number of its samples
     */
    public record OfClass(double precision, double recall, double f1, int support) {}

    /**
     * Means over classes.
     *
     * @param precision of {@link OfClass#precision}
     * @param recall of {@link OfClass#recall}
     * @param f1 of {@link OfClass#f1}
     */
    public record Means(double precision, double recall, double f1) {}

    /**
     * Samples whose largest probability is within bounds.
     *
     * @param from lower bound
     * @param samples their number
     * @param confidence mean of the largest probability; NaN of no sample
     * @param accuracy share that is right; NaN of no sample
     */
    public record Bin(double from, int samples, double confidence, double accuracy) {}

    /**
     * Measures outputs.
     *
     * @param network where they come from: outputs of softmax and sigmoid are probabilities
     * @param outputs {@code [samples x outputs]}, row-major
     * @param actual number of each sample's class
     */
    public static ClassMetrics of(NetworkSpec network, float[] outputs, int[] actual) {
        int count = network.outputs();
        int classes = Math.max(2, count);
        int[] predicted = new int[actual.length];
        for (int sample = 0; sample < predicted.length; sample++) {
            // The only output of a softmax is always 1, and stands for class 0.
            boolean constant = count == 1 && network.activation(network.layers() - 1) == Activation.SOFTMAX;
            predicted[sample] = constant ? 0 : PredictedClass.of(outputs, sample * count, count);
        }
        Activation last = network.activation(network.layers() - 1);
        boolean areProbabilities = last == Activation.SOFTMAX || last == Activation.SIGMOID;
        return of(
                scores(outputs, count, actual.length, areProbabilities), classes, areProbabilities, predicted, actual);
    }

    /** {@code [samples x classes]}: probabilities add up to 1, other outputs stay what they are. */
    private static double[] scores(float[] outputs, int count, int samples, boolean areProbabilities) {
        int classes = Math.max(2, count);
        double[] scores = new double[Math.multiplyExact(samples, classes)];
        for (int sample = 0; sample < samples; sample++) {
            if (count == 1) {
                scores[2 * sample] = 1 - (double) outputs[sample];
                scores[2 * sample + 1] = outputs[sample];
                continue;
            }
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                scores[sample * classes + k] = outputs[sample * classes + k];
                sum += scores[sample * classes + k];
            }
            for (int k = 0; k < classes && areProbabilities && sum > 0; k++) {
                scores[sample * classes + k] /= sum;
            }
        }
        return scores;
    }

    private static ClassMetrics of(
            double[] scores, int classes, boolean areProbabilities, int[] predicted, int[] actual) {
        int[] support = new int[classes];
        int[] found = new int[classes];
        int[] hits = new int[classes];
        for (int sample = 0; sample < actual.length; sample++) {
            support[actual[sample]]++;
            found[predicted[sample]]++;
            hits[actual[sample]] += predicted[sample] == actual[sample] ? 1 : 0;
        }
        List<OfClass> perClass = new ArrayList<>();
        for (int k = 0; k < classes; k++) {
            double f1 = support[k] + found[k] == 0 ? 0 : 2.0 * hits[k] / (support[k] + found[k]);
            perClass.add(new OfClass(ratio(hits[k], found[k]), ratio(hits[k], support[k]), f1, support[k]));
        }
        double recalls = 0;
        int occurring = 0;
        int involved = 0;
        double[] macro = new double[3];
        double[] weighted = new double[3];
        for (int k = 0; k < classes; k++) {
            OfClass one = perClass.get(k);
            recalls += one.recall();
            occurring += support[k] > 0 ? 1 : 0;
            involved += support[k] + found[k] > 0 ? 1 : 0;
            add(macro, one, 1);
            add(weighted, one, support[k]);
        }
        double roc = 0;
        double precision = 0;
        int curves = 0;
        for (int k = classes == 2 ? 1 : 0; k < classes; k++) {
            if (support[k] > 0 && support[k] < actual.length) {
                Curve curve = Curve.of(scores, classes, k, actual);
                roc += curve.rocAuc();
                precision += curve.averagePrecision();
                curves++;
            }
        }
        List<Bin> bins = areProbabilities ? bins(scores, classes, predicted, actual) : List.of();
        return new ClassMetrics(
                actual.length,
                ratioOrNaN(Arrays.stream(hits).sum(), actual.length),
                ratioOrNaN(recalls, occurring),
                perClass,
                means(macro, involved),
                means(weighted, actual.length),
                ratioOrNaN(roc, curves),
                ratioOrNaN(precision, curves),
                areProbabilities ? logLoss(scores, classes, actual) : Double.NaN,
                areProbabilities ? brier(scores, classes, actual) : Double.NaN,
                areProbabilities ? calibrationError(bins, actual.length) : Double.NaN,
                bins);
    }

    private static void add(double[] sums, OfClass one, double weight) {
        sums[0] += weight * one.precision();
        sums[1] += weight * one.recall();
        sums[2] += weight * one.f1();
    }

    private static Means means(double[] sums, double weights) {
        return new Means(ratioOrNaN(sums[0], weights), ratioOrNaN(sums[1], weights), ratioOrNaN(sums[2], weights));
    }

    private static double ratio(double part, double of) {
        return of == 0 ? 0 : part / of;
    }

    private static double ratioOrNaN(double part, double of) {
        return of == 0 ? Double.NaN : part / of;
    }

    private static double logLoss(double[] scores, int classes, int[] actual) {
        double sum = 0;
        for (int sample = 0; sample < actual.length; sample++) {
            double p = scores[sample * classes + actual[sample]];
            sum -= StrictMath.log(Math.max(LEAST, Math.min(1 - LEAST, p)));
        }
        return ratioOrNaN(sum, actual.length);
    }

    private static double brier(double[] scores, int classes, int[] actual) {
        double sum = 0;
        for (int sample = 0; sample < actual.length; sample++) {
            for (int k = classes == 2 ? 1 : 0; k < classes; k++) {
                double error = scores[sample * classes + k] - (actual[sample] == k ? 1 : 0);
                sum += error * error;
            }
        }
        return ratioOrNaN(sum, actual.length);
    }

    private static List<Bin> bins(double[] scores, int classes, int[] predicted, int[] actual) {
        int[] counts = new int[BINS];
        int[] right = new int[BINS];
        double[] confidences = new double[BINS];
        for (int sample = 0; sample < actual.length; sample++) {
            double confidence = scores[sample * classes + predicted[sample]];
            // A probability that is not a number belongs nowhere; it is counted where it shows.
            int bin = Math.max(0, Math.min(BINS - 1, (int) (confidence * BINS)));
            counts[bin]++;
            right[bin] += predicted[sample] == actual[sample] ? 1 : 0;
            confidences[bin] += confidence;
        }
        List<Bin> bins = new ArrayList<>();
        for (int bin = 0; bin < BINS; bin++) {
            bins.add(new Bin(
                    (double) bin / BINS,
                    counts[bin],
                    ratioOrNaN(confidences[bin], counts[bin]),
                    ratioOrNaN(right[bin], counts[bin])));
        }
        return bins;
    }

    private static double calibrationError(List<Bin> bins, int samples) {
        double sum = 0;
        for (Bin bin : bins) {
            sum += bin.samples() == 0 ? 0 : bin.samples() * Math.abs(bin.confidence() - bin.accuracy());
        }
        return ratioOrNaN(sum, samples);
    }

    /**
     * A class against the rest, over all thresholds.
     *
     * @param rocAuc exact: a count of pairs, ties as half
     * @param averagePrecision the sum of precisions, each times the recall that it adds
     */
    private record Curve(double rocAuc, double averagePrecision) {
        static Curve of(double[] scores, int classes, int k, int[] actual) {
            int n = actual.length;
            // Sorted together: the score, made a whole number of the same order, could not hold the sample's number as
            // well.
            Integer[] order = new Integer[n];
            Arrays.setAll(order, sample -> sample);
            Arrays.sort(order, (one, other) -> Double.compare(scores[other * classes + k], scores[one * classes + k]));
            long positives = 0;
            long negatives = 0;
            long halfPairs = 0;
            double precision = 0;
            for (int i = 0; i < n; ) {
                double score = scores[order[i] * classes + k];
                long tiedPositives = 0;
                long tiedNegatives = 0;
                while (i < n && Double.compare(scores[order[i] * classes + k], score) == 0) {
                    if (actual[order[i]] == k) {
                        tiedPositives++;
                    } else {
                        tiedNegatives++;
                    }
                    i++;
                }
                halfPairs += tiedNegatives * (2 * positives + tiedPositives);
                positives += tiedPositives;
                negatives += tiedNegatives;
                precision += tiedPositives * ((double) positives / (positives + negatives));
            }
            return new Curve(halfPairs / (2.0 * positives * negatives), precision / positives);
        }
    }
}
