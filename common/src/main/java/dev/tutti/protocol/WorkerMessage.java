package dev.tutti.protocol;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import dev.tutti.transport.Shares;
import dev.tutti.transport.Streams;
import dev.tutti.wire.GenerationId;
import java.util.List;

/** What a coordinator tells a worker process. */
public sealed interface WorkerMessage extends ControlMessage {
    /** Under which worker processes register themselves. */
    ServiceKey<WorkerMessage> SERVICE_KEY = ServiceKey.create(WorkerMessage.class, "tutti-worker");

    /**
     * The coordinator has seen the worker and asks it to introduce itself.
     *
     * @param coordinatorName for logs
     * @param build which Tutti the coordinator is; null from builds before protocol 2
     * @param aeronDirectory directory of the coordinator's media driver
     * @param driverId what a process that sees that directory finds in it
     * @param replyTo gets {@link CoordinatorMessage.Introduction}
     */
    record Hello(
            String coordinatorName,
            Build build,
            String aeronDirectory,
            String driverId,
            ActorRef<CoordinatorMessage> replyTo)
            implements WorkerMessage {}

    /**
     * A new generation: leave the last one, open these streams. Work for the same job that is being computed goes on.
     *
     * @param generation its identity
     * @param member number of this worker process in it, counted from 0
     * @param job the job
     * @param streams the streams
     * @param shares who adds what, where the members average; null where the coordinator does
     * @param replyTo gets {@link CoordinatorMessage.Prepared}, {@link CoordinatorMessage.NotPrepared} or, before one of
     *     these, {@link CoordinatorMessage.Busy}
     */
    record PrepareGeneration(
            GenerationId generation,
            int member,
            JobDescription job,
            Streams streams,
            Shares shares,
            ActorRef<CoordinatorMessage> replyTo)
            implements WorkerMessage {}

    /**
     * All members of a generation in which the members average have opened their streams, and can be connected to.
     *
     * @param generation which
     * @param tcpEndpoints where, {@code host:port}, in the order of their numbers
     */
    record ConnectPeers(GenerationId generation, List<String> tcpEndpoints) implements WorkerMessage {}

    /** The job is over: close the streams, wait for another. */
    record EndJob(int job) implements WorkerMessage {}

    /**
     * The coordinator leaves in good order.
     *
     * @param reason one line for the user
     * @param comeBack whether it may be started again and need workers then
     */
    record Goodbye(String reason, boolean comeBack) implements WorkerMessage {}
}
