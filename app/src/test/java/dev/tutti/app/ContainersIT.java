package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * The image and the compose file: real containers end in the bits of an embedded run. Skipped where there is no Docker, or no image
 * with a Java.
 */
@Tag("faults")
@Isolated("one Docker engine, and faults that are told from slowness by time")
@Testcontainers(disabledWithoutDocker = true)
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContainersIT {
    private static final String LABEL = "dev.tutti.test";
    private static final String IMAGE = "tutti-test";
    private static final String OLDER_IMAGE = "tutti-test-older";
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final Pattern HASH = Pattern.compile("sha256 ([0-9a-f]{64})");
    private static final File LABELS = new File("src/test/resources/compose/test.yml");
    private static final File OLDER_JAVA = new File("src/test/resources/compose/older-java.yml");

    /** The coordinator first, each with its number behind its name. */
    private static final List<String> SERVICES = List.of("coordinator-1", "worker-1-1", "worker-2-1", "worker-3-1");

    @TempDir
    private Path directory;

    @BeforeEach
    @AfterEach
    void removeLeftovers() {
        Containers.removeLeftovers(LABEL);
    }

    @Test
    void shouldEndInTheBitsOfAnEmbeddedRun() throws Exception {
        String base = Containers.baseImage();
        Containers.assumeImage(base);

        String found = trainInContainers(Map.of("BASE_IMAGE", base), Containers.COMPOSE, LABELS);

        assertThat(found).isEqualTo(embeddedHash());
    }

    @Test
    void shouldEndInTheSameBitsWithWorkersOnAnOlderJava() throws Exception {
        String base = Containers.baseImage();
        String older = base.replace("25", "17");
        assumeTrue(!older.equals(base), () -> "BASE_IMAGE=" + base + " does not name a Java 25");
        Containers.assumeImage(base);
        Containers.assumeImage(older);

        String found = trainInContainers(
                Map.of("BASE_IMAGE", base, "TUTTI_OLDER_IMAGE", OLDER_IMAGE, "OLDER_BASE_IMAGE", older),
                Containers.COMPOSE,
                LABELS,
                OLDER_JAVA);

        assertThat(version(IMAGE)).contains("Java 25");
        assertThat(version(OLDER_IMAGE)).contains("Java 17");
        assertThat(found).isEqualTo(embeddedHash());
    }

    /** Does what {@code docker compose up} does, has the service train digits, and returns the hash that is printed. */
    private static String trainInContainers(Map<String, String> environment, File... files) throws Exception {
        String port = "" + ProcessCluster.freePort();
        try (ComposeContainer compose = new ComposeContainer("tutti-test", files)
                .withPull(false)
                .withEnv("TUTTI_IMAGE", IMAGE)
                .withEnv("TUTTI_NET", "172.30.26")
                .withEnv("TUTTI_HTTP", port)
                .withEnv(environment)) {
            compose.start();
            List<ContainerState> containers = SERVICES.stream()
                    .map(service -> compose.getContainerByServiceName(service).orElseThrow())
                    .toList();
            Container.ExecResult trained = containers
                    .get(0)
                    .execInContainer("/opt/tutti/bin/tutti", "train", "digits", "--server", "http://127.0.0.1:8025");
            assertThat(trained.getExitCode())
                    .as(trained.getStderr() + containers.get(0).getLogs())
                    .isZero();
            assertThat(trained.getStdout()).contains("epoch 10/10", "3 workers");
            HttpResponse<String> page = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/"))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(page.statusCode()).as("the page, from this machine").isEqualTo(200);
            for (ContainerState container : containers) {
                assertThat(container.getLogs())
                        .as("what a start on a busy machine looks like to Akka is no news to a user")
                        .doesNotContain("heartbeat interval is growing too large", "Connection refused");
            }
            Matcher hash = HASH.matcher(trained.getStdout());
            assertThat(hash.find()).as(trained.getStdout()).isTrue();
            return hash.group(1);
        }
    }

    private String embeddedHash() throws Exception {
        Cli.Outcome outcome = Cli.run(
                "train",
                "digits",
                "--workers",
                "2",
                "--json",
                "--out",
                directory.resolve("embedded").toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return new ObjectMapper().readTree(outcome.out()).get("weightsSha256").asText();
    }

    private static String version(String image) {
        try (GenericContainer<?> container = new GenericContainer<>(image)
                .withImagePullPolicy(name -> false)
                .withLabel(LABEL, "true")
                .withCommand("version")
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(PATIENCE))) {
            container.start();
            return container.getLogs();
        }
    }
}
