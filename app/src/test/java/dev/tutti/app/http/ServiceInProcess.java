package dev.tutti.app.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.app.service.Home;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.UploadStore;
import dev.tutti.config.ServiceSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** A service with its door in this process, on a port that was free, and a client that has the token. */
public final class ServiceInProcess implements AutoCloseable {
    public static final String TOKEN = "0123456789abcdef0123456789abcdef";
    public static final String READ_TOKEN = "fedcba9876543210fedcba9876543210";
    static final String JSON = "application/json";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final UploadStore.Limits LIMITS = new UploadStore.Limits(100_000, 150_000);

    private final Home home;
    private final JobService service;
    private final HttpDoor door;
    private final Thread jobs;
    private final HttpClient client = HttpClient.newHttpClient();

    /** An answer, with its body as text and, if it is JSON, as that. */
    public record Answer(int status, String type, String text, JsonNode json, HttpResponse<?> response) {}

    /**
     * @param directory home of the service
     * @param runner trains; made for the service
     */
    public ServiceInProcess(Path directory, Function<JobService, JobService.Runner> runner) {
        this(directory, 0, Optional.empty(), runner);
    }

    /**
     * @param directory home of the service
     * @param port where to listen; 0 for any that is free
     * @param tls certificate and key; absent for plain HTTP
     * @param runner trains; made for the service
     */
    public ServiceInProcess(
            Path directory,
            int port,
            Optional<ServiceSettings.Tls> tls,
            Function<JobService, JobService.Runner> runner) {
        home = Home.open(directory);
        service = JobService.open(home, 2, LIMITS);
        door = HttpDoor.open(
                new Entrance(
                        "127.0.0.1",
                        port,
                        tls.map(files -> Pem.read(files.certificate(), files.key(), Instant.now())),
                        Optional.empty()),
                service,
                new Tokens(new Token(TOKEN), new Token(READ_TOKEN)));
        JobService.Runner trains = runner.apply(service);
        jobs = new Thread(
                () -> {
                    try {
                        service.run(trains);
                    } catch (InterruptedException e) {
                        // The test is over.
                    }
                },
                "test-service");
        jobs.start();
    }

    /** A certificate that was renewed on the disk is found now. */
    void lookAtCertificate() {
        door.lookAtCertificate();
    }

    String login() {
        return door.login();
    }

    public int port() {
        return door.port();
    }

    public Answer get(String path) throws Exception {
        return send(request(path).GET());
    }

    Answer delete(String path) throws Exception {
        return send(request(path).DELETE());
    }

    public Answer post(String path, String type, String body) throws Exception {
        return send(request(path).header("Content-Type", type).POST(BodyPublishers.ofString(body)));
    }

    public Answer post(String path) throws Exception {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    /** Hands in a job and returns its id. */
    public String submit(String settings) throws Exception {
        Answer answer = post("/api/v1/jobs", JSON, settings);
        if (answer.status() != 201) {
            throw new AssertionError(answer);
        }
        return answer.json().get("id").asText();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + TOKEN);
    }

    Answer send(HttpRequest.Builder request) throws Exception {
        HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
        String type = response.headers().firstValue("Content-Type").orElse("");
        String text = new String(response.body(), StandardCharsets.UTF_8);
        return new Answer(
                response.statusCode(), type, text, type.contains("json") ? MAPPER.readTree(text) : null, response);
    }

    /** Follows the events of a job until the stream ends; that is when it is over. */
    public Answer follow(String path, String... lastEventId) throws Exception {
        HttpRequest.Builder request = request(path).GET().header("Accept", "text/event-stream");
        if (lastEventId.length > 0) {
            request.header("Last-Event-ID", lastEventId[0]);
        }
        return send(request);
    }

    /** Follows a stream until it has sent a line with a text. */
    public void awaitLine(String path, String text) throws Exception {
        HttpRequest request =
                request(path).GET().header("Accept", "text/event-stream").build();
        try (Stream<String> lines = client.send(request, BodyHandlers.ofLines()).body()) {
            if (lines.noneMatch(line -> line.contains(text))) {
                throw new AssertionError(path + " has ended without " + text);
            }
        }
    }

    /** Waits for the first job and returns its id. */
    public String awaitJob() throws Exception {
        while (true) {
            long seen = service.signal().version();
            JsonNode jobs = get("/api/v1/jobs").json().get("jobs");
            if (!jobs.isEmpty()) {
                return jobs.get(0).get("id").asText();
            }
            service.signal().await(seen, PATIENCE.toMillis());
        }
    }

    /** Waits for the end of a job and returns it. */
    public JsonNode awaitEnd(String id) throws Exception {
        follow("/api/v1/jobs/" + id + "/events");
        return get("/api/v1/jobs/" + id).json();
    }

    /** Sends bytes as they are, and returns what comes back until the connection is closed. */
    String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** Ends as the process does at Ctrl-C. */
    @Override
    public void close() {
        jobs.interrupt();
        try {
            jobs.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        door.close();
        service.close();
        home.close();
    }

    static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
