package dev.tutti.app.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import dev.tutti.train.EpochMetrics;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a run to an MLflow server. That happens on a thread of its own, so a slow server holds up no training; of what it does not take
 * in time, the oldest is left out.
 */
public final class Mlflow implements Tracker {
    private static final Logger LOG = LoggerFactory.getLogger(Mlflow.class);
    private static final String EXPERIMENT = "tutti";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long CLOSE_MS = 15_000;

    /** Less than a command has to end when it is interrupted. */
    private static final long CLOSE_INTERRUPTED_MS = 3_000;

    /** What the server takes at a time. */
    private static final int MOST_METRICS = 1000;

    private static final int MOST_PARAMS = 100;
    private static final int LONGEST_PARAM = 500;

    /** Some megabytes. */
    private static final int MOST_WAITING = 100_000;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final URI server;
    private final String run;
    private final Thread sender = new Thread(this::send, "tutti-mlflow");

    // Guarded by this:
    private final List<ObjectNode> waiting = new ArrayList<>();
    private boolean closed;
    private End end = End.KILLED;
    private boolean failing;

    private Mlflow(URI server, String name, Map<String, String> params) throws IOException {
        this.server = server;
        ObjectNode create = StrictJson.MAPPER.createObjectNode();
        create.put("experiment_id", experiment());
        create.put("run_name", name);
        create.put("start_time", System.currentTimeMillis());
        addPair(create.putArray("tags"), "mlflow.runName", name);
        this.run = call("runs/create", create).at("/run/info/run_id").asText();
        if (run.isEmpty()) {
            throw new IOException("it gave the run no run_id");
        }
        ObjectNode batch = batch();
        ArrayNode list = batch.putArray("params");
        params.entrySet().stream()
                .limit(MOST_PARAMS)
                .forEach(one -> addPair(
                        list,
                        one.getKey(),
                        one.getValue()
                                .substring(
                                        0,
                                        Math.min(LONGEST_PARAM, one.getValue().length()))));
        call("runs/log-batch", batch);
    }

    /**
     * Begins a run on a server.
     *
     * @param server its address
     * @param name of the run
     * @param params settings of the run, by key
     * @throws InputException if the server does not answer as MLflow does
     */
    public static Mlflow open(URI server, String name, Map<String, String> params) {
        try {
            Mlflow mlflow = new Mlflow(server, name, params);
            mlflow.sender.setDaemon(true);
            mlflow.sender.start();
            return mlflow;
        } catch (IOException e) {
            throw new InputException(
                    "--mlflow: " + server + " cannot be used: " + reason(e)
                            + "; is it an MLflow server, and does it run?",
                    e);
        }
    }

    private String experiment() throws IOException {
        String name = URLEncoder.encode(EXPERIMENT, StandardCharsets.UTF_8);
        HttpResponse<String> found =
                send(request("experiments/get-by-name?experiment_name=" + name).GET());
        if (found.statusCode() == 404) {
            return call(
                            "experiments/create",
                            StrictJson.MAPPER.createObjectNode().put("name", EXPERIMENT))
                    .path("experiment_id")
                    .asText();
        }
        return json(found).at("/experiment/experiment_id").asText();
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        long nowMs = System.currentTimeMillis();
        synchronized (this) {
            Scalars.of(metrics)
                    .forEach((key, value) -> waiting.add(StrictJson.MAPPER
                            .createObjectNode()
                            .put("key", key)
                            .put("value", value)
                            .put("timestamp", nowMs)
                            .put("step", metrics.steps())));
            if (waiting.size() > MOST_WAITING) {
                LOG.warn("{} takes metrics more slowly than they come; the oldest are left out", server);
                waiting.subList(0, waiting.size() / 2).clear();
            }
            notifyAll();
        }
    }

    @Override
    public synchronized void end(End how) {
        end = how;
    }

    /** Ends the run on the server, once it has all; it is not waited for without end, and only briefly by who is interrupted. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        boolean interrupted = false;
        try {
            sender.join(isKilled() ? CLOSE_INTERRUPTED_MS : CLOSE_MS);
        } catch (InterruptedException e) {
            interrupted = true;
            joinBriefly();
        }
        if (sender.isAlive()) {
            LOG.warn("{} was not told all of the run in time", server);
            sender.interrupt();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isKilled() {
        return end == End.KILLED;
    }

    private void joinBriefly() {
        try {
            sender.join(CLOSE_INTERRUPTED_MS);
        } catch (InterruptedException e) {
            LOG.debug("interrupted again", e);
        }
    }

    /** Until closed, and all is sent. */
    private void send() {
        try {
            while (true) {
                List<ObjectNode> next = next();
                if (next.isEmpty()) {
                    break;
                }
                ObjectNode batch = batch();
                batch.putArray("metrics").addAll(next);
                tryCall("runs/log-batch", batch);
            }
            ObjectNode update = StrictJson.MAPPER.createObjectNode();
            update.put("run_id", run);
            synchronized (this) {
                update.put("status", end.name());
            }
            update.put("end_time", System.currentTimeMillis());
            tryCall("runs/update", update);
        } catch (InterruptedException e) {
            LOG.debug("what was left was not sent", e);
        }
    }

    private synchronized List<ObjectNode> next() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        List<ObjectNode> part = waiting.subList(0, Math.min(MOST_METRICS, waiting.size()));
        List<ObjectNode> taken = List.copyOf(part);
        part.clear();
        return taken;
    }

    private void tryCall(String method, ObjectNode body) {
        try {
            call(method, body);
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn("{} was not told of the run: {}; training goes on", server, reason(e));
            }
            failing = true;
        }
    }

    private ObjectNode batch() {
        return StrictJson.MAPPER.createObjectNode().put("run_id", run);
    }

    private static void addPair(ArrayNode to, String key, String value) {
        to.addObject().put("key", key).put("value", value);
    }

    private JsonNode call(String method, ObjectNode body) throws IOException {
        return json(send(request(method)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))));
    }

    private HttpRequest.Builder request(String method) {
        String base = server.toString().replaceFirst("/+$", "");
        return HttpRequest.newBuilder(URI.create(base + "/api/2.0/mlflow/" + method));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        // A limit of the request itself would end where the body of the answer begins.
        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request.build(), BodyHandlers.ofString());
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException problem ? problem : new IOException(e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new HttpTimeoutException("no whole answer within " + PATIENCE.toSeconds() + " s");
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException("status " + answer.statusCode() + " of "
                    + answer.request().uri().getPath());
        }
        return StrictJson.MAPPER.readTree(answer.body());
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
