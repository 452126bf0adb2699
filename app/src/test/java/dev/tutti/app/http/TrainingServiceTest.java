package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.config.Endpoint;
import dev.tutti.config.ServiceSettings;
import dev.tutti.transport.TransportKind;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole service as the command starts it, with a coordinator to which workers come; here only its own threads do. */
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TrainingServiceTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private String address;

    @Test
    void shouldTrainWithTheWorkersThatComeToItsCoordinator() throws Exception {
        Endpoint http = new Endpoint("127.0.0.1", freePort());
        address = "http://" + http;
        ServiceSettings settings = new ServiceSettings(
                new ServiceSettings.Http(http),
                folder.resolve("home"),
                1,
                Optional.of(new ServiceSettings.Processes(
                        new Endpoint("127.0.0.1", freePort()),
                        1,
                        TransportKind.AUTO,
                        Optional.empty(),
                        Optional.empty())),
                false);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        Thread service = new Thread(
                () -> {
                    try {
                        TrainingService.run(settings, told::add);
                    } catch (InterruptedException e) {
                        told.add("interrupted");
                    }
                },
                "test-service");
        service.start();
        try {
            assertThat(told.take()).isEqualTo("serving on " + address + "/api/v1");
            assertThat(told.take()).startsWith("page at " + address + "/#login=");
            assertThat(told.take()).startsWith("token in ");
            HttpRequest.Builder submission = request("/api/v1/jobs")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"data\":\"xor\",\"epochs\":2,\"validation\":0}"));
            String id = send(submission).get("id").asText();

            client.send(
                    request("/api/v1/jobs/" + id + "/events")
                            .header("Accept", "text/event-stream")
                            .build(),
                    BodyHandlers.ofString());

            JsonNode job = send(request("/api/v1/jobs/" + id));
            assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("SUCCEEDED");
            watchTheWorker();
        } finally {
            service.interrupt();
            service.join();
        }
        assertThat(told.take()).isEqualTo("interrupted");
    }

    /** It is seen at its work, left out, taken back, and nobody may kill it. */
    private void watchTheWorker() throws Exception {
        String id = send(request("/api/v1/jobs")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"data\":\"digits\",\"epochs\":1000000}")))
                .get("id")
                .asText();
        JsonNode cluster = awaitCluster("/workers/0/receivedBytes");
        assertThat(cluster.get("processes").asBoolean()).isTrue();
        assertThat(cluster.get("job").asText()).isEqualTo(id);
        assertThat(cluster.at("/workers/0/name").asText()).isEqualTo("service");
        assertThat(cluster.at("/workers/0/works").asBoolean()).isTrue();
        assertThat(cluster.at("/workers/0/share").asDouble()).isEqualTo(1);
        assertThat(cluster.at("/workers/0/mayFail").asBoolean()).isFalse();
        assertThat(cluster.at("/phases/computing").asDouble()).isPositive();
        assertThat(post("kill", "service")).isEqualTo(409);
        assertThat(post("leave-out", "nobody")).isEqualTo(404);
        assertThat(post("leave-out", "service")).isEqualTo(204);
        assertThat(send(request("/api/v1/cluster")).at("/workers/0/leftOut").asBoolean())
                .isTrue();
        assertThat(post("take-back", "service")).isEqualTo(204);
        assertThat(awaitCluster("/generation").get("generation").asInt()).isPositive();
    }

    /** What is known of the cluster, once it is known. */
    private JsonNode awaitCluster(String pointer) throws Exception {
        while (true) {
            JsonNode cluster = send(request("/api/v1/cluster"));
            if (!cluster.at(pointer).isMissingNode()) {
                return cluster;
            }
            Thread.onSpinWait();
        }
    }

    private int post(String what, String worker) throws Exception {
        HttpRequest.Builder request = request("/api/v1/cluster/" + what)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"worker\":\"" + worker + "\"}"));
        return client.send(request.build(), BodyHandlers.ofString()).statusCode();
    }

    private JsonNode send(HttpRequest.Builder request) throws Exception {
        return ServiceInProcess.parse(
                client.send(request.build(), BodyHandlers.ofString()).body());
    }

    private HttpRequest.Builder request(String path) throws IOException {
        String token = Files.readString(folder.resolve("home/token")).strip();
        return HttpRequest.newBuilder(URI.create(address + path)).header("Authorization", "Bearer " + token);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
