package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.app.Cli.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code tutti bench transport}: both sides in this process, over loopback. */
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BenchTransportCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONG_MS = 60_000;

    /** A side of a bench on a thread of its own. */
    private static final class Side {
        private final FutureTask<Outcome> task;
        private final Thread thread;

        /** Not by {@link Cli}, which runs one command at a time. */
        Side(String... args) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            CommandLine tutti = Tutti.commandLine();
            tutti.setOut(new PrintWriter(out, true));
            tutti.setErr(new PrintWriter(err, true));
            String[] command = Stream.concat(Stream.of("bench", "transport"), Stream.of(args))
                    .toArray(String[]::new);
            task = new FutureTask<>(() -> new Outcome(tutti.execute(command), out.toString(), err.toString()));
            thread = new Thread(task, "side");
            thread.start();
        }

        Outcome await() throws Exception {
            return task.get(LONG_MS, TimeUnit.MILLISECONDS);
        }

        void interrupt() {
            thread.interrupt();
        }
    }

    @Test
    void shouldPrintTheSameTableOnBothSides() throws Exception {
        String address = freeAddress();
        Side host = new Side("--bind", address, "--seconds", "0.05", "--json");
        Side peer = new Side("--to", address, "--bytes", "4,70000", "--seconds", "100", "--json");
        Outcome atHost = host.await();
        Outcome atPeer = peer.await();
        assertThat(atHost.code()).as(atHost.err()).isZero();
        assertThat(atPeer.code()).as(atPeer.err()).isZero();
        JsonNode rows = lastLine(atHost).path("rows");
        assertThat(rows).hasSize(2 * 2 * 2).isEqualTo(lastLine(atPeer).path("rows"));
        List<String> kinds = new ArrayList<>();
        for (JsonNode row : rows) {
            kinds.add(row.path("transport").asText() + " " + row.path("bytes").asInt() + " "
                    + row.path("direction").asText());
            assertThat(row.path("peers").asInt()).isEqualTo(1);
            assertThat(row.path("megabytesPerSecond").asDouble()).isPositive();
            assertThat(row.path("roundTripMicrosP50").asDouble()).isPositive();
            assertThat(row.path("roundTripMicrosP99").asDouble())
                    .isGreaterThanOrEqualTo(row.path("roundTripMicrosP50").asDouble());
            assertThat(row.path("rounds").asInt()).isGreaterThanOrEqualTo(5);
        }
        assertThat(kinds)
                .containsExactly(
                        "udp 4 one",
                        "udp 4 both",
                        "udp 70000 one",
                        "udp 70000 both",
                        "tcp 4 one",
                        "tcp 4 both",
                        "tcp 70000 one",
                        "tcp 70000 both");
    }

    @Test
    void shouldMeasureWithSeveralPeersAtOnce() throws Exception {
        String address = freeAddress();
        Side host = new Side(
                "--bind",
                address,
                "--peers",
                "2",
                "--transport",
                "tcp",
                "--bytes",
                "300000",
                "--seconds",
                "0.05",
                "--json");
        Side one = new Side("--to", address);
        Side other = new Side("--to", address);
        Outcome atHost = host.await();
        assertThat(atHost.code()).as(atHost.err()).isZero();
        assertThat(one.await().code()).isZero();
        assertThat(other.await().code()).isZero();
        JsonNode rows = lastLine(atHost).path("rows");
        assertThat(rows).hasSize(2);
        assertThat(rows.get(1).path("peers").asInt()).isEqualTo(2);
        assertThat(rows.get(1).path("direction").asText()).isEqualTo("both");
    }

    @ParameterizedTest
    @CsvSource({"tcp", "udp"})
    void shouldEndWithOneLineWherePeersGo(String transport) throws Exception {
        String address = freeAddress();
        Side host = new Side("--bind", address, "--transport", transport, "--bytes", "400000", "--seconds", "600");
        Side peer = new Side("--to", address);
        awaitConnection(host, peer);
        peer.interrupt();
        assertThat(peer.await().code()).isEqualTo(130);
        Outcome atHost = host.await();
        assertThat(atHost.code()).isEqualTo(3);
        assertThat(atHost.err()).contains("has ended the bench: interrupted");
        assertThat(atHost.err().strip().lines()).hasSize(1);
    }

    @Test
    void shouldTellThePeersThatItIsInterrupted() throws Exception {
        String address = freeAddress();
        Side host = new Side("--bind", address, "--transport", "tcp", "--seconds", "600");
        Side peer = new Side("--to", address);
        awaitConnection(host, peer);
        host.interrupt();
        Outcome atHost = host.await();
        assertThat(atHost.code()).isEqualTo(130);
        assertThat(atHost.err().strip()).isEqualTo("tutti: interrupted");
        Outcome atPeer = peer.await();
        assertThat(atPeer.code()).isEqualTo(3);
        assertThat(atPeer.err()).contains("host " + address + " has ended the bench: interrupted");
        assertThat(atPeer.err().strip().lines()).hasSize(1);
    }

    @Test
    void shouldEndWhereAPeerDies() throws Exception {
        String address = freeAddress();
        Side host = new Side("--bind", address, "--transport", "tcp");
        try (Socket peer = dial(address)) {
            peer.getOutputStream().write("tutti-bench-transport-1 - - - -\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(readLine(peer)).isEqualTo("member 0");
            assertThat(readLine(peer)).startsWith("open TCP ");
        }
        Outcome atHost = host.await();
        assertThat(atHost.code()).isEqualTo(3);
        assertThat(atHost.err()).contains("peer 127.0.0.1 is gone");
        assertThat(atHost.err().strip().lines()).hasSize(1);
    }

    @Test
    void shouldIgnoreStrangers() throws Exception {
        String address = freeAddress();
        Side host = new Side("--bind", address, "--transport", "tcp", "--bytes", "4000", "--seconds", "0.05");
        try (Socket stranger = dial(address)) {
            stranger.getOutputStream().write("GET / HTTP/1.1\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(readLine(stranger)).startsWith("stop ");
        }
        Side peer = new Side("--to", address);
        assertThat(host.await().code()).isZero();
        assertThat(peer.await().code()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--bytes 6       | --bytes out of range: 6",
                "--udp-mtu 1500  | --udp-mtu out of range: 1500",
                "--seconds 0     | --seconds out of range: 0.0",
                "--peers 0       | --peers out of range: 0",
                "--transport ipc | --transport: unknown value: \"ipc\", allowed: udp, tcp"
            })
    void shouldRefuseWhatIsOutOfRange(String option, String expected) {
        String[] words = option.split(" ", -1);
        Outcome outcome = Cli.run("bench", "transport", "--bind", "127.0.0.1:1", words[0], words[1]);
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("tutti: ").contains(expected);
        assertThat(outcome.err().strip().lines()).hasSize(1);
    }

    @Test
    void shouldAskForASide() {
        Outcome neither = Cli.run("bench", "transport");
        assertThat(neither.code()).isEqualTo(2);
        assertThat(neither.err().strip().lines()).hasSize(1);
        Outcome both = Cli.run("bench", "transport", "--bind", "127.0.0.1:1", "--to", "127.0.0.1:1");
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err().strip().lines()).hasSize(1);
    }

    @Test
    void shouldSayThatThePortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Outcome outcome = Cli.run("bench", "transport", "--bind", "127.0.0.1:" + taken.getLocalPort());
            assertThat(outcome.code()).isEqualTo(2);
            assertThat(outcome.err()).contains("cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    /** Waits until both sides are exchanging vectors, or waiting for each other. */
    private static void awaitConnection(Side... sides) throws InterruptedException {
        TuttiProcess.await("rows under way", Duration.ofSeconds(60), () -> {
            for (Side side : sides) {
                if (!side.thread.isAlive()) {
                    throw new AssertionError("ended: " + side.thread);
                }
                boolean exchanging = Stream.of(side.thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().endsWith(".Exchange"));
                if (!exchanging) {
                    return false;
                }
            }
            return true;
        });
    }

    private static Socket dial(String address) throws Exception {
        String[] parts = address.split(":", -1);
        for (int tries = 0; ; tries++) {
            try {
                return new Socket(parts[0], Integer.parseInt(parts[1]));
            } catch (IOException e) {
                if (tries == 500) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }

    private static String readLine(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = socket.getInputStream().read(); next >= 0 && next != '\n'; ) {
            line.append((char) next);
            next = socket.getInputStream().read();
        }
        return line.toString();
    }

    private static String freeAddress() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + free.getLocalPort();
        }
    }

    private static JsonNode lastLine(Outcome outcome) throws IOException {
        return JSON.readTree(
                outcome.out().strip().lines().reduce((first, second) -> second).orElse(""));
    }
}
