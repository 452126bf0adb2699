package dev.tutti.app.explain.page;

import static dev.tutti.app.explain.page.MathmlForm.escape;

import java.util.Locale;

/** A tree of sums as SVG: leaves on the left, the sum of all on the right. */
final class SvgTree {
    private static final double LETTER = 6.3;
    private static final int BOX_HEIGHT = 42;
    private static final int GAP = 52;
    private static final int ROW = 56;
    private static final int MARGIN = 4;

    private final StringBuilder out = new StringBuilder();
    private final SumTree tree;
    private final int boxWidth;
    private int nextLeaf;

    private SvgTree(SumTree tree) {
        this.tree = tree;
        boxWidth = 20 + (int) (LETTER * tree.longestBy());
    }

    static String of(SumTree tree) {
        return new SvgTree(tree).draw();
    }

    private String draw() {
        int width = tree.height() * (boxWidth + GAP) + boxWidth + 2 * MARGIN;
        int height = tree.leaves() * ROW;
        line("<figure>");
        line(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"The tree of sums\" style=\"max-width:%dpx\">",
                width, height, width);
        node(tree);
        line("</svg>");
        line("<figcaption>From left to right: gradients of the rows, and their sums.</figcaption>");
        line("</figure>");
        return out.toString();
    }

    /** Draws a node behind its children, in the middle of them; returns the height of its middle. */
    private double node(SumTree node) {
        int left = MARGIN + node.height() * (boxWidth + GAP);
        if (node.children().isEmpty()) {
            double middle = (nextLeaf + 0.5) * ROW;
            nextLeaf++;
            box(node, left, middle);
            return middle;
        }
        double[] middles = new double[node.children().size()];
        double sum = 0;
        for (int c = 0; c < middles.length; c++) {
            middles[c] = node(node.children().get(c));
            sum += middles[c];
        }
        double middle = sum / middles.length;
        for (int c = 0; c < middles.length; c++) {
            line(
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" class=\"edge\"/>",
                    MARGIN + node.children().get(c).height() * (boxWidth + GAP) + boxWidth, middles[c], left, middle);
        }
        box(node, left, middle);
        return middle;
    }

    private void box(SumTree node, int left, double middle) {
        line(
                "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%d\" rx=\"6\" class=\"%s\"/>",
                left, middle - BOX_HEIGHT / 2.0, boxWidth, BOX_HEIGHT, node.again() ? "unit again" : "unit");
        text(node.name(), 14, "", left, middle - 3);
        text(node.by(), 12, " class=\"faint\"", left, middle + 14);
    }

    private void text(String text, int size, String kind, int left, double y) {
        line(
                "<text x=\"%d\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"middle\"%s>%s</text>",
                left + boxWidth / 2, y, size, kind, escape(text));
    }

    private void line(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append("\n");
    }
}
