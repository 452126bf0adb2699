package dev.tutti.worker.step;

import dev.tutti.data.Dataset;
import dev.tutti.protocol.WorkInHand;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
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
import org.slf4j.event.Level;

/**
 * What the leading compute thread does during a job: take work and weights, compute, send gradients, until told to stop. The
 * weights of a step are the signal to start it; those of a later step are the signal that it is over. The streams are those of
 * a generation; when the next one comes, what is being computed goes on, and is sent by its streams when they ask for it.
 */
public final class GenerationLoop {
    private static final Logger LOG = LoggerFactory.getLogger(GenerationLoop.class);

    /** Work that is asked for again so soon after it was sent was asked for before it came. */
    private static final long UNDER_WAY_NS = 1_000_000_000L;

    private final Function<Dataset, ComputeTeam> startTeam;
    private final Consumer<Dataset> keepTraining;
    private final IdleStrategy idleWithoutStreams = new StepIdleStrategy();
    private final WeightsWatch weightsWatch = new WeightsWatch();
    private final BooleanSupplier isStillWanted = this::isStillWanted;
    private final ComputeTeam.NodeParts sendParts = this::sendParts;
    private final WorkItem last = new WorkItem();
    private TreeSum lastSum;
    private PartialGradient begun;
    private WorkerPlane lastSentBy;
    private long lastSentNs;
    private int lastSentFrom;
    private int lastSentEnd;
    private WorkerPlane plane;
    private ComputeTeam team;
    private WorkerPlane successor;
    private volatile boolean left;
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

    /** Asks the loop to end soon, in the middle of a piece of work; from any thread. */
    public void stop() {
        stopped = true;
    }

    /** Whether it has been asked to end. */
    public boolean isStopped() {
        return stopped;
    }

    /**
     * Leaves the streams, whose generation is over, as soon as it can; what is being computed goes on. From any thread.
     *
     * @return what is being computed, or was last
     */
    public synchronized WorkInHand leave() {
        closeSuccessor();
        left = true;
        return new WorkInHand(last.step(), last.firstSegment(), last.segmentCount());
    }

    /**
     * Goes on with the streams of a later generation of the same job, after {@link #leave}; from any thread.
     *
     * @param next the streams, which from now on belong to the loop
     */
    public synchronized void continueWith(WorkerPlane next) {
        successor = next;
    }

