package dev.tutti.coordinator.actor;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import dev.tutti.protocol.JobMessage;

/** Where clients hand in jobs; hands them on to whoever runs them. */
public final class JobDesk {
    /** Whoever runs the jobs; told on the actor's thread: quick answers only. */
    public interface Jobs {
        /** A job came in; its client is to be told how it goes, or that there is no room for it. */
        void submit(JobMessage.Submit job);

        /** A client does not want its job any more. */
        void cancel(JobMessage.Cancel cancel);
    }

    private JobDesk() {}

    /** Creates the behavior; it registers itself with the receptionist. */
    public static Behavior<JobMessage> create(Jobs jobs) {
        return Behaviors.setup(context -> {
            context.getSystem().receptionist().tell(Receptionist.register(JobMessage.SERVICE_KEY, context.getSelf()));
            return Behaviors.receive(JobMessage.class)
                    .onMessage(JobMessage.Submit.class, submit -> {
                        jobs.submit(submit);
                        return Behaviors.same();
                    })
                    .onMessage(JobMessage.Cancel.class, cancel -> {
                        jobs.cancel(cancel);
                        return Behaviors.same();
                    })
                    .build();
        });
    }
}
