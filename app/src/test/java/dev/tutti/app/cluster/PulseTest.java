package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import dev.tutti.protocol.PulseMessage;
import dev.tutti.protocol.PulseMessage.Answer;
import dev.tutti.protocol.PulseMessage.Ask;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Asking for the coordinator's pulse, with probes for it, and a clock that the test turns. */
class PulseTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "pulse",
            ManualTime.config()
                    .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
                    .withFallback(ConfigFactory.parseResources("tutti-akka.conf"))
                    .withFallback(ConfigFactory.load()));

    private final ManualTime time = ManualTime.get(KIT.system());
    private final TestProbe<PulseMessage> address = KIT.createTestProbe();
    private final TestProbe<PulseMessage> coordinator = KIT.createTestProbe();
    private final AtomicInteger lost = new AtomicInteger();
    private final ActorRef<PulseMessage> worker = KIT.spawn(Pulse.asking(address.ref(), lost::incrementAndGet));

    @AfterEach
    void stopWorker() {
        KIT.stop(worker);
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void shouldAskEverySecondWhoeverHasAnswered() {
        Ask ask = address.expectMessageClass(Ask.class);
        ask.from().tell(new Answer(coordinator.ref()));
        for (int second = 0; second < 20; second++) {
            time.timePasses(Duration.ofSeconds(1));
            coordinator.expectMessageClass(Ask.class).from().tell(new Answer(coordinator.ref()));
        }
        address.expectNoMessage(Duration.ofMillis(20));
        assertThat(lost).hasValue(0);
    }

    @Test
    void shouldBeLostOnceAfterFourQuestionsWithoutAnAnswer() {
        address.expectMessageClass(Ask.class).from().tell(new Answer(coordinator.ref()));
        for (int question = 1; question <= 4; question++) {
            assertThat(lost).as("before question %d", question).hasValue(0);
            time.timePasses(Duration.ofSeconds(1));
            coordinator.expectMessageClass(Ask.class);
        }
        time.timePasses(Duration.ofSeconds(1));
        coordinator.expectTerminated(worker);
        assertThat(lost).hasValue(1);
    }

    @Test
    void shouldBeLostWhenItNeverAnswers() {
        for (int question = 1; question <= 4; question++) {
            address.expectMessageClass(Ask.class);
            time.timePasses(Duration.ofSeconds(1));
        }
        address.expectTerminated(worker);
        assertThat(lost).hasValue(1);
    }

    @Test
    void shouldAnswerWithItself() {
        ActorRef<PulseMessage> answering = KIT.spawn(Pulse.answering());
        answering.tell(new Ask(coordinator.ref()));
        coordinator.expectMessage(new Answer(answering));
        KIT.stop(answering);
    }
}
