package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.app.console.LineWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One run on a page, by {@code tutti train --http}. */
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunOnPageTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<String> out = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> err = new LinkedBlockingQueue<>();

    @TempDir
    private Path folder;

    private String address;

    @BeforeEach
    void choosePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            address = "127.0.0.1:" + socket.getLocalPort();
        }
    }

    private FutureTask<Integer> train(String... arguments) {
        CommandLine tutti = Tutti.commandLine();
        tutti.setOut(new PrintWriter(new LineWriter(out::add), true));
        tutti.setErr(new PrintWriter(new LineWriter(err::add), true));
        return new FutureTask<>(() -> tutti.execute(
                Stream.concat(Stream.of("train"), Stream.of(arguments)).toArray(String[]::new)));
    }

    @Test
    void shouldShowTheRunToWhoMayLookUntilItIsInterrupted() throws Exception {
        Path run = folder.resolve("run");
        FutureTask<Integer> training =
                train("iris", "--epochs", "100000000", "--out", run.toString(), "--http", address);
        Thread thread = new Thread(training, "test-train");
        thread.start();
        String link = out.take();
        assertThat(link).startsWith("page at http://" + address + "/#login=");
        String cookie = logIn(link.replaceFirst(".*=", ""));

        JsonNode job =
                JSON.readTree(get("/api/v1/jobs", cookie).body()).get("jobs").get(0);
        String path = "/api/v1/jobs/" + job.get("id").asText();
        awaitEpoch(path, cookie);
        JsonNode running = JSON.readTree(get(path, cookie).body());
        assertThat(running.get("state").asText()).isEqualTo("RUNNING");
        assertThat(running.get("settings").get("data").asText()).isEqualTo("iris");
        assertThat(running.get("progress").get("epochs").asInt()).isEqualTo(100_000_000);
        assertThat(get(path + "/log", cookie).body()).contains("training: tutti=");
        HttpRequest cancel = request(path + "/cancel", cookie)
                .header("Sec-Fetch-Site", "same-origin")
                .POST(BodyPublishers.noBody())
                .build();
        assertThat(client.send(cancel, BodyHandlers.ofString()).statusCode()).isEqualTo(403);

        thread.interrupt();
        assertThat(training.get()).isEqualTo(130);
        assertThat(err.take()).startsWith("tutti: interrupted after ").contains("go on with: tutti train --resume");
        assertThat(run.resolve("checkpoints")).isNotEmptyDirectory();
    }

    @Test
    void shouldEndAsTheRunDoes() throws Exception {
        FutureTask<Integer> good = train(
                "iris",
                "--epochs",
                "2",
                "--json",
                "--out",
                folder.resolve("good").toString(),
                "--http",
                address);
        good.run();
        assertThat(good.get()).as(String.join("\n", err)).isZero();
        assertThat(Files.readString(folder.resolve("good/summary.json"))).isEqualTo(out.take() + "\n");

        FutureTask<Integer> bad =
                train("iris", "--target", "nose", "--out", folder.resolve("bad").toString(), "--http", address);
        bad.run();
        assertThat(bad.get()).isEqualTo(2);
        assertThat(folder.resolve("bad")).doesNotExist();

        FutureTask<Integer> open = train("iris", "--http", "0.0.0.0:" + address.replaceFirst(".*:", ""));
        err.clear();
        open.run();
        assertThat(open.get()).isEqualTo(2);
        assertThat(err.take()).startsWith("tutti: --http: 0.0.0.0: other machines could reach it");
    }

    private void awaitEpoch(String path, String cookie) throws Exception {
        HttpRequest request = request(path + "/metrics", cookie)
                .header("Accept", "text/event-stream")
                .build();
        try (Stream<String> lines = client.send(request, BodyHandlers.ofLines()).body()) {
            assertThat(lines.anyMatch(line -> line.contains("\"epoch\""))).isTrue();
        }
    }

    private String logIn(String code) throws Exception {
        HttpRequest request = request("/login", "a=b")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"secret\":\"" + code + "\"}"))
                .build();
        return client.send(request, BodyHandlers.ofString())
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow()
                .replaceFirst(";.*", "");
    }

    private HttpResponse<String> get(String path, String cookie) throws Exception {
        return client.send(request(path, cookie).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, String cookie) {
        return HttpRequest.newBuilder(URI.create("http://" + address + path)).header("Cookie", cookie);
    }
}
