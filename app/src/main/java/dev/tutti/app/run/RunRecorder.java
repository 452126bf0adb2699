package dev.tutti.app.run;

import dev.tutti.files.Json;
import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingState;
import dev.tutti.transport.Averaging;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes {@code metrics.jsonl}, whole lines at a time, so that a run can be followed and an interrupted one read. */
final class RunRecorder implements TrainingListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunRecorder.class);

    private final Path file;
    private final boolean perStep;
    private MetricsFile out;
    private int workers;
    private volatile long steps;
    private volatile long skippedSteps;
    private volatile EpochMetrics last;
    private ClusterMetrics cluster;

    /**
     * @param file made by {@link #open}
     * @param perStep whether each step gets a line, too
     */
    RunRecorder(Path file, boolean perStep) {
        this.file = file;
        this.perStep = perStep;
    }

    /** Makes the file. */
    void open() {
        out = MetricsFile.create(file);
    }

    /** Opens the file of a run that goes on. */
    void resume(TrainingState from) {
        out = MetricsFile.resume(file, from.position().step());
        steps = from.position().step();
        skippedSteps = from.position().skippedSteps();
        last = from.lastEpoch().epoch() == 0 ? null : from.lastEpoch();
    }

    /** Brings what was written to the disk; from any thread. */
    void force() {
        out.force();
    }

    /** Number of steps made. */
    long steps() {
        return steps;
    }

    /** Metrics of the last whole epoch; null before its end. */
    EpochMetrics last() {
        return last;
    }

    @Override
    public void onStep(int epoch, long step, long samples, double meanLoss) {
        steps = step;
        if (perStep) {
            write(new Json()
                    .put("step", step)
                    .put("epoch", epoch)
                    .put("samples", samples)
                    .put("loss", meanLoss));
        }
    }

    @Override
    public void onSkippedStep(int epoch, long step, long skipped, String problem) {
        skippedSteps = skipped;
        LOG.warn("step {} left out (epoch {}, {} so far): {}", step, epoch, skipped, problem);
    }

    /** Number of steps whose update was left out. */
    long skippedSteps() {
        return skippedSteps;
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        last = metrics;
        Json line = new Json()
                .put("epoch", metrics.epoch())
                .put("steps", metrics.steps())
                .put("samples", metrics.samples())
                .put("trainLoss", metrics.trainLoss())
                .put("trainAccuracy", metrics.trainAccuracy())
                .put("validationLoss", metrics.validationLoss())
                .put("validationAccuracy", metrics.validationAccuracy())
                .put("validationRmse", metrics.validationRmse());
        if (skippedSteps > 0) {
            line.put("skippedSteps", skippedSteps);
        }
        line.put("learningRate", metrics.learningRate());
        line.put("seconds", metrics.seconds()).put("samplesPerSecond", metrics.samples() / metrics.seconds());
        if (workers > 0) {
            line.put("workers", workers);
        }
        if (cluster != null) {
            addCluster(line, cluster);
        }
        write(line);
        LOG.debug(
                "epoch {}: steps={}, trainLoss={}, validationLoss={}, validationAccuracy={}",
                metrics.epoch(),
                metrics.steps(),
                metrics.trainLoss(),
                metrics.validationLoss(),
                metrics.validationAccuracy());
    }

    @Override
    public void onWorkers(int workers, String event) {
        this.workers = workers;
        LOG.info("workers={}: {}", workers, event);
    }

    @Override
    public void onCluster(ClusterMetrics metrics) {
        if (cluster != null && metrics.reissued() > cluster.reissued()) {
            LOG.info(
                    "segments: issued={}, done={}, reissued={}, duplicates={}",
                    metrics.issued(),
                    metrics.done(),
                    metrics.reissued(),
                    metrics.duplicates());
        }
        cluster = metrics;
    }

    /** The ledger of the work handed out, and who kept the others waiting. */
    private static void addCluster(Json line, ClusterMetrics cluster) {
        line.put("generation", cluster.generation())
                .put("segmentsIssued", cluster.issued())
                .put("segmentsDone", cluster.done())
                .put("segmentsReissued", cluster.reissued())
                .put("segmentsDuplicate", cluster.duplicates())
                .put("framesDropped", cluster.droppedFrames())
                .put("averaging", (cluster.averagedByMembers() ? Averaging.MEMBERS : Averaging.COORDINATOR).id());
        if (cluster.members().size() > 1) {
            line.putObjects(
                    "members",
                    cluster.members().stream()
                            .map(member -> new Json()
                                    .put("name", member.name())
                                    .put("share", member.share())
                                    .put("waitedSeconds", member.waitedSeconds()))
                            .toList());
        }
    }

    private void write(Json object) {
        out.add(object.line());
    }

    @Override
    public void close() {
        if (out != null) {
            out.close();
        }
    }
}
