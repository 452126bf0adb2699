package dev.tutti.app.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.files.InputException;
import dev.tutti.files.Sha256;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
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
    private static final String ROWS = "a,b\n1,2\n";

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
        answer(exchange, 200, body);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
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

    /** A service that loses the answers of uploads, and at last refuses the job. */
    private final class LosesAnswers {
        private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
        private final int lost;
        private String data;
        private int uploads;

        LosesAnswers(int lost, String known) {
            this.lost = lost;
            this.data = known;
            server.createContext("/api/v1/data", this::data);
            server.createContext("/api/v1/jobs", exchange -> {
                exchange.getRequestBody().readAllBytes();
                calls.add("job");
                answer(exchange, 422, "{\"detail\":\"refused\"}");
            });
        }

        private void data(HttpExchange exchange) throws IOException {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String id = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
            switch (exchange.getRequestMethod()) {
                case "POST" -> {
                    calls.add("upload");
                    if (uploads++ < lost) {
                        // All of it has arrived; only the first of them is kept.
                        if (uploads == 1) {
                            data = entry("mine", body);
                        }
                        exchange.close();
                    } else {
                        answer(exchange, "{\"id\":\"new\"}");
                    }
                }
                case "DELETE" -> {
                    calls.add("delete " + id);
                    answer(exchange, "{}");
                }
                default -> answer(exchange, "{\"data\":" + data + "}");
            }
        }
    }

    private static String entry(String id, byte[] content) {
        return "[{\"id\":\"" + id + "\",\"name\":\"rows.csv\",\"format\":\"csv\",\"sha256\":\""
                + HexFormat.of().formatHex(Sha256.newDigest().digest(content)) + "\"}]";
    }

    private RemoteTraining training(StringWriter people, StringWriter err) {
        return new RemoteTraining(client, new PrintWriter(people), new PrintWriter(err));
    }

    private void assertRefused(Path rows, StringWriter people, StringWriter err) {
        RunDirectory directory = RunDirectory.open(folder.resolve("run"));
        assertThatThrownBy(() -> training(people, err)
                        .run(Map.of("data", rows.toString()), directory, new PrintWriter(new StringWriter())))
                .hasMessage("refused");
    }

    /** What arrived, though its answer was lost, is not sent again, nor read again, and is taken back with the job. */
    @Test
    void shouldKnowAgainWhatItSent() throws Exception {
        LosesAnswers service = new LosesAnswers(1, "[]");
        Path rows = Files.writeString(folder.resolve("rows.csv"), ROWS);
        StringWriter people = new StringWriter();
        StringWriter err = new StringWriter();

        assertRefused(rows, people, err);

        assertThat(service.calls).containsExactly("upload", "job", "delete mine");
        assertThat(people.toString()).containsOnlyOnce("sending rows.csv");
        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString())
                .contains("the service does not answer (")
                .contains("; trying again for 30 s")
                .contains("the service answers again");
    }

    @Test
    void shouldNotTakeBackWhatWasThereBefore() throws Exception {
        LosesAnswers service = new LosesAnswers(0, entry("others", ROWS.getBytes(StandardCharsets.UTF_8)));
        Path rows = Files.writeString(folder.resolve("rows.csv"), ROWS);

        assertRefused(rows, new StringWriter(), new StringWriter());

        assertThat(service.calls).containsExactly("job");
    }

    /** An outage is over once the service answers, and each that follows has its own time. */
    @Test
    void shouldReadAFileOnceAndGiveUpWhereItIsLostEachTime() throws Exception {
        int[] uploads = new int[1];
        Path rows = Files.writeString(folder.resolve("rows.csv"), ROWS);
        server.createContext("/api/v1/data", exchange -> {
            exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestMethod().equals("POST")) {
                uploads[0]++;
                // Were it read again, it would be found under its new name.
                Files.writeString(rows, "other");
                exchange.close();
            } else {
                answer(exchange, "{\"data\":" + entry("other", "other".getBytes(StandardCharsets.UTF_8)) + "}");
            }
        });
        List<String> lines = new ArrayList<>();
        Uploads sending = new Uploads(client, Duration.ZERO, lines::add);
        Patience patience = new Patience(Duration.ofMinutes(1), notes::add);

        assertThatThrownBy(() -> patience.until(() -> sending.send(rows, Optional.empty(), patience::reached)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("rows.csv: was sent 3 times, and http://127.0.0.1:");

        assertThat(uploads[0]).isEqualTo(3);
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
