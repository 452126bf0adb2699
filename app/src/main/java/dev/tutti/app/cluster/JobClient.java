package dev.tutti.app.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import dev.tutti.app.console.ExitCode;
import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import dev.tutti.protocol.ClientMessage;
import dev.tutti.protocol.ClientMessage.Ended;
import dev.tutti.protocol.ClientMessage.Line;
import dev.tutti.protocol.JobMessage;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Hands a job to a coordinator process and follows it. */
public final class JobClient {
    private static final long JOIN_TIMEOUT_S = 20;
    private static final long CANCEL_TIMEOUT_S = 5;
    private static final Ended LOST = new Ended(
            ExitCode.TRAINING_FAILED.code(),
            "the coordinator cannot be reached any more; if it still runs, so does the job",
            "");

    /** How the coordinator's word on a job that was stopped begins. */
    private static final String INTERRUPTED = "interrupted ";

    private static final Ended NOT_BEGUN =
            new Ended(ExitCode.INTERRUPTED.code(), "cancelled before it was handed in", "");

    private JobClient() {}

    /**
     * Has a job run.
     *
     * @param coordinator where a coordinator process listens
     * @param config the run's configuration in HOCON
     * @param lines takes lines about the progress
     * @return how it ended
     * @throws InterruptedException if this thread is interrupted; the job is cancelled then, and the message says what was kept
     * @throws InputException if no coordinator answers
     */
    public static Ended run(Endpoint coordinator, String config, Consumer<String> lines) throws InterruptedException {
        BlockingQueue<ClientMessage> news = new LinkedBlockingQueue<>();
        Endpoint resolved = Addresses.resolve(coordinator);
        WorkerNode.probe(resolved, coordinator);
        ActorSystem<Client.Command> system = ActorSystems.startClient(
                Client.create(config, news), Addresses.localAddressTowards(resolved), resolved);
        try {
            ClientMessage message = news.poll(JOIN_TIMEOUT_S, TimeUnit.SECONDS);
            if (message == null) {
                // The coordinator may answer from now on, or have done so just now: no job that is told to be refused
                // may run.
                system.tell(new Client.Cancel());
                awaitEnd(news);
                throw new InputException("coordinator " + coordinator
                        + " takes no jobs: something listens there, but within "
                        + JOIN_TIMEOUT_S + " s it did not answer as a coordinator of this version that was started with"
                        + " 'tutti coordinator'");
            }
            ActorSystems.watch(system, resolved, () -> news.add(LOST));
            while (message instanceof Line line) {
                if (!line.text().isEmpty()) {
                    lines.accept(line.text());
                }
                message = news.take();
            }
            return (Ended) message;
        } catch (InterruptedException e) {
            system.tell(new Client.Cancel());
            throw new InterruptedException(kept(awaitEnd(news)));
        } finally {
            ActorSystems.leaveAndStop(system);
        }
    }

    private static Optional<Ended> awaitEnd(BlockingQueue<ClientMessage> news) throws InterruptedException {
        ClientMessage message = new Line("");
        while (message instanceof Line) {
            message = news.poll(CANCEL_TIMEOUT_S, TimeUnit.SECONDS);
        }
        return Optional.ofNullable((Ended) message);
    }

    /** What the coordinator says of a job that was to be cancelled, as it goes on after "interrupted". */
    static String kept(Optional<Ended> ended) {
        if (ended.isEmpty()) {
            return "before the coordinator said what became of the job; its log tells";
        }
        String problem = ended.get().problem();
        if (problem.isEmpty()) {
            return "as the job was done; its run directory is on the coordinator";
        }
        return problem.startsWith(INTERRUPTED)
                ? problem.substring(INTERRUPTED.length()) + " (on the coordinator)"
                : "and " + problem;
    }

    /** The client on the control plane. */
    static final class Client extends AbstractBehavior<Client.Command> {
        sealed interface Command {}

        record Cancel() implements Command {}

        private record Desks(Set<ActorRef<JobMessage>> desks) implements Command {}

        private record News(ClientMessage message) implements Command {}

        private final String config;
        private final BlockingQueue<ClientMessage> news;
        private final ActorRef<ClientMessage> replies;
        private ActorRef<JobMessage> desk;
        private boolean cancelled;

        private Client(ActorContext<Command> context, String config, BlockingQueue<ClientMessage> news) {
            super(context);
            this.config = config;
            this.news = news;
            this.replies = context.messageAdapter(ClientMessage.class, News::new);
            ActorRef<Receptionist.Listing> listings = context.messageAdapter(
                    Receptionist.Listing.class,
                    listing -> new Desks(listing.getServiceInstances(JobMessage.SERVICE_KEY)));
            context.getSystem().receptionist().tell(Receptionist.subscribe(JobMessage.SERVICE_KEY, listings));
        }

        static Behavior<Command> create(String config, BlockingQueue<ClientMessage> news) {
            return Behaviors.setup(context -> new Client(context, config, news));
        }

        @Override
        public Receive<Command> createReceive() {
            return newReceiveBuilder()
                    .onMessage(Desks.class, this::onDesks)
                    .onMessage(News.class, this::onNews)
                    .onMessage(Cancel.class, this::onCancel)
                    .build();
        }

        private Behavior<Command> onDesks(Desks message) {
            if (desk == null && !cancelled && !message.desks.isEmpty()) {
                desk = message.desks.iterator().next();
                desk.tell(new JobMessage.Submit(config, replies));
                news.add(new Line(""));
            } else if (desk != null && !message.desks.contains(desk)) {
                news.add(LOST);
            }
            return this;
        }

        private Behavior<Command> onNews(News message) {
            news.add(message.message);
            return this;
        }

        private Behavior<Command> onCancel(Cancel message) {
            cancelled = true;
            if (desk == null) {
                news.add(NOT_BEGUN);
            } else {
                desk.tell(new JobMessage.Cancel(replies));
            }
            return this;
        }
    }
}
