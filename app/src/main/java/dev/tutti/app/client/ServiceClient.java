package dev.tutti.app.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.client.EventStream.Event;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
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
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int LEAST_ERROR = 300;

    private final ServiceAddress address;
    private final Limits limits;
    private final String token;
    private final HttpClient http;

    /**
     * How long to wait where nothing moves: the network may be gone without a word.
     *
     * @param answer until an answer begins
     * @param silence within an answer; the service sends a comment into each stream every 15 s
     * @param upload while data is sent, and until the service has it on its disk
     */
    record Limits(Duration answer, Duration silence, Duration upload) {
        /** For a service that may be busy. */
        static final Limits USUAL = new Limits(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofMinutes(5));
    }

    /**
     * @param address of the service
     * @throws InputException if its token or its certificates cannot be read
     */
    public ServiceClient(ServiceAddress address) {
        this(address, Limits.USUAL);
    }

    /** The same with other limits. */
    ServiceClient(ServiceAddress address, Limits limits) {
        this.address = address;
        this.limits = limits;
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
     * @return the job
     */
    JsonNode submit(JsonNode settings, String key) throws IOException, InterruptedException {
        return submit(settings, key, limits.answer);
    }

    /** The same with another limit until the answer begins. */
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
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer =
                http.send(request(pathOf(id) + "/model").GET().build(), BodyHandlers.ofPublisher());
        try (Arrivals in = arrivals(answer)) {
            if (answer.statusCode() != OK) {
                throw problem(answer.statusCode(), text(in));
            }
            AtomicFile.write(file, channel -> copy(in, channel));
        } catch (UncheckedIOException e) {
            throw lost(e.getCause());
        } catch (InputException e) {
            if (Thread.interrupted()) {
                // Channels of files are closed by it.
                throw new InterruptedException();
            }
            throw e;
        } catch (IOException e) {
            throw lost(e);
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
        WatchedBody body = new WatchedBody(BodyPublishers.ofFile(file));
        HttpRequest request = withoutLimit("/data?name=" + encoded(name)
                        + format.map(text -> "&format=" + encoded(text)).orElse(""))
                .header("Content-Type", "application/octet-stream")
                .POST(body)
                .build();
        return json(body.send(http, request, BodyHandlers.ofPublisher(), limits.upload));
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
        try (Arrivals in = arrivals(answer)) {
            if (answer.statusCode() != OK && answer.statusCode() != NO_CONTENT) {
                throw problem(answer.statusCode(), text(in));
            }
            begun.run();
            EventStream events = new EventStream(in);
            for (Optional<Event> event = events.next(); event.isPresent(); event = events.next()) {
                to.accept(event.get());
            }
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private static String pathOf(String id) {
        return "/jobs/" + encoded(id);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return withoutLimit(path).timeout(limits.answer);
    }

    private HttpRequest.Builder withoutLimit(String path) {
        return HttpRequest.newBuilder(URI.create(address.url() + BASE + path))
                .header("Authorization", "Bearer " + token);
    }

    private Arrivals arrivals(HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer) {
        Arrivals in = new Arrivals(limits.silence);
        answer.body().subscribe(in);
        return in;
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** What could not be read; an interrupt is one here, too. */
    private static IOException lost(IOException problem) throws InterruptedException {
        if (problem instanceof InterruptedIOException && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return problem;
    }

    private JsonNode json(HttpRequest.Builder request) throws IOException, InterruptedException {
        return json(http.send(request.build(), BodyHandlers.ofPublisher()));
    }

    private JsonNode json(HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer)
            throws IOException, InterruptedException {
        String body;
        try (Arrivals in = arrivals(answer)) {
            body = text(in);
        } catch (IOException e) {
            throw lost(e);
        }
        if (answer.statusCode() >= LEAST_ERROR) {
            throw problem(answer.statusCode(), body);
        }
        if (answer.statusCode() == NO_CONTENT) {
            return StrictJson.MAPPER.createObjectNode();
        }
        try {
            return StrictJson.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw notAService(answer.statusCode());
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
