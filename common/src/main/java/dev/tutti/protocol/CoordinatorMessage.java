package dev.tutti.protocol;

import akka.actor.typed.ActorRef;
import dev.tutti.transport.TransportKind;
import dev.tutti.wire.GenerationId;

/** What a worker process tells the coordinator. */
public sealed interface CoordinatorMessage extends ControlMessage {
    /**
     * Answer to {@link WorkerMessage.Hello}.
     *
     * @param worker who
     * @param process names the process as long as it lives, however often it joins; null from builds before protocol 2
     * @param build which Tutti it is; null from builds before protocol 2
     * @param name the name it was given, for logs
     * @param threads number of its compute threads
     * @param sharesDriver whether it can use the coordinator's media driver
     * @param transport what it allows to carry bulk data; null from builds before protocol 3
     * @param kernel which kernel it computes with, for logs
     */
    record Introduction(
            ActorRef<WorkerMessage> worker,
            String process,
            Build build,
            String name,
            int threads,
            boolean sharesDriver,
            TransportKind transport,
            String kernel)
            implements CoordinatorMessage {}

    /**
     * The streams are open.
     *
     * @param worker who
     * @param generation of which generation
     * @param weightsEndpoint {@code host:port} where it receives weights over UDP; empty where they come otherwise
     * @param workEndpoint {@code host:port} where it receives work over UDP; empty with ipc
     * @param tcpEndpoint {@code host:port} where it is connected to over TCP; empty where nothing comes so
     * @param holdsData whether it holds the training set already
     * @param inHand what it still computes since the last generation, and will send in this one
     */
    record Prepared(
            ActorRef<WorkerMessage> worker,
            GenerationId generation,
            String weightsEndpoint,
            String workEndpoint,
            String tcpEndpoint,
            boolean holdsData,
            WorkInHand inHand)
            implements CoordinatorMessage {}

    /**
     * It still computes for a job that is over; the answer comes when that is done, which may take as long as an item of work.
     *
     * @param worker who
     * @param generation which generation it was asked to prepare
     */
    record Busy(ActorRef<WorkerMessage> worker, GenerationId generation) implements CoordinatorMessage {}

    /**
     * The streams could not be opened.
     *
     * @param worker who
     * @param generation of which generation
     * @param reason one line for the user
     * @param noRoom whether it is for want of shared memory, which may be there later
     */
    record NotPrepared(ActorRef<WorkerMessage> worker, GenerationId generation, String reason, boolean noRoom)
            implements CoordinatorMessage {}

    /**
     * A worker's part of a generation failed on its side (its streams closed, its computation threw).
     *
     * @param worker who
     * @param generation of which generation
     * @param reason one line for the user
     */
    record WorkerFailed(ActorRef<WorkerMessage> worker, GenerationId generation, String reason)
            implements CoordinatorMessage {}

    /**
     * Connections to other members have ended, or could not be made, and the coordinator has not said why.
     *
     * @param worker who says so
     * @param generation of which generation
     * @param reached whether they had been made
     * @param reason one line for the user
     */
    record PeersLost(ActorRef<WorkerMessage> worker, GenerationId generation, boolean reached, String reason)
            implements CoordinatorMessage {}
}
