package dev.tutti.app.advice;

import dev.tutti.model.ParameterLayout;
import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.StepTimes;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingSpec;
import java.util.List;
import java.util.Optional;

/** Adds up what a run tells of its steps, for as long as its workers are the same. Owned by the thread that trains. */
public final class GainMeter implements TrainingListener {
    /** In the first steps code is being compiled and connections find their speed. */
    private static final int FIRST_STEPS = 20;

    private static final int FEWEST_STEPS = 20;

    private final TrainingSpec spec;
    private int threads;
    private long steps;
    private double seconds;
    private double updateSeconds;
    private ClusterMetrics cluster;

    /** @param spec the run */
    public GainMeter(TrainingSpec spec) {
        this.spec = spec;
    }

    @Override
    public void onWorkers(int workers, String event) {
        threads = workers;
        steps = 0;
        seconds = 0;
        updateSeconds = 0;
        cluster = null;
    }

    @Override
    public void onStepTimes(StepTimes times) {
        steps++;
        if (steps > FIRST_STEPS) {
            seconds += times.totalNs() / 1e9;
            updateSeconds += times.updatingNs() / 1e9;
        }
    }

    @Override
    public void onCluster(ClusterMetrics metrics) {
        cluster = metrics;
    }

    /** What the cluster brought in the end; nothing in one process, or where there were too few steps to say so. */
    public Optional<ClusterGain> gain() {
        long counted = steps - FIRST_STEPS;
        if (cluster == null || cluster.members().size() < 2 || counted < FEWEST_STEPS) {
            return Optional.empty();
        }
        List<ClusterMetrics.Member> members = cluster.members();
        double vectorBytes = (double) spec.wire().bytes() * new ParameterLayout(spec.network()).parameterCount();
        ClusterGain gain = ClusterGain.of(new ClusterGain.Step(
                seconds / counted,
                updateSeconds / counted,
                (double) spec.samples() / spec.segmentSize() / spec.stepsPerEpoch(),
                spec.segmentsOfStep(0),
                threads,
                vectorBytes,
                cluster.averagedByMembers(),
                members.stream().mapToDouble(ClusterMetrics.Member::share).toArray(),
                members.stream()
                        .mapToDouble(ClusterMetrics.Member::segmentsPerSecond)
                        .toArray()));
        return Optional.of(gain).filter(found -> found.limit() != null);
    }
}
