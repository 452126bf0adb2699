package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.tutti.app.http.ServiceInProcess;
import dev.tutti.app.service.TrainingRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a client of a service: it does what it does without one, and the service may come and go. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RemoteTrainTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROWS = "size,rooms,kind\n1,2,flat\n2,3,house\n3,3,house\n1,1,flat\n2,2,flat\n"
            + "4,5,house\n3,4,house\n1,2,flat\n4,4,house\n2,1,flat\n";

    @TempDir
    private Path folder;

    private int port;

    @BeforeEach
    void choosePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Files.writeString(folder.resolve("token"), ServiceInProcess.TOKEN + "\n");
    }

    private ServiceInProcess open() {
        return new ServiceInProcess(
                folder.resolve("home"),
                port,
                Optional.empty(),
                service -> new TrainingRunner(service.submission(), Optional.empty()));
    }

    private Cli.Outcome client(String... arguments) {
        return Cli.run(Stream.concat(
                        Stream.of(arguments),
                        Stream.of(
                                "--server",
                                "http://127.0.0.1:" + port,
                                "--token-file",
                                folder.resolve("token").toString()))
                .toArray(String[]::new));
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void shouldPrintAndLeaveWhatARunHereDoes() throws Exception {
        Cli.Outcome here = Cli.run("train", "iris", "--epochs", "3", "--workers", "1", "--out", path("here"));
        Cli.Outcome there;
        try (ServiceInProcess service = open()) {
            there = client("train", "iris", "--epochs", "3", "--workers", "1", "--out", path("there"));
            assertThat(service.get("/api/v1/jobs").json().get("jobs")).hasSize(1);
        }

        assertThat(there.code()).as(there.err()).isZero();
        assertThat(there.out()).startsWith("job ");
        assertThat(timeless(there.out().lines().skip(1), "there"))
                .isEqualTo(timeless(here.out().lines(), "here"));
        assertThat(there.err()).isEmpty();
        JsonNode summary = summary("there");
        assertThat(summary.get("weightsSha256")).isEqualTo(summary("here").get("weightsSha256"));
        assertThat(summary.get("model").asText()).isEqualTo(path("there/model.safetensors"));
        assertThat((Iterable<String>) summary::fieldNames)
                .containsExactlyInAnyOrderElementsOf(() -> summary("here").fieldNames());
        assertThat(Files.readAllLines(folder.resolve("there/metrics.jsonl"))).hasSize(3);
        assertThat(Files.mismatch(folder.resolve("there/model.safetensors"), folder.resolve("here/model.safetensors")))
                .as("models, byte for byte")
                .isEqualTo(-1);
        assertThat(Cli.run("eval", path("there"), "iris").code()).isZero();
    }

    /** Without what takes another time each time. */
    private List<String> timeless(Stream<String> lines, String run) {
        return lines.filter(line -> !line.startsWith("compute threads"))
                .map(line -> line.replaceAll("[0-9.]+[kM]? samples/s", "RATE")
                        .replaceAll("trained in [0-9.]+ s", "TIME")
                        .replace(path(run), "RUN"))
                .toList();
    }

    private JsonNode summary(String run) {
        try {
            return JSON.readTree(Files.readString(folder.resolve(run).resolve("summary.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldSendDataOnceAndTakeItBackWhereTheJobIsRefused() throws Exception {
        Path data = Files.writeString(folder.resolve("homes.csv"), ROWS);
        try (ServiceInProcess service = open()) {
            Cli.Outcome refused = client("train", data.toString(), "--transport", "udp", "--out", path("refused"));
            assertThat(refused.code()).isEqualTo(2);
            assertThat(refused.err())
                    .isEqualTo("tutti: --transport: not for a job of the service; leave it out, as the service decides"
                            + " that" + System.lineSeparator());
            assertThat(folder.resolve("refused")).doesNotExist();
            assertThat(service.get("/api/v1/data").json().get("data")).isEmpty();

            String[] train = {"train", data.toString(), "--epochs", "2", "--batch", "4", "--json", "--out"};
            Cli.Outcome first = client(
                    Stream.concat(Stream.of(train), Stream.of(path("first"))).toArray(String[]::new));
            Cli.Outcome again = client(
                    Stream.concat(Stream.of(train), Stream.of(path("again"))).toArray(String[]::new));

            assertThat(first.code()).as(first.err()).isZero();
            assertThat(JSON.readTree(first.out())).isEqualTo(summary("first"));
            assertThat(summary("first").get("data").asText()).isEqualTo(data.toString());
            assertThat(summary("first").get("name").asText()).isEqualTo("homes");
            assertThat(again.code()).as(again.err()).isZero();
            assertThat(first.err()).contains("sending homes.csv", "epoch 2/2");
            assertThat(again.err()).doesNotContain("sending");
            assertThat(service.get("/api/v1/data").json().get("data")).hasSize(1);
            Cli.Outcome mistaken = client("train", data.toString(), "--target", "nose", "--out", path("mistaken"));
            assertThat(mistaken.code()).isEqualTo(2);
            assertThat(mistaken.err())
                    .startsWith("tutti: homes.csv")
                    .contains("nose")
                    .hasLineCount(1);
            assertThat(folder.resolve("mistaken")).doesNotExist();
        }
    }

    /** The labels are in the file named alike, here; a service has only what it is sent. */
    @Test
    void shouldSendTheLabelsThatBelongToTheSamples() throws Exception {
        Path samples = folder.resolve("train-images-idx3-ubyte");
        byte[] pixels = new byte[16 + 4 * 40];
        byte[] labels = new byte[8 + 40];
        ByteBuffer.wrap(pixels).putInt(0x803).putInt(40).putInt(2).putInt(2);
        ByteBuffer.wrap(labels).putInt(0x801).putInt(40);
        for (int sample = 0; sample < 40; sample++) {
            labels[8 + sample] = (byte) (sample % 2);
            pixels[16 + 4 * sample] = (byte) (sample % 2 * 100 + sample);
        }
        Files.write(samples, pixels);
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels);
        try (ServiceInProcess service = open()) {
            Cli.Outcome there = client("train", samples.toString(), "--epochs", "2", "--out", path("there"));

            assertThat(there.code()).as(there.err()).isZero();
            assertThat(service.get("/api/v1/data").json().get("data")).hasSize(2);
        }
        Cli.Outcome here = Cli.run("train", samples.toString(), "--epochs", "2", "--out", path("here"));
        assertThat(here.code()).as(here.err()).isZero();
        assertThat(summary("there").get("weightsSha256"))
                .isEqualTo(summary("here").get("weightsSha256"));
    }

    @Test
    void shouldCancelAtAnInterruptAndGoOnByTheCommandToTheSameBits() throws Exception {
        try (ServiceInProcess service = open()) {
            FutureTask<Cli.Outcome> train = new FutureTask<>(
                    () -> client("train", "iris", "--epochs", "300", "--checkpoint-steps", "2", "--out", path("run")));
            Thread client = new Thread(train, "test-client");
            client.start();
            String id = service.awaitJob();
            service.awaitLine("/api/v1/jobs/" + id + "/metrics", "\"epoch\"");
            client.interrupt();

            Cli.Outcome interrupted = train.get();
            if (interrupted.code() != 0) {
                assertThat(interrupted.code()).isEqualTo(130);
                assertThat(interrupted.err())
                        .isEqualTo("tutti: interrupted on the service, which keeps what job " + id
                                + " has got so far; go on with: tutti jobs resume " + id + " --server http://127.0.0.1:"
                                + port + System.lineSeparator());
                assertThat(folder.resolve("run")).doesNotExist();
                assertThat(client("jobs", "list", "--state", "cancelled").out()).contains(id);
                assertThat(client("jobs", "resume", id).out()).contains("QUEUED");
            }
            Cli.Outcome watched = client("jobs", "watch", id);
            assertThat(watched.code()).as(watched.err()).isZero();
            assertThat(watched.out()).contains("epoch 300/300");
            Cli.Outcome fetched = client("jobs", "fetch", id, "--out", path("fetched"), "--json");
            assertThat(fetched.code()).as(fetched.err()).isZero();
            assertThat(JSON.readTree(fetched.out())).isEqualTo(summary("fetched"));
        }
        Cli.Outcome here = Cli.run("train", "--trainer", "reference", "iris", "--epochs", "300", "--out", path("here"));
        assertThat(here.code()).as(here.err()).isZero();
        assertThat(summary("fetched").get("weightsSha256"))
                .isEqualTo(summary("here").get("weightsSha256"));
    }

    /** No job that is told to be given up may run: what was handed in is found by its key, and cancelled. */
    @Test
    void shouldCancelAJobWhoseAnswerItDidNotAwait() throws Exception {
        HttpServer slow = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        slow.setExecutor(Executors.newCachedThreadPool());
        List<String> keys = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch handedIn = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        List<String> cancelled = Collections.synchronizedList(new ArrayList<>());
        slow.createContext("/api/v1/jobs", exchange -> {
            String path = exchange.getRequestURI().getPath();
            exchange.getRequestBody().readAllBytes();
            String state = "QUEUED";
            if (path.endsWith("/cancel")) {
                cancelled.add(path);
                state = "CANCELLED";
            } else if (exchange.getRequestMethod().equals("POST")) {
                keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
                if (keys.size() == 1) {
                    handedIn.countDown();
                    await(end);
                }
            }
            byte[] answer = ("{\"id\":\"one\",\"state\":\"" + state + "\"}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        slow.start();
        try {
            FutureTask<Cli.Outcome> train = new FutureTask<>(() -> client("train", "iris", "--out", path("run")));
            Thread client = new Thread(train, "test-client");
            client.start();
            handedIn.await();
            client.interrupt();

            assertThat(train.get().code()).isEqualTo(130);
            assertThat(train.get().err()).startsWith("tutti: interrupted before job one began; ");
            assertThat(keys).hasSize(2);
            assertThat(keys.get(1)).isEqualTo(keys.get(0));
            assertThat(cancelled).containsExactly("/api/v1/jobs/one/cancel");
            assertThat(folder.resolve("run")).doesNotExist();
        } finally {
            end.countDown();
            slow.stop(0);
            ((ExecutorService) slow.getExecutor()).shutdownNow();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldFollowAServiceThatIsStartedAgain() throws Exception {
        FutureTask<Cli.Outcome> train = new FutureTask<>(() -> client(
                "train", "iris", "--epochs", "2000", "--checkpoint-steps", "50", "--json", "--out", path("run")));
        String id;
        try (ServiceInProcess service = open()) {
            new Thread(train, "test-client").start();
            id = service.awaitJob();
            service.awaitLine("/api/v1/jobs/" + id + "/metrics", "\"epoch\"");
        }
        try (ServiceInProcess service = open()) {
            Cli.Outcome outcome = train.get();
            assertThat(outcome.code()).as(outcome.err()).isZero();
            assertThat(service.awaitEnd(id).get("weightsSha256"))
                    .isEqualTo(summary("run").get("weightsSha256"));
            if (outcome.err().contains("goes on after")) {
                assertThat(outcome.err())
                        .contains("the service ended; the job goes on when it is started again", "epoch 2000/2000");
            }
        }
    }

    @Test
    void shouldShowAndStopJobs() throws Exception {
        try (ServiceInProcess service = open()) {
            String running = service.submit("{\"data\":\"iris\",\"epochs\":100000000}");
            String waiting = service.submit("{\"data\":\"xor\",\"epochs\":1,\"validation\":0}");

            assertThat(client("jobs", "list").out()).contains(running, waiting, "iris", "xor", "QUEUED");
            assertThat(JSON.readTree(client("jobs", "list", "--limit", "1", "--json")
                                    .out())
                            .get("jobs")
                            .findValuesAsText("id"))
                    .containsExactly(waiting);
            assertThat(client("jobs", "show", waiting).out()).contains("QUEUED", "xor");
            assertThat(client("jobs", "fetch", waiting).err()).contains("has nothing to fetch yet (QUEUED)");
            assertThat(client("jobs", "cancel", waiting).out()).contains("CANCELLED");
            assertThat(client("jobs", "watch", waiting).code()).isEqualTo(130);
            assertThat(client("jobs", "cancel", running, "--json").out()).contains(running);
            assertThat(service.awaitEnd(running).get("state").asText()).isEqualTo("CANCELLED");
            Cli.Outcome missing = client("jobs", "show", "../../token");
            assertThat(missing.code()).isEqualTo(2);
            assertThat(missing.err()).startsWith("tutti: ").hasLineCount(1);
        }
    }

    @Test
    void shouldSayInOneLineWhyAServiceCannotBeUsed() throws Exception {
        assertThat(client("train", "iris").err())
                .isEqualTo("tutti: the service http://127.0.0.1:" + port
                        + " cannot be reached: nothing listens there; start it first: tutti serve"
                        + System.lineSeparator());
        HttpServer other = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        other.start();
        try {
            assertThat(client("jobs", "list").err())
                    .startsWith("tutti: http://127.0.0.1:" + port
                            + " does not answer as a training service of this version (status 404)");
        } finally {
            other.stop(0);
        }
        try (ServiceInProcess service = open()) {
            Files.writeString(folder.resolve("token"), "0".repeat(64));
            Cli.Outcome wrong = client("train", "iris", "--out", path("run"));
            assertThat(wrong.code()).isEqualTo(2);
            assertThat(wrong.err())
                    .isEqualTo("tutti: the token is wrong; it is in the file token of the service's home"
                            + System.lineSeparator());
            assertThat(service.get("/api/v1/jobs").json().get("jobs")).isEmpty();
            Files.delete(folder.resolve("token"));
            assertThat(client("jobs", "list").err()).contains("token of the service cannot be read");
        }
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "http://192.0.2.1:8025, would travel unencrypted to another machine",
        "http://0.0.0.0:8025, would travel unencrypted to another machine",
        "ftp://127.0.0.1:8025, not the address of a service",
        "127.0.0.1:8025, not the address of a service",
        "localhost:8025, not the address of a service",
        "http://127.0.0.1:8025/api/v1, not the address of a service",
        "http://me:secret@127.0.0.1:8025, not the address of a service",
    })
    void shouldSendTheTokenNowhereElse(String server, String problem) {
        Cli.Outcome outcome = Cli.run("jobs", "list", "--server", server, "--token-file", path("token"));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err())
                .startsWith("tutti: --server: ")
                .contains(problem)
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-----BEGIN KEY-----\nSECRET\n", "SECRET\u00e9", "SECRET\u0007", "SECRET SECRET"})
    void shouldNotShowWhatIsInAFileThatHoldsNoToken(String content) throws Exception {
        Files.writeString(folder.resolve("token"), content);
        Cli.Outcome outcome = client("jobs", "list");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err())
                .startsWith("tutti: token of the service is not what is in " + path("token"))
                .doesNotContain("SECRET")
                .hasLineCount(1);
        Files.writeString(folder.resolve("token"), "SECRET".repeat(100));
        assertThat(client("jobs", "list").err()).doesNotContain("SECRET").hasLineCount(1);
    }

    /** Whose answer is lost may have made a job: that is not given up soon, nor said to be nowhere. */
    @Test
    void shouldNotTakeAJobForNotHandedInWhereTheAnswerIsLost() throws Exception {
        HttpServer broken = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        CountDownLatch asked = new CountDownLatch(2);
        broken.createContext("/api/v1/jobs", exchange -> {
            exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestMethod().equals("POST")) {
                asked.countDown();
            } else {
                byte[] answer = "{\"jobs\":[]}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
            exchange.close();
        });
        broken.start();
        try {
            FutureTask<Cli.Outcome> train = new FutureTask<>(() -> client("train", "iris", "--out", path("run")));
            Thread client = new Thread(train, "test-client");
            client.start();
            asked.await();
            client.interrupt();

            assertThat(train.get().code()).isEqualTo(130);
            assertThat(train.get().err())
                    .contains("trying again for 600 s")
                    .contains(
                            "the job may have been handed in; look: tutti jobs list --server http://127.0.0.1:" + port);
        } finally {
            broken.stop(0);
        }
    }

    @Test
    void shouldRefuseOptionsThatDoNotGoTogether() {
        assertThat(client("train", "--resume", path("run")).err()).contains("tutti jobs resume ID");
        assertThat(Cli.run("train", "iris", "--token-file", path("token")).err())
                .contains("give --server URL, too");
    }
}
