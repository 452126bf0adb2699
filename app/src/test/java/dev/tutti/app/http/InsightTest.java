package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.http.ServiceInProcess.Answer;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.service.TrainingRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the service computes about jobs that were trained for real. */
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InsightTest {
    private static final String JOBS = "/api/v1/jobs/";

    private static final Pattern METRIC = Pattern.compile("(?:tutti|jvm)_\\w+");

    @TempDir
    Path folder;

    private ServiceInProcess service;

    @BeforeEach
    void open() {
        service = new ServiceInProcess(folder, of -> new TrainingRunner(of.submission(), Optional.empty()));
    }

    @AfterEach
    void close() {
        service.close();
    }

    private String trained(String settings) throws Exception {
        String id = service.submit(settings);
        assertThat(service.awaitEnd(id).get("state").asText()).isEqualTo("SUCCEEDED");
        return id;
    }

    @Test
    void shouldCountWhatIsTakenForWhat() throws Exception {
        String id = trained("{\"data\":\"iris\",\"hidden\":[4],\"epochs\":3}");

        Answer answer = service.get(JOBS + id + "/confusion");

        new Schemas(service.get("/api/v1/openapi.json").json()).check("get", JOBS + "{id}/confusion", answer);
        JsonNode table = answer.json().get("confusion");
        int samples = 0;
        int right = 0;
        for (int is = 0; is < table.size(); is++) {
            for (int said = 0; said < table.size(); said++) {
                samples += table.get(is).get(said).asInt();
                right += is == said ? table.get(is).get(said).asInt() : 0;
            }
        }
        JsonNode summary = service.get(JOBS + id + "/summary").json();
        assertThat(samples).isEqualTo(answer.json().get("samples").asInt()).isEqualTo(30);
        assertThat((double) right / samples).isEqualTo(summary.get("accuracy").asDouble());
        assertThat(service.get(JOBS + id + "/confusion").text()).isEqualTo(answer.text());
    }

    @Test
    void shouldSayWhereThereIsNothingToCount() throws Exception {
        String numbers = trained("{\"data\":\"diabetes\",\"hidden\":\"none\",\"epochs\":1,\"lr\":0.01}");
        String all = trained("{\"data\":\"xor\",\"epochs\":1,\"validation\":0}");

        assertThat(service.get(JOBS + numbers + "/confusion")
                        .json()
                        .get("detail")
                        .asText())
                .contains("its targets are numbers");
        assertThat(service.get(JOBS + all + "/confusion").json().get("detail").asText())
                .contains("no share of the training data was held out");
    }

    /** With one sample a segment the held step is that of the training, so its weights are those that the training went on with. */
    @Test
    void shouldHoldAStepStillWithTheNumbersThatItHad() throws Exception {
        String settings =
                "{\"data\":\"xor\",\"hidden\":[3],\"segment\":1,\"batch\":4,\"validation\":0,\"activation\":\"tanh\",";
        String two = trained(settings + "\"epochs\":2}");
        String one = trained(settings + "\"epochs\":1}");

        for (int killed = 0; killed <= 2; killed++) {
            JsonNode first = step(two, "?number=1&workers=3&kill=" + killed);
            JsonNode second = step(two, "?number=2&workers=2&kill=" + killed);
            assertThat(first.at("/distributed/weightsSha256").asText()).isEqualTo(hash(one));
            assertThat(second.at("/distributed/weightsSha256").asText()).isEqualTo(hash(two));
            assertThat(second.get("weights")).isEqualTo(first.at("/batch/updatedWeights"));
            assertThat(second.get("epoch").asInt()).isEqualTo(2);
        }
    }

    private JsonNode step(String id, String query) throws Exception {
        Answer answer = service.get(JOBS + id + "/step" + query);
        new Schemas(service.get("/api/v1/openapi.json").json()).check("get", JOBS + "{id}/step", answer);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    private String hash(String id) throws Exception {
        return service.get(JOBS + id + "/summary").json().get("weightsSha256").asText();
    }

    @Test
    void shouldNotTellWhereTheServiceHasItsFiles() throws Exception {
        String id = trained("{\"data\":\"iris\",\"hidden\":[4],\"epochs\":1}");
        Files.writeString(folder.resolve("jobs").resolve(id).resolve("run").resolve(RunDirectory.MODEL), "no model");
        Files.writeString(
                folder.resolve("jobs").resolve(id).resolve("run").resolve(RunDirectory.CONFIG), "no settings");

        Answer confusion = service.get(JOBS + id + "/confusion");
        Answer step = service.get(JOBS + id + "/step");

        assertThat(confusion.status()).isEqualTo(422);
        assertThat(confusion.text()).contains("run/" + RunDirectory.MODEL).doesNotContain(folder.toString());
        assertThat(step.status()).isEqualTo(422);
        assertThat(step.text()).doesNotContain(folder.toString());
    }

    @Test
    void shouldSayWhichStepsItCanShow() throws Exception {
        String small = trained("{\"data\":\"xor\",\"hidden\":[3],\"epochs\":2,\"validation\":0}");
        String large = trained("{\"data\":\"digits\",\"hidden\":\"none\",\"epochs\":1}");

        assertThat(service.get(JOBS + small + "/step?number=3")
                        .json()
                        .get("detail")
                        .asText())
                .isEqualTo("number: no step 3 to show, allowed: 1 to 2");
        assertThat(service.get(JOBS + small + "/step?workers=5")
                        .json()
                        .get("detail")
                        .asText())
                .startsWith("--distributed 5: the batch has 4 segments");
        assertThat(service.get(JOBS + small + "/step?number=0").status()).isEqualTo(400);
        assertThat(service.get(JOBS + large + "/step").json().get("detail").asText())
                .contains("is too large for a page");
    }

    @Test
    void shouldThinEpochsAndStepsEachByThemselves() throws Exception {
        String id = trained("{\"data\":\"xor\",\"epochs\":40,\"validation\":0,\"batch\":1,\"metrics-per-step\":true}");

        JsonNode epochs =
                service.get(JOBS + id + "/metrics?lines=epochs&points=5").json();
        JsonNode steps =
                service.get(JOBS + id + "/metrics?lines=steps&points=20").json();

        assertThat(epochs.get("of").asInt()).isEqualTo(40);
        assertThat(steps.get("of").asInt()).isEqualTo(160);
        assertThat(steps.get("last").asInt())
                .isEqualTo(200)
                .isEqualTo(epochs.get("last").asInt());
        assertThat(epochs.get("metrics"))
                .hasSize(5)
                .allSatisfy(line -> assertThat(line.has("trainLoss")).isTrue());
        assertThat(steps.get("metrics"))
                .hasSize(20)
                .allSatisfy(line -> assertThat(line.has("step")).isTrue());
        assertThat(epochs.at("/metrics/4/learningRate").asDouble()).isEqualTo(0.1f);
        assertThat(service.get(JOBS + id + "/metrics?lines=all").status()).isEqualTo(400);
    }

    @Test
    void shouldHaveEveryNumberThatTheDashboardShows() throws Exception {
        String id = service.submit("{\"data\":\"digits\",\"epochs\":100000}");
        service.awaitLine(JOBS + id + "/metrics", "trainLoss");
        JsonNode dashboard = ServiceInProcess.parse(Files.readString(Path.of("..", "deploy", "grafana.json")));
        Set<String> shown = new TreeSet<>();
        dashboard.findValuesAsText("expr").forEach(expression -> {
            Matcher name = METRIC.matcher(expression);
            while (name.find()) {
                shown.add(name.group());
            }
        });

        Set<String> there = new TreeSet<>();
        for (String line : service.get("/metrics").text().lines().toList()) {
            there.add(line.replaceFirst("[{ ].*", ""));
        }
        assertThat(shown).hasSizeGreaterThan(10).contains("tutti_jobs", "tutti_steps_total");
        assertThat(there).containsAll(shown);
    }

    @Test
    void shouldCountForPrometheus() throws Exception {
        trained("{\"data\":\"xor\",\"epochs\":5,\"validation\":0}");
        trained("{\"data\":\"xor\",\"epochs\":7,\"validation\":0}");

        Answer answer = service.get("/metrics");

        assertThat(answer.type()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.text().lines())
                .contains(
                        "tutti_jobs{state=\"SUCCEEDED\"} 2.0",
                        "tutti_jobs{state=\"QUEUED\"} 0.0",
                        "tutti_steps_total 12.0",
                        "tutti_samples_total 48.0",
                        "tutti_generations_total 2.0",
                        "# TYPE tutti_step_phase_seconds_total counter")
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\"} "));
    }
}
