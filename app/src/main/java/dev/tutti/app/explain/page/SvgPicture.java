package dev.tutti.app.explain.page;

import static dev.tutti.app.explain.page.MathmlForm.escape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A network as SVG: units with their numbers, edges with weights and gradients. */
final class SvgPicture {
    private static final int LAYER_WIDTH = 250;
    private static final int UNIT_HEIGHT = 132;
    private static final int RADIUS = 24;
    private static final int MARGIN = 60;
    /** Where on its edge a label may be, as a share of the way; the first that keeps all labels of a layer apart is taken. */
    private static final double[] SHARES = {0.3, 0.7, 0.4, 0.6, 0.5};

    private static final int LABEL_HEIGHT = 28;

    private final NetworkPicture picture;
    private final StringBuilder out = new StringBuilder();
    private final int width;
    private final int height;

    private SvgPicture(NetworkPicture picture) {
        this.picture = picture;
        int most = picture.layers().stream().mapToInt(List::size).max().orElse(1);
        width = 2 * MARGIN + (picture.layers().size() - 1) * LAYER_WIDTH + 120;
        height = most * UNIT_HEIGHT + 20;
    }

    static String of(NetworkPicture picture) {
        return new SvgPicture(picture).draw();
    }

    private String draw() {
        line("<figure>");
        line(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" style=\"max-width:%dpx\">",
                width, height, escape(picture.title()), width);
        for (int layer = 1; layer < picture.layers().size(); layer++) {
            edges(layer);
        }
        for (int layer = 1; layer < picture.layers().size(); layer++) {
            labels(layer);
        }
        for (int layer = 0; layer < picture.layers().size(); layer++) {
            units(layer);
        }
        line("</svg>");
        boolean labelled = IntStream.range(1, picture.layers().size()).anyMatch(layer -> share(layer) > 0);
        line(
                "<figcaption>%s Blue weights are positive, orange ones negative.%s</figcaption>",
                escape(picture.title()), labelled ? " On an edge: its weight and, smaller, the gradient." : "");
        line("</figure>");
        return out.toString();
    }

    private void edges(int layer) {
        float[][] weights = picture.weights().get(layer - 1);
        float[][] gradients = picture.gradients().get(layer - 1);
        for (int j = 0; j < weights.length; j++) {
            for (int i = 0; i < weights[j].length; i++) {
                float w = weights[j][i];
                double thickness = 1 + 3 * Math.min(1, Math.abs(w));
                line(
                        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\" stroke-width=\"%.1f\"><title>weight %s, gradient %s</title></line>",
                        x(layer - 1) + RADIUS,
                        y(layer - 1, i),
                        x(layer) - RADIUS,
                        y(layer, j),
                        w > 0 ? "plus" : w < 0 ? "minus" : "zero",
                        thickness,
                        Digits.given(w),
                        Digits.of(gradients[j][i]));
            }
        }
    }

    /** Weight and gradient of an edge. */
    private void labels(int layer) {
        float[][] weights = picture.weights().get(layer - 1);
        float[][] gradients = picture.gradients().get(layer - 1);
        double share = share(layer);
        if (share == 0) {
            return;
        }
        for (int j = 0; j < weights.length; j++) {
            for (int i = 0; i < weights[j].length; i++) {
                double x = x(layer - 1) + RADIUS + share * (LAYER_WIDTH - 2 * RADIUS);
                double y = y(layer - 1, i) + share * (y(layer, j) - y(layer - 1, i));
                line(
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"66\" height=\"28\" rx=\"4\" class=\"back\"/>",
                        x - 33, y - 14);
                line(
                        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"12\" text-anchor=\"middle\">%s</text>",
                        x, y - 2, Digits.given(weights[j][i]));
                line(
                        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"10\" text-anchor=\"middle\" class=\"faint\">%s</text>",
                        x, y + 10, Digits.of(gradients[j][i]));
            }
        }
    }

    /** Where the labels of a layer's edges are; 0 if they would cover each other everywhere, and are titles alone. */
    private double share(int layer) {
        for (double share : SHARES) {
            List<Double> heights = new ArrayList<>();
            for (int j = 0; j < picture.layers().get(layer).size(); j++) {
                for (int i = 0; i < picture.layers().get(layer - 1).size(); i++) {
                    heights.add(y(layer - 1, i) + share * (y(layer, j) - y(layer - 1, i)));
                }
            }
            Collections.sort(heights);
            boolean apart = true;
            for (int k = 1; k < heights.size(); k++) {
                apart &= heights.get(k) - heights.get(k - 1) >= LABEL_HEIGHT;
            }
            if (apart) {
                return share;
            }
        }
        return 0;
    }

    private void units(int layer) {
        List<NetworkPicture.Unit> units = picture.layers().get(layer);
        for (int j = 0; j < units.size(); j++) {
            NetworkPicture.Unit unit = units.get(j);
            int x = x(layer);
            int y = y(layer, j);
            line("<circle cx=\"%d\" cy=\"%d\" r=\"%d\" class=\"unit\"/>", x, y, RADIUS);
            line(
                    "<text x=\"%d\" y=\"%d\" font-size=\"14\" text-anchor=\"middle\">%s</text>",
                    x, y + 5, plain(unit.name()));
            for (int n = 0; n < unit.numbers().size(); n++) {
                boolean last = layer == picture.layers().size() - 1;
                line(
                        "<text x=\"%d\" y=\"%d\" font-size=\"12\" text-anchor=\"%s\">%s</text>",
                        last ? x + RADIUS + 8 : x,
                        last ? y - 18 + 17 * n : y + RADIUS + 15 + 17 * n,
                        last ? "start" : "middle",
                        plain(unit.numbers().get(n)));
            }
        }
    }

    /** A formula as text with indices below and layers above the line. */
    private static String plain(Formula formula) {
        if (formula instanceof Formula.Row row) {
            return row.parts().stream().map(SvgPicture::plain).collect(Collectors.joining());
        }
        if (formula instanceof Formula.Fraction fraction) {
            return plain(fraction.over()) + "/" + plain(fraction.under());
        }
        if (formula instanceof Formula.Differential differential) {
            return "\u2202" + plain(differential.of());
        }
        if (formula instanceof Formula.Symbol symbol) {
            String base = symbol.base().equals("y-hat") ? "\u0177" : Greek.letter(symbol.base());
            return escape(base)
                    + shifted(symbol.index(), 3)
                    + shifted(symbol.layer().replace("^", ""), -5);
        }
        return escape(TextForm.of(formula).replace('-', '\u2212'));
    }

    private static String shifted(String text, int by) {
        return text.isEmpty()
                ? ""
                : "<tspan dy=\"" + by + "\" font-size=\"72%\">" + escape(text) + "</tspan><tspan dy=\"" + -by
                        + "\">\u200b</tspan>";
    }

    private int x(int layer) {
        return MARGIN + layer * LAYER_WIDTH;
    }

    private int y(int layer, int unit) {
        int count = picture.layers().get(layer).size();
        return (int) Math.round((unit + 0.5) * (height - 20) / count);
    }

    private void line(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append("\n");
    }
}
