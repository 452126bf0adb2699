package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real service, killed as by {@code kill -9} at random moments and started again each time. */
@Tag("faults")
@Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServiceFaultsIT {
    private static final int KILLS = 6;
    private static final int JOBS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private int port;
    private int starts;
    private TuttiProcess service;

    @Test
    void shouldLoseNoJobAndTrainNoneTwiceHoweverOftenItIsKilled() throws Exception {
        long seed = 20261121;
        Random random = new Random(seed);
        port = freePort();
        Map<String, Integer> seeds = new TreeMap<>();
        start();
        try {
            for (int kill = 0; kill < KILLS; kill++) {
                String key = "key-" + kill;
                if (kill < JOBS) {
                    // The answer may be lost with the service; the request is repeated until there is one.
                    Thread killer = kill % 2 == 0 ? null : killSoon(random.nextInt(40));
                    seeds.put(submitUntilAnswered(key, kill % 2), kill % 2);
                    if (killer != null) {
                        killer.join();
                    }
                }
                Thread.sleep(random.nextInt(2500));
                service.kill();
                start();
            }
            List<String> hashes = List.of(reference(0), reference(1));
            for (Map.Entry<String, Integer> job : seeds.entrySet()) {
                JsonNode end = awaitEnd(job.getKey());
                assertThat(end.get("state").asText())
                        .as("seed %s: %s", seed, end)
                        .isEqualTo("SUCCEEDED");
                assertThat(end.get("weightsSha256").asText()).isEqualTo(hashes.get(job.getValue()));
                List<String> states = get("/api/v1/jobs/" + job.getKey() + "/events?limit=1000")
                        .get("events")
                        .findValuesAsText("state");
                assertThat(states)
                        .as("seed %s", seed)
                        .containsOnlyOnce("SUCCEEDED")
                        .endsWith("SUCCEEDED");
            }
            assertThat(get("/api/v1/jobs").get("jobs")).hasSize(JOBS);
        } finally {
            service.close();
        }
    }

    /** Its workers are gone, then the service, then both are back. */
    @Test
    void shouldStandStillWithoutWorkersAndGoOnToTheSameHash() throws Exception {
        port = freePort();
        String bind = "127.0.0.1:" + freePort();
        String[] more = {"--workers", "0", "--coordinator-bind", bind};
        start(more);
        TuttiProcess worker = worker(bind, "first");
        try {
            String id = submitUntilAnswered("key", 0);
            TuttiProcess.await(
                    "the job is under way",
                    PATIENCE,
                    () -> get("/api/v1/jobs/" + id).at("/progress/step").asInt() > 20);
            worker.kill();
            awaitState(id, "FROZEN");
            service.kill();
            start(more);
            awaitState(id, "FROZEN");
            worker = worker(bind, "second");

            JsonNode end = awaitEnd(id);

            assertThat(end.get("state").asText()).as("%s", end).isEqualTo("SUCCEEDED");
            assertThat(end.get("weightsSha256").asText()).isEqualTo(reference(0));
        } finally {
            worker.close();
            service.close();
        }
    }

    /** As by Ctrl-C, and as by a system that stops it. */
    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void shouldEndInOrderAndGoOnWithTheSameHash(String signal) throws Exception {
        port = freePort();
        start();
        try {
            String id = submitUntilAnswered("key", 0);
            TuttiProcess.await(
                    "the job is under way",
                    PATIENCE,
                    () -> get("/api/v1/jobs/" + id).at("/progress/step").asInt() > 20);
            service.signal(signal);
            service.await(PATIENCE);
            JsonNode kept = JSON.readTree(
                    directory.resolve("home/jobs/" + id + "/job.json").toFile());
            assertThat(kept.get("state").asText())
                    .as("it is kept before the process ends: %s", service.err())
                    .isEqualToIgnoringCase("INTERRUPTED");
            assertThat(service.err()).doesNotContain("\tat ");
            start();

            JsonNode end = awaitEnd(id);

            assertThat(end.get("state").asText()).as("%s", end).isEqualTo("SUCCEEDED");
            assertThat(end.get("weightsSha256").asText()).isEqualTo(reference(0));
            assertThat(get("/api/v1/jobs/" + id + "/events?limit=1000")
                            .get("events")
                            .findValuesAsText("state"))
                    .containsExactly("QUEUED", "RUNNING", "INTERRUPTED", "RUNNING", "SUCCEEDED");
            requireSecret("token");
            requireSecret("token-read");
        } finally {
            service.close();
        }
    }

    /** A token is in its file, and in no other: not in what was printed or logged, nor in what is kept of jobs. */
    private void requireSecret(String name) throws IOException {
        Path file = directory.resolve("home").resolve(name);
        String token = Files.readString(file).strip();
        assertThat(token).hasSizeGreaterThan(30);
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> others = files.filter(Files::isRegularFile)
                    .filter(other -> !other.equals(file))
                    .toList();
            assertThat(others).anyMatch(other -> other.endsWith("service-0.err"));
            for (Path other : others) {
                assertThat(Files.readString(other, StandardCharsets.ISO_8859_1).contains(token))
                        .as("%s is in %s", name, other)
                        .isFalse();
            }
        }
    }

    private TuttiProcess worker(String coordinator, String name) throws IOException {
        return TuttiProcess.start(
                directory,
                "worker-" + name,
                Map.of("TUTTI_JAVA_OPTS", "-Xmx256m"),
                List.of("worker", "--coordinator", coordinator, "--threads", "1", "--name", name));
    }

    private void awaitState(String id, String state) throws Exception {
        TuttiProcess.await(
                state,
                PATIENCE,
                () -> get("/api/v1/jobs/" + id).get("state").asText().equals(state));
    }

    private void start(String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("serve", "--http", "127.0.0.1:" + port, "--home", "home"));
        command.addAll(more.length == 0 ? List.of("--workers", "1") : List.of(more));
        service = TuttiProcess.start(directory, "service-" + starts++, Map.of("TUTTI_JAVA_OPTS", "-Xmx512m"), command);
        TuttiProcess.await("the service listens", PATIENCE, () -> service.out().contains("token in"));
    }

    /** Kills the service while a request is under way. */
    private Thread killSoon(int ms) {
        Thread killer = new Thread(() -> {
            try {
                Thread.sleep(ms);
                service.kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        killer.start();
        return killer;
    }

    private String submitUntilAnswered(String key, int seed) throws Exception {
        while (true) {
            try {
                HttpRequest.Builder request = request("/api/v1/jobs")
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofString("{\"data\":\"digits\",\"epochs\":30,\"checkpoint-seconds\":0.2,"
                                + "\"seed\":" + seed + "}"));
                HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
                return JSON.readTree(answer.body()).get("id").asText();
            } catch (IOException e) {
                TuttiProcess.await(
                        "the killed service has ended",
                        PATIENCE,
                        () -> !service.handle().isAlive());
                start();
            }
        }
    }

    private JsonNode awaitEnd(String id) throws Exception {
        JsonNode[] job = new JsonNode[1];
        TuttiProcess.await("the end of job " + id, PATIENCE, () -> {
            job[0] = get("/api/v1/jobs/" + id);
            return Set.of("SUCCEEDED", "FAILED", "CANCELLED")
                    .contains(job[0].get("state").asText());
        });
        return job[0];
    }

    private JsonNode get(String path) {
        try {
            return JSON.readTree(client.send(request(path).GET().build(), BodyHandlers.ofString())
                    .body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(path, e);
        }
    }

    private HttpRequest.Builder request(String path) throws IOException {
        String token = Files.readString(directory.resolve("home/token")).strip();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    private String reference(int seed) {
        List<String> arguments =
                new ArrayList<>(List.of("train", "--trainer", "reference", "digits", "--epochs", "30"));
        arguments.addAll(List.of(
                "--seed",
                "" + seed,
                "--json",
                "--out",
                directory.resolve("reference-" + seed).toString()));
        Cli.Outcome outcome = Cli.run(arguments.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        String last = outcome.out().lines().reduce((first, second) -> second).orElseThrow();
        try {
            return JSON.readTree(last).get("weightsSha256").asText();
        } catch (IOException e) {
            throw new AssertionError(last, e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
