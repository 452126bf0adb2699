package dev.tutti.transport;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;

/**
 * Puts the sum of a step's gradients together from the own share and those that other owners send, and sends of it what others
 * need; all from the last parameter to the first, see {@link GrowingSender}. Who is behind may find an owner's sums of several
 * steps on their way: it takes one, and lets the rest wait in the connection until it begins the next step. Owned by one thread.
 */
public final class RootReceiver {
    private final FrameKind kind;
    private final Share[] shares;
    private PartialGradient root;
    private long step = -1;
    private int missing;
    private boolean hasOwn;
    private int ownStart;
    private int ownEnd;
    /** From here on the own share is there. */
    private int ownFrom;

    private boolean ownCounts;
    /** From here on all is there, but for what is there of the share before. */
    private int wholeFrom;
    /** Number of the senders' shares before that. */
    private int before;

    /**
     * @param kind of the frames
     * @param senders number of those that send a share
     */
    public RootReceiver(FrameKind kind, int senders) {
        this.kind = kind;
        this.shares = new Share[senders];
    }

    /**
     * Says what a sender sends; once for each.
     *
     * @param sender its number among the senders
     * @param start first parameter of its share
     * @param length number of parameters
     * @return takes its frames, while it is {@link #awaits awaited}
     */
    public FrameReceiver.Handler from(int sender, int start, int length) {
        shares[sender] = new Share(start, length);
        return shares[sender];
    }

    /** Says which share is added here, for {@link #ready}. */
    public void own(int start, int length) {
        ownStart = start;
        ownEnd = start + length;
    }

    /**
     * Begins to receive the sum of a step.
     *
     * @param into takes it; in the layout of the parameters
     */
    public void begin(long step, PartialGradient into) {
        this.step = step;
        root = into;
        hasOwn = false;
        missing = shares.length;
        ownFrom = ownEnd;
        ownCounts = false;
        wholeFrom = into.gradient().length;
        before = shares.length;
        for (Share share : shares) {
            share.received = 0;
            share.whole = false;
        }
    }

    /** Whether this sender's share of the step is not there whole: only then may its frames be polled, one at a time. */
    public boolean awaits(int sender) {
        return step >= 0 && !shares[sender].whole;
    }

    /**
     * Takes the share that was added here, which may be empty, with the sums that come with it.
     *
     * @param start its first parameter
     */
    public void putOwn(PartialGradient own, int start) {
        putOwn(own, start, true);
    }

    /**
     * Takes a part of the share that was added here.
     *
     * @param start its first parameter
     * @param last whether it is the last one
     */
    public void putOwn(PartialGradient part, int start, boolean last) {
        System.arraycopy(part.gradient(), 0, root.gradient(), start, part.gradient().length);
        root.sums(part.lossSum(), part.weightSum(), part.correctSum());
        hasOwn = last;
        ownFrom = start;
    }

    /** Whether the own share of the step is there. */
    public boolean hasOwn() {
        return hasOwn;
    }

    /** Number of parameters whose sum is there, from the last one on, where senders and their shares have one order. */
    public int ready() {
        int all = root.gradient().length;
        while (true) {
            if (!ownCounts && ownEnd >= wholeFrom) {
                if (!hasOwn) {
                    return all - Math.min(ownFrom, wholeFrom);
                }
                wholeFrom = Math.min(ownStart, wholeFrom);
                ownCounts = true;
            } else if (before > 0 && shares[before - 1].end() >= wholeFrom) {
                Share next = shares[before - 1];
                if (!next.whole) {
                    return all - Math.min(next.end() - next.received, wholeFrom);
                }
                wholeFrom = Math.min(next.start, wholeFrom);
                before--;
            } else {
                return all - wholeFrom;
            }
        }
    }

    /** Whether all shares of the step are there. */
    public boolean isComplete() {
        return hasOwn && missing == 0;
    }

    /**
     * Begins to send a part of the step's sum that is there; it must not change until all of it is sent.
     *
     * @param epoch number of the epoch, counted from 1
     * @param start first parameter
     * @param length number of parameters
     */
    public void send(GrowingSender to, int epoch, int start, int length) {
        send(to, epoch, start, length, length);
    }

    /** The same where only the last {@code ready} parameters are there yet. */
    public void send(GrowingSender to, int epoch, int start, int length, int ready) {
        to.header().set(kind, epoch, step, 0, 0, length).sums(root.lossSum(), root.weightSum(), root.correctSum());
        to.begin(root.gradient(), start, ready);
    }

    private final class Share implements FrameReceiver.Handler {
        private final int start;
        private final int length;
        private int received;
        private boolean whole;

        Share(int start, int length) {
            this.start = start;
            this.length = length;
        }

        @Override
        public FrameFault onFrame(int sessionId, FrameFlyweight frame) {
            if (frame.kind() != kind || frame.vectorLength() != length) {
                return FrameFault.OUT_OF_RANGE;
            }
            if (frame.step() != step || whole || frame.partOffset() != received) {
                return FrameFault.UNEXPECTED;
            }
            received += frame.partLength();
            frame.copyTo(root.gradient(), start + length - received);
            root.sums(frame.lossSum(), frame.weightSum(), frame.correctSum());
            if (received == length) {
                whole = true;
                missing--;
            }
            return null;
        }

        int end() {
            return start + length;
        }
    }
}
