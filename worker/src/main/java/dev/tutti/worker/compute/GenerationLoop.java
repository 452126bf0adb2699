package dev.tutti.worker.compute;

import dev.tutti.data.Dataset;
import dev.tutti.protocol.WorkInHand;
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
 * What the leading compute thread does during a job: take work and weights, compute, send gradients, until told to stop. The
 * weights of a step are the signal to start it. The streams are those of a generation; when the next one comes, what is being
 * computed goes on, and is sent by its streams when they ask for it.
 */
public final class GenerationLoop {
    private static final Logger LOG = LoggerFactory.getLogger(GenerationLoop.class);

    /** How long work waits for its weights before they are asked for again. */
    private static final long RESEND_AFTER_NS = 2_000_000_000L;

    /** Work that is asked for again so soon after it was sent was asked for before it came. */
    private static final long UNDER_WAY_NS = 1_000_000_000L;

    private final Function<Dataset, ComputeTeam> startTeam;
    private final Consumer<Dataset> keepTraining;
    private final IdleStrategy idle = new StepIdleStrategy();
    private final WorkItem last = new WorkItem();
    private TreeSum lastSum;
    private WorkerPlane lastSentBy;
    private long lastSentNs;
    private WorkerPlane plane;
    private ComputeTeam team;
    private long waitingStep = -1;
    private long waitingSinceNs;
    private volatile WorkerPlane successor;
    private volatile boolean stopped;

    /**
     * @param plane the streams, which from now on belong to the loop
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

    /** Whether it has been asked to end. */
    public boolean isStopped() {
        return stopped;
    }

    /**
     * Goes on with the streams of a later generation of the same job, as soon as nothing is being computed; from any thread.
     *
     * @param next the streams, which from now on belong to the loop
     * @return what is being computed, or was last
     */
    public synchronized WorkInHand goOn(WorkerPlane next) {
        if (successor != null) {
            successor.close();
        }
        successor = next;
        return new WorkInHand(last.step(), last.firstSegment(), last.segmentCount());
    }

    /** Runs until {@link #stop}; on the leading compute thread. */
    public void run() {
        try {
            while (!stopped) {
                if (successor != null) {
                    moveOn();
                }
                idle.idle(plane.poll() + doWork());
            }
        } finally {
            if (team != null) {
                team.close();
            }
            close();
        }
    }

    /** Closes the streams; where the loop has run, it did so itself in the end. Not while it runs. */
    public synchronized void close() {
        if (successor != null) {
            successor.close();
            successor = null;
        }
        if (plane != null) {
            part();
            plane = null;
        }
    }

    private synchronized void moveOn() {
        part();
        plane = successor;
        successor = null;
        waitingStep = -1;
    }

    private void part() {
        if (plane.faults().total() > 0) {
            LOG.warn("frames dropped: {}", plane.faults());
        }
        plane.close();
    }

    private int doWork() {
        if (team == null) {
            return startWhenTrainingIsHere();
        }
        WorkItem item = plane.nextWork();
        if (item == null) {
            // Where the set came by the streams before, it comes in vain.
            plane.takeTraining();
            return plane.send();
        }
        long weightsStep = plane.weightsStep();
        if (item.step() < weightsStep) {
            return dropLate(item);
        }
        if (isLast(item)) {
            return sendLastAgain(item);
        }
        if (item.step() > weightsStep) {
            return askAgainWhenLate(item, weightsStep);
        }
        if (begin(item)) {
            lastSum = team.compute(item, plane.weights());
            send(item);
            plane.workDone();
        }
        return 1;
    }

    /** From here on the item is in hand, whatever generation comes; false if one has come. */
    private synchronized boolean begin(WorkItem item) {
        if (successor != null) {
            return false;
        }
        last.set(item.epoch(), item.step(), item.firstSegment(), item.segmentCount(), 0);
        lastSum = null;
        lastSentBy = null;
        return true;
    }

    /** Whether the item, or more than it, was computed last; its sum is still here. */
    private boolean isLast(WorkItem item) {
        return lastSum != null
                && item.step() == last.step()
                && item.firstSegment() >= last.firstSegment()
                && item.firstSegment() + item.segmentCount() <= last.firstSegment() + last.segmentCount();
    }

    /** Work that was asked for while it was being computed, or by another generation, or whose gradients were lost. */
    private int sendLastAgain(WorkItem item) {
        if (!plane.isSent()) {
            return plane.send();
        }
        if (lastSentBy != plane || System.nanoTime() - lastSentNs > UNDER_WAY_NS) {
            send(item);
        }
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

    /** Sends the nodes of the last sum that have to do with an item, unless the streams' generation ends meanwhile. */
    private void send(WorkItem item) {
        int segment = last.firstSegment();
        int end = item.firstSegment() + item.segmentCount();
        while (segment < end && !isOver()) {
            PartialGradient node = lastSum.nodeAt(segment);
            flush();
            if (!isOver() && node.endSegment() > item.firstSegment()) {
                plane.beginGradient(last, node);
                flush();
            }
            segment = node.endSegment();
        }
        if (!isOver()) {
            lastSentBy = plane;
            lastSentNs = System.nanoTime();
        }
    }

    private void flush() {
        while (!plane.isSent() && !isOver()) {
            idle.idle(plane.send());
        }
    }

    /** Whether nobody takes what these streams carry any more. */
    private boolean isOver() {
        return stopped || successor != null;
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
