package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.http.ServiceInProcess.Answer;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests made of the OpenAPI document and of rubbish: whatever is sent, what comes back is documented, and no fault of the service. */
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {
    private static final String SUMMARY =
            "{\"weightsSha256\":\"1f\",\"epochs\":1,\"steps\":2,\"samples\":3,\"seconds\":0.5,\"model\":\"m\"}";

    /** What stands in the place of names, numbers and texts. */
    private static final List<String> TEXTS = List.of(
            "",
            "0",
            "1",
            "-1",
            "2147483648",
            "99999999999999999999",
            "1e9",
            "NaN",
            "..",
            "../../token",
            "%",
            "\0",
            "a b",
            "\u00e9\ud83d\ude00",
            "'\"<script>",
            "${PATH}",
            "null",
            "true",
            "RUNNING",
            "FROZEN",
            "csv",
            "epochs",
            "x".repeat(300));

    private static final List<String> TYPES = List.of(
            "application/json",
            "text/csv",
            "application/octet-stream",
            "text/plain",
            "application/json; charset=x",
            "/");

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "1e400",
            "0.5",
            "\"\"",
            "\"digits\"",
            "\"../x\"",
            "[]",
            "[1,2]",
            "[[1],{}]",
            "{}",
            "{\"a\":1}");

    @TempDir
    Path folder;

    private ServiceInProcess service;
    private JsonNode document;
    private final List<String> ids = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        service = new ServiceInProcess(folder, of -> (job, run, lines, progress) -> SUMMARY);
        document = service.get("/api/v1/openapi.json").json();
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void shouldGiveDocumentedAnswersAlone() throws Exception {
        fuzz(30, 20261121);
    }

    @Tag("faults")
    @Test
    void shouldGiveDocumentedAnswersAloneHoweverOftenItIsAsked() throws Exception {
        fuzz(1000, 20261122);
    }

    private void fuzz(int requestsPerRoute, long seed) throws Exception {
        Random random = new Random(seed);
        Schemas schemas = new Schemas(document);
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                for (int number = 0; number < requestsPerRoute; number++) {
                    if (number % 50 == 0) {
                        refill();
                    }
                    String method = operation.getKey().toUpperCase(Locale.ROOT);
                    String target = path(path.getKey(), random) + query(operation.getValue(), random);
                    String[] headers = headers(operation.getValue(), random);
                    byte[] body = body(operation.getValue(), random);
                    String what = "seed " + seed + ": " + method + " " + target + " " + List.of(headers) + " "
                            + new String(body, StandardCharsets.ISO_8859_1);
                    HttpRequest.Builder request = service.request(target)
                            .method(
                                    method,
                                    body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
                    if (headers.length > 0) {
                        request.headers(headers);
                    }
                    Answer answer = send(request, what);
                    assertThat(answer.status()).as(what).isLessThan(600).isNotEqualTo(500);
                    assertThat(answer.text()).as(what).doesNotContain("\tat ", "Exception");
                    if (answer.type().startsWith("text/event-stream")) {
                        assertThat(operation
                                        .getValue()
                                        .at("/responses/200/content")
                                        .has("text/event-stream"))
                                .as(what)
                                .isTrue();
                    } else {
                        check(schemas, operation.getKey(), path.getKey(), answer, what);
                    }
                }
            }
        }
        assertThat(service.get("/health").status()).isEqualTo(200);
    }

    /** A connection that is kept may be closed by the service, after a body that it did not want, as the next request leaves. */
    private Answer send(HttpRequest.Builder request, String what) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return service.send(request);
            } catch (IOException e) {
                if (attempt == 2) {
                    throw new AssertionError(what, e);
                }
            }
        }
    }

    private static void check(Schemas schemas, String method, String path, Answer answer, String what) {
        try {
            schemas.check(method, path, answer);
        } catch (AssertionError e) {
            throw new AssertionError(what, e);
        }
    }

    /** A connection of those before may have been closed meanwhile, which shows when it is used again. */
    private String submit() throws Exception {
        try {
            return service.submit("{\"data\":\"xor\"}");
        } catch (IOException e) {
            return service.submit("{\"data\":\"xor\"}");
        }
    }

    /** A job and data that are there, as those before may have been deleted. */
    private void refill() throws Exception {
        ids.clear();
        ids.add(submit());
        service.awaitEnd(ids.get(0));
        Answer data = service.post("/api/v1/data?name=a.csv", "text/csv", "a,b\n1,2\n");
        if (data.status() == 201) {
            ids.add(data.json().get("id").asText());
        }
    }

    private String path(String path, Random random) {
        String id = random.nextInt(3) > 0
                ? ids.get(random.nextInt(ids.size()))
                : URLEncoder.encode(one(TEXTS, random), StandardCharsets.UTF_8).replace("+", "%20");
        return path.replace("{id}", id.isEmpty() || id.equals(".") || id.equals("..") ? "0" : id);
    }

    private static String query(JsonNode operation, Random random) {
        List<String> pairs = new ArrayList<>();
        operation.path("parameters").forEach(parameter -> {
            if (parameter.get("in").asText().equals("query") && random.nextBoolean()) {
                JsonNode choices = parameter.at("/schema/enum");
                String value = random.nextBoolean() || choices.isMissingNode()
                        ? one(TEXTS, random)
                        : choices.get(random.nextInt(choices.size())).asText();
                pairs.add(parameter.get("name").asText() + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        });
        if (random.nextInt(8) == 0) {
            pairs.add("more=" + URLEncoder.encode(one(TEXTS, random), StandardCharsets.UTF_8));
        }
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    private static String[] headers(JsonNode operation, Random random) {
        List<String> headers = new ArrayList<>();
        operation.path("parameters").forEach(parameter -> {
            if (parameter.get("in").asText().equals("header") && random.nextBoolean()) {
                headers.add(parameter.get("name").asText());
                headers.add(printable(one(TEXTS, random)));
            }
        });
        if (random.nextInt(4) == 0) {
            headers.add("Accept");
            headers.add(random.nextBoolean() ? "text/event-stream" : "*/*");
        }
        if (operation.has("requestBody") || random.nextInt(8) == 0) {
            JsonNode documented = operation.at("/requestBody/content");
            headers.add("Content-Type");
            headers.add(
                    documented.isObject() && random.nextInt(5) > 0
                            ? documented.fieldNames().next()
                            : one(TYPES, random));
        }
        return headers.toArray(String[]::new);
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?").strip();
    }

    /** An object with keys of the schema and others, whole or cut, or bytes of any kind. */
    private static byte[] body(JsonNode operation, Random random) {
        if (!operation.has("requestBody") && random.nextInt(8) > 0) {
            return new byte[0];
        }
        if (random.nextInt(6) == 0) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            return bytes;
        }
        List<String> keys = new ArrayList<>(List.of(
                "data",
                "worker",
                "rows",
                "epochs",
                "lr",
                "hidden",
                "batch",
                "priority",
                "name",
                "out",
                "labels",
                "init-weights",
                "validation-data",
                "workers",
                "seed",
                "tensorboard",
                "mlflow",
                "target"));
        StringBuilder text = new StringBuilder("{");
        int fields = random.nextInt(4);
        for (int field = 0; field < fields && !keys.isEmpty(); field++) {
            text.append(field == 0 ? "" : ",")
                    .append('"')
                    .append(keys.remove(random.nextInt(random.nextBoolean() ? Math.min(3, keys.size()) : keys.size())))
                    .append("\":")
                    .append(one(VALUES, random));
        }
        text.append('}');
        if (random.nextInt(5) == 0) {
            text.setLength(random.nextInt(text.length()));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String one(List<String> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }
}
