package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.service.JobRecord;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.Progress;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job that stands still for want of workers says so everywhere, and goes on when they come. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrozenJobTest {
    private static final String JOBS = "/api/v1/jobs";
    private static final String JOB = "{\"data\":\"xor\"}";

    @TempDir
    Path folder;

    /** What happens to the job that runs; told to its listener, as a cluster does. */
    private final BlockingQueue<Consumer<Progress>> events = new LinkedBlockingQueue<>();

    private final JobService.Runner scripted = new JobService.Runner() {
        @Override
        public String train(JobRecord job, Path run, Consumer<String> lines, Progress progress)
                throws InterruptedException {
            while (true) {
                events.take().accept(progress);
            }
        }
    };

    private ServiceInProcess open() {
        return new ServiceInProcess(folder, of -> scripted);
    }

    private static void awaitState(ServiceInProcess service, String id, String state) throws Exception {
        service.awaitLine(JOBS + "/" + id + "/events", "\"state\":\"" + state + "\"");
    }

    private static String count(ServiceInProcess service, String state) throws Exception {
        return service.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("tutti_jobs{state=\"" + state + "\"}"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldSayThatItStandsStillAndGoOn() throws Exception {
        try (ServiceInProcess service = open()) {
            String id = service.submit(JOB);
            events.add(progress -> progress.onWorkers(3, "1"));
            events.add(progress -> progress.onWaiting(0, 1));
            awaitState(service, id, "FROZEN");

            JsonNode job = service.get(JOBS + "/" + id).json();
            assertThat(job.get("state").asText()).isEqualTo("FROZEN");
            assertThat(job.at("/progress/waitsForWorkers").asBoolean()).isTrue();
            assertThat(job.at("/progress/workers").asInt()).isZero();
            assertThat(service.get(JOBS + "?state=FROZEN").json().get("jobs")).hasSize(1);
            assertThat(count(service, "FROZEN")).endsWith(" 1.0");
            assertThat(count(service, "RUNNING")).endsWith(" 0.0");
            assertThat(service.delete(JOBS + "/" + id).text()).contains("is not over (FROZEN)");

            events.add(progress -> progress.onWorkers(2, "2"));
            long seen =
                    service.get(JOBS + "/" + id + "/events").json().get("last").asLong();
            service.awaitLine(JOBS + "/" + id + "/events?after=" + seen, "RUNNING");
            JsonNode again = service.get(JOBS + "/" + id).json();
            assertThat(again.get("state").asText()).isEqualTo("RUNNING");
            assertThat(again.at("/progress/workers").asInt()).isEqualTo(2);
            assertThat(again.at("/progress/waitsForWorkers").asBoolean()).isFalse();
        }
    }

    @Test
    void shouldBeCancelledWhileItStandsStill() throws Exception {
        try (ServiceInProcess service = open()) {
            String id = service.submit(JOB);
            events.add(progress -> progress.onWaiting(0, 1));
            awaitState(service, id, "FROZEN");

            assertThat(service.post(JOBS + "/" + id + "/cancel").status()).isEqualTo(202);

            assertThat(service.awaitEnd(id).get("state").asText()).isEqualTo("CANCELLED");
        }
    }

    @Test
    void shouldGoOnByItselfWhenTheServiceEndsMeanwhile() throws Exception {
        String id;
        try (ServiceInProcess service = open()) {
            id = service.submit(JOB);
            events.add(progress -> progress.onWaiting(1, 2));
            awaitState(service, id, "FROZEN");
        }
        try (ServiceInProcess service = open()) {
            String path = JOBS + "/" + id + "/events";
            service.awaitLine(path + "?after=4", "RUNNING");
            assertThat(service.get(path).json().get("events").findValuesAsText("state"))
                    .containsExactly("QUEUED", "RUNNING", "FROZEN", "INTERRUPTED", "RUNNING");
        }
    }
}
