package dev.tutti.app.report;

import dev.tutti.app.prediction.Predictions;
import java.util.Arrays;
import java.util.List;

/** Where a model is wrong. */
final class Errors {
    private static final int MOST_CLASSES = 30;
    private static final int MOST_PAIRS = 20;
    private static final int MOST_POINTS = 800;
    private static final int BINS = 21;
    private static final int SHADES = 6;

    private Errors() {}

    /** Which class is taken for which. */
    static Html ofClasses(Predictions predictions) {
        List<String> names = predictions.schema().classNames();
        Html html = new Html();
        html.raw("<h2>What is taken for what</h2>\n<p class=\"quiet\">")
                .text(Texts.number(predictions.samples()))
                .raw(" validation samples; rows: the class, columns: what the model says.</p>\n");
        return html.add(names.size() > MOST_CLASSES ? pairs(predictions) : square(names, predictions.confusion()));
    }

    private static Html square(List<String> names, int[][] table) {
        Html html = new Html();
        int most = Arrays.stream(table).flatMapToInt(Arrays::stream).max().orElse(1);
        html.raw("<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"What is taken for what\">")
                .raw("<table class=\"confusion\"><thead><tr><td></td>");
        names.forEach(name -> html.raw("<th scope=\"col\">").text(name).raw("</th>"));
        html.raw("</tr></thead><tbody>\n");
        for (int is = 0; is < table.length; is++) {
            html.raw("<tr><th scope=\"row\" class=\"row-name\">")
                    .text(names.get(is))
                    .raw("</th>");
            for (int said = 0; said < table.length; said++) {
                int count = table[is][said];
                int shade = count == 0 ? 0 : Math.max(1, (int) Math.ceil((double) SHADES * count / most));
                html.raw("<td class=\"heat " + (is == said ? "right" : "wrong") + " h" + shade + "\">" + count
                        + "</td>");
            }
            html.raw("</tr>\n");
        }
        return html.raw("</tbody></table></div>\n");
    }

    private static Html pairs(Predictions predictions) {
        List<String> names = predictions.schema().classNames();
        return Metrics.table(
                "Confused most",
                List.of("class", "taken for", "times"),
                predictions.mostConfused(MOST_PAIRS).stream()
                        .map(pair -> List.of(names.get(pair.is()), names.get(pair.said()), Texts.number(pair.count())))
                        .toList());
    }

    /** What is predicted beside what is, and how the differences are distributed. */
    static Html ofNumbers(Predictions predictions) {
        int samples = predictions.samples();
        double[] is = new double[samples];
        double[] said = new double[samples];
        double[] residuals = new double[samples];
        for (int i = 0; i < samples; i++) {
            is[i] = predictions.data().targets()[predictions.rows()[i]];
            said[i] = predictions.predictedValue(i);
            residuals[i] = said[i] - is[i];
        }
        String target = predictions.schema().targetName().isEmpty()
                ? "target"
                : predictions.schema().targetName();
        Html html = new Html();
        html.raw("<h2>Residuals</h2>\n<p class=\"quiet\">")
                .text(Texts.number(samples) + " validation samples; root of the mean squared error "
                        + Texts.number(predictions.metrics().rootMeanSquaredError()) + ", of a model that always says"
                        + " the mean " + Texts.number(predictions.standardDeviation()) + ".")
                .raw("</p>\n<div class=\"charts\">\n<figure class=\"card\"><figcaption>Predicted, by what it is")
                .raw("</figcaption>\n");
        int stride = Math.max(1, (samples + MOST_POINTS - 1) / MOST_POINTS);
        html.add(Picture.points(thinned(is, stride), thinned(said, stride), target, "Predicted by true " + target))
                .raw("</figure>\n<figure class=\"card\"><figcaption>Predicted minus true</figcaption>\n")
                .add(histogram(residuals, target));
        return html.raw("</figure>\n</div>\n");
    }

    private static double[] thinned(double[] values, int stride) {
        double[] thinned = new double[(values.length + stride - 1) / stride];
        Arrays.setAll(thinned, i -> values[i * stride]);
        return thinned;
    }

    private static Html histogram(double[] residuals, String target) {
        double reach = Arrays.stream(residuals).map(Math::abs).max().orElse(1);
        reach = reach > 0 ? reach : 1;
        double[] counts = new double[BINS];
        for (double residual : residuals) {
            counts[(int) Math.min(BINS - 1, (residual + reach) / (2 * reach) * BINS)]++;
        }
        return Picture.bars(-reach, reach, counts, false, "error of " + target, "How often which error of " + target);
    }
}
