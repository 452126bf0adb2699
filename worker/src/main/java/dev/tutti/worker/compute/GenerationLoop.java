package dev.tutti.worker.compute;

import dev.tutti.data.Dataset;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.TreeSum;
import dev.tutti.transport.StepIdleStrategy;
import dev.tutti.worker.transport.WorkerPlane;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the leading compute thread does during a generation: take work and weights, compute, send gradients, until told to
 * stop. The weights of a step are the signal to start it.
 */
public final class GenerationLoop {
    private static final Logger LOG = LoggerFactory.getLogger(GenerationLoop.class);

    /** How long work waits for its weights before they are asked for again. */
    private static final long RESEND_AFTER_NS = 2_000_000_000L;

    private final WorkerPlane plane;
    private final Function<Dataset, ComputeTeam> startTeam;
    private final Consumer<Dataset> keepTraining;
    private final IdleStrategy idle = new StepIdleStrategy();
    private ComputeTeam team;
    private long waitingStep = -1;
    private long waitingSinceNs;
    private volatile boolean stopped;

    /**
     * @param plane the streams
     * @param team the compute threads, or null to start them with {@code startTeam} once the training set is here
     * @param startTeam starts the compute threads
     * @param keepTraining is given the training set when it has arrived
     */
    public GenerationLoop(
            WorkerPlane plane,
            ComputeTeam team,
            Function<Dataset, ComputeTeam> startTeam,
            Consumer<Dataset> keepTraining) {
        this.plane = plane;
        this.team = team;
        this.startTeam = startTeam;
        this.keepTraining = keepTraining;
    }

    /** Asks the loop to end soon; from any thread. */
    public void stop() {
        stopped = true;
    }

    /** Runs until {@link #stop}; on the leading compute thread. */
    public void run() {
        try {
            while (!stopped) {
                idle.idle(plane.poll() + doWork());
            }
        } finally {
            if (team != null) {
                team.close();
            }
        }
    }

    private int doWork() {
        if (team == null) {
            return startWhenTrainingIsHere();
        }
        WorkItem item = plane.nextWork();
        if (item == null) {
            return plane.send();
        }
        long weightsStep = plane.weightsStep();
        if (item.step() < weightsStep) {
            return dropLate(item);
        }
        if (item.step() > weightsStep) {
            return askAgainWhenLate(item, weightsStep);
        }
        TreeSum sum = team.compute(item, plane.weights());
        send(item, sum);
        plane.workDone();
        return 1;
    }

    /** Others have done this work; the coordinator is shown that this worker is awake again, or it would get none any more. */
    private int dropLate(WorkItem item) {
        if (!plane.isSent()) {
            return plane.send();
        }
        plane.beginResendRequest(item);
        plane.workDone();
        return 1 + plane.send();
    }

    private int startWhenTrainingIsHere() {
        Dataset training = plane.takeTraining();
        if (training == null) {
            return 0;
        }
        LOG.info("training set received: samples={}", training.samples());
        keepTraining.accept(training);
        team = startTeam.apply(training);
        return 1;
    }

    private void send(WorkItem item, TreeSum sum) {
        int segment = item.firstSegment();
        int end = segment + item.segmentCount();
        while (segment < end && !stopped) {
            PartialGradient node = sum.nodeAt(segment);
            flush();
            if (!stopped) {
                plane.beginGradient(item, node);
                flush();
            }
            segment = node.endSegment();
        }
    }

    private void flush() {
        while (!plane.isSent() && !stopped) {
            idle.idle(plane.send());
        }
    }

    /** Complete weights of an earlier step mean that the others are not ready; incomplete ones for long, that some are lost. */
    private int askAgainWhenLate(WorkItem item, long weightsStep) {
        long nowNs = System.nanoTime();
        if (weightsStep >= 0 || waitingStep != item.step()) {
            waitingStep = item.step();
            waitingSinceNs = nowNs;
        } else if (nowNs - waitingSinceNs > RESEND_AFTER_NS && plane.isSent()) {
            LOG.info("weights asked for again: step={}", item.step() + 1);
            plane.beginResendRequest(item);
            waitingSinceNs = nowNs;
        }
        return plane.send();
    }
}
