package dev.tutti.app;

import static dev.tutti.app.ProcessCluster.PATIENCE;
import static dev.tutti.app.ProcessCluster.all;
import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.Aeron;
import io.aeron.driver.status.SystemCounterDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a cluster of processes when some are killed, freeze, come back, or hear only part of what is sent. */
@Tag("faults")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultsIT {
    /** Small steps, most of whose time goes to streams: the reference catches up soon with what was trained meanwhile. */
    private static final List<String> RUN = List.of("train", "digits", "--batch", "16", "--json");

    private static final String[] FOR_EVER = {"--epochs", "1000000"};

    @TempDir
    private Path directory;

    private ProcessCluster cluster;

    @BeforeEach
    void makeCluster() {
        cluster = new ProcessCluster(directory);
    }

    @AfterEach
    void endProcesses() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp"})
    void shouldGoOnWhenAWorkerIsKilledBetweenHosts(String transport) throws Exception {
        TuttiProcess coordinator = startCoordinator(transport);
        TuttiProcess first = startWorker("first", transport);
        startWorker("second", transport);
        cluster.awaitEpochs(3);

        first.signal("KILL");
        cluster.awaitRecoveryWithout("first");
        cluster.awaitRecovery(3);
        startWorker("third", transport);
        cluster.awaitMember("third");

        cluster.assertStopsWithTheBitsOf(RUN, coordinator);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipc", "udp", "tcp"})
    void shouldRejoinAfterAWorkerWasFrozen(String transport) throws Exception {
        TuttiProcess coordinator = startCoordinator(transport);
        TuttiProcess first = startWorker("first", transport);
        startWorker("second", transport);
        cluster.awaitEpochs(3);

        first.signal("STOP");
        cluster.awaitRecoveryWithout("first");
        cluster.awaitRecovery(3);
        first.signal("CONT");
        cluster.awaitMember("first");
        cluster.awaitRecovery(3);

        cluster.assertStopsWithTheBitsOf(RUN, coordinator);
    }

    @Test
    void shouldWaitWhenAllWorkersAreGoneAndGoOnWithANewOne() throws Exception {
        TuttiProcess coordinator = cluster.startCoordinator(RUN, 1, FOR_EVER);
        TuttiProcess first = cluster.startWorker("first");
        cluster.awaitEpochs(3);

        first.signal("KILL");
        TuttiProcess.await(
                "the job says that it waits", PATIENCE, () -> coordinator.err().contains("no workers left"));
        cluster.startWorker("second");
        cluster.awaitGeneration(2);

        cluster.assertStopsWithTheBitsOf(RUN, coordinator);
    }

    @Test
    void shouldTellTwoWorkersOfOneNameApartAlsoAfterARestartOfTheCoordinator() throws Exception {
        TuttiProcess killed = cluster.startCoordinator(
                RUN, 2, all(List.of(FOR_EVER), "--checkpoint-steps", "50").toArray(String[]::new));
        for (String name : List.of("here", "there")) {
            cluster.start(name, Map.of(), List.of("worker", "--coordinator", cluster.address(), "--name", "twin"));
        }
        awaitTwins(killed);

        killed.signal("KILL");
        killed.await(PATIENCE);
        int epochs = cluster.epochs();
        TuttiProcess again = cluster.resumeCoordinator(2, "--json");
        cluster.awaitEpochs(epochs + 5);
        awaitTwins(again);

        cluster.assertStopsWithTheBitsOf(RUN, again);
    }

    private void awaitTwins(TuttiProcess coordinator) throws InterruptedException {
        cluster.awaitMember("twin");
        cluster.awaitMember("twin-2");
        assertThat(coordinator.err()).contains("another worker is named twin already: this one is called twin-2");
        assertThat(cluster.lastEpoch()).contains("\"name\":\"twin\"", "\"name\":\"twin-2\"");
    }

    /** Aeron's own generators throw away some of what a driver receives: data, and the messages that ask for it again. */
    @Test
    void shouldEndInTheRightBitsOverALossyNetwork() throws Exception {
        Map<String, String> loss = Map.of(
                "TUTTI_JAVA_OPTS",
                "-Daeron.ReceiveChannelEndpoint.supplier=io.aeron.driver.ext.DebugReceiveChannelEndpointSupplier"
                        + " -Daeron.debug.receive.data.loss.rate=0.05 -Daeron.debug.receive.data.loss.seed=42"
                        + " -Daeron.SendChannelEndpoint.supplier=io.aeron.driver.ext.DebugSendChannelEndpointSupplier"
                        + " -Daeron.debug.send.control.loss.rate=0.05 -Daeron.debug.send.control.loss.seed=43");
        List<String> run = List.of("train", "digits", "--epochs", "8", "--json");
        Path driver = directory.resolve("driver");
        TuttiProcess coordinator = cluster.start(
                "coordinator",
                loss,
                all(
                        run,
                        "--coordinator-bind",
                        cluster.address(),
                        "--wait-workers",
                        "2",
                        "--transport",
                        "udp",
                        "--aeron-dir",
                        driver.toString(),
                        "--out",
                        "run"));
        for (String name : List.of("first", "second")) {
            cluster.start(
                    name,
                    loss,
                    List.of("worker", "--coordinator", cluster.address(), "--name", name, "--transport", "udp"));
        }
        cluster.awaitEpochs(1);
        assertThat(lostGaps(driver))
                .as("gaps that the coordinator asked for again")
                .isPositive();

        cluster.assertEndsInTheBitsOf(run, coordinator);
    }

    /** The driver's count of messages that asked for lost data. */
    private static long lostGaps(Path driver) {
        Path files;
        try (Stream<Path> below = Files.walk(driver)) {
            files = below.filter(file -> file.endsWith("cnc.dat"))
                    .findFirst()
                    .orElseThrow()
                    .getParent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(files.toString()))) {
            return aeron.countersReader().getCounterValue(SystemCounterDescriptor.NAK_MESSAGES_SENT.id());
        }
    }

    private TuttiProcess startCoordinator(String transport) {
        // Large vectors only are added by the members unless told so.
        String averaging = transport.equals("tcp") ? "members" : "auto";
        return cluster.startCoordinator(
                RUN, 2, "--epochs", "1000000", "--transport", transport, "--averaging", averaging);
    }

    private TuttiProcess startWorker(String name, String transport) {
        return cluster.startWorker(name, "--transport", transport);
    }
}
