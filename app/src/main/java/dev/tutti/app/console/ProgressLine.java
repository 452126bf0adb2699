package dev.tutti.app.console;

import dev.tutti.train.EpochMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How progress reads: pure functions from numbers to lines. */
public final class ProgressLine {
    /** A number of workers that nobody has told yet. */
    static final int UNKNOWN = -1;

    private static final int BAR = 20;
    private static final double[] UNITS = {1e9, 1e6, 1e3};
    private static final String[] UNIT_NAMES = {"G", "M", "k"};

    private ProgressLine() {}

    /**
     * What is known while a run goes on.
     *
     * @param epoch number of the epoch, counted from 1
     * @param epochs number of epochs of the run
     * @param step number of updates so far
     * @param steps number of updates of the run
     * @param loss mean loss of late
     * @param samplesPerSecond speed of late; 0 where not known yet
     * @param secondsLeft time left; NaN where not known yet
     * @param workers number of compute threads, or {@link #UNKNOWN}
     */
    record State(
            int epoch,
            int epochs,
            long step,
            long steps,
            double loss,
            double samplesPerSecond,
            double secondsLeft,
            int workers) {}

    /** The live line, at most {@code columns} characters: what matters least is left out first. */
    static String live(State state, int columns) {
        List<String> parts = new ArrayList<>();
        parts.add("epoch " + state.epoch() + "/" + state.epochs());
        parts.add(bar(state.step(), state.steps()));
        parts.add("step " + state.step() + "/" + state.steps());
        parts.add("loss " + loss(state.loss()));
        parts.add(state.samplesPerSecond() > 0 ? rate(state.samplesPerSecond()) : "");
        parts.add(Double.isNaN(state.secondsLeft()) ? "" : duration(state.secondsLeft()) + " left");
        parts.add(state.workers() == UNKNOWN ? "" : workers(state.workers()));
        int[] leastImportantFirst = {1, 6, 2, 4, 5, 3};
        int next = 0;
        while (joined(parts).length() > columns && next < leastImportantFirst.length) {
            parts.set(leastImportantFirst[next++], "");
        }
        String line = joined(parts);
        return line.length() > columns ? line.substring(0, Math.max(0, columns)) : line;
    }

    private static String joined(List<String> parts) {
        return String.join("  ", parts.stream().filter(part -> !part.isEmpty()).toList());
    }

    private static String bar(long step, long steps) {
        int filled = steps > 0 ? (int) (BAR * Math.min(step, steps) / steps) : 0;
        return "[" + "=".repeat(filled) + ".".repeat(BAR - filled) + "]";
    }

    /** The line that stays of an epoch, on a terminal: what matters least is left out beyond {@code columns}. */
    static String epoch(EpochMetrics metrics, int epochs, int columns) {
        List<String> parts = epochParts(metrics, epochs);
        int[] leastImportantFirst = {4, 1};
        int next = 0;
        while (joined(parts).length() > columns && next < leastImportantFirst.length) {
            parts.set(leastImportantFirst[next++], "");
        }
        return joined(parts);
    }

    /** The same where no terminal would wrap it. */
    static String epoch(EpochMetrics metrics, int epochs) {
        return joined(epochParts(metrics, epochs));
    }

    private static List<String> epochParts(EpochMetrics metrics, int epochs) {
        int width = String.valueOf(epochs).length();
        List<String> parts = new ArrayList<>();
        parts.add(String.format(
                Locale.ROOT, "epoch %" + width + "d/%d  loss %s", metrics.epoch(), epochs, loss(metrics.trainLoss())));
        parts.add(labelled("accuracy ", metrics.trainAccuracy(), accuracy(metrics.trainAccuracy())));
        parts.add(labelled("validation loss ", metrics.validationLoss(), loss(metrics.validationLoss())));
        parts.add(labelled("accuracy ", metrics.validationAccuracy(), accuracy(metrics.validationAccuracy())));
        parts.add(rate(metrics.samples() / metrics.seconds()));
        return parts;
    }

    private static String labelled(String label, double value, String text) {
        return Double.isNaN(value) ? "" : label + text;
    }

    /** A loss, in four or so digits. */
    public static String loss(double loss) {
        double size = Math.abs(loss);
        return String.format(Locale.ROOT, size != 0 && (size < 1e-3 || size >= 1e4) ? "%.3e" : "%.4f", loss);
    }

    /** A share of correct samples. */
    public static String accuracy(double accuracy) {
        return String.format(Locale.ROOT, "%.4f", accuracy);
    }

    /** A number of samples for each second, such as {@code 52.3k samples/s}. */
    public static String rate(double samplesPerSecond) {
        if (!Double.isFinite(samplesPerSecond)) {
            return "- samples/s";
        }
        for (int i = 0; i < UNITS.length; i++) {
            if (samplesPerSecond >= UNITS[i]) {
                return String.format(Locale.ROOT, "%.1f%s samples/s", samplesPerSecond / UNITS[i], UNIT_NAMES[i]);
            }
        }
        return String.format(Locale.ROOT, "%.0f samples/s", samplesPerSecond);
    }

    /** A time such as {@code 0:07}, {@code 12:34} or {@code 1:02:03}. */
    static String duration(double seconds) {
        long all = Math.round(seconds);
        return all < 3600
                ? String.format(Locale.ROOT, "%d:%02d", all / 60, all % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", all / 3600, all / 60 % 60, all % 60);
    }

    /** A number of workers in words. */
    public static String workers(int workers) {
        return workers == 0 ? "no workers" : workers == 1 ? "1 worker" : workers + " workers";
    }
}
