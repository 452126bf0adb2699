package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.Dataset;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.Placement;
import dev.tutti.random.Philox;
import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TransportKind;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A cluster trains over UDP while somebody on the same machine throws packets at all its ports: noise, damaged packets, and
 * whole streams of frames that pretend to be of the running generation. It ends in the right bits.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UdpFuzzTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final int SAMPLES = 400;
    private static final int INPUTS = 64;
    private static final int CLASSES = 10;

    @Test
    void shouldEndInTheRightBitsUnderFire() throws InterruptedException {
        TrainingJob job = job();
        TrainingResult expected = ReferenceTrainer.train(job, TrainingListener.NONE);
        AtomicLong dropped = new AtomicLong();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onCluster(ClusterMetrics metrics) {
                dropped.set(metrics.droppedFrames());
            }
        };
        Attacker attacker =
                new Attacker(new Random(SEED), new ParameterLayout(job.spec().network()).parameterCount());
        Thread thread = new Thread(attacker, "attacker");
        thread.start();
        TrainingResult found;
        try {
            found = EmbeddedCluster.train(job, "data", 2, Placement.STREAM, TransportKind.UDP, listener);
        } finally {
            attacker.stopped = true;
            thread.join();
        }
        assertThat(attacker.failure).isNull();
        assertThat(attacker.sent).as("packets thrown").isGreaterThan(1_000);
        assertThat(dropped.get())
                .as("forged frames that came through to the coordinator")
                .isPositive();
        assertThat(found.parameters()).as("seed %d", SEED).isEqualTo(expected.parameters());
        assertThat(found.last().trainLoss()).isEqualTo(expected.last().trainLoss());
        assertThat(found.last().samples()).isEqualTo(expected.last().samples());
    }

    /** Small, and long enough to be disturbed. */
    static TrainingJob job() {
        NetworkSpec network = new NetworkSpec(
                List.of(INPUTS, 32, CLASSES), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        float[] features = new float[SAMPLES * INPUTS];
        for (int i = 0; i < features.length; i++) {
            features[i] = Philox.below(17, SEED, Philox.Purpose.NOISE, 0, i) / 16f;
        }
        float[] targets = new float[SAMPLES];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = Philox.below(CLASSES, SEED, Philox.Purpose.NOISE, 1, i);
        }
        Dataset training = new Dataset(features, INPUTS, targets, 1, SAMPLES);
        TrainingSpec spec =
                new TrainingSpec(network, new Sgd.Settings(0.05f, 0.9f), 30, 32, 5, Sync.STEP, SEED, true, 0f, SAMPLES);
        float[] parameters = new float[new ParameterLayout(network).parameterCount()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (Philox.uniform(SEED, Philox.Purpose.INITIAL_WEIGHTS, 0, i) - 0.5f) / 4;
        }
        return new TrainingJob(
                "fuzz", spec, training, new Dataset(new float[0], INPUTS, new float[0], 1, 0), parameters);
    }

    /** Throws packets at the UDP ports of this process, on loopback only. */
    private static final class Attacker implements Runnable {
        private static final int BURST = 16;
        private static final int TERM_BYTES = 1 << 16;
        private static final int MTU_BYTES = 1408;
        private static final int SETUP_TYPE = 5;
        private static final int SETUP_BYTES = 40;
        private static final int DATA_TYPE = 1;
        private static final int DATA_HEADER_BYTES = 32;
        private static final int UNFRAGMENTED = 0xC0;

        private final Random random;
        private final int parameterCount;
        private final int session;
        private int termOffset;
        volatile boolean stopped;
        long sent;
        volatile Exception failure;

        Attacker(Random random, int parameterCount) {
            this.random = random;
            this.parameterCount = parameterCount;
            this.session = random.nextInt();
        }

        @Override
        public void run() {
            try (DatagramSocket socket =
                    new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                while (!stopped) {
                    for (int port : ports()) {
                        if (port != socket.getLocalPort()) {
                            fire(socket, port);
                        }
                    }
                    Thread.sleep(2);
                }
            } catch (IOException | RuntimeException | InterruptedException e) {
                failure = e;
            }
        }

        private void fire(DatagramSocket socket, int port) throws IOException {
            int offset = termOffset;
            for (int stream = 0; stream < 4; stream++) {
                send(socket, port, setup(Streams.IDS_PER_GENERATION + stream));
                termOffset = offset;
                for (int i = 0; i < BURST / 4; i++) {
                    byte[] data = data(Streams.IDS_PER_GENERATION + stream);
                    send(socket, port, data);
                    send(socket, port, damaged(data));
                }
            }
            byte[] noise = new byte[random.nextInt(MTU_BYTES)];
            random.nextBytes(noise);
            send(socket, port, noise);
            termOffset = termOffset > TERM_BYTES / 2 ? 0 : termOffset;
        }

        private void send(DatagramSocket socket, int port, byte[] bytes) throws IOException {
            socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
            sent++;
        }

        private byte[] setup(int stream) {
            ByteBuffer packet = ByteBuffer.allocate(SETUP_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            packet.putInt(SETUP_BYTES).put((byte) 0).put((byte) 0).putShort((short) SETUP_TYPE);
            packet.putInt(0).putInt(session).putInt(stream).putInt(1).putInt(1);
            packet.putInt(TERM_BYTES).putInt(MTU_BYTES).putInt(0);
            return packet.array();
        }

        /** A well-formed packet with a frame of generation 1 of job 1 whose token is a guess. */
        private byte[] data(int stream) {
            int floats = random.nextInt(64);
            int frameBytes = FrameFlyweight.HEADER_LENGTH + floats * Float.BYTES;
            int length = DATA_HEADER_BYTES + frameBytes;
            int aligned = (length + 31) & ~31;
            ByteBuffer packet = ByteBuffer.allocate(aligned).order(ByteOrder.LITTLE_ENDIAN);
            packet.putInt(length).put((byte) 0).put((byte) UNFRAGMENTED).putShort((short) DATA_TYPE);
            packet.putInt(termOffset).putInt(session).putInt(stream).putInt(1).putLong(0);
            FrameHeader header = new FrameHeader()
                    .set(
                            FrameKind.values()[random.nextInt(FrameKind.values().length)],
                            1 + random.nextInt(3),
                            random.nextInt(30),
                            random.nextInt(4),
                            1 + random.nextInt(4),
                            Math.max(floats, random.nextBoolean() ? parameterCount : floats));
            new FrameFlyweight()
                    .wrapForWriting(new UnsafeBuffer(packet.array()), DATA_HEADER_BYTES, frameBytes)
                    .write(new GenerationId(1, 1, random.nextLong()), header, new float[floats], 0, 0, floats);
            termOffset += aligned;
            return packet.array();
        }

        private byte[] damaged(byte[] packet) {
            byte[] bytes = packet.clone();
            for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            return bytes;
        }

        /** The UDP ports that sockets of this process are bound to, as the kernel lists them. */
        private static List<Integer> ports() throws IOException {
            Set<String> own = new HashSet<>();
            try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
                for (Path descriptor : descriptors) {
                    try {
                        own.add(Files.readSymbolicLink(descriptor).toString());
                    } catch (IOException e) {
                        continue; // closed meanwhile
                    }
                }
            }
            List<Integer> ports = new ArrayList<>();
            for (String table : List.of("/proc/self/net/udp", "/proc/self/net/udp6")) {
                if (!Files.exists(Path.of(table))) {
                    continue;
                }
                List<String> lines = Files.readAllLines(Path.of(table));
                for (String line : lines.subList(1, lines.size())) {
                    String[] fields = line.strip().split("\\s+", -1);
                    if (own.contains("socket:[" + fields[9] + "]")) {
                        ports.add(Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16));
                    }
                }
            }
            return ports;
        }
    }
}