    /**
     * Runs until {@link #stop}; on the leading compute thread.
     *
     * @throws dev.tutti.transport.StreamClosedException if the streams are of no further use
     */
    public void run() {
        try {
            while (!stopped) {
                if (left) {
                    moveOn();
                }
                idle(plane == null ? 0 : plane.poll() + doWork() + doSteps());
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
        closeSuccessor();
        part();
    }

    private void closeSuccessor() {
        if (successor != null) {
            successor.close();
            successor = null;
        }
    }

    /** Closes the streams that are left, and takes the next ones where they are there already. */
    private synchronized void moveOn() {
        part();
        if (successor != null) {
            plane = successor;
            successor = null;
            left = false;
            weightsWatch.reset();
        }
    }

    private void part() {
        if (plane == null) {
            return;
        }
        if (plane.faults().total() > 0) {
            // What a generation's end cuts off is no fault.
            LOG.atLevel(plane.hasParted() ? Level.INFO : Level.WARN).log("frames dropped: {}", plane.faults());
        }
        plane.close();
        plane = null;
    }

    /** In a process with a coordinator this thread does its part of the steps too, and all compute threads help. */
    private int doSteps() {
        return plane == null ? 0 : plane.doSteps(team == null ? SharedLoop.ALONE : team);
    }

    private void idle(int work) {
        (plane == null ? idleWithoutStreams : plane.idle()).idle(work);
    }

    private int doWork() {
        if (team == null) {
            return startWhenTrainingIsHere();
        }
        WorkItem item = plane.nextWork();
        if (item == null) {
            // Where the training set came by the streams before, it comes in vain.
            plane.takeTraining();
            return plane.send();
        }
        if (plane.isOver(item.step())) {
            return dropStale();
        }
        if (isLast(item) && plane.takesNodesOf(item.step())) {
            return sendLastAgain();
        }
        if (item.step() != plane.weightsStep()) {
            return requestOverdueWeights(item);
        }
        if (begin(item)) {
            compute(plane.takeWork());
        }
        return 1;
    }

    /** From here on the item is in hand, whatever generation comes; false if one has come. */
    private synchronized boolean begin(WorkItem item) {
        if (left) {
            return false;
        }
        last.set(item.epoch(), item.step(), item.firstSegment(), item.segmentCount(), 0);
        lastSum = null;
        lastSentBy = null;
        return true;
    }

    private void compute(WorkItem item) {
        weightsWatch.reset();
        takeBackBuffers();
        WorkerPlane from = plane;
        long startNs = System.nanoTime();
        begun = null;
        lastSum = team.compute(item, plane.weights(), isStillWanted, sendParts);
        long computedNs = System.nanoTime() - startNs;
        if (from != plane) {
            // The next streams will ask for it if it is missing still.
            begun = null;
            return;
        }
        flushTold();
        if (lastSum != null) {
            if (plane.tellsTimes() && !isLeaving()) {
                plane.beginComputed(item, computedNs);
            }
            send(item);
        } else {
            if (!isLeaving()) {
                plane.beginWeightsRequest(item);
            }
        }
        begun = null;
        plane.release(item);
    }

    /** A layer's gradients leave while those of lower layers are computed. */
    private void sendParts(PartialGradient node, int from) {
        if (begun == node) {
            plane.partsReady(from);
        } else if (from > 0 && !isLeaving() && plane.takesParts()) {
            begun = node;
            plane.beginParts(last, node, from);
        }
        // A replica is computed to its end while the streams of one generation are gone and those of the next not there
        // yet.
        if (plane != null) {
            plane.send();
        }
    }

    private void takeBackBuffers() {
        PartialGradient buffer = plane.takeBack();
        while (buffer != null) {
            team.takeBack(buffer);
            buffer = plane.takeBack();
        }
    }

    /**
     * Keeps the streams flowing while work is under way: a worker that reads nothing would fill the windows of its streams and
     * hold all others up. The streams of the next generation have weights of their own, so those in use stay.
     */
    private boolean isStillWanted() {
        if (left) {
            moveOn();
        }
        if (plane == null) {
            return !stopped;
        }
        plane.poll();
        return !stopped && !plane.isOver(last.step());
    }

    /** Whether the item, or more than it, was computed last; its sum is still here. */
    private boolean isLast(WorkItem item) {
        return lastSum != null
                && item.step() == last.step()
                && item.firstSegment() >= last.firstSegment()
                && item.firstSegment() + item.segmentCount() <= last.firstSegment() + last.segmentCount();
    }

    /** Work that was asked for while it was being computed, or by another generation, or whose gradients were lost. */
    private int sendLastAgain() {
        if (!plane.isSent()) {
            return plane.send();
        }
        WorkItem item = plane.takeWork();
        if (!isUnderWay(item)) {
            send(item);
        }
        plane.release(item);
        return 1;
    }

    /** Whether all of the item was sent a moment ago, by these streams. */
    private boolean isUnderWay(WorkItem item) {
        return lastSentBy == plane
                && System.nanoTime() - lastSentNs <= UNDER_WAY_NS
                && item.firstSegment() >= lastSentFrom
                && item.firstSegment() + item.segmentCount() <= lastSentEnd;
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

    /** Sends the nodes of the last sum that have to do with an item, unless nobody wants them any more. */
    private void send(WorkItem item) {
        int segment = last.firstSegment();
        int end = item.firstSegment() + item.segmentCount();
        int from = -1;
        // Other members have what was begun, so the step may be over before the coordinator is told of it.
        while (segment < end && !isLeaving() && (begun == lastSum.nodeAt(segment) || !plane.isOver(item.step()))) {
            PartialGradient node = lastSum.nodeAt(segment);
            int nodeEnd = node.endSegment();
            if (node == begun) {
                flushTold();
            } else {
                flush();
            }
            if (!isLeaving() && nodeEnd > item.firstSegment()) {
                from = from < 0 ? segment : from;
                if (node == begun) {
                    plane.tellOfGradient(last, node);
                } else {
                    plane.beginGradient(last, plane.handsOver() ? lastSum.take(segment) : node);
                }
                flush();
            }
            segment = nodeEnd;
        }
        if (plane.handsOver()) {
            // What was handed over is here no more: it is computed again if it is asked for again.
            lastSum = null;
        }
        if (!isLeaving()) {
            lastSentBy = plane;
            lastSentFrom = from;
            lastSentEnd = segment;
            lastSentNs = System.nanoTime();
        }
    }

    private void flush() {
        while (!plane.isSent() && !isLeaving()) {
            sendOn();
        }
    }

    /** Other members may still be sent the last node. */
    private void flushTold() {
        while (!plane.isTold() && !isLeaving()) {
            sendOn();
        }
    }

    private void sendOn() {
        int frames = plane.send();
        idle(frames == 0 ? plane.poll() + plane.doSteps(SharedLoop.ALONE) : frames);
    }

    /** Whether nobody takes what these streams carry any more. */
    private boolean isLeaving() {
        return stopped || left;
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
