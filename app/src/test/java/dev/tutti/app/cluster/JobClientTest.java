package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.Receptionist;
import com.typesafe.config.ConfigFactory;
import dev.tutti.protocol.ClientMessage;
import dev.tutti.protocol.ClientMessage.Ended;
import dev.tutti.protocol.JobMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client of a coordinator's jobs, with a probe for the coordinator. */
class JobClientTest {
    private final ActorTestKit kit = ActorTestKit.create(
            "client",
            ConfigFactory.parseString("akka.actor.provider = local")
                    .withFallback(ConfigFactory.parseResources("tutti-akka.conf"))
                    .withFallback(ConfigFactory.load()));
    private final BlockingQueue<ClientMessage> news = new LinkedBlockingQueue<>();
    private final TestProbe<JobMessage> desk = kit.createTestProbe();
    private final ActorRef<JobClient.Client.Command> client = kit.spawn(JobClient.Client.create("data = iris", news));

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void shouldHandInNothingOnceItHasGivenUp() throws InterruptedException {
        client.tell(new JobClient.Client.Cancel());
        assertThat(news.poll(10, TimeUnit.SECONDS)).isInstanceOf(Ended.class);

        openDesk();

        // Whatever the client was told of the desk has reached it before this.
        client.tell(new JobClient.Client.Cancel());
        assertThat(news.poll(10, TimeUnit.SECONDS)).isInstanceOf(Ended.class);
        desk.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void shouldCancelWhatItHasHandedIn() {
        openDesk();
        JobMessage.Submit submit = desk.expectMessageClass(JobMessage.Submit.class);
        client.tell(new JobClient.Client.Cancel());
        assertThat(desk.expectMessageClass(JobMessage.Cancel.class).client()).isEqualTo(submit.client());
    }

    @Test
    void shouldSayWhatWasKeptOfAJobThatWasInterrupted() {
        assertThat(JobClient.kept(ended("interrupted after 12 steps; kept in runs/a: checkpoints/b")))
                .isEqualTo("after 12 steps; kept in runs/a: checkpoints/b (on the coordinator)");
        assertThat(JobClient.kept(ended("cancelled before it began"))).isEqualTo("and cancelled before it began");
        assertThat(JobClient.kept(ended(""))).contains("the job was done");
        assertThat(JobClient.kept(Optional.empty())).contains("its log tells");
    }

    private static Optional<Ended> ended(String problem) {
        return Optional.of(new Ended(130, problem, ""));
    }

    /** Known to the client's subscription when this returns: it subscribed first. */
    private void openDesk() {
        TestProbe<Receptionist.Registered> registered = kit.createTestProbe();
        TestProbe<Receptionist.Listing> listing = kit.createTestProbe();
        kit.system().receptionist().tell(Receptionist.subscribe(JobMessage.SERVICE_KEY, listing.ref()));
        listing.receiveMessage();
        kit.system().receptionist().tell(Receptionist.register(JobMessage.SERVICE_KEY, desk.ref(), registered.ref()));
        registered.receiveMessage();
        listing.receiveMessage();
    }
}
