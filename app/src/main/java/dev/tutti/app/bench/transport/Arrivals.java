package dev.tutti.app.bench.transport;

import dev.tutti.transport.FrameReceiver;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;

/**
 * Copies what arrives into a vector for each sender, as a cluster does, and notes which are whole. Owned by one
 * thread.
 */
final class Arrivals implements FrameReceiver.Handler {
    private final float[][] vectors;
    private final int[] received;
    private final long[] rounds;
    private int length;
    private long lastRound;

    Arrivals(int senders) {
        vectors = new float[senders][0];
        received = new int[senders];
        rounds = new long[senders];
    }

    /** Vectors of {@code length} floats are awaited from now on. */
    void reset(int length) {
        this.length = length;
        this.lastRound = -1;
        for (int sender = 0; sender < vectors.length; sender++) {
            rounds[sender] = -1;
            if (vectors[sender].length < length) {
                vectors[sender] = new float[length];
            }
        }
    }

    /** Whether the vectors of this round are there, from all senders. */
    boolean areThere(long round) {
        for (long there : rounds) {
            if (there < round) {
                return false;
            }
        }
        return true;
    }

    /** Whether the sender has said that this round is the last; it may be there before the one before was looked at. */
    boolean isLast(long round) {
        return round == lastRound;
    }

    @Override
    public FrameFault onFrame(int sessionId, FrameFlyweight frame) {
        int sender = frame.member();
        if (sender >= vectors.length || frame.vectorLength() != length) {
            return FrameFault.OUT_OF_RANGE;
        }
        if (frame.partOffset() == 0) {
            received[sender] = 0;
        }
        if (frame.partOffset() != received[sender]) {
            return FrameFault.UNEXPECTED;
        }
        frame.copyTo(vectors[sender], frame.partOffset());
        received[sender] += frame.partLength();
        if (received[sender] == length) {
            rounds[sender] = frame.step();
            if (frame.segmentCount() == Exchange.LAST) {
                lastRound = frame.step();
            }
        }
        return null;
    }
}
