package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.VolumesFrom;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.GenericContainer;

/**
 * A coordinator that trains on digits for ever and three workers, in containers with fixed addresses on a network of their own; what
 * can be done to them; and what the run tells.
 */
final class ContainerCluster implements AutoCloseable {
    static final String LABEL = "dev.tutti.faults";
    static final String COORDINATOR = "coordinator";
    static final List<String> WORKERS = List.of("worker-1", "worker-2", "worker-3");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IMAGE = "tutti-test-faults";
    private static final String NET = "172.30.27";
    private static final Map<String, String> ADDRESSES =
            Map.of(COORDINATOR, NET + ".10", "worker-1", NET + ".11", "worker-2", NET + ".12", "worker-3", NET + ".13");
    private static final File FAULTS = new File("src/test/resources/compose/faults.yml");
    private static final String RUN = "/data/run";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int EPOCHS_AT_THE_END = 5;

    private final DockerClient docker = Containers.docker();
    private final ComposeContainer compose;
    private final Map<String, ContainerState> containers = new LinkedHashMap<>();
    private final String network;
    private GenericContainer<?> successor;

    private ContainerCluster(ComposeContainer compose) {
        this.compose = compose;
        ADDRESSES
                .keySet()
                .forEach(name -> containers.put(
                        name, compose.getContainerByServiceName(name + "-1").orElseThrow()));
        network = containers
                .get(COORDINATOR)
                .getCurrentContainerInfo()
                .getNetworkSettings()
                .getNetworks()
                .values()
                .iterator()
                .next()
                .getNetworkID();
    }

    /** Builds the image and starts all. */
    static ContainerCluster start() {
        ComposeContainer compose = new ComposeContainer("tutti-faults", Containers.COMPOSE, FAULTS)
                .withPull(false)
                .withEnv("TUTTI_IMAGE", IMAGE)
                .withEnv("TUTTI_NET", NET)
                .withEnv("TUTTI_HTTP", "" + ProcessCluster.freePort())
                .withEnv("BASE_IMAGE", Containers.baseImage());
        try {
            compose.start();
            return new ContainerCluster(compose);
        } catch (RuntimeException e) {
            compose.stop();
            throw e;
        }
    }

    static String address(String name) {
        return ADDRESSES.get(name);
    }

    /** Takes a container off the network. */
    void disconnect(String name) {
        docker.disconnectFromNetworkCmd()
                .withContainerId(id(name))
                .withNetworkId(network)
                .exec();
    }

    /** Puts a container back on the network, at the address that it had. */
    void connect(String name) {
        docker.connectToNetworkCmd()
                .withContainerId(id(name))
                .withNetworkId(network)
                .withContainerNetwork(new ContainerNetwork()
                        .withAliases(name)
                        .withIpamConfig(new ContainerNetwork.Ipam().withIpv4Address(address(name))))
                .exec();
    }

    void pause(String name) {
        docker.pauseContainerCmd(id(name)).exec();
    }

    void unpause(String name) {
        docker.unpauseContainerCmd(id(name)).exec();
    }

    void kill(String name) {
        docker.killContainerCmd(id(name)).exec();
    }

    void startAgain(String name) {
        docker.startContainerCmd(id(name)).exec();
    }

    private String id(String name) {
        return containers.get(name).getContainerId();
    }

    /** What the run's log says after the first {@code from} lines. */
    List<String> log(int from) {
        List<String> lines = exec("cat", RUN + "/run.log").lines().toList();
        return lines.subList(Math.min(from, lines.size()), lines.size());
    }

