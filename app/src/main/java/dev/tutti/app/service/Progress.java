package dev.tutti.app.service;

import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.StepTimes;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingSpec;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How far the running job is. Written by the thread that trains, without allocating; read by any. */
public final class Progress implements TrainingListener {
    private final Totals totals;
    private final boolean ofProcesses;
    private final Map<String, Long> traffic = new HashMap<>();
    private volatile ClusterMetrics cluster;
    private volatile boolean wanted;
    private final long[] phasesBefore;
    private int generations;

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
     * @param workers compute threads that share the work; 0 while it waits for workers
     * @param waitsForWorkers whether it stands still, as those that it needs are not there
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

    /**
     * @param totals to which this job adds
     * @param ofProcesses whether processes compute it: where the time of a step goes means nothing where coordinator and workers are
     *     the same threads
     */
    Progress(Totals totals, boolean ofProcesses) {
        this.totals = totals;
        this.ofProcesses = ofProcesses;
        this.phasesBefore =
                Arrays.stream(Totals.Phase.values()).mapToLong(totals::phaseNs).toArray();
    }

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
        Totals.add(totals.steps, 1);
        Totals.add(totals.samples, samplesNow - samples);
        epoch = epochNow;
        step = stepNow;
        samples = samplesNow;
        loss = meanLoss;
    }

    @Override
    public void onSkippedStep(int epochNow, long stepNow, long skipped, String problem) {
        Totals.add(totals.skippedSteps, 1);
    }

    @Override
    public void onStepTimes(StepTimes times) {
        if (ofProcesses) {
            totals.onStepTimes(times);
        }
    }

    @Override
    public void onCluster(ClusterMetrics metrics) {
        count(metrics);
    }

    @Override
    public boolean wantsCluster() {
        return wanted;
    }

    @Override
    public void onClusterNow(ClusterMetrics metrics) {
        wanted = false;
        count(metrics);
    }

    private void count(ClusterMetrics metrics) {
        totals.onCluster(cluster, metrics);
        for (ClusterMetrics.Member member : metrics.members()) {
            Totals.add(totals.receivedBytes, grown("from " + member.name(), member.receivedBytes()));
            Totals.add(totals.sentBytes, grown("to " + member.name(), member.sentBytes()));
        }
        cluster = metrics;
    }

    private long grown(String key, long now) {
        Long before = traffic.put(key, now);
        return now - (before == null ? 0 : before);
    }

    /**
     * What was last told of the cluster, and asks to be told anew; empty before the first time. While steps are made it is some of them
     * old, however often it is asked for.
     */
    public Optional<ClusterMetrics> cluster() {
        wanted = true;
        return Optional.ofNullable(cluster);
    }

    /** Share of the time of this job's steps that each phase takes; NaN before the first step of a cluster. */
    public Map<Totals.Phase, Double> phases() {
        Map<Totals.Phase, Double> shares = new EnumMap<>(Totals.Phase.class);
        long sum = 0;
        for (Totals.Phase phase : Totals.Phase.values()) {
            sum += totals.phaseNs(phase) - phasesBefore[phase.ordinal()];
        }
        for (Totals.Phase phase : Totals.Phase.values()) {
            long ns = totals.phaseNs(phase) - phasesBefore[phase.ordinal()];
            shares.put(phase, sum > 0 ? (double) ns / sum : Double.NaN);
        }
        return shares;
    }

    @Override
    public void onWorkers(int count, String event) {
        Totals.add(totals.generations, 1);
        if (generations++ > 0 && count < workers) {
            Totals.add(totals.losses, 1);
        }
        workers = count;
        waiting = false;
    }

    /** On the thread of the control plane, while the one that trains waits; each few seconds. */
    @Override
    public void onWaiting(int present, int needed) {
        waiting = true;
    }

    /** Whether it stands still, as the workers that it needs are not there. */
    boolean standsStill() {
        return waiting;
    }

    /** What is known now. */
    public View view() {
        boolean still = waiting;
        long done = samples - firstSamples;
        double rate = done > 0 ? done * 1e9 / (System.nanoTime() - beginNs) : Double.NaN;
        return new View(
                epoch, epochs, step, steps, loss, rate, (samplesOfRun - samples) / rate, still ? 0 : workers, still);
    }
}
