package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.app.http.ServiceInProcess.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has been done to services of this kind, and must come to nothing here; ApiTest and PageTest have the rest. */
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttacksTest {
    private static final String JOBS = "/api/v1/jobs";

    @TempDir
    private Path folder;

    private ServiceInProcess service;

    @BeforeEach
    void open() {
        service = new ServiceInProcess(folder, of -> (job, run, lines, progress) -> "{\"weightsSha256\":\"1f\"}");
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void shouldLetTheTokenForLookingLookAndChangeNothing() throws Exception {
        String id = service.submit("{\"data\":\"xor\"}");
        service.awaitEnd(id);
        String head = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\nAuthorization: Bearer "
                + ServiceInProcess.READ_TOKEN + "\r\n\r\n";
        int closed = 0;
        for (Api.Route route : new Api(null).routes()) {
            String path = route.path().replace("{id}", id);
            boolean looks = route.method().name().equals("GET");
            String answer = service.raw(route.method() + " " + path + head);
            assertThat(answer.startsWith("HTTP/1.1 403"))
                    .as("%s %s: %s", route.method(), path, answer)
                    .isEqualTo(!looks);
            closed += looks ? 0 : 1;
            assertThat(answer).doesNotContain(ServiceInProcess.TOKEN);
        }
        assertThat(closed).isGreaterThan(3);
        assertThat(service.get(JOBS + "/" + id).status()).isEqualTo(200);
    }

    @Test
    void shouldLetASessionForLookingLookAndChangeNothing() throws Exception {
        String cookie = cookie(ServiceInProcess.READ_TOKEN);

        assertThat(send(JOBS, "GET", cookie, "same-origin", "").status()).isEqualTo(200);
        Answer denied = send(JOBS, "POST", cookie, "same-origin", "{\"data\":\"xor\"}");
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.json().get("detail").asText()).startsWith("this token is for looking alone");
        assertThat(service.get(JOBS).json().get("jobs")).isEmpty();
    }

    /** The check of another service forgot DELETE. */
    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "none", ""})
    void shouldLetNoOtherPageDeleteOrCancelWithTheCookieOfAUser(String site) throws Exception {
        String cookie = cookie(ServiceInProcess.TOKEN);
        String id = service.submit("{\"data\":\"xor\"}");
        service.awaitEnd(id);

        for (String[] request : new String[][] {
            {JOBS + "/" + id, "DELETE"}, {JOBS + "/" + id + "/cancel", "POST"}, {JOBS + "/" + id + "/resume", "POST"}
        }) {
            assertThat(send(request[0], request[1], cookie, site, "").status())
                    .as("%s %s", request[1], request[0])
                    .isEqualTo(403);
        }
        assertThat(service.get(JOBS + "/" + id).status()).isEqualTo(200);
        assertThat(send(JOBS + "/" + id, "DELETE", cookie, "same-origin", "").status())
                .isEqualTo(204);
    }

    @Test
    void shouldNotBeFilledByAPackedFile() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                out.write(zeros);
            }
        }

        Answer answer = service.send(service.request("/api/v1/data?name=bomb.csv.gz")
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofByteArray(packed.toByteArray())));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.json().get("detail").asText()).contains("100000 bytes, unpacked");
        try (Stream<Path> left = Files.list(folder.resolve("data"))) {
            assertThat(left).isEmpty();
        }
    }

    /** What a client calls its data is a label. */
    @ParameterizedTest
    @ValueSource(strings = {"../../token.csv", "/etc/passwd.csv", "..%2f..%2ftoken.csv", "a%00.csv", "C:%5Ca.csv"})
    void shouldMakeNoPathOfWhatAClientCallsItsData(String name) throws Exception {
        String token = "made by nobody";
        Files.writeString(folder.resolve("token.csv"), token);
        service.send(service.request("/api/v1/data?name=" + name).POST(BodyPublishers.ofString("a,b\n1,2\n")));

        assertThat(folder.resolve("token.csv")).hasContent(token);
        try (Stream<Path> home = Files.walk(folder.resolve("data"))) {
            assertThat(home.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .allMatch(file -> file.equals("content.csv") || file.equals("data.json"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "../../token",
                "..\\..\\token",
                "%2e%2e/token",
                "file:///etc/passwd",
                "http://169.254.169.254/latest/meta-data",
                "${HOME}",
                "digits/../../token",
            })
    void shouldReadNothingThatAJobNames(String place) throws Exception {
        for (String key : new String[] {"data", "validation-data", "labels", "init-weights"}) {
            String body = new ObjectMapper()
                    .writeValueAsString(key.equals("data") ? Map.of(key, place) : Map.of("data", "xor", key, place));
            Answer answer = service.post(JOBS, ServiceInProcess.JSON, body);

            assertThat(answer.status()).as("%s %s", key, answer).isEqualTo(422);
            assertThat(answer.json().get("key").asText()).isEqualTo(key);
            assertThat(answer.text()).doesNotContain("root:", folder.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n%s\r\n",
                "GET http://evil.example/api/v1/jobs HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                "GET /api/v1/jobs HTTP/1.1\r\n%s\r\n",
                "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"
                        + "%s\r\n0\r\n\r\n",
                "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n%s\r\n",
                "GET /api/v1/jobs HTTP/0.9\r\nHost: localhost\r\n%s\r\n",
                "GET\u0000/api/v1/jobs HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
            })
    void shouldRefuseRequestsThatAreReadInTwoWays(String request) throws Exception {
        String headers = "Connection: close\r\nAuthorization: Bearer " + ServiceInProcess.TOKEN + "\r\n";

        assertThat(service.raw(String.format(request, headers)))
                .matches("(?s)HTTP/1.1 (4|505).*")
                .doesNotContain("Jetty", "\tat ");
    }

    /** A body that comes so slowly holds no thread for long, and nobody else up. */
    @Test
    void shouldGiveUpOnABodyThatComesByTheByte() throws Exception {
        try (Socket slow = new Socket("127.0.0.1", service.port())) {
            OutputStream out = slow.getOutputStream();
            String head = "POST /api/v1/data?name=a.csv HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n"
                    + "Authorization: Bearer " + ServiceInProcess.TOKEN + "\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            int sent = 0;
            boolean ended = false;
            while (!ended && sent < 3000) {
                try {
                    out.write('1');
                    sent++;
                    assertThat(service.get("/health").status()).isEqualTo(200);
                    Thread.sleep(10);
                    ended = slow.getInputStream().available() > 0;
                } catch (IOException e) {
                    ended = true;
                }
            }
            assertThat(ended).as("%s bytes were taken", sent).isTrue();
        }
        assertThat(service.get("/api/v1/data").json().get("data")).isEmpty();
    }

    private String cookie(String secret) throws Exception {
        return service.send(HttpRequest.newBuilder(address("/login"))
                        .header("Content-Type", ServiceInProcess.JSON)
                        .POST(BodyPublishers.ofString("{\"secret\":\"" + secret + "\"}")))
                .response()
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow()
                .replaceFirst(";.*", "");
    }

    private Answer send(String path, String method, String cookie, String site, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(address(path))
                .header("Cookie", cookie)
                .header("Content-Type", ServiceInProcess.JSON)
                .method(method, BodyPublishers.ofString(body));
        if (!site.isEmpty()) {
            request.header("Sec-Fetch-Site", site);
        }
        return service.send(request);
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + service.port() + path);
    }
}
