package dev.tutti.app.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Diagrams in SVG, of the colours of the page's styles. */
final class Picture {
    private static final int WIDTH = 440;
    private static final int HEIGHT = 240;
    private static final int LEFT = 52;
    private static final int RIGHT = WIDTH - 12;
    private static final int TOP = 10;
    private static final int BOTTOM = HEIGHT - 40;
    private static final int MOST_POINTS = 400;
    private static final int BAR_GAP = 1;

    private final Html out = new Html();
    private final Axis x;
    private final Axis y;

    /**
     * A line of a diagram.
     *
     * @param name for people
     * @param x places of its points
     * @param y heights of its points; NaN where there is none
     */
    record Line(String name, double[] x, double[] y) {}

    private Picture(Axis x, Axis y, String xName, String about) {
        this.x = x;
        this.y = y;
        out.raw("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"")
                .text(about)
                .raw("\">");
        for (double mark : y.marks()) {
            rule(LEFT, y.place(mark), RIGHT, y.place(mark), "grid");
            label(LEFT - 6, y.place(mark) + 4, "end", y.text(mark));
        }
        for (double mark : x.marks()) {
            rule(x.place(mark), BOTTOM, x.place(mark), BOTTOM + 4, "grid");
            label(x.place(mark), BOTTOM + 17, "middle", x.text(mark));
        }
        label((LEFT + RIGHT) / 2.0, HEIGHT - 6, "middle", xName);
    }

    private static Axis across(double low, double high) {
        return new Axis(low, high, LEFT, RIGHT);
    }

    private static Axis up(double low, double high) {
        return new Axis(low, high, BOTTOM, TOP);
    }

    /** Lines over the same axis. */
    static Html lines(List<Line> lines, String xName, String about) {
        double[] xs =
                lines.stream().flatMapToDouble(line -> Arrays.stream(line.x())).toArray();
        double[] ys = lines.stream()
                .flatMapToDouble(line -> Arrays.stream(line.y()))
                .filter(Double::isFinite)
                .toArray();
        Picture picture = new Picture(across(least(xs), most(xs)), up(least(ys), most(ys)), xName, about);
        for (int i = 0; i < lines.size(); i++) {
            picture.line(lines.get(i), i);
        }
        return picture.end();
    }

    private void line(Line line, int number) {
        int[] points = IntStream.range(0, line.x().length)
                .filter(i -> Double.isFinite(line.y()[i]))
                .toArray();
        int stride = Math.max(1, (points.length + MOST_POINTS - 1) / MOST_POINTS);
        StringBuilder path = new StringBuilder();
        double lastX = 0;
        double lastY = 0;
        for (int i = 0; i < points.length; i++) {
            if (i % stride == 0 || i == points.length - 1) {
                lastX = x.place(line.x()[points[i]]);
                lastY = y.place(line.y()[points[i]]);
                path.append(i == 0 ? "M" : "L").append(at(lastX)).append(' ').append(at(lastY));
            }
        }
        out.raw("<path class=\"line s" + number + "\" d=\"" + path + "\"/>");
        if (points.length > 0) {
            out.raw("<circle class=\"end s" + number + "\" cx=\"" + at(lastX) + "\" cy=\"" + at(lastY)
                    + "\" r=\"3\"/>");
        }
    }

    /** Points, and the line on which both values are the same. */
    static Html points(double[] xs, double[] ys, String xName, String about) {
        double low = Math.min(least(xs), least(ys));
        double high = Math.max(most(xs), most(ys));
        Picture picture = new Picture(across(low, high), up(low, high), xName, about);
        picture.rule(
                picture.x.place(low), picture.y.place(low), picture.x.place(high), picture.y.place(high), "diagonal");
        for (int i = 0; i < xs.length; i++) {
            picture.out.raw("<circle class=\"point\" cx=\"" + at(picture.x.place(xs[i])) + "\" cy=\""
                    + at(picture.y.place(ys[i])) + "\" r=\"2.5\"/>");
        }
        return picture.end();
    }

    /**
     * Bars side by side.
     *
     * @param low where the first begins
     * @param high where the last ends
     * @param heights of each; NaN where there is none
     * @param diagonal whether to draw where height and place are the same
     */
    static Html bars(double low, double high, double[] heights, boolean diagonal, String xName, String about) {
        double tallest = Math.max(diagonal ? 1 : 0, most(heights));
        Picture picture = new Picture(across(low, high), up(0, tallest), xName, about);
        double width = (high - low) / heights.length;
        for (int i = 0; i < heights.length; i++) {
            if (heights[i] > 0) {
                double left = picture.x.place(low + i * width) + BAR_GAP;
                double right = picture.x.place(low + (i + 1) * width) - BAR_GAP;
                double top = picture.y.place(heights[i]);
                picture.out.raw("<rect class=\"bar\" x=\"" + at(left) + "\" y=\"" + at(top) + "\" width=\""
                        + at(right - left) + "\" height=\"" + at(BOTTOM - top) + "\"/>");
            }
        }
        if (diagonal) {
            picture.rule(
                    picture.x.place(low), picture.y.place(low), picture.x.place(1), picture.y.place(1), "diagonal");
        }
        return picture.end();
    }

    private void rule(double x1, double y1, double x2, double y2, String kind) {
        out.raw("<line class=\"" + kind + "\" x1=\"" + at(x1) + "\" y1=\"" + at(y1) + "\" x2=\"" + at(x2) + "\" y2=\""
                + at(y2) + "\"/>");
    }

    private void label(double atX, double atY, String anchor, String text) {
        out.raw("<text x=\"" + at(atX) + "\" y=\"" + at(atY) + "\" text-anchor=\"" + anchor + "\">")
                .text(text)
                .raw("</text>");
    }

    private Html end() {
        return out.raw("</svg>");
    }

    private static String at(double place) {
        return String.format(Locale.ROOT, "%.1f", place);
    }

    private static double least(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).min().orElse(0);
    }

    private static double most(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).max().orElse(1);
    }
}
