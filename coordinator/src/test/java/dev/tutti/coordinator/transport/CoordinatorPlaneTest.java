package dev.tutti.coordinator.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.config.Endpoint;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.Streams;
import dev.tutti.transport.tcp.RawPeer;
import dev.tutti.transport.tcp.TcpLinks;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.FrameKind;
import dev.tutti.wire.GenerationId;
import io.aeron.Subscription;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A coordinator's streams over TCP, to members that are the test and do not always do what they should. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CoordinatorPlaneTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final String HOST = "127.0.0.1";
    private static final GenerationId GENERATION = new GenerationId(1, 2, 3);
    private static final int MEMBERS = 2;
    private static final TrainingSpec SPEC = new TrainingSpec(
            new NetworkSpec(List.of(30, 20, 10), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY),
            new Sgd.Settings(0.1f, 0),
            2,
            8,
            2,
            Sync.STEP,
            1,
            true,
            0f,
            80);
    private static final int PARAMETERS = new ParameterLayout(SPEC.network()).parameterCount();
    private static final JobDescription JOB = new JobDescription(1, "test", SPEC, 30, 1, Placement.REPLICATE, "data");

    /** What a member does in the middle of a training. */
    private enum Fault {
        CLOSES {
            @Override
            void happen(Socket gradients, Random random) throws IOException {
                gradients.close();
            }
        },
        RESETS {
            @Override
            void happen(Socket gradients, Random random) throws IOException {
                gradients.setSoLinger(true, 0);
                gradients.close();
            }
        },
        SENDS_HALF_A_FRAME {
            @Override
            void happen(Socket gradients, Random random) throws IOException {
                byte[] frame = gradient(1, 1);
                gradients.getOutputStream().write(frame, 0, 1 + random.nextInt(frame.length - 1));
                gradients.close();
            }
        },
        SENDS_RUBBISH {
            @Override
            void happen(Socket gradients, Random random) throws IOException {
                byte[] rubbish = new byte[1 + random.nextInt(500)];
                random.nextBytes(rubbish);
                gradients.getOutputStream().write(rubbish);
                gradients.getOutputStream().write(new byte[8]);
            }
        },
        DAMAGES_A_FRAME {
            @Override
            void happen(Socket gradients, Random random) throws IOException {
                byte[] frame = gradient(1, 1);
                frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
                gradients.getOutputStream().write(frame);
                gradients.close();
            }
        },
        SPEAKS_FOR_ANOTHER {
            @Override
            void happen(Socket gradients, Random random) throws IOException {
                gradients.getOutputStream().write(gradient(0, 1));
            }
        };

        abstract void happen(Socket gradients, Random random) throws IOException;
    }

    @TempDir
    private Path folder;

    private AeronNode node;
    private final Nodes nodes = new Nodes();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Socket[] gradients = new Socket[MEMBERS];
    private CoordinatorPlane plane;

    @BeforeEach
    void connect() throws IOException {
        node = AeronNode.launch(folder);
        plane = CoordinatorPlane.open(node, GENERATION, MEMBERS, Carriers.TCP, HOST, 0, 1408, JOB, null, null);
        Streams streams = plane.streams();
        List<ServerSocket> servers = new ArrayList<>();
        List<String> workEndpoints = new ArrayList<>();
        for (int member = 0; member < MEMBERS; member++) {
            servers.add(kept(new ServerSocket(0, 10, InetAddress.getByName(HOST))));
            Subscription work = kept(
                    node.aeron().addSubscription(Streams.udpSubscription(HOST + ":0"), streams.workStreamId(member)));
            workEndpoints.add(dev.tutti.transport.UdpEndpoint.await(work));
        }
        plane.connect(
                List.of("", ""),
                workEndpoints,
                servers.stream().map(one -> HOST + ":" + one.getLocalPort()).toList());
        plane.attach(PARAMETERS, nodes);
        for (int member = 0; member < MEMBERS; member++) {
            gradients[member] = kept(RawPeer.connect(
                    Endpoint.parse(streams.tcpEndpoint()),
                    GENERATION,
                    streams.gradientStreamId(),
                    member,
                    TcpLinks.COORDINATOR));
        }
        Thread welcomes = new Thread(() -> welcomeAll(servers), "welcomes");
        welcomes.start();
        until(plane::isConnected);
        assertThat(plane.reaches(0)).isTrue();
    }

    /** Weights, and samples, of each member. */
    private void welcomeAll(List<ServerSocket> servers) {
        try {
            for (ServerSocket server : servers) {
                kept(RawPeer.welcome(server, GENERATION));
                kept(RawPeer.welcome(server, GENERATION));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        plane.close();
        synchronized (open) {
            CloseHelper.quietCloseAll(open);
        }
        node.close();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void shouldLoseTheMemberAloneAndBelieveNothingOfIt(Fault fault) throws IOException {
        gradients[0].getOutputStream().write(gradient(0, 0));
        gradients[1].getOutputStream().write(gradient(1, 0));
        until(() -> nodes.delivered.size() == 2);

        fault.happen(gradients[1], new Random(SEED));
        gradients[0].getOutputStream().write(gradient(0, 1));
        MembersLostException[] lost = new MembersLostException[1];
        until(() -> {
            try {
                plane.doWork();
            } catch (MembersLostException e) {
                lost[0] = e;
            }
            return lost[0] != null;
        });

        assertThat(lost[0].members()).as("seed %d", SEED).containsExactly(1);
        assertThat(nodes.delivered).filteredOn(member -> member == 1).hasSize(1);
        assertThat(plane.framesFrom(1)).isOne();
        assertThat(nodes.right).isTrue();
    }

    private <T extends AutoCloseable> T kept(T one) {
        synchronized (open) {
            open.add(one);
        }
        return one;
    }

    private void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (gradients[MEMBERS - 1] != null && nodes.isPolled()) {
                plane.doWork();
            }
            Thread.yield();
        }
    }

    private static byte[] gradient(int member, int counter) {
        FrameHeader header = new FrameHeader();
        header.member(member);
        header.set(FrameKind.GRADIENT, 1, 0, 2 * member, 2, PARAMETERS).sums(member, 4, 1);
        return RawPeer.frame(GENERATION, header, vector(member), counter);
    }

    private static float[] vector(int member) {
        float[] vector = new float[PARAMETERS];
        Arrays.fill(vector, member + 0.5f);
        return vector;
    }

    /** Stands for the step loop. */
    private static final class Nodes implements CoordinatorPlane.Events {
        final List<Integer> delivered = new ArrayList<>();
        boolean right = true;

        boolean isPolled() {
            return delivered.size() < MEMBERS;
        }

        @Override
        public boolean accepts(long step, int firstSegment, int segmentCount) {
            throw new AssertionError("nothing is shared");
        }

        @Override
        public PartialGradient spare() {
            throw new AssertionError("nothing is shared");
        }

        @Override
        public PartialGradient acquire(long step, int firstSegment, int segmentCount) {
            return new PartialGradient(PARAMETERS);
        }

        @Override
        public void onGradient(int member, long step, PartialGradient node) {
            delivered.add(member);
            right &= Arrays.equals(node.gradient(), vector(member)) && node.lossSum() == member;
        }

        @Override
        public void onRefused(int member, int segmentCount) {
            right = false;
        }

        @Override
        public void release(PartialGradient node) {}

        @Override
        public void onComputed(int member, int segmentCount, float seconds) {}

        @Override
        public void onResendRequest(int member, long step) {
            right = false;
        }
    }
}
