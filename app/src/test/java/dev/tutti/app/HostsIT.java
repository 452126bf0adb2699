package dev.tutti.app;

import static dev.tutti.app.ProcessCluster.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Coordinator and workers on hosts of their own behind links of a limited rate: network namespaces, which a script beside the
 * checkout makes. Skipped where that script is not there, or may not make any.
 */
@Tag("faults")
@Isolated("the hosts have names, so they are there once")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostsIT {
    private static final Path SCRIPT =
            Path.of("..", "..", "shared", "net", "hosts.sh").toAbsolutePath().normalize();
    private static final String ADDRESS = "10.77.0.1:25520";

    /** A vector of 200 kB: large, so that it goes over TCP. */
    private static final List<String> RUN =
            List.of("train", "digits", "--hidden", "256,128", "--batch", "256", "--lr", "0.02", "--json");

    @TempDir
    private Path directory;

    private ProcessCluster cluster;
    private boolean up;

    @BeforeEach
    void makeHosts() throws Exception {
        assumeTrue(Files.isExecutable(SCRIPT), "no script that makes hosts: " + SCRIPT);
        assumeTrue(execute("ip", "netns", "list") == 0, "network namespaces cannot be listed here");
        assumeTrue(!output("ip", "netns", "list").contains("ttsw"), "there are such hosts already; are they in use?");
        cluster = new ProcessCluster(directory);
        up = true;
        assumeTrue(execute(SCRIPT.toString(), "up", "3", "200mbit") == 0, "network namespaces cannot be made here");
    }

    @AfterEach
    void endAll() throws Exception {
        if (up) {
            try {
                cluster.close();
            } finally {
                execute(SCRIPT.toString(), "down");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "udp"})
    void shouldEndInTheBitsOfOneProcess(String transport) throws Exception {
        List<String> run = all(RUN, "--epochs", "8");
        TuttiProcess coordinator = start(run, transport);

        cluster.assertEndsInTheBitsOf(run, coordinator);
        assertThat(log())
                .contains(
                        transport.equals("auto")
                                ? "transport=tcp, averaging=members"
                                : "transport=udp, averaging=coord");
    }

    @Test
    void shouldEndInTheBitsOfOneProcessWithACoordinatorOnAHostOfItsOwn() throws Exception {
        List<String> run = all(RUN, "--epochs", "8");
        TuttiProcess coordinator = coordinator(run, "auto");
        onHost(1, "one", worker("one"));
        onHost(2, "other", worker("other"));

        cluster.assertEndsInTheBitsOf(run, coordinator);
        assertThat(log()).contains("averaging=members");
    }

    @Test
    void shouldLetTheCoordinatorAverageWhereWorkersCannotReachEachOther() throws Exception {
        assertThat(execute("ip", "-n", "tt1", "route", "add", "blackhole", "10.77.0.3"))
                .isZero();
        List<String> run = all(RUN, "--epochs", "8");
        TuttiProcess coordinator = coordinator(run, "auto");
        onHost(1, "one", worker("one"));
        onHost(2, "other", worker("other"));

        cluster.assertEndsInTheBitsOf(run, coordinator);
        assertThat(log()).contains("the coordinator averages from now on", "averaging=coordinator");
    }

    /** Nobody is told that a link is gone: what is sent stands still. */
    @Test
    void shouldGoOnWhileAHostCannotBeReachedAndTakeItBack() throws Exception {
        TuttiProcess coordinator = start(all(RUN, "--epochs", "1000000"), "auto");
        cluster.awaitEpochs(3);

        link("down");
        cluster.awaitRecoveryWithout("far");
        cluster.awaitRecovery(3);
        link("up");
        cluster.awaitMember("far");

        cluster.assertStopsWithTheBitsOf(RUN, coordinator);
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("run").resolve("run.log"));
    }

    private TuttiProcess coordinator(List<String> run, String transport) {
        return onHost(
                0,
                "coordinator",
                all(
                        run,
                        "--coordinator-bind",
                        ADDRESS,
                        "--wait-workers",
                        "2",
                        "--transport",
                        transport,
                        "--out",
                        "run"));
    }

    private TuttiProcess start(List<String> run, String transport) {
        TuttiProcess coordinator = coordinator(run, transport);
        onHost(0, "near", worker("near"));
        onHost(1, "far", worker("far"));
        return coordinator;
    }

    private static List<String> worker(String name) {
        return List.of("worker", "--coordinator", ADDRESS, "--threads", "1", "--name", name);
    }

    private TuttiProcess onHost(int host, String name, List<String> arguments) {
        List<String> command = all(
                List.of(SCRIPT.toString(), "run", "" + host, TuttiProcess.LAUNCHER.toString()),
                arguments.toArray(String[]::new));
        return cluster.startCommand(name, Map.of(), command);
    }

    private static void link(String state) throws Exception {
        assertThat(execute("ip", "-n", "ttsw", "link", "set", "port1", state)).isZero();
    }

    private static int execute(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    private static String output(String... command) throws IOException {
        return new String(new ProcessBuilder(command).start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
