package dev.tutti.app;

import static dev.tutti.app.ContainerCluster.COORDINATOR;
import static dev.tutti.app.ContainerCluster.WORKERS;
import static dev.tutti.app.ContainerCluster.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * Machines and networks that fail: whatever is done to a cluster of containers while it trains, it goes on by itself, and every epoch
 * has the bits of an undisturbed run in one process.
 */
@Tag("faults")
@Isolated("one Docker engine, and faults that are told from slowness by time")
@Testcontainers(disabledWithoutDocker = true)
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContainerFaultsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GONE = " is gone or cannot be reached";

    @TempDir
    private Path directory;

    @BeforeEach
    @AfterEach
    void removeLeftovers() {
        if (Firewall.isUsable()) {
            Firewall.removeLeftovers();
        }
        Containers.removeLeftovers(ContainerCluster.LABEL);
    }

    @Test
    void shouldEndInTheSameBitsAfterPartitionsPausesAndKills() throws Exception {
        Containers.assumeImage(Containers.baseImage());
        try (ContainerCluster cluster = ContainerCluster.start()) {
            losesOneWorker(cluster, "worker-1", cluster::disconnect, cluster::connect);
            losesAllWorkers(cluster);
            losesOneWorker(cluster, "worker-2", cluster::pause, cluster::unpause);
            losesOneWorker(cluster, "worker-3", cluster::kill, cluster::startAgain);
            assertSameAsUndisturbed(cluster);
        }
    }

    /** Two workers never reach each other here, which must matter to nobody. */
    @Test
    void shouldEndInTheSameBitsWhenPacketsAreLost() throws Exception {
        Containers.assumeImage(Containers.baseImage());
        assumeTrue(Firewall.isUsable(), "no right to drop packets: iptables -S DOCKER-USER fails");
        try (ContainerCluster cluster = ContainerCluster.start();
                Firewall between = new Firewall()) {
            between.drop("-s", address("worker-2"), "-d", address("worker-3"));
            between.drop("-s", address("worker-3"), "-d", address("worker-2"));
            losesPackets(cluster);
            losesOneWorkerOneWay(cluster);
            losesTheStreamsOfOneWorker(cluster);
            assertSameAsUndisturbed(cluster);
        }
    }

    @FunctionalInterface
    private interface Action {
        void to(String container);
    }

    /** The others go on without it, and once it is back it takes part again by itself. */
    private static void losesOneWorker(ContainerCluster cluster, String worker, Action fault, Action repair)
            throws InterruptedException {
        cluster.awaitWhole();
        cluster.awaitEpochs(2);
        int mark = cluster.log(0).size();
        long reissued = reissued(cluster);

        fault.to(worker);
        cluster.awaitLog(mark, "worker " + worker + GONE);
        cluster.awaitEpochs(3);
        repair.to(worker);
        cluster.awaitLog(mark, "worker " + worker + " joined");
        cluster.awaitWhole();

        assertThat(cluster.log(mark))
                .filteredOn(line -> line.contains(GONE))
                .singleElement()
                .asString()
                .contains(worker);
        assertThat(reissued(cluster)).isGreaterThan(reissued);
    }

    private static void losesAllWorkers(ContainerCluster cluster) throws InterruptedException {
        cluster.awaitWhole();
        int mark = cluster.log(0).size();

        cluster.disconnect(COORDINATOR);
        for (String worker : WORKERS) {
            cluster.awaitLog(mark, "worker " + worker + GONE);
        }
        cluster.awaitLog(mark, "no workers left");
        cluster.connect(COORDINATOR);
        for (String worker : WORKERS) {
            cluster.awaitLog(mark, "worker " + worker + " joined");
        }
        cluster.awaitWhole();
        cluster.awaitEpochs(3);
    }

    /** Nobody is taken for lost: frames that do not arrive are sent again. */
    private static void losesPackets(ContainerCluster cluster) throws InterruptedException {
        cluster.awaitWhole();
        int mark = cluster.log(0).size();
        String all = address(COORDINATOR).replaceFirst("\\d+$", "0/24");
        try (Firewall loss = new Firewall()) {
            loss.drop(
                    "-p", "udp", "-s", all, "-d", all, "-m", "statistic", "--mode", "random", "--probability", "0.05");
            cluster.awaitEpochs(8);
            assertThat(loss.dropped()).isGreaterThan(100);
        }
        assertThat(cluster.log(mark)).noneMatch(line -> line.contains(GONE) || line.contains("left out"));
    }

    private static void losesOneWorkerOneWay(ContainerCluster cluster) throws InterruptedException {
        Firewall oneWay = new Firewall();
        try (oneWay) {
            losesOneWorker(
                    cluster,
                    "worker-1",
                    worker -> oneWay.drop("-s", address(worker), "-d", address(COORDINATOR)),
                    worker -> oneWay.close());
        }
    }

    /** The control plane still reaches it, so it takes longer until the others go on without it. */
    private static void losesTheStreamsOfOneWorker(ContainerCluster cluster) throws InterruptedException {
        cluster.awaitWhole();
        int mark = cluster.log(0).size();
        try (Firewall streams = new Firewall()) {
            streams.drop("-p", "udp", "-s", address("worker-3"), "-d", address(COORDINATOR));
            cluster.awaitLog(mark, "worker worker-3 left out of ");
            cluster.awaitEpochs(3);
        }
        assertThat(cluster.log(mark)).noneMatch(line -> line.contains(GONE));
    }

    private static long reissued(ContainerCluster cluster) {
        return cluster.lastEpoch().get("segmentsReissued").asLong();
    }

    private void assertSameAsUndisturbed(ContainerCluster cluster) throws Exception {
        JsonNode disturbedLast = cluster.lastEpoch();
        List<JsonNode> epochs = new ArrayList<>();
        JsonNode summary = cluster.finish(epochs);

        assertThat(disturbedLast.get("segmentsDone").asLong())
                .as("each segment is counted once: %s", disturbedLast)
                .isEqualTo(disturbedLast.get("segmentsIssued").asLong())
                .isEqualTo(disturbedLast.get("epoch").asLong()
                        * epochs.get(0).get("segmentsIssued").asLong());
        Path undisturbed = directory.resolve("undisturbed");
        String hash = train(summary.get("epochs").asInt(), undisturbed);
        assertThat(losses(epochs)).isEqualTo(losses(read(undisturbed.resolve("metrics.jsonl"))));
        assertThat(summary.get("weightsSha256").asText()).isEqualTo(hash);
    }

    private static String train(int epochs, Path run) throws IOException {
        Cli.Outcome outcome = Cli.run(
                "train", "digits", "--workers", "1", "--epochs", "" + epochs, "--json", "--out", run.toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return JSON.readTree(outcome.out()).get("weightsSha256").asText();
    }

    /** What shows the bits of each epoch. */
    private static List<String> losses(List<JsonNode> epochs) {
        return epochs.stream()
                .map(epoch -> epoch.get("epoch") + ": " + epoch.get("trainLoss") + " " + epoch.get("validationLoss"))
                .toList();
    }

    private static List<JsonNode> read(Path metrics) throws IOException {
        List<JsonNode> epochs = new ArrayList<>();
        for (String line : Files.readAllLines(metrics)) {
            epochs.add(JSON.readTree(line));
        }
        return epochs;
    }
}
