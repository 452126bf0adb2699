package dev.tutti.worker.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.tutti.config.FatalErrors;
import dev.tutti.worker.compute.ComputeTeam;
import dev.tutti.worker.step.GenerationLoop;

/**
 * One compute thread, for the whole life of its worker process. It runs on a dispatcher of its own (a pinned one), so that
 * it may compute for as long as a generation lasts without holding up any other actor.
 */
final class ComputeActor extends AbstractBehavior<ComputeActor.Command> {
    /** What the host tells a compute thread. */
    sealed interface Command {}

    /** Lead the computing of a job until its loop is stopped; then say so. */
    record Lead(GenerationLoop loop, ActorRef<Ended> replyTo) implements Command {}

    /** Take part in the computing of a team until it is closed. */
    record Serve(ComputeTeam team, int thread) implements Command {}

    /** Answer to {@link Lead}; {@code failure} is null after a stop. */
    record Ended(GenerationLoop loop, RuntimeException failure) {}

    private ComputeActor(ActorContext<Command> context) {
        super(context);
    }

    static Behavior<Command> create() {
        return Behaviors.setup(ComputeActor::new);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Lead.class, this::onLead)
                .onMessage(Serve.class, this::onServe)
                .build();
    }

    private Behavior<Command> onLead(Lead lead) {
        RuntimeException failure = null;
        try {
            lead.loop.run();
        } catch (RuntimeException e) {
            failure = e;
        } catch (Error e) {
            failure = new IllegalStateException(e.toString(), e);
        }
        lead.replyTo.tell(new Ended(lead.loop, failure));
        FatalErrors.report(failure);
        return this;
    }

    private Behavior<Command> onServe(Serve serve) {
        serve.team.serve(serve.thread);
        return this;
    }
}
