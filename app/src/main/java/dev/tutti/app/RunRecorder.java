package dev.tutti.app;

import dev.tutti.train.EpochMetrics;
import dev.tutti.train.TrainingListener;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes {@code metrics.jsonl}, whole lines at a time, so that a run can be followed and an interrupted one read. */
final class RunRecorder implements TrainingListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunRecorder.class);

    private final BufferedWriter out;
    private final boolean perStep;
    private int workers;
    private int epochs;

    RunRecorder(BufferedWriter out, boolean perStep) {
        this.out = out;
        this.perStep = perStep;
    }

    /** Number of epochs written. */
    int epochs() {
        return epochs;
    }

    @Override
    public void onStep(int epoch, long step, long samples, double meanLoss) {
        if (perStep) {
            write(new Json()
                    .put("step", step)
                    .put("epoch", epoch)
                    .put("samples", samples)
                    .put("loss", meanLoss));
        }
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        epochs = metrics.epoch();
        write(new Json()
                .put("epoch", metrics.epoch())
                .put("steps", metrics.steps())
                .put("samples", metrics.samples())
                .put("trainLoss", metrics.trainLoss())
                .put("trainAccuracy", metrics.trainAccuracy())
                .put("validationLoss", metrics.validationLoss())
                .put("validationAccuracy", metrics.validationAccuracy())
                .put("seconds", metrics.seconds())
                .put("samplesPerSecond", metrics.samples() / metrics.seconds())
                .put("workers", workers));
        LOG.info(
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

    private void write(Json object) {
        try {
            out.write(object.line() + "\n");
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("metrics.jsonl cannot be written", e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
