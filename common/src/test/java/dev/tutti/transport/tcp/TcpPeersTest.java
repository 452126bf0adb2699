package dev.tutti.transport.tcp;

import static dev.tutti.transport.tcp.Ends.GENERATION;
import static dev.tutti.transport.tcp.Ends.SMALL;
import static dev.tutti.transport.tcp.Ends.STREAM;
import static dev.tutti.transport.tcp.Ends.begin;
import static dev.tutti.transport.tcp.Ends.dial;
import static dev.tutti.transport.tcp.Ends.framed;
import static dev.tutti.transport.tcp.Ends.hello;
import static dev.tutti.transport.tcp.Ends.until;
import static dev.tutti.transport.tcp.Ends.untilClosed;
import static dev.tutti.transport.tcp.Ends.welcomed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.config.Endpoint;
import dev.tutti.transport.StreamClosedException;
import dev.tutti.transport.tcp.Ends.End;
import dev.tutti.transport.tcp.Ends.Vectors;
import dev.tutti.wire.FrameFault;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.Frames;
import dev.tutti.wire.GenerationId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that fail, lie or stand still, and strangers: lost or turned away, counted, told once, believed in nothing. */
@Timeout(60)
class TcpPeersTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final int MEMBER = 2;

    private final End end = new End(TcpLinks.COORDINATOR);
    private final Vectors arrived = new Vectors();
    private final TcpFrameSource source = end.links.source(STREAM, new int[] {MEMBER}, arrived);

    @AfterEach
    void close() {
        end.close();
    }

    @Test
    void shouldTellOfAPeerThatLeavesInGoodOrder() throws IOException {
        Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR));
        socket.getOutputStream().write(framed(frames(500)));
        socket.close();
        untilClosed(source);
        assertThat(arrived.whole).hasSize(1);
        assertThat(end.lost).containsExactly("2: it closed the connection");
        assertThat(end.faults.total()).isZero();
    }

    @Test
    void shouldLoseAPeerThatResets() throws IOException {
        Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR));
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
        untilClosed(source);
        assertLost(FrameFault.UNEXPECTED);
    }

    @Test
    void shouldLoseAPeerThatEndsWithinAFrame() throws IOException {
        byte[] bytes = framed(frames(500));
        Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR));
        socket.getOutputStream().write(bytes, 0, bytes.length - 1);
        socket.close();
        untilClosed(source);
        assertLost(FrameFault.MALFORMED);
        assertThat(arrived.whole).isEmpty();
    }

    @Test
    void shouldLoseAPeerThatEndsWithinAVector() throws IOException {
        Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR));
        socket.getOutputStream().write(framed(frames(500).subList(0, 2)));
        socket.close();
        untilClosed(source);
        assertLost(FrameFault.UNEXPECTED);
        assertThat(arrived.whole).isEmpty();
    }

    static Stream<Arguments> rubbish() {
        List<byte[]> frames = frames(500);
        byte[] good = framed(frames);
        byte[] damaged = good.clone();
        damaged[good.length - 3] ^= 4;
        byte[] outOfOrder = good.clone();
        outOfOrder[TcpSettings.PREFIX_BYTES + frames.get(0).length + Integer.BYTES] ^= 1;
        byte[] tooLong = good.clone();
        tooLong[2] = 1;
        FrameHeader header = header(500, 3);
        byte[] ofAnother = framed(Frames.of(GENERATION, header, new float[500], SMALL.floatsPerFrame()));
        GenerationId stale = new GenerationId(GENERATION.job(), GENERATION.number(), GENERATION.token() + 1);
        byte[] otherToken = framed(Frames.of(stale, header(500, MEMBER), new float[500], SMALL.floatsPerFrame()));
        byte[] noise = new byte[300];
        new Random(SEED).nextBytes(noise);
        noise[3] = 77;
        return Stream.of(
                Arguments.of("noise", noise, FrameFault.OUT_OF_RANGE),
                Arguments.of("a damaged frame", damaged, FrameFault.CORRUPT),
                Arguments.of("a frame missing", outOfOrder, FrameFault.UNEXPECTED),
                Arguments.of("a frame too long", tooLong, FrameFault.OUT_OF_RANGE),
                Arguments.of("frames of another member", ofAnother, FrameFault.OUT_OF_RANGE),
                Arguments.of("frames with another token", otherToken, FrameFault.OTHER_GENERATION));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rubbish")
    void shouldLoseAPeerThatSendsRubbish(String what, byte[] bytes, FrameFault fault) throws IOException {
        try (Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
            socket.getOutputStream().write(bytes);
            untilClosed(source);
            assertLost(fault);
            assertThat(arrived.whole).as(what).isEmpty();
            until("the connection is closed", () -> isClosedByPeer(socket));
        }
    }

    @Test
    void shouldCountAndGoOnWhereTheHandlerRefusesAFrame() throws IOException {
        try (Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
            List<byte[]> frames = new ArrayList<>(frames(500).subList(1, 3));
            frames.addAll(frames(500));
            socket.getOutputStream().write(framed(frames));
            until("the vector", () -> arrived.whole.size() == 1, () -> source.poll(1));
            assertThat(end.faults.get(FrameFault.UNEXPECTED)).isEqualTo(2);
            assertThat(end.lost).isEmpty();
        }
    }

    @Test
    void shouldLoseAPeerThatStallsWithinAVectorButNotBetweenVectors() throws IOException {
        try (Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
            socket.getOutputStream().write(framed(frames(500)));
            until("the vector", () -> arrived.whole.size() == 1, () -> source.poll(10));
            for (int i = 0; i < 10; i++) {
                end.pass(SMALL.ofMembers().stall());
                source.poll(10);
            }
            assertThat(end.lost).isEmpty();
            // The next frame, cut: its counter is that of the fourth.
            byte[] next = framed(
                    Stream.concat(frames(500).stream(), frames(500).stream()).toList());
            int whole = framed(frames(500)).length;
            socket.getOutputStream().write(next, whole, 50);
            until("half a frame", () -> !end.lost.isEmpty(), () -> {
                end.pass(Duration.ofMillis(100));
                pollQuietly();
            });
            assertLost(FrameFault.UNEXPECTED);
        }
    }

    @Test
    void shouldNotLoseAPeerWhoseFramesWaitInTheBuffer() throws IOException {
        try (Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
            socket.getOutputStream().write(framed(frames(500)));
            until("a frame", () -> source.poll(1) == 1);
            for (int i = 0; i < 10; i++) {
                end.pass(SMALL.ofMembers().stall());
                end.links.doWork();
            }
            until("the vector", () -> arrived.whole.size() == 1, () -> source.poll(10));
            assertThat(end.lost).isEmpty();
        }
    }

    @Test
    void shouldNotLoseAReceiverThatHasTakenAllWhileThisSideWasAway() {
        Vectors atMember = new Vectors();
        try (End member = new End(MEMBER)) {
            TcpFrameSource weights = member.links.source(STREAM + 1, new int[] {TcpLinks.COORDINATOR}, atMember);
            TcpVectorSender sender = end.links.sender(STREAM + 1, List.of(member.as(MEMBER)));
            until("connection", sender::isConnected, member.links::doWork);
            begin(sender, 0, new float[8 << 20]);
            int[] turnsInVain = {0};
            until("full", () -> turnsInVain[0] == 1000, () -> {
                turnsInVain[0] = sender.doWork() == 0 ? turnsInVain[0] + 1 : 0;
                member.links.doWork();
            });
            turnsInVain[0] = 0;
            until(
                    "empty",
                    () -> turnsInVain[0] == 1000,
                    () -> turnsInVain[0] = weights.poll(1000) == 0 ? turnsInVain[0] + 1 : 0);
            end.pass(SMALL.ofMembers().stall().multipliedBy(2));
            until(
                    "the vector",
                    () -> atMember.whole.size() == 1,
                    () -> weights.poll(1000),
                    end.links::doWork,
                    sender::doWork);
            assertThat(end.lost).isEmpty();
        }
    }

    @Test
    void shouldNotLoseAPeerWhoseBytesWaitHere() throws IOException {
        try (Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
            socket.getOutputStream().write(framed(frames(20_000)));
            // What a buffer holds, but for the frame that is cut by its end; the rest waits in the kernel.
            int whole = SMALL.bufferBytes() / (TcpSettings.PREFIX_BYTES + SMALL.largestFrameBytes());
            int[] polled = {0};
            until("a buffer of frames", () -> polled[0] == whole, () -> polled[0] += source.poll(1));
            for (int i = 0; i < 10; i++) {
                end.pass(SMALL.ofMembers().stall());
                end.links.doWork();
            }
            until("the vector", () -> arrived.whole.size() == 1, () -> source.poll(10));
            assertThat(end.lost).isEmpty();
        }
    }

    @Test
    void shouldLoseAReceiverThatTakesNothingAnyMore() {
        try (End member = new End(MEMBER)) {
            member.links.source(STREAM + 1, new int[] {TcpLinks.COORDINATOR}, new Vectors());
            TcpVectorSender sender = end.links.sender(STREAM + 1, List.of(member.as(MEMBER)));
            until("connection", sender::isConnected, member.links::doWork);
            begin(sender, 0, new float[16 << 20]);
            until("lost", () -> !end.lost.isEmpty(), () -> {
                if (workQuietly(sender) == 0) {
                    end.pass(Duration.ofMillis(100));
                }
            });
            assertLost(FrameFault.UNEXPECTED);
            assertThatThrownBy(sender::doWork).isInstanceOf(StreamClosedException.class);
            assertThat(sender.isConnected()).isFalse();
        }
    }

    @Test
    void shouldGoOnWithTheReceiversThatAreLeft() {
        Vectors atOther = new Vectors();
        try (End member = new End(MEMBER);
                End other = new End(1)) {
            member.links.source(STREAM + 1, new int[] {TcpLinks.COORDINATOR}, new Vectors());
            TcpFrameSource otherSource = other.links.source(STREAM + 1, new int[] {TcpLinks.COORDINATOR}, atOther);
            TcpVectorSender sender = end.links.sender(STREAM + 1, List.of(member.as(MEMBER), other.as(1)));
            until("connection", sender::isConnected, member.links::doWork, other.links::doWork);
            float[] vector = new float[8 << 20];
            begin(sender, 0, vector);
            until("part of it", () -> sender.unsentBytes() < 4L * vector.length, sender::doWork);
            member.links.close();
            until("the vector", () -> atOther.whole.size() == 1, sender::doWork, () -> otherSource.poll(100));
            assertThat(sender.isConnected()).isFalse();
            assertThat(sender.isIdle()).isTrue();
            assertThat(end.lost).hasSize(1);
        }
    }

    @Test
    void shouldCloseAllConnectionsOfALostPeer() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket incoming = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
            end.links.sender(STREAM, List.of(new TcpPeer(MEMBER, new Endpoint("127.0.0.1", listening.getLocalPort()))));
            end.links.doWork();
            try (Socket outgoing = listening.accept()) {
                incoming.getOutputStream().write(new byte[200]);
                untilClosed(source);
                until("the other is closed", () -> isClosedByPeer(outgoing));
            }
        }
        assertLost(FrameFault.OUT_OF_RANGE);
    }

    @Test
    void shouldRefuseASecondConnection() throws IOException {
        try (Socket first = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
            assertTurnedAway(
                    hello(MEMBER, TcpLinks.COORDINATOR).encode(Handshake.HELLO).array(), FrameFault.UNEXPECTED);
            first.getOutputStream().write(framed(frames(500)));
            until("the vector", () -> arrived.whole.size() == 1, () -> source.poll(10));
            assertThat(end.lost).isEmpty();
        }
    }

    @Test
    void shouldRefuseALostPeer() throws IOException {
        welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR)).close();
        untilClosed(source);
        assertTurnedAway(
                hello(MEMBER, TcpLinks.COORDINATOR).encode(Handshake.HELLO).array(), FrameFault.UNEXPECTED);
        assertThat(end.lost).hasSize(1);
    }

    static Stream<Arguments> wrongHellos() {
        Handshake right = hello(MEMBER, TcpLinks.COORDINATOR);
        GenerationId g = GENERATION;
        return Stream.of(
                Arguments.of(
                        "token",
                        bytes(new GenerationId(g.job(), g.number(), g.token() ^ 1), STREAM, MEMBER),
                        FrameFault.OTHER_GENERATION),
                Arguments.of(
                        "generation",
                        bytes(new GenerationId(g.job(), g.number() + 1, g.token()), STREAM, MEMBER),
                        FrameFault.OTHER_GENERATION),
                Arguments.of("stream", bytes(g, STREAM + 9, MEMBER), FrameFault.OUT_OF_RANGE),
                Arguments.of("member", bytes(g, STREAM, MEMBER + 1), FrameFault.UNEXPECTED),
                Arguments.of(
                        "receiver", hello(MEMBER, 4).encode(Handshake.HELLO).array(), FrameFault.OUT_OF_RANGE),
                Arguments.of(
                        "largest frame",
                        new Handshake(g, STREAM, MEMBER, TcpLinks.COORDINATOR, 123)
                                .encode(Handshake.HELLO)
                                .array(),
                        FrameFault.OUT_OF_RANGE),
                Arguments.of("magic", changed(right, 0), FrameFault.MALFORMED),
                Arguments.of("version of the handshake", changed(right, 8), FrameFault.MALFORMED),
                Arguments.of("version of the frames", changed(right, 9), FrameFault.MALFORMED),
                Arguments.of(
                        "a welcome instead", right.encode(Handshake.WELCOME).array(), FrameFault.MALFORMED),
                Arguments.of("checksum", changed(right, 12), FrameFault.CORRUPT),
                Arguments.of("damaged", changed(right, 33), FrameFault.CORRUPT),
                Arguments.of("counter", changed(right, 48), FrameFault.OUT_OF_RANGE),
                Arguments.of("tag", changed(right, 95), FrameFault.OUT_OF_RANGE),
                Arguments.of("a request", request(), FrameFault.MALFORMED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongHellos")
    void shouldTurnStrangersAwayAndStillTakeTheMember(String what, byte[] bytes, FrameFault fault) throws IOException {
        assertTurnedAway(bytes, fault);
        try (Socket socket = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
            socket.getOutputStream().write(framed(frames(500)));
            until(what, () -> arrived.whole.size() == 1, () -> source.poll(10));
        }
        assertThat(end.lost).isEmpty();
    }

    @Test
    void shouldTurnAwayWhoeverClosesBeforeSayingHello() throws IOException {
        Socket socket = dial(end);
        socket.getOutputStream().write(1);
        socket.close();
        until("turned away", () -> end.faults.get(FrameFault.MALFORMED) == 1, () -> source.poll(10));
        assertThat(end.lost).isEmpty();
    }

    @Test
    void shouldTurnAwayWhoeverTakesTooLongToSayHello() throws IOException {
        byte[] bytes =
                hello(MEMBER, TcpLinks.COORDINATOR).encode(Handshake.HELLO).array();
        try (Socket slow = dial(end);
                Socket member = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
            slow.getOutputStream().write(bytes, 0, 95);
            until("turned away", () -> end.faults.total() == 1, () -> {
                end.pass(Duration.ofMillis(100));
                source.poll(10);
            });
            assertThat(end.faults.get(FrameFault.MALFORMED)).isEqualTo(1);
            until("closed", () -> isClosedByPeer(slow));
            assertThat(end.lost).isEmpty();
            assertThat(member.isConnected()).isTrue();
        }
    }

    @Test
    void shouldTakeMembersWhileManyStrangersSayNothing() throws IOException {
        List<Socket> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                strangers.add(dial(end));
                end.links.doWork();
            }
            try (Socket member = welcomed(end, hello(MEMBER, TcpLinks.COORDINATOR))) {
                assertThat(member.isConnected()).isTrue();
                assertThat(source.isConnected()).isTrue();
            }
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void shouldLoseAPeerThatCannotBeReached() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        TcpVectorSender sender =
                end.links.sender(STREAM, List.of(new TcpPeer(MEMBER, new Endpoint("127.0.0.1", port))));
        begin(sender, 0, new float[1]);
        until("lost", () -> !end.lost.isEmpty(), () -> {
            end.pass(Duration.ofMillis(10));
            workQuietly(sender);
        });
        assertLost(FrameFault.UNEXPECTED);
        assertThat(end.lost.get(0)).contains("cannot be reached");
        // Lost on one stream, it is refused on all, also where it was never connected.
        try (Socket late = dial(end)) {
            late.getOutputStream()
                    .write(hello(MEMBER, TcpLinks.COORDINATOR)
                            .encode(Handshake.HELLO)
                            .array());
            until("turned away", () -> end.faults.total() == 2, end.links::doWork);
            until("closed", () -> isClosedByPeer(late));
        }
        assertThat(end.lost).hasSize(1);
        assertThat(source.isConnected()).isFalse();
    }

    static Stream<Arguments> wrongAnswers() {
        Handshake right = hello(TcpLinks.COORDINATOR, MEMBER);
        return Stream.of(
                Arguments.of("nothing", new byte[0], FrameFault.UNEXPECTED),
                Arguments.of(
                        "half", Arrays.copyOf(right.encode(Handshake.WELCOME).array(), 40), FrameFault.UNEXPECTED),
                Arguments.of("a hello", right.encode(Handshake.HELLO).array(), FrameFault.MALFORMED),
                Arguments.of(
                        "of another member",
                        hello(TcpLinks.COORDINATOR, 3).encode(Handshake.WELCOME).array(),
                        FrameFault.UNEXPECTED),
                Arguments.of("noise", new byte[Handshake.BYTES], FrameFault.MALFORMED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongAnswers")
    void shouldLoseAReceiverThatAnswersWrongly(String what, byte[] answer, FrameFault fault) throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TcpVectorSender sender = end.links.sender(
                    STREAM, List.of(new TcpPeer(MEMBER, new Endpoint("127.0.0.1", listening.getLocalPort()))));
            begin(sender, 0, new float[1]);
            until("connected", () -> workQuietly(sender) == 0);
            try (Socket socket = listening.accept()) {
                socket.getOutputStream().write(answer);
                socket.shutdownOutput();
                until("lost: " + what, () -> !end.lost.isEmpty(), () -> workQuietly(sender));
            }
        }
        assertLost(fault);
    }

    @Test
    void shouldLoseAReceiverThatSaysSomething() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TcpVectorSender sender = end.links.sender(
                    STREAM, List.of(new TcpPeer(MEMBER, new Endpoint("127.0.0.1", listening.getLocalPort()))));
            try (Socket socket = listening.accept()) {
                socket.getOutputStream()
                        .write(hello(TcpLinks.COORDINATOR, MEMBER)
                                .encode(Handshake.WELCOME)
                                .array());
                until("connection", sender::isConnected);
                socket.getOutputStream().write(1);
                until("lost", () -> !end.lost.isEmpty(), end.links::doWork);
            }
        }
        assertLost(FrameFault.MALFORMED);
    }

    /**
     * Whatever is done to the bytes of a member, what arrives is the beginning of what it sent, and others are not
     * disturbed.
     */
    @Test
    void shouldBelieveNothingThatIsDamaged() throws IOException {
        Random random = new Random(SEED);
        int lost = 0;
        for (int round = 0; round < 150; round++) {
            List<float[]> sent = new ArrayList<>();
            List<byte[]> frames = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                float[] vector = new float[random.nextInt(1000)];
                for (int j = 0; j < vector.length; j++) {
                    vector[j] = random.nextFloat();
                }
                sent.add(vector);
                FrameHeader header = new FrameHeader()
                        .set(FrameKind.GRADIENT, 1, i, 0, 1, vector.length)
                        .member(MEMBER);
                frames.addAll(Frames.of(GENERATION, header, vector, SMALL.floatsPerFrame()));
            }
            byte[] bytes = mutated(random, framed(frames));
            Vectors other = new Vectors();
            Vectors found = new Vectors();
            try (End receiving = new End(TcpLinks.COORDINATOR);
                    End undisturbed = new End(1)) {
                TcpFrameSource both = receiving.links.source(
                        STREAM,
                        new int[] {MEMBER, 1},
                        (session, frame) -> (frame.member() == 1 ? other : found).onFrame(session, frame));
                TcpVectorSender sender = undisturbed.links.sender(STREAM, List.of(receiving.as(TcpLinks.COORDINATOR)));
                float[] vector = sent.get(0);
                begin(sender, 0, vector);
                try (Socket socket = welcomed(receiving, hello(MEMBER, TcpLinks.COORDINATOR))) {
                    int from = 0;
                    while (from < bytes.length) {
                        int length = Math.min(bytes.length - from, 1 + random.nextInt(2000));
                        try {
                            socket.getOutputStream().write(bytes, from, length);
                        } catch (IOException e) {
                            break; // it was lost meanwhile
                        }
                        from += length;
                        both.poll(1 + random.nextInt(10));
                        sender.doWork();
                    }
                }
                until(
                        "both are through: seed " + SEED + ", round " + round,
                        () -> !receiving.lost.isEmpty() && other.whole.size() == 1,
                        () -> both.poll(10),
                        sender::doWork);
                assertThat(receiving.lost).hasSize(1);
                assertThat(other.whole.get(0)).isEqualTo(vector);
                lost += receiving.faults.total() > 0 ? 1 : 0;
            }
            assertThat(found.whole.size()).as("seed %d, round %d", SEED, round).isLessThanOrEqualTo(sent.size());
            for (int i = 0; i < found.whole.size(); i++) {
                assertThat(found.whole.get(i))
                        .as("seed %d, round %d", SEED, round)
                        .isEqualTo(sent.get(i));
            }
        }
        assertThat(lost).as("rounds with damage that was found").isBetween(75, 149);
    }

    /**
     * Members may lie in all that a checksum does not show: it comes to the handler or is dropped, and nothing is
     * thrown.
     */
    @Test
    void shouldOutliveForgedFrames() throws IOException {
        Random random = new Random(SEED);
        long handled = 0;
        for (int round = 0; round < 100; round++) {
            long[] frames = {0};
            try (End receiving = new End(TcpLinks.COORDINATOR)) {
                TcpFrameSource forged = receiving.links.source(STREAM, new int[] {MEMBER}, (session, frame) -> {
                    frames[0]++;
                    return null;
                });
                List<byte[]> bytes = frames(1 + random.nextInt(1000)).stream()
                        .map(frame -> random.nextInt(3) == 0 ? Frames.forged(random, frame) : frame)
                        .toList();
                try (Socket socket = welcomed(receiving, hello(MEMBER, TcpLinks.COORDINATOR))) {
                    socket.getOutputStream().write(framed(bytes));
                }
                untilClosed(forged);
                assertThat(receiving.lost).as("seed %d, round %d", SEED, round).hasSize(1);
            }
            handled += frames[0];
        }
        assertThat(handled).isPositive();
    }

    private static byte[] mutated(Random random, byte[] bytes) {
        byte[] changed = bytes.clone();
        switch (random.nextInt(6)) {
            case 0 -> {} // left alone
            case 1 -> changed = Arrays.copyOf(changed, random.nextInt(changed.length));
            case 2 -> {
                int from = random.nextInt(changed.length);
                int to = from + random.nextInt(changed.length - from);
                byte[] without = Arrays.copyOf(changed, changed.length - (to - from));
                System.arraycopy(changed, to, without, from, changed.length - to);
                changed = without;
            }
            case 3 -> {
                int from = random.nextInt(changed.length);
                int to = from + random.nextInt(changed.length - from);
                byte[] twice = Arrays.copyOf(changed, changed.length + (to - from));
                System.arraycopy(changed, from, twice, to, changed.length - from);
                changed = twice;
            }
            case 4 -> {
                byte[] noise = new byte[1 + random.nextInt(500)];
                random.nextBytes(noise);
                System.arraycopy(
                        noise, 0, changed, random.nextInt(changed.length), Math.min(noise.length, changed.length / 2));
            }
            default -> {
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return changed;
    }

    private void assertLost(FrameFault fault) {
        assertThat(end.lost).hasSize(1);
        assertThat(end.lost.get(0)).startsWith(MEMBER + ": ");
        assertThat(end.faults.get(fault)).as(end.faults.toString()).isEqualTo(1);
        assertThat(end.faults.total()).isEqualTo(1);
        assertThat(end.links.isLost(MEMBER)).isTrue();
    }

    private void assertTurnedAway(byte[] bytes, FrameFault fault) throws IOException {
        try (Socket socket = dial(end)) {
            socket.getOutputStream().write(bytes);
            until("turned away", () -> end.faults.total() == 1, end.links::doWork);
            assertThat(end.faults.get(fault)).as(end.faults.toString()).isEqualTo(1);
            until("closed", () -> isClosedByPeer(socket));
        }
    }

    private void pollQuietly() {
        try {
            source.poll(10);
        } catch (StreamClosedException e) {
            assertThat(end.lost).isNotEmpty();
        }
    }

    private int workQuietly(TcpVectorSender sender) {
        try {
            return sender.doWork();
        } catch (StreamClosedException e) {
            assertThat(end.lost).isNotEmpty();
            return 0;
        }
    }

    /** Reading ends, with or without a reset. */
    private static boolean isClosedByPeer(Socket socket) {
        try {
            socket.setSoTimeout(50);
            return socket.getInputStream().read(new byte[Handshake.BYTES]) < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static byte[] changed(Handshake hello, int place) {
        byte[] bytes = hello.encode(Handshake.HELLO).array();
        bytes[place] ^= 1;
        return bytes;
    }

    private static byte[] bytes(GenerationId generation, int stream, int member) {
        return new Handshake(generation, stream, member, TcpLinks.COORDINATOR, SMALL.largestFrameBytes())
                .encode(Handshake.HELLO)
                .array();
    }

    private static byte[] request() {
        return Arrays.copyOf(
                "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                Handshake.BYTES);
    }

    private static FrameHeader header(int length, int member) {
        return new FrameHeader().set(FrameKind.GRADIENT, 1, 0, 0, 1, length).member(member);
    }

    private static List<byte[]> frames(int length) {
        return Frames.of(GENERATION, header(length, MEMBER), new float[length], SMALL.floatsPerFrame());
    }
}
