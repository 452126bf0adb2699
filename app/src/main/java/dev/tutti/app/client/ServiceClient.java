package dev.tutti.app.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.client.EventStream.Event;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * The calls of a service, each made once. What the service refuses is a {@link ServiceProblem}; an {@link IOException} says that it did
 * not answer. Thread-safe.
 */
public final class ServiceClient {
    private static final String BASE = "/api/v1";
    private static final String JSON = "application/json";
    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_WITH_DATA = Duration.ofHours(6);
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int LEAST_ERROR = 300;

    private final ServiceAddress address;
    private final String token;
    private final HttpClient http;

    /**
     * @param address of the service
     * @throws InputException if its token or its certificates cannot be read
     */
    public ServiceClient(ServiceAddress address) {
        this.address = address;
        this.token = address.token();
        this.http = address.client();
    }

    /** The address as people write it. */
    String shown() {
        return address.url().toString();
    }

    /** The command line of {@code tutti jobs} for this service. */
    String command(String what) {
        return "tutti jobs " + what + (shown().equals(ServiceAddress.LOCAL) ? "" : " --server " + shown());
    }

    /**
     * Asks the service for something that it knows at once.
     *
     * @throws InputException if it cannot be reached, is none, or does not let the client in
     */
    public void check() throws InterruptedException {
        try {
            jobs(1, Optional.empty(), Optional.empty());
        } catch (SSLException e) {
            throw new InputException(
                    "the service " + shown() + " is not trusted: " + Patience.describe(e)
                            + "; check the address, or give --ca-cert FILE with its certificate",
                    e);
        } catch (IOException e) {
            throw new InputException(
                    "the service " + shown() + " cannot be reached: " + Patience.describe(e)
                            + "; start it first: tutti serve",
                    e);
        }
    }

    /**
     * Hands in a job.
     *
     * @param settings of the job, a JSON object
     * @param key names the request: one that is repeated makes no other job
     * @param patience how long to wait for the answer
     * @return the job
     */
    JsonNode submit(JsonNode settings, String key, Duration patience) throws IOException, InterruptedException {
        return json(request("/jobs")
                .timeout(patience)
                .header("Content-Type", JSON)
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(settings.toString())));
    }

    /** A job. */
    public JsonNode job(String id) throws IOException, InterruptedException {
        return json(request(pathOf(id)).GET());
    }

    /** The jobs after a cursor, newest first. */
    public JsonNode jobs(int limit, Optional<String> state, Optional<String> cursor)
            throws IOException, InterruptedException {
        return json(request("/jobs?limit=" + limit
                        + state.map(text -> "&state=" + encoded(text)).orElse("")
                        + cursor.map(text -> "&cursor=" + encoded(text)).orElse(""))
                .GET());
    }

    /** Wants a job stopped. */
    public JsonNode cancel(String id) throws IOException, InterruptedException {
        return json(request(pathOf(id) + "/cancel").POST(BodyPublishers.noBody()));
    }

    /** Wants a job to go on. */
    public JsonNode resume(String id) throws IOException, InterruptedException {
        return json(request(pathOf(id) + "/resume").POST(BodyPublishers.noBody()));
    }

    /** The outcome of a job that has succeeded. */
    JsonNode summary(String id) throws IOException, InterruptedException {
        return json(request(pathOf(id) + "/summary").GET());
    }

    /** Writes the model of a job into a file, whole or not at all. */
    void fetchModel(String id, Path file) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = http.send(
                request(pathOf(id) + "/model").timeout(PATIENCE_WITH_DATA).GET().build(), BodyHandlers.ofInputStream());
        try (InputStream in = answer.body()) {
            require(answer, in);
            AtomicFile.write(file, channel -> copy(in, channel));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What cannot be read is for the caller to ask for again, and not the file's fault. */
    private static void copy(InputStream in, WritableByteChannel to) throws IOException {
        byte[] bytes = new byte[1 << 16];
        while (true) {
            int count;
            try {
                count = in.read(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (count < 0) {
                return;
            }
            ByteBuffer left = ByteBuffer.wrap(bytes, 0, count);
            while (left.hasRemaining()) {
                to.write(left);
            }
        }
    }

    /** All data that was uploaded. */
    JsonNode data() throws IOException, InterruptedException {
        return json(request("/data").GET()).path("data");
    }

    /** Uploads data. */
    JsonNode upload(Path file, String name, Optional<String> format) throws IOException, InterruptedException {
        return json(request("/data?name=" + encoded(name)
                        + format.map(text -> "&format=" + encoded(text)).orElse(""))
                .timeout(PATIENCE_WITH_DATA)
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofFile(file)));
    }

    /** Deletes data. */
    void deleteData(String id) throws IOException, InterruptedException {
        json(request("/data/" + encoded(id)).DELETE());
    }

    /**
     * Reads a stream of a job until it ends.
     *
     * @param id of the job
     * @param stream {@code events} or {@code metrics}
     * @param after id of the last event that was received before; 0 for none
     * @param begun told once the service has begun to answer
     * @param to told each event
     * @throws IOException if the connection is lost
     */
    void follow(String id, String stream, long after, Runnable begun, Consumer<Event> to)
            throws IOException, InterruptedException {
        HttpRequest request = request(pathOf(id) + "/" + stream)
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", String.valueOf(after))
                .GET()
                .build();
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer = http.send(request, BodyHandlers.ofPublisher());
        if (answer.statusCode() != OK) {
            HttpResponse.BodySubscriber<String> body = BodySubscribers.ofString(StandardCharsets.UTF_8);
            answer.body().subscribe(body);
            String text = body.getBody().toCompletableFuture().join();
            if (answer.statusCode() == NO_CONTENT) {
                begun.run();
                return;
            }
            throw problem(answer.statusCode(), text);
        }
        begun.run();
        try (EventStream events = new EventStream()) {
            answer.body()
                    .subscribe(BodySubscribers.fromLineSubscriber(events, of -> null, StandardCharsets.UTF_8, null));
            Optional<Event> event = events.next();
            while (event.isPresent()) {
                to.accept(event.get());
                event = events.next();
            }
        }
    }

    private static String pathOf(String id) {
        return "/jobs/" + encoded(id);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address.url() + BASE + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    private JsonNode json(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() >= LEAST_ERROR) {
            throw problem(answer.statusCode(), answer.body());
        }
        if (answer.statusCode() == NO_CONTENT) {
            return StrictJson.MAPPER.createObjectNode();
        }
        try {
            return StrictJson.MAPPER.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw notAService(answer.statusCode());
        }
    }

    private void require(HttpResponse<?> answer, InputStream body) throws IOException {
        if (answer.statusCode() != OK) {
            throw problem(answer.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private InputException problem(int status, String body) {
        try {
            JsonNode problem = StrictJson.MAPPER.readTree(body);
            if (problem != null && problem.path("detail").isTextual()) {
                return new ServiceProblem(status, problem.get("detail").asText());
            }
        } catch (JsonProcessingException e) {
            // Told below.
        }
        return status >= 500 ? new ServiceProblem(status, notAService(status).getMessage()) : notAService(status);
    }

    private InputException notAService(int status) {
        return new InputException(shown() + " does not answer as a training service of this version (status " + status
                + "); check --server");
    }
}
