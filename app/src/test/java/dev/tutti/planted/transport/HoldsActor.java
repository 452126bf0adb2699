package dev.tutti.planted.transport;

import akka.actor.typed.ActorRef;

/** Akka in a transport. */
public record HoldsActor(ActorRef<String> actor) {}
