package dev.tutti.app.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent.UnreachableMember;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.cluster.typed.Subscribe;

/**
 * What is done when a member of the cluster does not answer. There is one member that matters, so nothing is put to the vote: the
 * coordinator takes out whoever does not answer it at once, which lets others join meanwhile. A worker that was only slow comes back
 * a few seconds later. No other member says who is unreachable; how they watch the coordinator, {@link Pulse} says.
 */
final class Unreachable {
    private Unreachable() {}

    /** On the coordinator: takes out whoever does not answer. */
    static void takeOut(ActorSystem<?> system) {
        Cluster cluster = Cluster.get(system);
        Behavior<UnreachableMember> behavior = Behaviors.setup(context -> {
            cluster.subscriptions().tell(Subscribe.create(context.getSelf(), UnreachableMember.class));
            return Behaviors.receiveMessage(event -> {
                cluster.manager().tell(new Down(event.member().address()));
                return Behaviors.same();
            });
        });
        system.systemActorOf(behavior, "unreachable", Props.empty());
    }
}
