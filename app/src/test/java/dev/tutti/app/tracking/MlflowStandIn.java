package dev.tutti.app.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Stands in for an MLflow server: takes the calls of its REST API that a run makes, holds them to the published rules, and answers as
 * it would. It is no MLflow: that a real one takes the same calls was not tried here.
 */
final class MlflowStandIn implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "/api/2.0/mlflow/";

    private final HttpServer server;

    /** What was wrong with calls. */
    final List<String> complaints = new ArrayList<>();

    final Map<String, String> params = new LinkedHashMap<>();
    final Map<String, Map<Long, Double>> metrics = new LinkedHashMap<>();
    final List<String> experiments = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    String runName;
    String status = "none";

    /** Done when it is told that a run has ended. */
    volatile Runnable whenEnded = () -> {};

    /** From here on it answers with an error. */
    volatile boolean broken;

    MlflowStandIn() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String method = path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : path;
        calls.add(method);
        if (broken) {
            answer(exchange, 500, "{\"error_code\":\"INTERNAL_ERROR\",\"message\":\"broken\"}");
            return;
        }
        boolean get = exchange.getRequestMethod().equals("GET");
        require(get == method.equals("experiments/get-by-name"), "method of " + path);
        require(
                get || "application/json".equals(exchange.getRequestHeaders().getFirst("Content-Type")),
                "type of " + path);
        require(body.length() <= 1_000_000, "size");
        JsonNode json = body.isEmpty() ? null : JSON.readTree(body);
        switch (method) {
            case "experiments/get-by-name" -> getByName(exchange);
            case "experiments/create" -> {
                keys(json, Set.of("name"), Set.of());
                experiments.add(json.get("name").asText());
                answer(exchange, 200, "{\"experiment_id\":\"" + experiments.size() + "\"}");
            }
            case "runs/create" -> {
                keys(json, Set.of("experiment_id", "run_name", "start_time", "tags"), Set.of());
                require(experiments.size() == json.get("experiment_id").asInt(), "experiment");
                runName = json.get("run_name").asText();
                status = "RUNNING";
                answer(exchange, 200, "{\"run\":{\"info\":{\"run_id\":\"r1\",\"status\":\"RUNNING\"}}}");
            }
            case "runs/log-batch" -> {
                logBatch(json);
                answer(exchange, 200, "{}");
            }
            case "runs/update" -> {
                keys(json, Set.of("run_id", "status", "end_time"), Set.of());
                require(json.get("run_id").asText().equals("r1"), "run");
                whenEnded.run();
                status = json.get("status").asText();
                require(Set.of("FINISHED", "FAILED", "KILLED").contains(status), "status " + status);
                answer(exchange, 200, "{\"run_info\":{\"run_id\":\"r1\"}}");
            }
            default -> {
                complaints.add("unknown call: " + path);
                answer(exchange, 404, "{\"error_code\":\"ENDPOINT_NOT_FOUND\"}");
            }
        }
    }

    private void getByName(HttpExchange exchange) throws IOException {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        require(query.startsWith("experiment_name="), "query");
        int at = experiments.indexOf(query.substring(query.indexOf('=') + 1));
        if (at < 0) {
            answer(exchange, 404, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\"}");
        } else {
            answer(exchange, 200, "{\"experiment\":{\"experiment_id\":\"" + (at + 1) + "\"}}");
        }
    }

    private void logBatch(JsonNode json) {
        keys(json, Set.of("run_id"), Set.of("metrics", "params", "tags"));
        require(status.equals("RUNNING"), "a run that is over");
        require(json.path("metrics").size() <= 1000 && json.path("params").size() <= 100, "numbers in a batch");
        json.path("params").forEach(param -> {
            keys(param, Set.of("key", "value"), Set.of());
            require(
                    param.get("value").isTextual()
                            && param.get("value").asText().length() <= 500,
                    "value");
            require(params.put(param.get("key").asText(), param.get("value").asText()) == null, "given twice");
        });
        json.path("metrics").forEach(metric -> {
            keys(metric, Set.of("key", "value", "timestamp", "step"), Set.of());
            require(metric.get("key").asText().matches("[\\w ./-]{1,250}"), "key");
            require(metric.get("value").isNumber() && metric.get("timestamp").isIntegralNumber(), "numbers");
            metrics.computeIfAbsent(metric.get("key").asText(), key -> new LinkedHashMap<>())
                    .put(metric.get("step").asLong(), metric.get("value").asDouble());
        });
    }

    private void keys(JsonNode object, Set<String> needed, Set<String> allowed) {
        Set<String> found = new TreeSet<>();
        object.fieldNames().forEachRemaining(found::add);
        Set<String> unknown = new TreeSet<>(found);
        unknown.removeAll(needed);
        unknown.removeAll(allowed);
        require(found.containsAll(needed) && unknown.isEmpty(), "keys " + found);
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            complaints.add(what);
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