    /** The line of {@code metrics.jsonl} about the last epoch; an empty object before its end. */
    JsonNode lastEpoch() {
        String line = exec("tail", "-n", "1", RUN + "/metrics.jsonl");
        try {
            return line.isBlank() ? JSON.createObjectNode() : JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }

    /** Who takes part in {@code epoch}. */
    private static List<String> members(JsonNode epoch) {
        return StreamSupport.stream(epoch.path("members").spliterator(), false)
                .map(member -> member.get("name").asText())
                .sorted()
                .toList();
    }

    private String exec(String... command) {
        try {
            return containers.get(COORDINATOR).execInContainer(command).getStdout();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until some more epochs are over. */
    void awaitEpochs(int more) throws InterruptedException {
        int now = lastEpoch().path("epoch").asInt();
        await(
                more + " epochs after epoch " + now,
                () -> lastEpoch().path("epoch").asInt() >= now + more);
    }

    /** Waits until all workers take part. */
    void awaitWhole() throws InterruptedException {
        await("all workers take part", () -> members(lastEpoch()).equals(WORKERS));
    }

    /** Waits until the run's log has a line with {@code text} after the first {@code from}. */
    void awaitLog(int from, String text) throws InterruptedException {
        await("the log says: " + text, () -> log(from).stream().anyMatch(line -> line.contains(text)));
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        try {
            TuttiProcess.await(what, PATIENCE, condition);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", log(0)) + workersLogs(), e);
        }
    }

    private String workersLogs() {
        return WORKERS.stream()
                .map(name -> "\n" + name + ":\n" + containers.get(name).getLogs())
                .collect(Collectors.joining());
    }

    /**
     * Interrupts the coordinator, has another one in its place train some last epochs, and returns the summary.
     *
     * @param lines receives the lines of {@code metrics.jsonl}
     */
    JsonNode finish(List<JsonNode> lines) throws Exception {
        docker.killContainerCmd(id(COORDINATOR)).withSignal("INT").exec();
        ContainerState first = containers.get(COORDINATOR);
        assertThat(Containers.exitCode(first, System.nanoTime() + PATIENCE.toNanos()))
                .as(first.getLogs())
                .isEqualTo(130);
        List<JsonNode> before = metrics(first);
        int epochs = before.get(before.size() - 1).get("epoch").asInt() + EPOCHS_AT_THE_END;
        successor = successor(epochs);
        successor.start();
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        assertThat(Containers.exitCode(successor, deadlineNs))
                .as(successor.getLogs() + workersLogs())
                .isZero();
        for (String worker : WORKERS) {
            ContainerState container = containers.get(worker);
            assertThat(Containers.exitCode(container, deadlineNs))
                    .as(container.getLogs())
                    .isZero();
        }
        lines.addAll(metrics(successor));
        return JSON.readTree(read(successor, RUN + "/summary.json"));
    }

    private GenericContainer<?> successor(int epochs) {
        return new GenericContainer<>(IMAGE)
                .withImagePullPolicy(name -> false)
                .withLabel(LABEL, "true")
                .withNetworkMode(network)
                .withCommand(
                        "train",
                        "--resume",
                        RUN,
                        "--epochs",
                        String.valueOf(epochs),
                        "--coordinator-bind",
                        address(COORDINATOR) + ":25520",
                        "--wait-workers",
                        "3")
                .withSharedMemorySize(1L << 30)
                .withCreateContainerCmdModifier(create -> {
                    create.withIpv4Address(address(COORDINATOR));
                    create.getHostConfig().withVolumesFrom(new VolumesFrom(id(COORDINATOR)));
                });
    }

    private static List<JsonNode> metrics(ContainerState container) {
        return read(container, RUN + "/metrics.jsonl")
                .lines()
                .map(line -> {
                    try {
                        return JSON.readTree(line);
                    } catch (JsonProcessingException e) {
                        throw new AssertionError(line, e);
                    }
                })
                .toList();
    }

    private static String read(ContainerState container, String file) {
        return container.copyFileFromContainer(
                file, content -> new String(content.readAllBytes(), StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        if (successor != null) {
            successor.stop();
        }
        for (String name : containers.keySet()) {
            try {
                unpause(name);
            } catch (DockerException e) {
                // It was not paused.
            }
        }
        compose.stop();
    }
}
