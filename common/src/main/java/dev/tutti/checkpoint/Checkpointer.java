package dev.tutti.checkpoint;

import dev.tutti.files.InputException;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingRun;
import dev.tutti.train.TrainingState;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes checkpoints while a run goes on. The training thread only copies the arrays; a thread of its own makes the checksum and
 * writes. There is one copy: a checkpoint that is due while the one before is still being written is skipped and counted.
 *
 * <p>An epoch's end is not due until {@value #PACE} times as long as the last checkpoint took has passed since: short epochs must not
 * keep the disk busy.
 *
 * <p>A checkpoint that cannot be written is a warning; training goes on.
 */
public final class Checkpointer implements TrainingListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    private static final int PACE = 50;

    private final CheckpointDirectory directory;
    private final CheckpointSettings settings;
    private final RunIdentity identity;
    private final Runnable beforeWrite;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(work -> new Thread(work, "tutti-checkpoints"));

    private volatile TrainingRun run;
    private TrainingState state;
    private long sinceNs = System.nanoTime();
    private long copyNs;
    private long skipped;

    private volatile boolean busy;
    private volatile long lastCostNs;
    private long writeNs;
    private long written;
    private long failed;
    private long writtenStep = -1;
    private String problem;

    /**
     * @param directory where
     * @param settings when
     * @param identity of the run
     * @param beforeWrite brings to the disk what must not be older than the checkpoint; on the writing thread
     */
    public Checkpointer(
            CheckpointDirectory directory, CheckpointSettings settings, RunIdentity identity, Runnable beforeWrite) {
        this.directory = directory;
        this.settings = settings;
        this.identity = identity;
        this.beforeWrite = beforeWrite;
    }

    @Override
    public void onStepEnd(TrainingRun run) {
        if (settings.keep() == 0) {
            return;
        }
        this.run = run;
        if (run.isFinished() || !isDue(run)) {
            return;
        }
        long nowNs = System.nanoTime();
        sinceNs = nowNs;
        if (busy) {
            skipped++;
            return;
        }
        if (state == null) {
            state = run.newState();
        }
        run.save(state);
        copyNs += System.nanoTime() - nowNs;
        busy = true;
        writer.execute(this::write);
    }

    /** Whether a checkpoint is being written. */
    boolean isBusy() {
        return busy;
    }

    private boolean isDue(TrainingRun run) {
        long passedNs = System.nanoTime() - sinceNs;
        return passedNs >= settings.interval().toNanos()
                || (settings.steps() > 0 && run.step() % settings.steps() == 0)
                || (run.stepInEpoch() == 0 && passedNs >= PACE * lastCostNs);
    }

    private void write() {
        long startNs = System.nanoTime();
        try {
            beforeWrite.run();
            directory.write(identity, state);
            written++;
            writtenStep = state.position().step();
            if (problem != null) {
                LOG.warn("checkpoints are written again: {}", directory.file(writtenStep));
            }
            problem = null;
        } catch (InputException e) {
            failed++;
            tell(e);
        } finally {
            lastCostNs = System.nanoTime() - startNs;
            writeNs += lastCostNs;
            busy = false;
        }
    }

    /** Says the same only once. */
    private void tell(InputException e) {
        String reason = String.valueOf(
                e.getCause() == null ? e.getMessage() : e.getCause().getClass());
        if (!reason.equals(problem)) {
            LOG.warn("checkpoint failed: {}; training goes on, earlier checkpoints stay", e.getMessage());
        }
        problem = reason;
    }

    /**
     * Writes where the run stands now, unless that is written already; on a thread that is not interrupted, after training has
     * ended.
     *
     * @return the newest checkpoint, if there is one
     */
    public Optional<Path> finish() {
        close();
        TrainingRun last = run;
        if (last != null && last.step() != writtenStep) {
            if (state == null) {
                state = last.newState();
            }
            if (last.save(state)) {
                write();
            }
        }
        LOG.info(
                "checkpoints: written={}, skipped={}, failed={}, copySeconds={}, writeSeconds={}",
                written,
                skipped,
                failed,
                copyNs / 1e9,
                writeNs / 1e9);
        return directory.newest();
    }

    /** Waits for the checkpoint that is being written; no more are written by the run then. */
    @Override
    public void close() {
        writer.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (writer.awaitTermination(1, TimeUnit.DAYS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
