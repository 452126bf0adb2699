package dev.tutti.protocol;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;

/** What a client tells a coordinator that takes jobs. */
public sealed interface JobMessage extends ControlMessage {
    /** Under which coordinators that take jobs register themselves. */
    ServiceKey<JobMessage> SERVICE_KEY = ServiceKey.create(JobMessage.class, "tutti-jobs");

    /**
     * Run this job, after those that came before.
     *
     * @param config the run's configuration in HOCON; paths are those of the coordinator's machine
     * @param client is told how it goes
     */
    record Submit(String config, ActorRef<ClientMessage> client) implements JobMessage {}

    /** The job of this client is not wanted any more. */
    record Cancel(ActorRef<ClientMessage> client) implements JobMessage {}
}
