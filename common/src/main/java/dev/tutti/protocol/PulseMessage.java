package dev.tutti.protocol;

import akka.actor.typed.ActorRef;

/** How workers see whether their coordinator still answers. */
public sealed interface PulseMessage extends ControlMessage {
    /** Are you there? */
    record Ask(ActorRef<PulseMessage> from) implements PulseMessage {}

    /** Here I am: ask me again, and no successor of mine at the same address. */
    record Answer(ActorRef<PulseMessage> from) implements PulseMessage {}
}
