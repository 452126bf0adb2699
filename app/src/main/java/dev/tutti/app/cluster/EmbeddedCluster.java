package dev.tutti.app.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import dev.tutti.app.console.Uninterrupted;
import dev.tutti.coordinator.actor.CoordinatorActor;
import dev.tutti.coordinator.actor.DataPlaneSettings;
import dev.tutti.protocol.Build;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage.Goodbye;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Averaging;
import dev.tutti.transport.SharedVectors;
import dev.tutti.transport.TransportKind;
import dev.tutti.worker.actor.TrainingSets;
import dev.tutti.worker.actor.WorkerHost;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A coordinator and a worker in one process, with all that lies between them in a cluster but the network; over shared memory they hand
 * each other vectors by reference.
 */
public final class EmbeddedCluster {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MTU_BYTES = 8192;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    private EmbeddedCluster() {}

    /**
     * Trains.
     *
     * @param job what to train
     * @param dataFingerprint names the training set's content
     * @param workers number of compute threads
     * @param placement where the workers find the samples
     * @param transport what carries the bulk data
     * @param listener told about the progress, on the thread that trains
     * @return the trained parameters
     * @throws InterruptedException if this thread is interrupted; all is stopped then
     */
    public static TrainingResult train(
            TrainingJob job,
            String dataFingerprint,
            int workers,
            Placement placement,
            TransportKind transport,
            TrainingListener listener)
            throws InterruptedException {
        boolean copies = transport == TransportKind.UDP || transport == TransportKind.TCP;
        SharedVectors shared = copies ? null : new SharedVectors();
        // An interrupt meanwhile would leave the driver's directory behind.
        try (AeronNode node = Uninterrupted.call(() -> AeronNode.launch(null))) {
            ActorSystem<CoordinatorActor.Command> system = ActorSystems.startLocal(CoordinatorActor.create(
                    "embedded",
                    Build.current(),
                    node,
                    new DataPlaneSettings(transport, LOOPBACK, 0, MTU_BYTES, shared)));
            try {
                TrainingSets trainingSets = new TrainingSets();
                trainingSets.put(dataFingerprint, job.training());
                system.systemActorOf(
                        WorkerHost.create(new WorkerHost.Setup(
                                "embedded",
                                Build.current(),
                                "embedded",
                                workers,
                                LOOPBACK,
                                transport,
                                null,
                                trainingSets,
                                shared,
                                new NoEvents())),
                        "worker",
                        Props.empty());
                CompletableFuture<TrainingResult> result = new CompletableFuture<>();
                system.tell(new CoordinatorActor.RunJob(
                        job, dataFingerprint, placement, Averaging.AUTO, 1, START_TIMEOUT, false, listener, result));
                return JobResults.await(result);
            } finally {
                ActorSystems.stop(system);
            }
        }
    }

    /** In one process the coordinator does not come and go. */
    private static final class NoEvents implements WorkerHost.Events {
        @Override
        public void onJoined(String coordinator) {}

        @Override
        public void onRefused(String reason) {}

        @Override
        public void onGoodbye(Goodbye goodbye) {}

        @Override
        public void onFailed(String reason) {}
    }
}
