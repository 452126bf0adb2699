package dev.tutti.app.cluster;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.tutti.protocol.PulseMessage;
import dev.tutti.protocol.PulseMessage.Answer;
import dev.tutti.protocol.PulseMessage.Ask;
import java.time.Duration;

/**
 * How a worker finds out that its coordinator does not answer: it asks every second. The cluster's failure detector
 * would not do, as its members tell each other whom they do not reach: one that has lost the coordinator would make others part
 * from it, and two workers that do not reach each other, for which they have no need, would have each other taken out.
 */
final class Pulse {
    private static final String NAME = "pulse";
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** So many questions in a row without an answer mean that it is lost: about the patience of the coordinator's side. */
    private static final int MOST_UNANSWERED = 4;

    private Pulse() {}

    /** On the coordinator: answers from now on. */
    static void answer(ActorSystem<?> system) {
        system.systemActorOf(answering(), NAME, DispatcherSelector.fromConfig("akka.actor.internal-dispatcher"));
    }

    /** On a worker: asks the coordinator from now on, and says once when it does not answer. */
    static void watch(ActorSystem<?> system, Address coordinator, Runnable lost) {
        ActorRef<PulseMessage> there = ActorRefResolver.get(system).resolveActorRef(coordinator + "/system/" + NAME);
        system.systemActorOf(
                asking(there, lost), NAME, DispatcherSelector.fromConfig("akka.actor.internal-dispatcher"));
    }

    static Behavior<PulseMessage> answering() {
        return Behaviors.receive((context, message) -> {
            if (message instanceof Ask ask) {
                ask.from().tell(new Answer(context.getSelf()));
            }
            return Behaviors.same();
        });
    }

    static Behavior<PulseMessage> asking(ActorRef<PulseMessage> coordinator, Runnable lost) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new Asking(context, timers, coordinator, lost)));
    }

    private static final class Asking extends AbstractBehavior<PulseMessage> {
        private final TimerScheduler<PulseMessage> timers;
        private final Runnable lost;
        private final Ask ask = new Ask(getContext().getSelf());
        private ActorRef<PulseMessage> coordinator;
        private int unanswered;

        Asking(
                ActorContext<PulseMessage> context,
                TimerScheduler<PulseMessage> timers,
                ActorRef<PulseMessage> coordinator,
                Runnable lost) {
            super(context);
            this.timers = timers;
            this.coordinator = coordinator;
            this.lost = lost;
            askNow();
        }

        @Override
        public Receive<PulseMessage> createReceive() {
            return newReceiveBuilder()
                    .onMessage(Ask.class, tick -> onTick())
                    .onMessage(Answer.class, this::onAnswer)
                    .build();
        }

        private Behavior<PulseMessage> onTick() {
            if (unanswered == MOST_UNANSWERED) {
                lost.run();
                return Behaviors.stopped();
            }
            askNow();
            return this;
        }

        /** The next time is counted from here: a process that stood still does not ask many times at once when it wakes. */
        private void askNow() {
            timers.startSingleTimer(ask, INTERVAL);
            unanswered++;
            coordinator.tell(ask);
        }

        private Behavior<PulseMessage> onAnswer(Answer answer) {
            coordinator = answer.from();
            unanswered = 0;
            return this;
        }
    }
}
