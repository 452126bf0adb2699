package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.http.ServiceInProcess.Answer;
import dev.tutti.app.service.JobRecord;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.Progress;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The routes, with jobs that end when the test says so. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ApiTest {
    private static final String JOBS = "/api/v1/jobs";
    private static final String CLUSTER = "/api/v1/cluster";
    private static final String SUMMARY =
            "{\"weightsSha256\":\"1f\",\"epochs\":1,\"steps\":2,\"samples\":3,\"seconds\":0.5,\"model\":\"/secret\"}";

    @TempDir
    Path folder;

    /** A permit for each job that may end. */
    private final Semaphore ends = new Semaphore(0);

    private ServiceInProcess service;

    private final JobService.Runner runner = new JobService.Runner() {
        @Override
        public String train(JobRecord job, Path run, Consumer<String> lines, Progress progress)
                throws InterruptedException {
            lines.accept("it begins");
            ends.acquire();
            return SUMMARY;
        }
    };

    @BeforeEach
    void open() {
        service = new ServiceInProcess(folder, of -> runner);
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void shouldAnswerWithTheJobThatIsOnTheDisk() throws Exception {
        Answer answer =
                service.post(JOBS, ServiceInProcess.JSON, "{\"data\":\"xor\",\"priority\":7,\"name\":\"mine\"}");

        assertThat(answer.status()).isEqualTo(201);
        String id = answer.json().get("id").asText();
        assertThat(answer.response().headers().firstValue("Location")).contains(JOBS + "/" + id);
        assertThat(folder.resolve("jobs").resolve(id).resolve("job.json")).exists();
        assertThat(answer.json().get("priority").asInt()).isEqualTo(7);
        assertThat(answer.json().get("name").asText()).isEqualTo("mine");
        assertThat(answer.json().get("settings").toString()).isEqualTo("{\"data\":\"xor\",\"name\":\"mine\"}");
    }

    @Test
    void shouldMakeOneJobOfARepeatedRequest() throws Exception {
        assertThat(submitWithKey("{\"data\":\"xor\"}").status()).isEqualTo(201);
        Answer again = submitWithKey("{\"data\":\"xor\"}");
        assertThat(again.status()).isEqualTo(201);
        assertThat(service.get(JOBS).json().get("jobs")).hasSize(1);
        Answer other = submitWithKey("{\"data\":\"iris\"}");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().get("detail").asText()).contains("came with another request before");
    }

    private Answer submitWithKey(String body) throws Exception {
        return service.send(service.request(JOBS)
                .header("Content-Type", ServiceInProcess.JSON)
                .header("Idempotency-Key", "key-1")
                .POST(BodyPublishers.ofString(body)));
    }

    @Test
    void shouldPageThroughJobsNewestFirst() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(0, service.submit("{\"data\":\"xor\"}"));
        }

        List<String> listed = new ArrayList<>();
        String path = JOBS + "?limit=2";
        while (path != null) {
            Answer page = service.get(path);
            page.json().get("jobs").forEach(job -> listed.add(job.get("id").asText()));
            path = page.response()
                    .headers()
                    .firstValue("Link")
                    .map(link -> link.replaceAll("<(.*)>; rel=\"next\"", "$1"))
                    .orElse(null);
        }

        assertThat(listed).isEqualTo(ids);
        assertThat(service.get(JOBS + "?state=SUCCEEDED").json().get("jobs")).isEmpty();
    }

    @Test
    void shouldEndAndBeDeletedInThatOrder() throws Exception {
        String id = service.submit("{\"data\":\"xor\"}");
        Answer early = service.delete(JOBS + "/" + id);
        assertThat(early.status()).isEqualTo(409);
        assertThat(service.get(JOBS + "/" + id + "/model").status()).isEqualTo(409);
        assertThat(service.get(JOBS + "/" + id + "/summary").status()).isEqualTo(409);
        ends.release();
        assertThat(service.awaitEnd(id).get("state").asText()).isEqualTo("SUCCEEDED");

        Answer summary = service.get(JOBS + "/" + id + "/summary");
        assertThat(summary.json().get("weightsSha256").asText()).isEqualTo("1f");
        assertThat(summary.text()).doesNotContain("/secret");
        assertThat(service.post(JOBS + "/" + id + "/cancel").status()).isEqualTo(409);
        assertThat(service.post(JOBS + "/" + id + "/resume").status()).isEqualTo(409);
        assertThat(service.delete(JOBS + "/" + id).status()).isEqualTo(204);
        assertThat(service.get(JOBS + "/" + id).status()).isEqualTo(404);
        assertThat(folder.resolve("jobs")).isEmptyDirectory();
    }

    @Test
    void shouldKeepDataThatAWaitingJobNeeds() throws Exception {
        service.submit("{\"data\":\"xor\"}");
        String data = service.post("/api/v1/data?name=a.csv", "text/csv", "a,b\n1,2\n")
                .json()
                .get("id")
                .asText();
        String job = service.submit("{\"data\":\"" + data + "\"}");

        assertThat(service.delete("/api/v1/data/" + data).status()).isEqualTo(409);

        service.post(JOBS + "/" + job + "/cancel");
        assertThat(service.delete("/api/v1/data/" + data).status()).isEqualTo(204);
        assertThat(service.get("/api/v1/data").json().get("data")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data\":\"digits\",\"epochs\":0} | epochs |"
                        + " --epochs: out of range: \"0\", allowed: whole numbers from 1 to 2147483647",
                "{\"data\":\"digits\",\"epoch\":1} | epoch | --epoch: unknown key, allowed: ",
                "{\"data\":\"digits\",\"lr\":{\"a\":1}} | lr | --lr: a value is needed here, not {\"a\":1}",
                "{\"data\":\"digits\",\"lr\":null} | lr | --lr: a value is needed here, not null",
                "{\"data\":\"digits\",\"out\":\"/tmp/x\"} | out | --out: not for a job of the service",
                "{\"data\":\"digits\",\"aeron-dir\":\"/tmp/x\"} | aeron-dir | --aeron-dir: not for a job of the"
                        + " service",
                "{\"data\":\"/etc/passwd\"} | data | --data: no such data: \"/etc/passwd\", allowed: breast_cancer, ",
                "{\"data\":\"../data\"} | data | --data: no such data",
                "{\"data\":\"xor\",\"labels\":\"/etc/passwd\"} | labels | --labels: no such data",
                "{\"data\":\"xor\",\"validation-data\":\"a\"} | validation-data | --validation-data: no such data",
                "{\"data\":\"xor\",\"init-weights\":\"/etc/passwd\"} | init-weights | --init-weights: no such model",
                "{\"data\":\"xor\",\"name\":\"${PATH}\"} | name | --name: unknown value: \"${PATH}\"",
                "{} | '' | no data given",
            })
    void shouldTellTheLineOfTheCommandLine(String body, String key, String line) throws Exception {
        Answer answer = service.post(JOBS, ServiceInProcess.JSON, body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.type()).startsWith(Problem.TYPE);
        assertThat(answer.json().get("detail").asText()).startsWith(line).doesNotContain("\n");
        assertThat(answer.json().path("key").asText()).isEqualTo(key);
        assertThat(service.get(JOBS).json().get("jobs")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data\": | 400",
                "[] | 400",
                "'' | 400",
                "{\"data\":\"xor\",\"data\":\"xor\"} | 400",
                "{\"data\":\"xor\",\"priority\":\"high\"} | 400",
                "{\"data\":\"xor\",\"priority\":1001} | 400",
            })
    void shouldRefuseWhatItCannotUnderstand(String body, int status) throws Exception {
        assertThat(service.post(JOBS, ServiceInProcess.JSON, body).status()).isEqualTo(status);
        assertThat(service.post(JOBS, "text/plain", "{\"data\":\"xor\"}").status())
                .isEqualTo(415);
        assertThat(service.post(JOBS, ServiceInProcess.JSON, " ".repeat((1 << 18) + (1 << 15)))
                        .status())
                .isEqualTo(413);
    }

    @Test
    void shouldRefuseDataThatItDoesNotTake() throws Exception {
        assertThat(service.post("/api/v1/data", "text/csv", "a").status()).isEqualTo(400);
        assertThat(service.post("/api/v1/data?name=a.txt", "text/csv", "a").status())
                .isEqualTo(400);
        assertThat(service.post("/api/v1/data?name=a.txt&format=csv", "text/csv", "a")
                        .status())
                .isEqualTo(201);
        assertThat(service.post("/api/v1/data?name=a.csv", "text/csv", "").status())
                .isEqualTo(400);
        assertThat(service.post("/api/v1/data?name=a.csv", "text/csv", "x".repeat(200_000))
                        .status())
                .isEqualTo(413);
        assertThat(service.get("/api/v1/data").json().get("data")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/jobs?limit=0",
                "/api/v1/jobs?limit=201",
                "/api/v1/jobs?cursor=%21",
                "/api/v1/jobs?state=running",
                "/api/v1/jobs?page=2",
            })
    void shouldRefuseQueriesThatMeanNothing(String path) throws Exception {
        assertThat(service.get(path).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/jobs/../data",
                "/api/v1/jobs/..%2f..%2ftoken",
                "/api/v1/jobs/%2e%2e/%2e%2e/token",
                "/api/v1/jobs/..;/token",
                "/api/v1/jobs/....//token",
                "/api/v1/jobs/%5c..%5ctoken/model",
                "/api/v1/jobs/%00/model",
                "/api/v1/data/%252e%252e",
                "/token",
                "/page/index.html",
                "/index.html",
                "/api/v1/nothing",
            })
    void shouldServeNoFiles(String path) throws Exception {
        String answer = service.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + ServiceInProcess.TOKEN + "\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .matches("(?s)HTTP/1.1 40[04] .*")
                .contains(Problem.TYPE)
                .doesNotContain("Jetty", "\tat ");
    }

    @Test
    void shouldLetInWhoHasTheTokenAlone() throws Exception {
        String id = service.submit("{\"data\":\"xor\"}");
        for (Api.Route route : new Api(null).routes()) {
            String path = route.path().replace("{id}", id);
            boolean open = Set.of("/health", "/api/v1/openapi.json").contains(path);
            for (String method : List.of("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE")) {
                String head = method + " " + path + " HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n";
                boolean answered = open && method.equals("GET");
                assertThat(service.raw(head + "Host: localhost\r\n\r\n"))
                        .as("%s %s", method, path)
                        .startsWith(answered ? "HTTP/1.1 200" : "HTTP/1.1 401");
                assertThat(service.raw(head + "Host: localhost\r\nAuthorization: Bearer x\r\n\r\n"))
                        .startsWith(answered ? "HTTP/1.1 200" : "HTTP/1.1 401");
                String token = "Authorization: Bearer " + ServiceInProcess.TOKEN + "\r\n";
                assertThat(service.raw(head + token + "Host: evil.example:80\r\n\r\n"))
                        .as("DNS rebinding: %s %s", method, path)
                        .startsWith("HTTP/1.1 421");
                assertThat(service.raw(head + token + "Host: localhost\r\nOrigin: http://evil.example\r\n\r\n"))
                        .as("a page of another origin: %s %s", method, path)
                        .startsWith("HTTP/1.1 403");
            }
        }
        assertThat(service.get(JOBS + "/" + id).status()).isEqualTo(200);
    }

    @Test
    void shouldRefuseHugeHeadersAndUnknownMethods() throws Exception {
        assertThat(service.raw("GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(100_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
        Answer put = service.send(service.request(JOBS).PUT(BodyPublishers.noBody()));
        assertThat(put.status()).isEqualTo(405);
        assertThat(put.type()).startsWith(Problem.TYPE);
    }

    /** openapi.json has the routes that there are, no more, and what they answer is as it says. */
    @Test
    void shouldDoWhatItsDocumentSays() throws Exception {
        JsonNode document = service.get("/api/v1/openapi.json").json();
        Set<String> documented = new TreeSet<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> documented.add(method + " " + path.getKey())));
        Set<String> there = new TreeSet<>();
        new Api(null)
                .routes()
                .forEach(route ->
                        there.add(route.method().name().toLowerCase(java.util.Locale.ROOT) + " " + route.path()));
        assertThat(documented).isEqualTo(there);

        Schemas schemas = new Schemas(document);
        String id = service.submit("{\"data\":\"xor\"}");
        Answer data = service.post("/api/v1/data?name=a.csv", "text/csv", "a,b\n1,2\n");
        schemas.check("post", "/api/v1/data", data);
        String dataPath = "/api/v1/data/" + data.json().get("id").asText();
        schemas.check("get", "/health", service.get("/health"));
        schemas.check("get", "/api/v1/data", service.get("/api/v1/data"));
        schemas.check("get", "/api/v1/data/{id}", service.get(dataPath));
        schemas.check("post", JOBS, service.post(JOBS, ServiceInProcess.JSON, "{\"data\":\"xor\",\"epochs\":0}"));
        schemas.check("get", JOBS + "/{id}", service.get(JOBS + "/" + id));
        schemas.check("get", JOBS + "/{id}", service.get(JOBS + "/x"));
        schemas.check("get", JOBS + "/{id}/model", service.get(JOBS + "/" + id + "/model"));
        schemas.check("get", JOBS + "/{id}/events", service.get(JOBS + "/" + id + "/events"));
        schemas.check("get", JOBS + "/{id}/metrics", service.get(JOBS + "/" + id + "/metrics"));
        schemas.check("get", JOBS + "/{id}/log", service.get(JOBS + "/" + id + "/log"));
        schemas.check(
                "post", JOBS + "/check", service.post(JOBS + "/check", ServiceInProcess.JSON, "{\"data\":\"xor\"}"));
        schemas.check("post", JOBS + "/check", service.post(JOBS + "/check", ServiceInProcess.JSON, "{\"lr\":-1}"));
        schemas.check("get", JOBS + "/{id}/confusion", service.get(JOBS + "/" + id + "/confusion"));
        schemas.check("get", JOBS + "/{id}/step", service.get(JOBS + "/" + id + "/step"));
        schemas.check("get", CLUSTER, service.get(CLUSTER));
        for (String what : List.of("leave-out", "take-back", "kill", "freeze")) {
            String route = CLUSTER + "/" + what;
            schemas.check("post", route, service.post(route, ServiceInProcess.JSON, "{\"worker\":\"embedded\"}"));
            schemas.check("post", route, service.post(route, ServiceInProcess.JSON, "{\"worker\":1}"));
        }
        schemas.check("get", "/metrics", service.get("/metrics"));
        ends.release();
        service.awaitEnd(id);
        schemas.check("get", JOBS + "/{id}", service.get(JOBS + "/" + id));
        schemas.check("get", JOBS, service.get(JOBS));
        schemas.check("get", JOBS + "/{id}/summary", service.get(JOBS + "/" + id + "/summary"));
        schemas.check("post", JOBS + "/{id}/cancel", service.post(JOBS + "/" + id + "/cancel"));
        schemas.check("post", JOBS + "/{id}/predict", service.post(JOBS + "/" + id + "/predict", "a/b", ""));
        schemas.check("delete", "/api/v1/data/{id}", service.delete(dataPath));
        schemas.check("delete", JOBS + "/{id}", service.delete(JOBS + "/" + id));
    }
}
