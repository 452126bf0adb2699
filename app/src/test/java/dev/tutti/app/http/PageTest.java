package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.http.ServiceInProcess.Answer;
import dev.tutti.config.TrainingSettings;
import dev.tutti.optim.OptimizerSettings;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page's files, and how a browser logs in. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageTest {
    private static final Pattern FILE = Pattern.compile("(?:src=|href=|from )\"(?:\\./)?(\\w+\\.(?:js|css|svg))\"");

    @TempDir
    Path folder;

    private ServiceInProcess service;

    @BeforeEach
    void open() {
        service = new ServiceInProcess(folder, of -> (job, run, lines, progress) -> "{}");
    }

    @AfterEach
    void close() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/page.js",
                "/service.js",
                "/dom.js",
                "/charts.js",
                "/jobs.js",
                "/job.js",
                "/compare.js",
                "/cluster.js",
                "/step.js",
                "/page.css",
                "/icon.svg"
            })
    void shouldServeThePageItselfAndNothingOfOthers(String path) throws Exception {
        Answer answer = service.send(HttpRequest.newBuilder(address(path)).GET());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.response()
                        .headers()
                        .firstValue("Content-Security-Policy")
                        .orElse(""))
                .startsWith("default-src 'self'; frame-ancestors 'none'");
        assertThat(answer.text().replace("http://www.w3.org/2000/svg", "")).doesNotContain("http://", "https://");
    }

    /** All that the page is made of, and the library of its charts, which names its home in a comment. */
    @Test
    void shouldServeEveryFileThatItNames() throws Exception {
        Set<String> named = new TreeSet<>();
        for (String path : Page.files()) {
            Answer answer = service.send(HttpRequest.newBuilder(address(path)).GET());
            assertThat(answer.status()).as(path).isEqualTo(200);
            Matcher file = FILE.matcher(path.equals("/chart.js") ? "" : answer.text());
            while (file.find()) {
                named.add("/" + file.group(1));
            }
        }
        named.add("/");

        assertThat(named).isEqualTo(Page.files());
        assertThat(service.send(HttpRequest.newBuilder(address("/chart.js")).GET())
                        .text())
                .contains("Chart.js v");
    }

    /** The form names data, activations and optimizers, and the learning rate that each optimizer has where none is given. */
    @Test
    void shouldOfferWhatCanBeHandedIn() throws Exception {
        String form =
                service.send(HttpRequest.newBuilder(address("/jobs.js")).GET()).text();
        List<String> bodies = new ArrayList<>();
        names(form, "const BUILT_IN = \\[(.*?)]").forEach(name -> bodies.add("{\"data\":\"" + name + "\"}"));
        names(form, "\"Activation\", \\[(.*?)]")
                .forEach(name -> bodies.add("{\"data\":\"xor\",\"activation\":\"" + name + "\"}"));
        Matcher rate = Pattern.compile("(\\w+): \"([0-9.]+)\"").matcher(group(form, "const RATES = \\{(.*?)}"));
        int optimizers = 0;
        while (rate.find()) {
            optimizers++;
            TrainingSettings settings =
                    TrainingSettings.read(Map.of("data", "xor", "optimizer", rate.group(1)), Optional.empty());
            assertThat(settings.optimizer().learningRate())
                    .as(rate.group(1))
                    .isEqualTo(Float.parseFloat(rate.group(2)));
        }
        assertThat(optimizers).isEqualTo(OptimizerSettings.Kind.values().length);
        assertThat(bodies).hasSizeGreaterThan(10);
        for (String body : bodies) {
            assertThat(service.post("/api/v1/jobs/check", ServiceInProcess.JSON, body)
                            .json()
                            .get("allowed")
                            .asBoolean())
                    .as(body)
                    .isTrue();
        }
    }

    private static String group(String text, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(1);
    }

    private static List<String> names(String text, String pattern) {
        return List.of(group(text, pattern).replaceAll("[\" ]", "").split(",", -1));
    }

    @Test
    void shouldLogInByTheLinkOnce() throws Exception {
        String code = service.login().replace("#login=", "");

        String cookie = cookie(logIn(code));

        assertThat(cookie).startsWith("tutti-").endsWith("; Path=/; HttpOnly; SameSite=Strict");
        assertThat(get("/api/v1/jobs", cookie).status()).isEqualTo(200);
        assertThat(logIn(code).status()).isEqualTo(401);
        assertThat(service.login()).isNotEqualTo("#login=" + code);
    }

    @Test
    void shouldLogInByTheToken() throws Exception {
        assertThat(get("/api/v1/jobs", cookie(logIn(ServiceInProcess.TOKEN))).status())
                .isEqualTo(200);
        assertThat(logIn("").status()).isEqualTo(401);
        assertThat(logIn("0".repeat(64)).status()).isEqualTo(401);
        assertThat(get("/api/v1/jobs", "tutti-0=" + "0".repeat(64)).status()).isEqualTo(401);
    }

    /** A cookie goes along with what other pages make the browser send, if the browser is old enough. */
    @Test
    void shouldLetACookieChangeThingsOnlyForAPageOfItsOwn() throws Exception {
        String cookie = cookie(logIn(ServiceInProcess.TOKEN));

        assertThat(post(cookie, null).status()).isEqualTo(403);
        assertThat(post(cookie, "cross-site").status()).isEqualTo(403);
        assertThat(post(cookie, "same-site").status()).isEqualTo(403);
        assertThat(service.get("/api/v1/jobs").json().get("jobs")).isEmpty();
        assertThat(post(cookie, "same-origin").status()).isEqualTo(201);
    }

    private Answer post(String cookie, String site) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(address("/api/v1/jobs"))
                .header("Content-Type", ServiceInProcess.JSON)
                .header("Cookie", cookie.replaceFirst(";.*", ""))
                .POST(BodyPublishers.ofString("{\"data\":\"xor\"}"));
        return service.send(site == null ? request : request.header("Sec-Fetch-Site", site));
    }

    private Answer get(String path, String cookie) throws Exception {
        return service.send(
                HttpRequest.newBuilder(address(path)).GET().header("Cookie", cookie.replaceFirst(";.*", "")));
    }

    private Answer logIn(String secret) throws Exception {
        return service.send(HttpRequest.newBuilder(address("/login"))
                .header("Content-Type", ServiceInProcess.JSON)
                .POST(BodyPublishers.ofString("{\"secret\":\"" + secret + "\"}")));
    }

    private static String cookie(Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(204);
        return answer.response().headers().firstValue("Set-Cookie").orElseThrow();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + service.port() + path);
    }
}
