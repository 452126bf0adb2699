package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.transport.SharedMemory;
import io.aeron.Aeron;
import io.aeron.driver.status.SystemCounterDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Coordinator and workers as real processes: the bits of the reference trainer, and what happens when one is missing. */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path directory;

    private final List<TuttiProcess> processes = new ArrayList<>();
    private final int port = freePort();

    @AfterEach
    void endProcesses() {
        processes.forEach(TuttiProcess::close);
    }

    @ParameterizedTest(name = "{0} processes, {1} {2}, batch {4}, segment {5}, sync {3}, {6}")
    @CsvSource({
        "1, auto, replicate, step, 64, 16, vector",
        "2, udp, stream, step, 50, 7, scalar and vector",
        "3, udp, replicate, step, 64, 16, two JDKs",
        "2, ipc, stream, epoch, 64, 16, vector",
    })
    void shouldEndInTheBitsOfTheReferenceTrainer(
            int workers, String transport, String placement, String sync, int batch, int segment, String code)
            throws InterruptedException {
        List<String> run = List.of(
                "train",
                "digits",
                "--epochs",
                "3",
                "--batch",
                "" + batch,
                "--segment",
                "" + segment,
                "--sync",
                sync,
                "--momentum",
                "0.9",
                "--lr",
                "0.02",
                "--json");
        TuttiProcess coordinator = start(
                "coordinator",
                Map.of(),
                Stream.concat(
                                run.stream(),
                                Stream.of(
                                        "--coordinator-bind",
                                        address(),
                                        "--wait-workers",
                                        "" + workers,
                                        "--transport",
                                        transport,
                                        "--placement",
                                        placement))
                        .toList());
        for (int worker = 0; worker < workers; worker++) {
            start(
                    "worker" + worker,
                    variables(code, worker),
                    List.of(
                            "worker",
                            "--coordinator",
                            address(),
                            "--threads",
                            "" + (1 + worker % 2),
                            "--transport",
                            transport));
        }

        assertThat(coordinator.await(PATIENCE)).as(coordinator.err()).isZero();

        JsonNode summary = parse(coordinator.lastLine());
        assertThat(summary.get("weightsSha256").asText()).isEqualTo(referenceHash(run));
        for (TuttiProcess process : processes) {
            assertThat(process.await(PATIENCE)).as(process.err()).isZero();
        }
    }

    @Test
    void shouldGoOnWithTheOthersWhenAWorkerIsKilled() throws Exception {
        List<String> run = List.of("train", "digits", "--epochs", "2000", "--json");
        TuttiProcess coordinator = startCoordinator(run, 2);
        TuttiProcess first = startWorker("first");
        startWorker("second");
        awaitEpochs(20);

        first.signal("KILL");
        int epochs = epochs();
        awaitEpochs(epochs + 20);

        startWorker("third");
        assertThat(coordinator.await(PATIENCE)).as(coordinator.err()).isZero();
        JsonNode summary = parse(coordinator.lastLine());
        assertThat(summary.get("weightsSha256").asText()).isEqualTo(referenceHash(run));
        JsonNode last = parse(lines(metrics()).get(lines(metrics()).size() - 1));
        assertThat(last.get("segmentsDone").asLong())
                .isEqualTo(last.get("segmentsIssued").asLong());
        assertThat(last.get("segmentsReissued").asLong()).isPositive();
    }

    @Test
    void shouldTellTwoWorkersOfOneNameApart() throws Exception {
        List<String> run = List.of("train", "digits", "--epochs", "20", "--json");
        TuttiProcess coordinator = startCoordinator(run, 2);
        for (String directory : List.of("here", "there")) {
            start(directory, Map.of(), List.of("worker", "--coordinator", address(), "--name", "twin"));
        }

        assertThat(coordinator.await(PATIENCE)).as(coordinator.err()).isZero();
        assertThat(coordinator.err()).contains("another worker is named twin already: this one is called twin-2");
        assertThat(lines(metrics()).get(19)).contains("\"name\":\"twin\"", "\"name\":\"twin-2\"");
        assertThat(parse(coordinator.lastLine()).get("weightsSha256").asText()).isEqualTo(referenceHash(run));
    }

    @Test
    void shouldWaitWhenAllWorkersAreGoneAndGoOnWithANewOne() throws Exception {
        List<String> run = List.of("train", "digits", "--epochs", "1000", "--json");
        TuttiProcess coordinator = startCoordinator(run, 1);
        TuttiProcess first = startWorker("first");
        awaitEpochs(5);

        first.signal("KILL");
        TuttiProcess.await(
                "the job says that it waits", PATIENCE, () -> coordinator.err().contains("no workers left"));
        startWorker("second");

        assertThat(coordinator.await(PATIENCE)).as(coordinator.err()).isZero();
        assertThat(parse(coordinator.lastLine()).get("weightsSha256").asText()).isEqualTo(referenceHash(run));
    }

    @Test
    void shouldRejoinAfterAWorkerWasFrozen() throws Exception {
        List<String> run = List.of("train", "digits", "--epochs", "1000000", "--json");
        TuttiProcess coordinator = startCoordinator(run, 2);
        TuttiProcess first = startWorker("first");
        startWorker("second");
        awaitEpochs(20);

        first.signal("STOP");
        TuttiProcess.await(
                "the others go on without the frozen worker",
                Duration.ofSeconds(30),
                () -> lines(metrics()).stream().reduce("", (a, b) -> b).contains("\"generation\":2"));
        Thread.sleep(4_000);
        first.signal("CONT");

        TuttiProcess.await(
                "the worker is back",
                PATIENCE,
                () -> lines(metrics()).stream().reduce("", (a, b) -> b).contains("\"name\":\"first\""));
        coordinator.signal("INT");
        assertThat(coordinator.await(PATIENCE)).as(coordinator.err()).isEqualTo(130);
    }

    @Test
    void shouldGoOnWhenTheCoordinatorIsKilledAndStartedAgain() throws Exception {
        List<String> run = List.of("train", "digits", "--epochs", "800", "--json");
        TuttiProcess killed = startCoordinator(
                Stream.concat(run.stream(), Stream.of("--checkpoint-steps", "50"))
                        .toList(),
                2);
        TuttiProcess first = startWorker("first");
        TuttiProcess second = startWorker("second");
        awaitEpochs(20);

        killed.signal("KILL");
        TuttiProcess.await(
                "a worker says that it looks for its coordinator",
                PATIENCE,
                () -> first.err().contains(address()));
        TuttiProcess again = start(
                "again",
                Map.of(),
                List.of("train", "--resume", "run", "--coordinator-bind", address(), "--wait-workers", "2", "--json"));

        assertThat(again.await(PATIENCE)).as(again.err()).isZero();
        assertThat(parse(again.lastLine()).get("weightsSha256").asText()).isEqualTo(referenceHash(run));
        assertThat(first.await(PATIENCE)).as(first.err()).isZero();
        assertThat(second.await(PATIENCE)).as(second.err()).isZero();
        assertThat(lines(metrics()))
                .extracting(line -> parse(line).get("epoch").asInt())
                .as("no epoch lost, none twice")
                .isEqualTo(IntStream.rangeClosed(1, 800).boxed().toList());
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
        TuttiProcess coordinator = start(
                "coordinator",
                loss,
                Stream.concat(
                                run.stream(),
                                Stream.of(
                                        "--coordinator-bind",
                                        address(),
                                        "--wait-workers",
                                        "2",
                                        "--transport",
                                        "udp",
                                        "--aeron-dir",
                                        driver.toString(),
                                        "--out",
                                        "run"))
                        .toList());
        for (String name : List.of("first", "second")) {
            start(name, loss, List.of("worker", "--coordinator", address(), "--name", name, "--transport", "udp"));
        }
        awaitEpochs(1);
        assertThat(lostGaps(driverIn(driver)))
                .as("gaps that the coordinator asked for again")
                .isPositive();

        assertThat(coordinator.await(PATIENCE)).as(coordinator.err()).isZero();
        assertThat(parse(coordinator.lastLine()).get("weightsSha256").asText()).isEqualTo(referenceHash(run));
    }

    /** The media driver makes its directory inside the one that it is given. */
    private static Path driverIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findFirst().orElseThrow();
        }
    }

    /** The driver's count of messages that asked for lost data. */
    private static long lostGaps(Path driver) {
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.toString()))) {
            return aeron.countersReader().getCounterValue(SystemCounterDescriptor.NAK_MESSAGES_SENT.id());
        }
    }

    @Test
    void shouldRemoveWhatAKilledProcessLeft() throws Exception {
        TuttiProcess killed = start("killed", Map.of(), List.of("train", "digits", "--epochs", "1000000"));
        TuttiProcess.await(
                "its driver's directory", PATIENCE, () -> driverOf(killed).isPresent());
        Path left = driverOf(killed).orElseThrow();
        killed.signal("KILL");
        killed.await(PATIENCE);
        assertThat(left).exists();

        // A driver counts as dead when its heartbeat is ten seconds old.
        long endNs = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; Files.exists(left) && System.nanoTime() < endNs; i++) {
            TuttiProcess next = start(
                    "next" + i, Map.of(), List.of("train", "iris", "--epochs", "1", "--out", "next" + i, "--verbose"));
            assertThat(next.await(PATIENCE)).as(next.err()).isZero();
            assertThat(Files.exists(left))
                    .isNotEqualTo(next.err().contains("removed what a killed process left: " + left));
            Thread.sleep(500);
        }
        assertThat(left).doesNotExist();
    }

    private static Optional<Path> driverOf(TuttiProcess process) {
        try (Stream<Path> files = Files.list(SharedMemory.base())) {
            return files.filter(file -> file.getFileName().toString().contains("-" + process.pid() + "-"))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldGiveUpOnACoordinatorThatCannotBeReached() throws InterruptedException {
        TuttiProcess worker =
                start("worker", Map.of(), List.of("worker", "--coordinator", address(), "--give-up", "4s"));

        assertThat(worker.await(PATIENCE)).isEqualTo(2);

        assertThat(worker.err())
                .contains("coordinator " + address() + " cannot be reached: Connection refused; trying again")
                .contains("tutti: coordinator " + address() + " cannot be reached for ")
                .doesNotContain("Exception");
    }

    @Test
    void shouldFailWhenTheWorkersDoNotCome() throws InterruptedException {
        TuttiProcess coordinator = start(
                "coordinator",
                Map.of(),
                List.of(
                        "train",
                        "iris",
                        "--coordinator-bind",
                        address(),
                        "--wait-workers",
                        "2",
                        "--give-up",
                        "2s",
                        "--out",
                        "run"));

        assertThat(coordinator.await(PATIENCE)).isEqualTo(3);

        assertThat(coordinator.err())
                .contains("0 of 2 worker processes came within 2 s")
                .doesNotContain("Exception");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void shouldRefuseAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            TuttiProcess coordinator = start(
                    "coordinator",
                    Map.of(),
                    List.of(
                            "train",
                            "iris",
                            "--coordinator-bind",
                            "127.0.0.1:" + taken.getLocalPort(),
                            "--wait-workers",
                            "1",
                            "--out",
                            "run"));

            assertThat(coordinator.await(PATIENCE)).isEqualTo(2);
            assertThat(coordinator.err())
                    .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .doesNotContain("Exception");
            assertThat(directory.resolve("run")).doesNotExist();
        }
    }

    @Test
    void shouldRunJobsThatAreHandedIn() throws InterruptedException {
        start("coordinator", Map.of(), List.of("coordinator", "--coordinator-bind", address()));
        startWorker("worker");
        TuttiProcess.await(
                "the coordinator listens",
                PATIENCE,
                () -> processes.get(0).err().contains("waiting for jobs"));
        List<String> run = List.of("train", "iris", "--json");

        List<String> handed = new ArrayList<>(run);
        handed.addAll(List.of("--coordinator", address()));
        TuttiProcess client = start("client", Map.of(), handed);

        assertThat(client.await(PATIENCE)).as(client.err()).isZero();
        assertThat(client.err()).contains("epoch 10/10");
        assertThat(parse(client.lastLine()).get("weightsSha256").asText()).isEqualTo(referenceHash(run));
        TuttiProcess mistaken =
                start("mistaken", Map.of(), List.of("train", "iris", "--target", "nose", "--coordinator", address()));
        assertThat(mistaken.await(PATIENCE)).isEqualTo(2);
    }

    private TuttiProcess startCoordinator(List<String> run, int workers) {
        return start(
                "coordinator",
                Map.of(),
                Stream.concat(
                                run.stream(),
                                Stream.of(
                                        "--coordinator-bind",
                                        address(),
                                        "--wait-workers",
                                        "" + workers,
                                        "--out",
                                        "run"))
                        .toList());
    }

    private TuttiProcess startWorker(String name) {
        return start(name, Map.of(), List.of("worker", "--coordinator", address(), "--threads", "1", "--name", name));
    }

    private TuttiProcess start(String name, Map<String, String> variables, List<String> arguments) {
        TuttiProcess process = TuttiProcess.start(directory, name, variables, arguments);
        processes.add(process);
        return process;
    }

    private Map<String, String> variables(String code, int worker) {
        if (code.equals("scalar and vector") && worker == 0) {
            return Map.of("TUTTI_JAVA_OPTS", "-Dtutti.kernel=scalar");
        }
        Path other = Path.of("/usr/lib/jvm/java-17-openjdk-amd64");
        return code.equals("two JDKs") && worker == 0 && Files.isDirectory(other)
                ? Map.of("TUTTI_JAVA_HOME", other.toString())
                : Map.of();
    }

    private String referenceHash(List<String> run) {
        List<String> arguments = new ArrayList<>(run);
        arguments.addAll(List.of(
                "--trainer",
                "reference",
                "--out",
                directory.resolve("reference").toString()));
        Cli.Outcome outcome = Cli.run(arguments.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return parse(outcome.out().lines().reduce((first, second) -> second).orElseThrow())
                .get("weightsSha256")
                .asText();
    }

    private Path metrics() {
        return directory.resolve("run/metrics.jsonl");
    }

    private int epochs() {
        return lines(metrics()).size();
    }

    private void awaitEpochs(int count) throws InterruptedException {
        TuttiProcess.await(count + " epochs", PATIENCE, () -> epochs() >= count);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String address() {
        return "127.0.0.1:" + port;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
