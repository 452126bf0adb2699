package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.protocol.Placement;
import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TransportKind;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.wire.FrameFlyweight;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A cluster trains over TCP while somebody on the same machine connects to all its ports and sends noise, half a hello, a hello
 * with a guessed token or nothing, and goes away with and without a word. It ends in the right bits, in its first generation.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpFuzzTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);

    @Test
    void shouldEndInTheRightBitsUnderFire() throws InterruptedException {
        TrainingJob job = UdpFuzzTest.job();
        TrainingResult expected = ReferenceTrainer.train(job, TrainingListener.NONE);
        AtomicLong dropped = new AtomicLong();
        AtomicInteger generation = new AtomicInteger();
        Attacker attacker = new Attacker(new Random(SEED));
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onCluster(ClusterMetrics metrics) {
                dropped.set(metrics.droppedFrames());
                generation.set(metrics.generation());
                attacker.awaitSomeMore();
            }
        };
        Thread thread = new Thread(attacker, "attacker");
        thread.start();
        TrainingResult found;
        try {
            found = EmbeddedCluster.train(job, "data", 2, Placement.STREAM, TransportKind.TCP, listener);
        } finally {
            attacker.stopped = true;
            thread.join();
        }
        assertThat(attacker.failure).isNull();
        assertThat(attacker.connections.get()).as("connections made").isGreaterThan(10);
        assertThat(dropped.get()).as("strangers that were turned away").isPositive();
        assertThat(generation.get()).as("generations").isOne();
        assertThat(found.parameters()).as("seed %d", SEED).isEqualTo(expected.parameters());
        assertThat(found.last().trainLoss()).isEqualTo(expected.last().trainLoss());
        assertThat(found.last().samples()).isEqualTo(expected.last().samples());
    }

    /** Connects to the ports at which this process listens. */
    private static final class Attacker implements Runnable {
        private static final int KINDS = 5;
        private static final int MOST_SILENT = 40;
        private static final int LONGEST_NOISE = 4096;
        private static final int HELLO_BYTES = 96;
        private static final int LARGEST_FRAME_BYTES = (1 << 16) - 8;

        private final Random random;
        private final ArrayDeque<Socket> silent = new ArrayDeque<>();
        volatile boolean stopped;
        volatile Exception failure;
        private final AtomicLong connections = new AtomicLong();

        Attacker(Random random) {
            this.random = random;
        }

        /** Training is over in no time on a machine that has nothing else to do. */
        void awaitSomeMore() {
            long enough = connections.get() + 5;
            long deadlineNs = System.nanoTime() + 2_000_000_000L;
            while (connections.get() < enough && failure == null && System.nanoTime() < deadlineNs) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void run() {
            try {
                while (!stopped) {
                    for (int port : ports()) {
                        fire(port);
                    }
                    Thread.sleep(2);
                }
                for (Socket socket : silent) {
                    socket.close();
                }
            } catch (IOException | RuntimeException | InterruptedException e) {
                failure = e;
            }
        }

        private void fire(int port) {
            try {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                connections.incrementAndGet();
                int kind = random.nextInt(KINDS);
                byte[] hello = hello();
                if (kind == 0) {
                    byte[] noise = new byte[random.nextInt(LONGEST_NOISE)];
                    random.nextBytes(noise);
                    socket.getOutputStream().write(noise);
                } else if (kind == 1) {
                    socket.getOutputStream().write(hello, 0, random.nextInt(hello.length));
                } else if (kind == 2) {
                    hello[random.nextInt(hello.length)] ^= (byte) (1 << random.nextInt(8));
                    socket.getOutputStream().write(hello);
                } else if (kind == 3) {
                    socket.getOutputStream().write(hello);
                }
                leave(socket, kind);
            } catch (IOException e) {
                // The port was closed meanwhile, or it was sooner to turn us away.
            }
        }

        /** A well-formed hello of generation 1 of job 1 whose token is a guess. */
        private byte[] hello() {
            ByteBuffer bytes = ByteBuffer.allocate(HELLO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.put("TUTTITCP".getBytes(StandardCharsets.US_ASCII));
            bytes.put((byte) 1).put(FrameFlyweight.VERSION).putShort((short) 1).putInt(0);
            bytes.putLong(random.nextLong()).putInt(1).putInt(1);
            bytes.putInt(Streams.IDS_PER_GENERATION + random.nextInt(3)).putShort((short) random.nextInt(2));
            bytes.putShort((short) (random.nextBoolean() ? TcpLinks.COORDINATOR : 0));
            bytes.putInt(LARGEST_FRAME_BYTES);
            CRC32C crc = new CRC32C();
            crc.update(bytes.array(), 16, HELLO_BYTES - 16);
            crc.update(bytes.array(), 0, 12);
            return bytes.putInt(12, (int) crc.getValue()).array();
        }

        private void leave(Socket socket, int kind) throws IOException {
            if (kind == KINDS - 1) {
                silent.add(socket);
                if (silent.size() > MOST_SILENT) {
                    silent.poll().close();
                }
                return;
            }
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        }

        /** The TCP ports at which sockets of this process listen, as the kernel lists them. */
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
            for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
                if (!Files.exists(Path.of(table))) {
                    continue;
                }
                List<String> lines = Files.readAllLines(Path.of(table));
                for (String line : lines.subList(1, lines.size())) {
                    String[] fields = line.strip().split("\\s+", -1);
                    if (fields[3].equals("0A") && own.contains("socket:[" + fields[9] + "]")) {
                        ports.add(Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16));
                    }
                }
            }
            return ports;
        }
    }
}
