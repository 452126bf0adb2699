package dev.tutti.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.transport.FaultCounters;
import dev.tutti.transport.FrameReceiver;
import dev.tutti.transport.FrameSender;
import dev.tutti.transport.StreamClosedException;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The two ends of links over loopback, on one thread, and what strangers would send. */
final class Ends {
    static final GenerationId GENERATION = new GenerationId(3, 5, 0x1234_5678_9ABC_DEF0L);
    static final int STREAM = 70_001;

    /** Small, so that vectors have many frames and buffers many fills. */
    static final TcpSettings SMALL = new TcpSettings(4096, 200, Duration.ofSeconds(2), Duration.ofSeconds(3));

    private static final long PATIENCE_NS = 20_000_000_000L;

    private Ends() {}

    /** Links of one process with all that happened to them. */
    static final class End implements AutoCloseable {
        final FaultCounters faults = new FaultCounters();
        final List<String> lost = new ArrayList<>();
        final TcpLinks links;
        long nowNs = System.nanoTime();

        End(int self) {
            this(self, SMALL);
        }

        End(int self, TcpSettings settings) {
            links = TcpLinks.open(
                    "127.0.0.1",
                    0,
                    GENERATION,
                    self,
                    settings,
                    faults,
                    (peer, reason) -> lost.add(peer + ": " + reason),
                    () -> nowNs);
        }

        TcpPeer as(int member) {
            return new TcpPeer(member, links.endpoint());
        }

        /** Lets time pass for this end. */
        void pass(Duration time) {
            nowNs += time.toNanos();
        }

        @Override
        public void close() {
            links.close();
        }
    }

    /** Puts vectors together as they come, in order, and refuses what is not the next part. */
    static final class Vectors implements FrameReceiver.Handler {
        final List<float[]> whole = new ArrayList<>();
        final List<Long> steps = new ArrayList<>();
        final List<Integer> sessions = new ArrayList<>();
        private float[] arriving;
        private int received;

        @Override
        public FrameFault onFrame(int sessionId, FrameFlyweight frame) {
            if (frame.partOffset() == 0) {
                arriving = new float[frame.vectorLength()];
                received = 0;
            } else if (arriving == null || frame.partOffset() != received || frame.vectorLength() != arriving.length) {
                return FrameFault.UNEXPECTED;
            }
            frame.copyTo(arriving, frame.partOffset());
            received += frame.partLength();
            if (received == arriving.length) {
                whole.add(arriving);
                steps.add(frame.step());
                sessions.add(sessionId);
                arriving = null;
            }
            return null;
        }
    }

    static void begin(FrameSender sender, long step, float[] vector) {
        sender.header().set(FrameKind.GRADIENT, 1, step, 0, 1, vector.length);
        sender.begin(vector, 0);
    }

    /** Turns until something holds; fails where it does not. */
    static void until(String what, BooleanSupplier condition, Runnable... turns) {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s: not in time", what).isLessThan(endNs);
            for (Runnable turn : turns) {
                turn.run();
            }
            Thread.yield();
        }
    }

    /** Polls a stream until it is closed for want of senders, which must happen. */
    static void untilClosed(TcpFrameSource source) {
        boolean[] closed = {false};
        until("stream closed", () -> closed[0], () -> {
            try {
                source.poll(10);
            } catch (StreamClosedException e) {
                closed[0] = true;
            }
        });
    }

    static Handshake hello(int sender, int receiver) {
        return new Handshake(GENERATION, STREAM, sender, receiver, SMALL.largestFrameBytes());
    }

    /** Returns a socket that has said hello rightly and was welcomed. */
    static Socket welcomed(End end, Handshake hello) throws IOException {
        Socket socket = dial(end);
        socket.getOutputStream().write(hello.encode(Handshake.HELLO).array());
        InputStream in = socket.getInputStream();
        boolean[] answered = {false};
        until("welcome", () -> answered[0], end.links::doWork, () -> answered[0] = available(in) == Handshake.BYTES);
        byte[] welcome = in.readNBytes(Handshake.BYTES);
        ByteBuffer answer = ByteBuffer.wrap(welcome).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(Handshake.check(answer, Handshake.WELCOME, GENERATION)).isNull();
        assertThat(Handshake.decode(answer)).isEqualTo(hello);
        return socket;
    }

    static Socket dial(End end) throws IOException {
        Socket socket =
                new Socket(end.links.endpoint().host(), end.links.endpoint().port());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Returns frames as they stand in a connection, from its first frame on. */
    static byte[] framed(List<byte[]> frames) {
        ByteBuffer bytes = ByteBuffer.allocate(frames.stream()
                        .mapToInt(frame -> TcpSettings.PREFIX_BYTES + frame.length)
                        .sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        int counter = 0;
        for (byte[] frame : frames) {
            bytes.putInt(frame.length).putInt(counter++).put(frame);
        }
        return bytes.array();
    }

    private static int available(InputStream in) {
        try {
            return in.available();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
