package dev.tutti.app.report;

import dev.tutti.app.prediction.Predictions;
import java.util.ArrayList;
import java.util.List;

/** Whether probabilities are what they say: of the samples of which a model is 80 % sure, it should be right about 80 %. */
final class Calibration {
    private static final int BINS = 10;

    private final int[] count = new int[BINS];
    private final int[] right = new int[BINS];
    private final double[] sure = new double[BINS];

    private Calibration(Predictions predictions) {
        for (int sample = 0; sample < predictions.samples(); sample++) {
            int said = predictions.predictedClass(sample);
            int is = (int) predictions.data().targets()[predictions.rows()[sample]];
            double probability = probability(predictions, sample, said);
            int bin = (int) Math.min(BINS - 1, Math.max(0, probability * BINS));
            count[bin]++;
            right[bin] += is == said ? 1 : 0;
            sure[bin] += probability;
        }
    }

    private static double probability(Predictions predictions, int sample, int said) {
        if (predictions.model().network().outputs() > 1) {
            return predictions.output(sample, said);
        }
        double ofSecond = predictions.output(sample, 0);
        return said == 1 ? ofSecond : 1 - ofSecond;
    }

    /** Expected calibration error: the mean difference between how sure and how right the model is. */
    static double expectedError(Predictions predictions) {
        return new Calibration(predictions).error(predictions.samples());
    }

    private double error(int samples) {
        double error = 0;
        for (int bin = 0; bin < BINS; bin++) {
            error += Math.abs(right[bin] - sure[bin]) / samples;
        }
        return error;
    }

    static Html of(Predictions predictions) {
        return new Calibration(predictions).html(predictions.samples());
    }

    private Html html(int samples) {
        double[] share = new double[BINS];
        List<List<String>> rows = new ArrayList<>();
        for (int bin = 0; bin < BINS; bin++) {
            share[bin] = count[bin] == 0 ? Double.NaN : (double) right[bin] / count[bin];
            if (count[bin] > 0) {
                rows.add(List.of(
                        Texts.number(sure[bin] / count[bin]), Texts.number(share[bin]), Texts.number(count[bin])));
            }
        }
        Html html = new Html();
        html.raw(
                        "<h2>Calibration</h2>\n<p class=\"quiet\">Of the samples of which the model is so sure, it is right about")
                .raw(" this share; on the line it would be as sure as it should. Mean difference (expected calibration")
                .text(" error) " + Texts.number(error(samples)) + ".")
                .raw("</p>\n<div class=\"charts\">\n<figure class=\"card\"><figcaption>Share that is right")
                .raw("</figcaption>\n")
                .add(Picture.bars(0, 1, share, true, "probability of what the model says", "Share that is right"))
                .raw("</figure>\n");
        return html.add(Metrics.table("In parts", List.of("mean probability", "right", "samples"), rows))
                .raw("</div>\n");
    }
}
