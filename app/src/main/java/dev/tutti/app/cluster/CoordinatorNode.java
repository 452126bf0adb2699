package dev.tutti.app.cluster;

import akka.actor.typed.ActorSystem;
import dev.tutti.app.console.Uninterrupted;
import dev.tutti.config.Endpoint;
import dev.tutti.coordinator.actor.CoordinatorActor;
import dev.tutti.coordinator.actor.CoordinatorActor.WorkerView;
import dev.tutti.coordinator.actor.DataPlaneSettings;
import dev.tutti.protocol.Build;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage.Goodbye;
import dev.tutti.train.TrainingFailedException;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Averaging;
import dev.tutti.transport.TransportKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A coordinator in a process of its own, for worker processes on this machine and others. */
public final class CoordinatorNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorNode.class);

    /** Largest datagram's payload on a network whose packets are 1,500 bytes; on loopback they may be longer. */
    private static final int NETWORK_MTU_BYTES = 1408;

    private static final int LOOPBACK_MTU_BYTES = 8192;
    private static final long GOODBYE_TIMEOUT_S = 2;

    private final AeronNode node;
    private final ActorSystem<CoordinatorActor.Command> system;

    private CoordinatorNode(AeronNode node, ActorSystem<CoordinatorActor.Command> system) {
        this.node = node;
        this.system = system;
    }

    /**
     * Starts listening for workers.
     *
     * @param bind where
     * @param transport what may carry bulk data
     * @param udpMtu largest payload of a datagram in bytes; by the address where absent
     * @param aeronDirectory where the media driver makes its directory; shared memory where absent
     * @throws dev.tutti.files.InputException if the address cannot be used, or there is no room for a media driver
     */
    public static CoordinatorNode start(
            Endpoint bind, TransportKind transport, Optional<Integer> udpMtu, Optional<Path> aeronDirectory) {
        // An interrupt meanwhile would leave the driver's directory behind; Akka's locks heed it, too.
        return Uninterrupted.call(() -> start(Build.current(), bind, transport, udpMtu, aeronDirectory));
    }

    static CoordinatorNode start(
            Build build,
            Endpoint bind,
            TransportKind transport,
            Optional<Integer> udpMtu,
            Optional<Path> aeronDirectory) {
        Endpoint advertised = Addresses.advertised(bind);
        int mtuBytes = udpMtu.orElse(Addresses.isLoopback(advertised.host()) ? LOOPBACK_MTU_BYTES : NETWORK_MTU_BYTES);
        AeronNode node = AeronNode.launch(aeronDirectory.orElse(null));
        try {
            ActorSystem<CoordinatorActor.Command> system = ActorSystems.startCoordinator(
                    CoordinatorActor.create(
                            advertised.toString(),
                            build,
                            node,
                            new DataPlaneSettings(transport, advertised.host(), 0, mtuBytes)),
                    advertised,
                    Addresses.resolve(bind));
            LOG.info("listening for workers: {}", advertised);
            return new CoordinatorNode(node, system);
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    /**
     * Trains.
     *
     * @param job what to train
     * @param dataFingerprint names the training set's content
     * @param placement where the workers find the samples
     * @param averaging who adds the gradients
     * @param waitWorkers number of worker processes to wait for
     * @param giveUp how long to wait for them
     * @param listener told about the progress, on the thread that trains
     * @return the trained parameters
     * @throws InterruptedException if this thread is interrupted; the job is given up then
     * @throws TrainingFailedException if it diverges or the workers do not come
     */
    public TrainingResult train(
            TrainingJob job,
            String dataFingerprint,
            Placement placement,
            Averaging averaging,
            int waitWorkers,
            Duration giveUp,
            TrainingListener listener)
            throws InterruptedException {
        CompletableFuture<TrainingResult> result = new CompletableFuture<>();
        system.tell(new CoordinatorActor.RunJob(
                job, dataFingerprint, placement, averaging, waitWorkers, giveUp, true, listener, result));
        try {
            return JobResults.await(result);
        } catch (InterruptedException e) {
            system.tell(new CoordinatorActor.AbortJob(result));
            throw e;
        }
    }

    /**
     * The workers that can be reached.
     *
     * @throws InterruptedException if this thread is interrupted
     */
    public List<WorkerView> workers() throws InterruptedException {
        CompletableFuture<List<WorkerView>> answer = new CompletableFuture<>();
        system.tell(new CoordinatorActor.ListWorkers(answer));
        return await(answer, List.of());
    }

    /**
     * Does without a worker, or takes it back.
     *
     * @param name of a worker that can be reached
     * @param out whether jobs do without it from now on
     * @return whether there is such a worker
     * @throws InterruptedException if this thread is interrupted
     */
    public boolean leaveOut(String name, boolean out) throws InterruptedException {
        CompletableFuture<Boolean> known = new CompletableFuture<>();
        system.tell(new CoordinatorActor.LeaveOut(name, out, known));
        return await(known, false);
    }

    /** An actor answers in microseconds; that it is gone is no reason to wait for ever. */
    private static <T> T await(CompletableFuture<T> answer, T otherwise) throws InterruptedException {
        try {
            return answer.get(GOODBYE_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the coordinator does not answer", e);
            return otherwise;
        }
    }

    /**
     * Says goodbye to the workers.
     *
     * @param reason one line for their users
     * @param comeBack whether they should look for a coordinator that is started again
     */
    public void leave(String reason, boolean comeBack) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        system.tell(new CoordinatorActor.Leave(new Goodbye(reason, comeBack), done));
        boolean interrupted = Thread.interrupted();
        try {
            done.get(GOODBYE_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("goodbye not said", e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        Uninterrupted.run(() -> {
            ActorSystems.stop(system);
            node.close();
        });
    }
}
