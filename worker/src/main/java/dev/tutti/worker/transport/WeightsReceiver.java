package dev.tutti.worker.transport;

import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.SharedVectors;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the frames of the weights together, or is told by them that the weights of the coordinator in this process are those of another
 * step. Owned by the leading compute thread.
 */
final class WeightsReceiver implements FrameReceiver.Handler {
    private final TrainingSpec spec;
    private final SharedVectors.Generation shared;
    private final float[] weights;
    private final int length;
    private final List<float[]> state = new ArrayList<>();
    private int arrays;
    private int stateReceived;
    private long step = -1;
    private int received;
    private long frames;

    /** @param shared where the weights are the coordinator's own; null where they come in frames */
    WeightsReceiver(TrainingSpec spec, int parameterCount, SharedVectors.Generation shared) {
        this.spec = spec;
        this.shared = shared;
        weights = new float[shared == null ? parameterCount : 0];
        length = weights.length;
    }

    /** What the optimizer remembers comes first, array after array, where the members average. */
    void expect(Iterable<float[]> arrays) {
        arrays.forEach(state::add);
    }

    @Override
    public FrameFault onFrame(int sessionId, FrameFlyweight frame) {
        if (frame.kind() == FrameKind.STATE) {
            return onState(frame);
        }
        if (frame.kind() != FrameKind.WEIGHTS
                || arrays < state.size()
                || frame.vectorLength() != length
                || !Steps.contain(spec, frame.epoch(), frame.step())) {
            return FrameFault.OUT_OF_RANGE;
        }
        frames++;
        if (frame.step() == step && received == length) {
            // Sent again because another worker lacks them.
            return null;
        }
        if (frame.step() >= step && frame.partOffset() == 0) {
            step = frame.step();
            received = 0;
        } else if (frame.step() != step || frame.partOffset() != received) {
            return FrameFault.UNEXPECTED;
        }
        frame.copyTo(weights, frame.partOffset());
        received += frame.partLength();
        return null;
    }

    private FrameFault onState(FrameFlyweight frame) {
        int array = frame.firstSegment();
        if (array != arrays || array >= state.size() || frame.vectorLength() != length) {
            return FrameFault.OUT_OF_RANGE;
        }
        if (frame.partOffset() != stateReceived) {
            return FrameFault.UNEXPECTED;
        }
        frames++;
        frame.copyTo(state.get(array), frame.partOffset());
        stateReceived += frame.partLength();
        if (stateReceived == length) {
            arrays++;
            stateReceived = 0;
        }
        return null;
    }

    /** The latest step of which weights have arrived, in part at least; -1 before the first. */
    long latestStep() {
        return step;
    }

    /** The step whose weights are complete, or -1. */
    long completeStep() {
        return received == length ? step : -1;
    }

    /** Number of frames so far, of any step. */
    long frames() {
        return frames;
    }

    float[] weights() {
        return shared == null ? weights : shared.weights();
    }
}
