package dev.tutti.protocol;

import akka.actor.typed.ActorRef;
import dev.tutti.wire.GenerationId;

/** What a worker process tells the coordinator. */
public sealed interface CoordinatorMessage extends ControlMessage {
    /**
     * Answer to {@link WorkerMessage.Hello}.
     *
     * @param worker who
     * @param name what people call it
     * @param threads number of worker actors, one for each compute thread
     * @param sharesDriver whether it can use the coordinator's media driver
     * @param kernel which kernel it computes with, for logs
     */
    record Introduction(ActorRef<WorkerMessage> worker, String name, int threads, boolean sharesDriver, String kernel)
            implements CoordinatorMessage {}

    /**
     * The streams are open.
     *
     * @param worker who
     * @param generation of which generation
     * @param weightsEndpoint {@code host:port} where it receives weights; empty with ipc
     * @param workEndpoint {@code host:port} where it receives work; empty with ipc
     * @param holdsData whether it holds the training set already
     */
    record Prepared(
            ActorRef<WorkerMessage> worker,
            GenerationId generation,
            String weightsEndpoint,
            String workEndpoint,
            boolean holdsData)
            implements CoordinatorMessage {}

    /**
     * The streams could not be opened.
     *
     * @param worker who
     * @param generation of which generation
     * @param reason one line for the user
     */
    record NotPrepared(ActorRef<WorkerMessage> worker, GenerationId generation, String reason)
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
}
