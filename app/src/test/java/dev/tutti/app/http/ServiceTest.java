package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.http.ServiceInProcess.Answer;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.app.service.TrainingRunner;
import dev.tutti.config.TrainingSettings;
import dev.tutti.model.WeightsHash;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that are really trained, from the request to the model. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServiceTest {
    private static final String ROWS =
            "size,rooms,kind\n1,2,flat\n2,3,house\n3,3,house\n1,1,flat\n2,2,flat\n4,5,house\n"
                    + "3,4,house\n1,2,flat\n4,4,house\n2,1,flat\n";
    private static final String ENDLESS = "{\"data\":\"iris\",\"epochs\":100000000}";

    @TempDir
    Path folder;

    private ServiceInProcess open() {
        return new ServiceInProcess(folder, service -> new TrainingRunner(service.submission(), Optional.empty()));
    }

    @Test
    void shouldTrainToTheBitsOfTheCommandLineAndTellAllAboutIt() throws Exception {
        try (ServiceInProcess service = open()) {
            String id = service.submit("{\"data\":\"iris\",\"epochs\":3,\"hidden\":[8,4],\"lr\":0.05}");

            JsonNode job = service.awaitEnd(id);

            assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("SUCCEEDED");
            assertThat(job.get("exitCode").asInt()).isZero();
            assertThat(job.get("summary").get("weightsSha256").asText())
                    .isEqualTo(job.get("weightsSha256").asText())
                    .isEqualTo(reference(Map.of("data", "iris", "epochs", "3", "hidden", "8,4", "lr", "0.05")));
            String path = "/api/v1/jobs/" + id;
            assertThat(service.get(path + "/summary").json()).isEqualTo(job.get("summary"));
            JsonNode metrics = service.get(path + "/metrics").json();
            assertThat(metrics.get("metrics")).hasSize(3);
            assertThat(metrics.get("thinned").asBoolean()).isFalse();
            assertThat(service.get(path + "/metrics?points=2")
                            .json()
                            .get("metrics")
                            .findValuesAsText("epoch"))
                    .containsExactly("1", "3");
            assertThat(service.get(path + "/log").json().get("lines").toString())
                    .contains("training: tutti=");
            assertThat(service.get(path + "/model").text()).contains("layers.0.weight", "__metadata__");
            JsonNode said = service.post(path + "/predict", ServiceInProcess.JSON, "{\"rows\":[[5.1,3.5,1.4,0.2]]}")
                    .json();
            assertThat(said.get("classes")).hasSize(3);
            assertThat(said.get("predictions").get(0).get("outputs")).hasSize(3);
            assertThat(service.post(path + "/predict", "text/csv", "5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n")
                            .json()
                            .get("predictions"))
                    .hasSize(2)
                    .startsWith(said.get("predictions").get(0));
        }
    }

    @Test
    void shouldReplayEventsFromTheLineAfterTheLastOneReceived() throws Exception {
        try (ServiceInProcess service = open()) {
            String id = service.submit("{\"data\":\"xor\",\"epochs\":2,\"validation\":0}");
            String path = "/api/v1/jobs/" + id + "/events";

            String all = service.follow(path).text();

            JsonNode events = service.get(path).json();
            int last = events.get("last").asInt();
            assertThat(events.get("events").findValuesAsText("state"))
                    .containsExactly("QUEUED", "RUNNING", "SUCCEEDED");
            assertThat(all)
                    .contains("id: 1\n", "id: " + last + "\n", "\"text\":\"epoch")
                    .doesNotContain(folder.toString());
            assertThat(service.follow(path, String.valueOf(last - 1)).text())
                    .contains("id: " + last + "\n", "SUCCEEDED")
                    .doesNotContain("id: " + (last - 1) + "\n");
            assertThat(service.follow(path, String.valueOf(last)).status()).isEqualTo(204);
            assertThat(service.get(path + "?after=1&limit=1")
                            .json()
                            .get("events")
                            .get(0)
                            .get("state")
                            .asText())
                    .isEqualTo("RUNNING");
        }
    }

    @Test
    void shouldTrainOnWhatWasUploaded() throws Exception {
        try (ServiceInProcess service = open()) {
            Answer data = service.post("/api/v1/data?name=homes.csv", "text/csv", ROWS);
            assertThat(data.status()).as(data.text()).isEqualTo(201);
            String source = data.json().get("id").asText();

            String good = service.submit("{\"data\":\"" + source + "\",\"target\":\"kind\",\"epochs\":2,\"batch\":4}");
            String bad = service.submit("{\"data\":\"" + source + "\",\"target\":\"price\"}");

            JsonNode job = service.awaitEnd(good);
            assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("SUCCEEDED");
            assertThat(job.get("name").asText()).isEqualTo("homes");
            assertThat(job.get("summary").get("data").asText()).isEqualTo(source);
            JsonNode failed = service.awaitEnd(bad);
            assertThat(failed.get("state").asText()).isEqualTo("FAILED");
            assertThat(failed.get("exitCode").asInt()).isEqualTo(2);
            assertThat(failed.get("problem").asText())
                    .startsWith("homes.csv")
                    .contains("price")
                    .doesNotContain(folder.toString());
            assertThat(service.post(
                                    "/api/v1/jobs/" + good + "/predict",
                                    ServiceInProcess.JSON,
                                    "{\"rows\":[{\"rooms\":1,\"width\":1}]}")
                            .status())
                    .as("names that the model does not know")
                    .isEqualTo(422);
            String path = "/api/v1/jobs/" + good + "/predict";
            Answer named =
                    service.post(path, ServiceInProcess.JSON, "{\"rows\":[{\"rooms\":2,\"size\":null,\"id\":7}]}");
            assertThat(named.status())
                    .as("another order, one more and no value: %s", named.text())
                    .isEqualTo(200);
            assertThat(named.json().get("predictions")).hasSize(1);
            assertThat(service.delete("/api/v1/data/" + source).status()).isEqualTo(204);
            Answer gone = service.post("/api/v1/jobs", ServiceInProcess.JSON, "{\"data\":\"" + source + "\"}");
            assertThat(gone.status()).isEqualTo(422);
            assertThat(gone.json().get("detail").asText()).startsWith("--data: no such data: ");
            assertThat(gone.json().get("key").asText()).isEqualTo("data");
        }
    }

    @Test
    void shouldCancelAndGoOnFromThereToTheSameBits() throws Exception {
        try (ServiceInProcess service = open()) {
            String settings = "{\"data\":\"iris\",\"epochs\":200}";
            String id = service.submit(settings);
            String path = "/api/v1/jobs/" + id;
            awaitSteps(service, id);
            Answer cancelled = service.post(path + "/cancel");
            assertThat(cancelled.status()).isEqualTo(202);
            service.follow(path + "/events");

            String state = service.get(path).json().get("state").asText();
            if (state.equals("CANCELLED")) {
                assertThat(service.post(path + "/cancel").status()).isEqualTo(202);
                assertThat(service.post(path + "/resume").status()).isEqualTo(202);
            } else {
                assertThat(state).as("it was done before it could be stopped").isEqualTo("SUCCEEDED");
            }

            assertThat(service.awaitEnd(id).get("weightsSha256").asText())
                    .isEqualTo(reference(Map.of("data", "iris", "epochs", "200")));
        }
    }

    /** Nobody keeps data for a job that is over; that it is gone is said when the job is to go on. */
    @Test
    void shouldSayThatTheDataOfAResumedJobIsGone() throws Exception {
        try (ServiceInProcess service = open()) {
            String rows = "size,kind\n" + "1,flat\n4,house\n".repeat(20);
            String data = service.post("/api/v1/data?name=homes.csv", "text/csv", rows)
                    .json()
                    .get("id")
                    .asText();
            String id = service.submit("{\"data\":\"" + data + "\",\"epochs\":100000000}");
            String path = "/api/v1/jobs/" + id;
            awaitSteps(service, id);
            assertThat(service.delete("/api/v1/data/" + data).status()).isEqualTo(409);
            service.post(path + "/cancel");
            assertThat(service.awaitEnd(id).get("state").asText()).isEqualTo("CANCELLED");
            assertThat(service.delete("/api/v1/data/" + data).status()).isEqualTo(204);

            assertThat(service.post(path + "/resume").status()).isEqualTo(202);

            JsonNode end = service.awaitEnd(id);
            assertThat(end.get("state").asText()).isEqualTo("FAILED");
            assertThat(end.get("exitCode").asInt()).isEqualTo(2);
            assertThat(end.get("problem").asText())
                    .startsWith("--data: no such data: \"" + data + "\"")
                    .doesNotContain("\n", folder.toString());
        }
    }

    @Test
    void shouldKeepWhatRunsWhenItEndsAndGoOnByItself() throws Exception {
        String running;
        String waiting;
        try (ServiceInProcess service = open()) {
            running = service.submit(ENDLESS);
            waiting = service.submit("{\"data\":\"xor\",\"epochs\":1,\"validation\":0}");
            awaitSteps(service, running);
        }
        try (ServiceInProcess service = open()) {
            service.awaitLine("/api/v1/jobs/" + running + "/events", "goes on after");
            JsonNode events =
                    service.get("/api/v1/jobs/" + running + "/events").json().get("events");
            assertThat(events.findValuesAsText("state")).containsExactly("QUEUED", "RUNNING", "INTERRUPTED", "RUNNING");
            assertThat(service.get("/api/v1/jobs/" + waiting)
                            .json()
                            .get("state")
                            .asText())
                    .isEqualTo("QUEUED");
            service.post("/api/v1/jobs/" + running + "/cancel");
            assertThat(service.awaitEnd(running).get("state").asText()).isEqualTo("CANCELLED");
            assertThat(service.awaitEnd(waiting).get("state").asText()).isEqualTo("SUCCEEDED");
        }
    }

    private static void awaitSteps(ServiceInProcess service, String id) throws Exception {
        service.awaitLine("/api/v1/jobs/" + id + "/metrics", "\"epoch\"");
    }

    private static String reference(Map<String, String> settings) throws InterruptedException {
        PreparedRun run = PreparedRun.of(TrainingSettings.read(settings, Optional.empty()));
        TrainingResult result = ReferenceTrainer.train(run.job(), TrainingListener.NONE);
        return WeightsHash.sha256(run.job().spec().network(), result.parameters());
    }
}
