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
        } finally {
            service.interrupt();
            service.join();
        }
        assertThat(told.take()).isEqualTo("interrupted");
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
