package dev.tutti.app.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent.UnreachableMember;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.cluster.typed.Subscribe;

/**
 * What is done when a member of the cluster does not answer. There is one member that matters, so nothing is put to the vote: the
 * coordinator takes out a worker at once, which lets others join meanwhile, and a worker parts from its coordinator at once and
 * looks for it anew. A worker that was only slow comes back a few seconds later.
 */
final class Unreachable {
    private Unreachable() {}

    /** On the coordinator: takes out whoever does not answer. */
    static void takeOut(ActorSystem<?> system) {
        Cluster cluster = Cluster.get(system);
        watch(system, member -> {
            if (!member.hasRole(ActorSystems.COORDINATOR)) {
                cluster.manager().tell(new Down(member.address()));
            }
        });
    }

    /** On a worker: says so when the coordinator does not answer. */
    static void tellOfCoordinator(ActorSystem<?> system, Runnable lost) {
        watch(system, member -> {
            if (member.hasRole(ActorSystems.COORDINATOR)) {
                lost.run();
            }
        });
    }

    private static void watch(ActorSystem<?> system, Reaction reaction) {
        Behavior<UnreachableMember> behavior = Behaviors.setup(context -> {
            ActorRef<UnreachableMember> self = context.getSelf();
            Cluster.get(context.getSystem()).subscriptions().tell(Subscribe.create(self, UnreachableMember.class));
            return Behaviors.receiveMessage(event -> {
                reaction.to(event.member());
                return Behaviors.same();
            });
        });
        system.systemActorOf(behavior, "unreachable", Props.empty());
    }

    @FunctionalInterface
    private interface Reaction {
        void to(Member member);
    }
}
