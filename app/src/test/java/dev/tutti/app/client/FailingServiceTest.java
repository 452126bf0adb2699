package dev.tutti.app.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client makes of a service that fails, and of a disk of its own that does. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailingServiceTest {
    @TempDir
    private Path folder;

    private HttpServer server;
    private ServiceClient client;
    private final List<String> notes = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/api/v1/jobs/one", exchange -> answer(exchange, "{\"id\":\"one\",\"state\":\"SUCCEEDED\"}"));
        server.start();
        Path token = Files.writeString(folder.resolve("token"), "t");
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        client = new ServiceClient(ServiceAddress.of(url, token, Optional.empty()));
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** An outage is over when the service answers, even if there is nothing to tell until the next one. */
    @Test
    void shouldTakeTwoOutagesForTwo() throws Exception {
        int[] calls = new int[1];
        server.createContext("/api/v1/jobs/one/events", exchange -> {
            calls[0]++;
            if (calls[0] <= 2) {
                // A comment, and the end long before what was promised.
                exchange.sendResponseHeaders(200, 100);
                exchange.getResponseBody().write(":\n".getBytes(StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
                exchange.close();
            } else {
                answer(exchange, "id: 1\ndata: {\"type\":\"line\",\"text\":\"done\"}\n\n");
            }
        });
        List<String> lines = new ArrayList<>();

        new JobWatch(client, "one", notes::add).follow(Optional.empty(), lines::add);

        assertThat(lines).containsExactly("done");
        assertThat(notes).hasSize(4);
        assertThat(notes.get(0)).startsWith("the service does not answer");
        assertThat(notes.get(1)).isEqualTo("the service answers again");
        assertThat(notes.get(2)).startsWith("the service does not answer");
        assertThat(notes.get(3)).isEqualTo("the service answers again");
    }

    /** What is written last is written when the file is closed. */
    @Test
    void shouldNotBlameTheServiceForAFullDisk() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full here");
        server.createContext("/api/v1/jobs/one/metrics", exchange -> answer(exchange, "id: 1\ndata: {}\n\n"));
        RunDirectory directory = RunDirectory.open(folder.resolve("run"));
        Files.createSymbolicLink(directory.file(RunDirectory.METRICS), full);
        try {
            Outcome outcome = new Outcome(client, new JobWatch(client, "one", notes::add));

            assertThatThrownBy(() -> outcome.fetch(directory, Optional.empty(), new PrintWriter(new StringWriter())))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(RunDirectory.METRICS + ": cannot be written: ");
            assertThat(notes).isEmpty();
        } finally {
            directory.close();
        }
    }
}
