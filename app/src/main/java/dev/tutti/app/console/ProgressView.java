package dev.tutti.app.console;

import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingSpec;
import java.io.PrintWriter;

/**
 * Shows a run while it goes on: on a terminal one line that is drawn anew at most ten times a second, with the epochs of a short run
 * above it; elsewhere one line for each epoch.
 */
public final class ProgressView implements TrainingListener, AutoCloseable {
    private static final long REDRAW_NS = 100_000_000;
    private static final int SHORT_RUN = 30;

    /** Weight of what is new in the running means. */
    private static final double FRESH = 0.3;

    /** To the begin of the line, and clear it. */
    static final String CLEAR = "\r\u001b[K";

    private final PrintWriter out;
    private final boolean live;
    private final int columns;
    private final int epochs;
    private final long steps;
    private final long samplesOfRun;

    private long drawnNs = System.nanoTime();
    private long drawnSamples;
    private double lossSum;
    private int losses;
    private double rate;
    private int workers = ProgressLine.UNKNOWN;
    private String waiting = "";
    private final Straggler straggler = new Straggler();
    private ClusterMetrics cluster;

    /**
     * @param out where to show
     * @param live whether that is a terminal
     * @param columns its width
     * @param spec of the run
     */
    public ProgressView(PrintWriter out, boolean live, int columns, TrainingSpec spec) {
        this.out = out;
        this.live = live;
        // The last column is left free: some terminals begin a new line once it is written to.
        this.columns = columns - 1;
        this.epochs = spec.epochs();
        this.steps = (long) spec.epochs() * spec.stepsPerEpoch();
        this.samplesOfRun = (long) spec.epochs() * spec.samples();
    }

    /** Begins at a number of samples that were trained on before. */
    public void resumeFrom(long samples) {
        drawnSamples = samples;
    }

    @Override
    public void onStep(int epoch, long step, long samples, double meanLoss) {
        if (!live) {
            return;
        }
        lossSum += meanLoss;
        losses++;
        long nowNs = System.nanoTime();
        if (nowNs - drawnNs < REDRAW_NS) {
            return;
        }
        double newRate = (samples - drawnSamples) * 1e9 / (nowNs - drawnNs);
        rate = rate == 0 ? newRate : FRESH * newRate + (1 - FRESH) * rate;
        double left = rate > 0 ? (samplesOfRun - samples) / rate : Double.NaN;
        draw(new ProgressLine.State(epoch, epochs, step, steps, lossSum / losses, rate, left, workers));
        drawnNs = nowNs;
        drawnSamples = samples;
        lossSum = 0;
        losses = 0;
    }

    private void draw(ProgressLine.State state) {
        out.print(CLEAR + ProgressLine.live(state, columns));
        out.flush();
    }

    @Override
    public void onCluster(ClusterMetrics metrics) {
        cluster = metrics;
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        if (!live) {
            out.println(ProgressLine.epoch(metrics, epochs));
        } else if (epochs <= SHORT_RUN) {
            out.println(CLEAR + ProgressLine.epoch(metrics, epochs, columns));
        }
        if (cluster != null) {
            straggler.at(cluster, metrics.seconds()).ifPresent(line -> out.println((live ? CLEAR : "") + line));
        }
        out.flush();
    }

    /** Shows changes only: at the start the number is what was asked for. */
    @Override
    public void onWorkers(int workers, String event) {
        if (this.workers != ProgressLine.UNKNOWN && this.workers != workers) {
            out.println((live ? CLEAR : "") + ProgressLine.workers(workers) + " now");
            out.flush();
        }
        this.workers = workers;
        waiting = "";
    }

    /** On the thread of the control plane, while the one that trains waits, which may be for days: shows changes only. */
    @Override
    public void onWaiting(int present, int needed) {
        String now = "waiting for worker processes: " + present + " of " + needed + " are here";
        if (!now.equals(waiting)) {
            out.println((live ? CLEAR : "") + now);
            out.flush();
        }
        waiting = now;
    }

    /** Clears the live line. */
    @Override
    public void close() {
        if (live) {
            out.print(CLEAR);
            out.flush();
        }
    }
}
