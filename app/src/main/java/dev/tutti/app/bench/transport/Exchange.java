package dev.tutti.app.bench.transport;

import dev.tutti.transport.FrameSender;
import dev.tutti.transport.StreamClosedException;
import dev.tutti.wire.FrameKind;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/** Rounds of vectors between one host and its peers: both sides of it. Owned by one thread. */
final class Exchange {
    /** In a header's segment count: no round follows. */
    static final int LAST = 1;

    private static final int FRAMES_PER_POLL = 64;
    private static final long SILENCE_NS = 10_000_000_000L;
    private static final long REASON_MS = 1_000;
    private static final int LEAST_ROUNDS = 5;
    private static final double WARM_UP = 0.25;

    private final BenchStreams streams;
    private final Arrivals arrivals;
    private final List<ControlLine> others;
    private final FrameSender sender;
    private float[] vector = {};

    Exchange(BenchStreams streams, Arrivals arrivals, List<ControlLine> others) {
        this.streams = streams;
        this.arrivals = arrivals;
        this.others = others;
        this.sender = streams.sender();
    }

    /** Waits until all are connected. */
    void connect() throws InterruptedException {
        await(() -> sender.isConnected() && streams.source().isConnected());
    }

    /** Gets ready for vectors of {@code bytes}. */
    void prepare(int bytes) {
        int length = bytes / Float.BYTES;
        vector = new float[length];
        for (int i = 0; i < length; i++) {
            vector[i] = i % 1000;
        }
        arrivals.reset(length);
    }

    /** The host's side: as many rounds as there is time for. */
    BenchRow lead(Carrier carrier, Direction direction, double seconds) throws InterruptedException {
        Histogram times = new Histogram(3);
        long startNs = System.nanoTime();
        long warmNs = startNs + (long) (1e9 * WARM_UP * seconds);
        long endNs = warmNs + (long) (1e9 * seconds);
        long measuredNs = 0;
        boolean last = false;
        for (long round = 0; !last; round++) {
            long beginNs = System.nanoTime();
            last = beginNs - endNs >= 0 && times.getTotalCount() >= LEAST_ROUNDS - 1;
            send(round, last);
            long current = round;
            await(() -> sender.isIdle() && arrivals.areThere(current));
            long tookNs = System.nanoTime() - beginNs;
            if (beginNs - warmNs >= 0) {
                times.recordValue(tookNs);
                measuredNs += tookNs;
            }
        }
        long perRound = (direction == Direction.ONE ? 2L : 1L) * others.size() * vector.length * Float.BYTES;
        return new BenchRow(
                carrier,
                others.size(),
                vector.length * Float.BYTES,
                direction,
                1e3 * times.getTotalCount() * perRound / measuredNs,
                times.getValueAtPercentile(50) / 1e3,
                times.getValueAtPercentile(99) / 1e3,
                times.getTotalCount());
    }

    /** A peer's side, until the host says that it was the last round. */
    void follow(Direction direction) throws InterruptedException {
        for (long round = 0; ; round++) {
            long current = round;
            if (direction == Direction.BOTH) {
                send(round, false);
            }
            await(() -> arrivals.areThere(current));
            boolean last = arrivals.isLast(round);
            if (direction == Direction.ONE) {
                send(round, false);
            }
            await(sender::isIdle);
            if (last) {
                return;
            }
        }
    }

    private void send(long round, boolean last) {
        sender.header().set(FrameKind.GRADIENT, 1, round, 0, last ? LAST : 0, vector.length);
        sender.begin(vector, 0);
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        long progressNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            int frames = work();
            streams.idle().idle(frames);
            if (frames > 0) {
                progressNs = System.nanoTime();
                continue;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            others.forEach(ControlLine::check);
            if (System.nanoTime() - progressNs > SILENCE_NS) {
                throw new PeerLostException("nothing comes from "
                        + String.join(
                                ", ", others.stream().map(ControlLine::name).toList()) + " for "
                        + SILENCE_NS / 1_000_000_000L + " s; is the transport blocked by a firewall?"
                        + " the bench is over");
            }
        }
    }

    private int work() throws InterruptedException {
        try {
            return sender.doWork() + streams.source().poll(FRAMES_PER_POLL);
        } catch (PeerLostException e) {
            askWhy();
            throw e;
        } catch (StreamClosedException e) {
            askWhy();
            throw new PeerLostException(e.getMessage() + "; the bench is over");
        }
    }

    /** Whoever ends in order says so, a little later. */
    private void askWhy() throws InterruptedException {
        for (ControlLine other : others) {
            other.awaitEnd(REASON_MS / others.size());
        }
    }
}
