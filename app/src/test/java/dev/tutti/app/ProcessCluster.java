package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A coordinator and workers as processes in one directory; all have ended when it is closed. */
final class ProcessCluster implements AutoCloseable {
    /** For what must come some time. */
    static final Duration PATIENCE = Duration.ofSeconds(90);

    /** What training may stand still for after a fault; it is 4 to 5 s that it takes to find out that a worker does not answer. */
    static final Duration RECOVERY = Duration.ofSeconds(10);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RUN = "run";

    /** Bytes of the longest line looked at. */
    private static final int LONGEST_LINE = 1 << 16;

    private final Path directory;
    private final int port = freePort();
    private final List<TuttiProcess> processes = new ArrayList<>();

    ProcessCluster(Path directory) {
        this.directory = directory;
    }

    /** Where the coordinator listens. */
    String address() {
        return "127.0.0.1:" + port;
    }

    Path directory() {
        return directory;
    }

    List<TuttiProcess> processes() {
        return processes;
    }

    /** Starts any {@code tutti} process. */
    TuttiProcess start(String name, Map<String, String> variables, List<String> arguments) {
        TuttiProcess process = TuttiProcess.start(directory, name, variables, arguments);
        processes.add(process);
        return process;
    }

    /** Starts any command that ends up as {@code tutti}. */
    TuttiProcess startCommand(String name, Map<String, String> variables, List<String> command) {
        TuttiProcess process = TuttiProcess.startCommand(directory, name, variables, command);
        processes.add(process);
        return process;
    }

    /** Starts a coordinator that carries out {@code run}, a {@code train} command, in the directory {@code run}. */
    TuttiProcess startCoordinator(List<String> run, int workers, String... more) {
        return start(
                "coordinator",
                Map.of(),
                all(all(run, "--coordinator-bind", address(), "--wait-workers", "" + workers, "--out", RUN), more));
    }

    /** Starts it again after it was killed. */
    TuttiProcess resumeCoordinator(int workers, String... more) {
        return start(
                "again",
                Map.of(),
                all(
                        List.of(
                                "train",
                                "--resume",
                                RUN,
                                "--coordinator-bind",
                                address(),
                                "--wait-workers",
                                "" + workers),
                        more));
    }

    /** Starts a worker process with one thread. */
    TuttiProcess startWorker(String name, String... more) {
        return start(
                name,
                Map.of(),
                all(List.of("worker", "--coordinator", address(), "--threads", "1", "--name", name), more));
    }

    /** Waits for the coordinator's end and checks the bits: those of one thread that carries out {@code run} undisturbed. */
    void assertEndsInTheBitsOf(List<String> run, TuttiProcess coordinator) throws InterruptedException {
        assertThat(coordinator.await(PATIENCE)).as(coordinator.err()).isZero();
        assertThat(hash(coordinator.lastLine())).isEqualTo(referenceHash(run));
    }

    /**
     * Stops a run that would go on for ever, and checks the bits: some more epochs are trained here from its checkpoint, and as many
     * from the start.
     */
    void assertStopsWithTheBitsOf(List<String> run, TuttiProcess coordinator) throws InterruptedException {
        coordinator.signal("TERM");
        assertThat(coordinator.await(PATIENCE)).as(coordinator.err()).isEqualTo(130);
        String epochs = "" + (epochs() + 2);
        String disturbed = reference("--resume", path(RUN), "--epochs", epochs, "--json");
        assertThat(disturbed).isEqualTo(referenceHash(all(run, "--epochs", epochs)));
    }

    /** The hash of what one thread makes of a {@code train} command. */
    String referenceHash(List<String> run) {
        List<String> arguments = all(run.subList(1, run.size()), "--out", path("reference"));
        return reference(arguments.toArray(String[]::new));
    }

    private static String reference(String... arguments) {
        Cli.Outcome outcome = Cli.run(
                all(List.of("train", "--trainer", "reference"), arguments).toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return hash(outcome.out().lines().reduce((first, second) -> second).orElseThrow());
    }

    private static String hash(String summary) {
        return parse(summary).get("weightsSha256").asText();
    }

    private String path(String file) {
        return directory.resolve(file).toString();
    }

    /** The lines of the run's metrics, one for each epoch. */
    List<String> metrics() {
        Path file = directory.resolve(RUN).resolve("metrics.jsonl");
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The line about the last epoch; only the end of the file is read, as there may be many. */
    String lastEpoch() {
        Path file = directory.resolve(RUN).resolve("metrics.jsonl");
        if (!Files.exists(file)) {
            return "";
        }
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            byte[] end = new byte[(int) Math.min(LONGEST_LINE, open.length())];
            open.seek(open.length() - end.length);
            // A resumed run may have cut the file meanwhile.
            int read = Math.max(0, open.read(end));
            String text = new String(end, 0, read, StandardCharsets.UTF_8);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().reduce("", (first, second) -> second);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Number of epochs that are over. */
    int epochs() {
        String line = lastEpoch();
        return line.isEmpty() ? 0 : parse(line).get("epoch").asInt();
    }

    void awaitEpochs(int count) throws InterruptedException {
        TuttiProcess.await(count + " epochs", PATIENCE, () -> epochs() >= count);
    }

    /** Waits until {@code count} more epochs are over, and gives up when training has stood still for too long after a fault. */
    void awaitRecovery(int count) throws InterruptedException {
        int from = epochs();
        for (int more = 1; more <= count; more++) {
            int epoch = from + more;
            TuttiProcess.await("progress after epoch " + (epoch - 1), RECOVERY, () -> epochs() >= epoch);
        }
    }

    /** Waits until the last epoch was trained with a worker of this name, and others. */
    void awaitMember(String name) throws InterruptedException {
        TuttiProcess.await(name + " takes part", PATIENCE, () -> lastEpoch().contains("\"name\":\"" + name + "\""));
    }

    /** Waits until the last epoch was trained by the members of a generation, as the coordinator counts them. */
    void awaitGeneration(int number) throws InterruptedException {
        TuttiProcess.await(
                "generation " + number, PATIENCE, () -> lastEpoch().contains("\"generation\":" + number + ","));
    }

    /** Waits until the last epoch was trained without a worker of this name, and gives up when training has stood still for too long. */
    void awaitRecoveryWithout(String name) throws InterruptedException {
        while (lastEpoch().contains("\"name\":\"" + name + "\"")) {
            awaitRecovery(1);
        }
    }

    static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All words of a command. */
    static List<String> all(List<String> first, String... more) {
        return Stream.concat(first.stream(), Stream.of(more)).toList();
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(TuttiProcess::close);
    }
}
