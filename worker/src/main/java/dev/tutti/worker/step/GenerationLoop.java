package dev.tutti.worker.step;

import dev.tutti.data.Dataset;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.TreeSum;
import dev.tutti.transport.StepIdleStrategy;
import dev.tutti.worker.compute.ComputeTeam;
import dev.tutti.worker.compute.WorkItem;
import dev.tutti.worker.transport.WorkerPlane;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the leading compute thread does during a generation: take work and weights, compute, send gradients, until told to
 * stop. The weights of a step are the signal to start it; those of a later step are the signal that it is over.
 */
public final class GenerationLoop {
    private static final Logger LOG = LoggerFactory.getLogger(GenerationLoop.class);

    private final WorkerPlane plane;
    private final Function<Dataset, ComputeTeam> startTeam;
    private final Consumer<Dataset> keepTraining;
    private final IdleStrategy idle = new StepIdleStrategy();
    private final WeightsWatch weightsWatch = new WeightsWatch();
    private final BooleanSupplier isStillWanted = this::isStillWanted;
    private ComputeTeam team;
    private long computedStep;
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

    /** Asks the loop to end soon, in the middle of a piece of work; from any thread. */
    public void stop() {
        stopped = true;
    }

    /**
     * Runs until {@link #stop}; on the leading compute thread.
     *
     * @throws dev.tutti.transport.StreamClosedException if the streams are of no further use
     */
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
        if (plane.isOver(item.step())) {
            return dropStale();
        }
        if (item.step() != plane.weightsStep()) {
            return requestOverdueWeights(item);
        }
        compute(plane.takeWork());
        return 1;
    }

    private void compute(WorkItem item) {
        weightsWatch.reset();
        computedStep = item.step();
        TreeSum sum = team.compute(item, plane.weights(), isStillWanted);
        if (sum != null) {
            send(item, sum);
        } else {
            flush();
            if (!stopped) {
                plane.beginWeightsRequest(item);
            }
        }
        plane.release(item);
    }

    /**
     * Keeps the streams flowing while work is under way: a worker that reads nothing would fill the windows of its streams and
     * hold all others up.
     */
    private boolean isStillWanted() {
        plane.poll();
        return !stopped && !plane.isOver(computedStep);
    }

    /** Others have done this work; the coordinator is shown that this worker is awake again, or it would get none any more. */
    private int dropStale() {
        if (!plane.isSent()) {
            return plane.send();
        }
        WorkItem item = plane.takeWork();
        plane.beginWeightsRequest(item);
        plane.release(item);
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
        while (segment < end && !stopped && !plane.isOver(item.step())) {
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
            int frames = plane.send();
            idle.idle(frames == 0 ? plane.poll() : frames);
        }
    }

    /** Complete weights of an earlier step mean that the others are not ready. */
    private int requestOverdueWeights(WorkItem item) {
        if (plane.weightsStep() >= 0) {
            weightsWatch.reset();
        } else if (plane.isSent() && weightsWatch.isOverdue(item.step(), plane.weightsFrames(), System.nanoTime())) {
            LOG.info("weights requested again: step={}", item.step() + 1);
            plane.beginWeightsRequest(item);
        }
        return plane.send();
    }
}
