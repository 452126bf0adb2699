package dev.tutti.app;

import static dev.tutti.app.ProcessCluster.PATIENCE;
import static dev.tutti.app.ProcessCluster.all;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Coordinator and workers as real processes: the bits of the reference trainer, and what happens when one is missing. */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessesIT {
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

    @ParameterizedTest(name = "{0} processes, {1} {2}, batch {4}, segment {5}, sync {3}, {6}, {7}")
    @CsvSource({
        "3, tcp, stream, step, 64, 16, two JDKs, float32",
        "2, tcp, replicate, local, 16, 0, vector, float32",
    })
    void shouldEndInTheBitsOfTheReferenceTrainer(
            int workers,
            String transport,
            String placement,
            String sync,
            int batch,
            int segment,
            String code,
            String wire)
            throws InterruptedException {
        List<String> run = List.of(
                "train",
                "digits",
                "--epochs",
                "3",
                "--batch",
                "" + batch,
                sync.equals("local") ? "--replicas" : "--segment",
                sync.equals("local") ? "3" : "" + segment,
                "--sync",
                sync,
                "--wire",
                wire,
                "--momentum",
                "0.9",
                "--lr",
                "0.02",
                "--json");
        Map<String, String> first = variables(code);
        TuttiProcess coordinator = cluster.startCoordinator(
                run,
                workers,
                "--transport",
                transport,
                "--averaging",
                transport.equals("tcp") ? "members" : "auto",
                "--placement",
                placement);
        for (int worker = 0; worker < workers; worker++) {
            cluster.start(
                    "worker" + worker,
                    worker == 0 ? first : Map.of(),
                    List.of(
                            "worker",
                            "--coordinator",
                            cluster.address(),
                            "--threads",
                            "" + (1 + worker % 2),
                            "--transport",
                            transport));
        }

        cluster.assertEndsInTheBitsOf(run, coordinator);
        for (TuttiProcess process : cluster.processes()) {
            assertThat(process.await(PATIENCE)).as(process.err()).isZero();
        }
    }

    @Test
    @Tag("faults")
    void shouldEndInTheBitsOfTheReferenceTrainerOverUdp() throws InterruptedException {
        shouldEndInTheBitsOfTheReferenceTrainer(2, "udp", "stream", "step", 50, 7, "scalar and vector", "bfloat16");
    }

    @Test
    @Tag("faults")
    void shouldEndInTheBitsOfTheReferenceTrainerWithOneStepAnEpoch() throws InterruptedException {
        shouldEndInTheBitsOfTheReferenceTrainer(2, "ipc", "stream", "epoch", 64, 16, "vector", "float32");
    }

    @Test
    @Tag("faults")
    void shouldEndInTheBitsOfTheReferenceTrainerWithReplicas() throws InterruptedException {
        shouldEndInTheBitsOfTheReferenceTrainer(3, "auto", "replicate", "step", 64, 16, "two JDKs", "float32");
    }

    private static Map<String, String> variables(String code) {
        return switch (code) {
            case "scalar and vector" -> Map.of("TUTTI_JAVA_OPTS", "-Dtutti.kernel=scalar");
            case "two JDKs" -> Map.of("TUTTI_JAVA_HOME", OtherJava.home().toString());
            default -> Map.of();
        };
    }

    @Test
    void shouldGoOnWithTheOthersWhenAWorkerIsKilled() throws Exception {
        shouldGoOnWithTheOthersWhenAWorkerIsKilled(
                List.of("train", "digits", "--batch", "16", "--wire", "bfloat16", "--json"));
    }

    /** Its death costs a round of the replicas that it had in hand, and others make their steps again. */
    @Test
    @Tag("faults")
    void shouldGoOnWithTheOthersWhenAWorkerWithReplicasIsKilled() throws Exception {
        shouldGoOnWithTheOthersWhenAWorkerIsKilled(List.of(
                "train",
                "digits",
                "--batch",
                "4",
                "--sync",
                "local",
                "--replicas",
                "5",
                "--momentum",
                "0.5",
                "--json"));
    }

    private void shouldGoOnWithTheOthersWhenAWorkerIsKilled(List<String> run) throws Exception {
        TuttiProcess coordinator = cluster.startCoordinator(run, 2, "--epochs", "1000000");
        TuttiProcess first = cluster.startWorker("first");
        cluster.startWorker("second", "--data-local", "sets");
        cluster.awaitEpochs(3);

        first.signal("KILL");
        cluster.awaitRecovery(3);
        TuttiProcess.await("the training set is kept", PATIENCE, () -> hasSet(directory.resolve("sets")));
        TuttiProcess third = cluster.startWorker("third", "--data-local", "sets");
        cluster.awaitMember("third");
        assertThat(third.err()).contains("training set read from").doesNotContain("training set received");

        JsonNode last = ProcessCluster.parse(cluster.lastEpoch());
        cluster.assertStopsWithTheBitsOf(run, coordinator);
        assertThat(last.get("segmentsDone").asLong())
                .isEqualTo(last.get("segmentsIssued").asLong());
        assertThat(last.get("segmentsReissued").asLong()).isPositive();
    }

    private static boolean hasSet(Path sets) {
        try (Stream<Path> files = Files.list(sets)) {
            return files.anyMatch(file -> file.toString().endsWith(".samples"));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldGoOnWhenTheCoordinatorIsKilledAndStartedAgain() throws Exception {
        List<String> run = List.of("train", "digits", "--batch", "16", "--json");
        TuttiProcess killed = cluster.startCoordinator(run, 2, "--epochs", "1000000", "--checkpoint-steps", "50");
        TuttiProcess first = cluster.startWorker("first");
        TuttiProcess second = cluster.startWorker("second");
        cluster.awaitEpochs(3);

        killed.signal("KILL");
        TuttiProcess.await(
                "a worker says that it looks for its coordinator",
                PATIENCE,
                () -> first.err().contains(cluster.address()));
        int epochs = cluster.epochs() + 20;
        TuttiProcess again = cluster.resumeCoordinator(2, "--epochs", "" + epochs, "--json");

        cluster.assertEndsInTheBitsOf(all(run, "--epochs", "" + epochs), again);
        assertThat(first.await(PATIENCE)).as(first.err()).isZero();
        assertThat(second.await(PATIENCE)).as(second.err()).isZero();
        assertThat(cluster.metrics())
                .extracting(line -> ProcessCluster.parse(line).get("epoch").asInt())
                .as("no epoch lost, none twice")
                .isEqualTo(IntStream.rangeClosed(1, epochs).boxed().toList());
    }

    /** Both may be started at the same moment: to look for it is no fault, to find none is. */
    @Test
    void shouldGiveUpOnACoordinatorThatCannotBeReached() throws InterruptedException {
        TuttiProcess worker = cluster.start(
                "worker", Map.of(), List.of("worker", "--coordinator", cluster.address(), "--give-up", "3s"));

        assertThat(worker.await(PATIENCE)).isEqualTo(2);

        assertThat(worker.err())
                .contains("waiting for coordinator " + cluster.address())
                .containsPattern(
                        "tutti: coordinator " + cluster.address() + " cannot be reached for \\d+ s: Connection refused")
                .doesNotContain("WARN", "Exception");
    }

    @Test
    void shouldFailWhenTheWorkersDoNotCome() throws InterruptedException {
        TuttiProcess coordinator = cluster.startCoordinator(List.of("train", "iris"), 2, "--give-up", "2s");

        assertThat(coordinator.await(PATIENCE)).isEqualTo(3);

        assertThat(coordinator.err())
                .contains("0 of 2 worker processes came within 2 s")
                .doesNotContain("Exception");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void shouldRefuseAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            TuttiProcess coordinator = cluster.start(
                    "coordinator",
                    Map.of(),
                    List.of("train", "iris", "--coordinator-bind", address, "--wait-workers", "1", "--out", "run"));

            assertThat(coordinator.await(PATIENCE)).isEqualTo(2);
            assertThat(coordinator.err())
                    .contains("cannot listen on " + address)
                    .doesNotContain("Exception");
            assertThat(directory.resolve("run")).doesNotExist();
        }
    }

    @Test
    @Tag("faults")
    void shouldRunAJobThatIsHandedInThoughTheCoordinatorIsKilled() throws InterruptedException {
        String http = "127.0.0.1:" + ProcessCluster.freePort();
        List<String> command =
                List.of("coordinator", "--http", http, "--home", "home", "--coordinator-bind", cluster.address());
        TuttiProcess coordinator = startListening("coordinator", command);
        cluster.startWorker("worker");
        String[] there = {"--server", "http://" + http, "--token-file", "home/token"};
        List<String> run = List.of("train", "digits", "--batch", "16", "--epochs", "200", "--json");

        TuttiProcess client = cluster.start("client", Map.of(), all(all(run, "--checkpoint-steps", "50"), there));
        TuttiProcess.await("the first epochs", PATIENCE, () -> client.err().contains("epoch   3/200"));
        coordinator.signal("KILL");
        startListening("again", command);

        cluster.assertEndsInTheBitsOf(run, client);
        assertThat(client.err()).contains("the service does not answer", "goes on after", "epoch 200/200");
        TuttiProcess mistaken =
                cluster.start("mistaken", Map.of(), all(List.of("train", "iris", "--target", "nose"), there));
        assertThat(mistaken.await(PATIENCE)).isEqualTo(2);
    }

    private TuttiProcess startListening(String name, List<String> command) throws InterruptedException {
        TuttiProcess process = cluster.start(name, Map.of(), command);
        TuttiProcess.await(name + " listens", PATIENCE, () -> process.out().contains("token in"));
        return process;
    }
}
