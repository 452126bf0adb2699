package dev.tutti.worker.transport;

import dev.tutti.transport.FrameReceiver;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;

/** Puts the frames of the weights together. Owned by the leading compute thread. */
final class WeightsReceiver implements FrameReceiver.Handler {
    private final float[] weights;
    private long step = -1;
    private int received;

    WeightsReceiver(int parameterCount) {
        weights = new float[parameterCount];
    }

    @Override
    public FrameFault onFrame(int sessionId, FrameFlyweight frame) {
        if (frame.kind() != FrameKind.WEIGHTS || frame.vectorLength() != weights.length) {
            return FrameFault.OUT_OF_RANGE;
        }
        if (frame.partOffset() == 0) {
            step = frame.step();
            received = 0;
        } else if (frame.step() != step || frame.partOffset() != received) {
            return FrameFault.UNEXPECTED;
        }
        frame.copyTo(weights, frame.partOffset());
        received += frame.partLength();
        return null;
    }

    /** The step whose weights are complete, or -1. */
    long completeStep() {
        return received == weights.length ? step : -1;
    }

    float[] weights() {
        return weights;
    }
}
