package dev.tutti.app.service;

import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingSpec;

/** How far the running job is. Written by the thread that trains, without allocating; read by any. */
public final class Progress implements TrainingListener {
    private volatile int epochs;
    private volatile long steps;
    private volatile long samplesOfRun;
    private volatile long firstSamples;
    private volatile long beginNs;

    private volatile int epoch;
    private volatile long step;
    private volatile long samples;
    private volatile double loss = Double.NaN;
    private volatile int workers;
    private volatile boolean waiting;

    /**
     * What is known at one moment.
     *
     * @param epoch number of the epoch, counted from 1; 0 before the first step
     * @param epochs of the run
     * @param step updates made
     * @param steps of the run; 0 while the data is being read
     * @param loss mean loss of the last step; NaN before
     * @param samplesPerSecond since it began, or was begun again; NaN before
     * @param secondsLeft NaN where it cannot be told
     * @param workers compute threads that share the work
     * @param waitsForWorkers whether nobody is there to do it
     */
    public record View(
            int epoch,
            int epochs,
            long step,
            long steps,
            double loss,
            double samplesPerSecond,
            double secondsLeft,
            int workers,
            boolean waitsForWorkers) {}

    /** A training begins, or goes on. */
    public void begin(TrainingJob job) {
        TrainingSpec spec = job.spec();
        epochs = spec.epochs();
        steps = (long) spec.epochs() * spec.stepsPerEpoch();
        samplesOfRun = (long) spec.epochs() * spec.samples();
        long before = job.start().map(start -> start.position().samples()).orElse(0L);
        firstSamples = before;
        samples = before;
        step = job.start().map(start -> start.position().step()).orElse(0L);
        epoch = job.start().map(start -> start.position().epoch()).orElse(0);
        beginNs = System.nanoTime();
    }

    @Override
    public void onStep(int epochNow, long stepNow, long samplesNow, double meanLoss) {
        epoch = epochNow;
        step = stepNow;
        samples = samplesNow;
        loss = meanLoss;
    }

    @Override
    public void onWorkers(int count, String event) {
        workers = count;
        waiting = count == 0;
    }

    @Override
    public void onWaiting(int present, int needed) {
        waiting = true;
    }

    /** What is known now. */
    public View view() {
        long done = samples - firstSamples;
        double rate = done > 0 ? done * 1e9 / (System.nanoTime() - beginNs) : Double.NaN;
        return new View(
                epoch,
                epochs,
                step,
                steps,
                loss,
                rate,
                (samplesOfRun - samples) / rate,
                workers,
                waiting && workers == 0);
    }
}
