package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerState;

/**
 * What tests with containers share. The environment variable {@code BASE_IMAGE} names the image with the Java, as for the compose
 * file; tests are skipped where that is neither here nor can be had.
 */
final class Containers {
    /** The file that users have. */
    static final File COMPOSE = new File("../docker-compose.yml");

    private static final Duration PULL_PATIENCE = Duration.ofSeconds(120);

    private Containers() {}

    static DockerClient docker() {
        return DockerClientFactory.instance().client();
    }

    /** Removes the containers and networks with a label: also what a killed test run has left. */
    static void removeLeftovers(String label) {
        DockerClient docker = docker();
        docker.listContainersCmd().withShowAll(true).withLabelFilter(List.of(label)).exec().stream()
                .map(container -> docker.removeContainerCmd(container.getId())
                        .withForce(true)
                        .withRemoveVolumes(true))
                .forEach(remove -> remove.exec());
        docker.listNetworksCmd().withFilter("label", List.of(label)).exec().stream()
                .map(network -> docker.removeNetworkCmd(network.getId()))
                .forEach(remove -> remove.exec());
    }

    static String baseImage() {
        String given = System.getenv("BASE_IMAGE");
        return given == null || given.isEmpty() ? "eclipse-temurin:25-jre" : given;
    }

    /** Skips the test where there is no such image. */
    static void assumeImage(String image) throws InterruptedException {
        assumeTrue(isHere(image) || canBePulled(image), () -> "no image " + image + ", and it cannot be pulled");
    }

    /** Waits for the end of a container. */
    static long exitCode(ContainerState container, long deadlineNs) throws InterruptedException {
        while (true) {
            InspectContainerResponse.ContainerState state =
                    container.getCurrentContainerInfo().getState();
            if ("exited".equals(state.getStatus())) {
                return state.getExitCodeLong();
            }
            assertThat(System.nanoTime()).as(container.getLogs()).isLessThan(deadlineNs);
            Thread.sleep(100);
        }
    }

    private static boolean isHere(String image) {
        try {
            docker().inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }

    private static boolean canBePulled(String image) throws InterruptedException {
        try {
            return docker().pullImageCmd(image).start().awaitCompletion(PULL_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (DockerException e) {
            return false;
        }
    }
}
