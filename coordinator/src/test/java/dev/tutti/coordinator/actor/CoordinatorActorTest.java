package dev.tutti.coordinator.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.Receptionist;
import dev.tutti.coordinator.actor.CoordinatorActor.RunJob;
import dev.tutti.protocol.CoordinatorMessage.Introduction;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage;
import dev.tutti.protocol.WorkerMessage.EndJob;
import dev.tutti.protocol.WorkerMessage.Goodbye;
import dev.tutti.protocol.WorkerMessage.Hello;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.transport.AeronNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CoordinatorActorTest {
    private static ActorTestKit kit;
    private static ManualTime time;
    private static AeronNode node;

    private final TestProbe<WorkerMessage> worker = kit.createTestProbe();
    private final TestProbe<WorkerMessage> stranger = kit.createTestProbe();
    private final ActorRef<CoordinatorActor.Command> coordinator =
            kit.spawn(CoordinatorActor.create("here:1", node, Jobs.DATA_PLANE));

    @BeforeAll
    static void start() {
        node = AeronNode.launch(null);
        kit = Jobs.kit("coordinator");
        time = ManualTime.get(kit.system());
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        node.close();
    }

    @AfterEach
    void stopActors() {
        kit.stop(coordinator);
        kit.system().receptionist().tell(Receptionist.deregister(WorkerMessage.SERVICE_KEY, worker.ref()));
    }

    @Test
    void shouldGreetWorkersAndTellTheJobOfThoseThatAnswer() {
        Hello hello = register();
        assertThat(hello.coordinatorName()).isEqualTo("here:1");
        assertThat(AeronNode.canShare(Path.of(hello.aeronDirectory()), hello.driverId()))
                .isTrue();
        CompletableFuture<TrainingResult> result = run();
        worker.expectNoMessage(Duration.ofMillis(50));
        introduce(hello, stranger);
        introduce(hello, worker);
        PrepareGeneration prepare = Jobs.awaitPrepare(time, worker);
        assertThat(prepare.member()).isZero();
        assertThat(prepare.job().dataFingerprint()).isEqualTo("data");
        stranger.expectNoMessage(Duration.ofMillis(50));
        assertThat(result).isNotDone();
    }

    @Test
    void shouldRunOneJobAtATime() {
        Hello hello = register();
        introduce(hello, worker);
        CompletableFuture<TrainingResult> result = run();
        int number = Jobs.awaitPrepare(time, worker).job().job();
        assertThatThrownBy(() -> run().get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a job is running already");
        coordinator.tell(new CoordinatorActor.AbortJob());
        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        worker.expectMessage(new EndJob(number));
    }

    @Test
    void shouldSayGoodbyeToAllWorkers() throws Exception {
        register();
        Goodbye goodbye = new Goodbye("done", false);
        CompletableFuture<Void> done = new CompletableFuture<>();
        coordinator.tell(new CoordinatorActor.Leave(goodbye, done));
        done.get(5, TimeUnit.SECONDS);
        worker.expectMessage(goodbye);
    }

    private Hello register() {
        kit.system().receptionist().tell(Receptionist.register(WorkerMessage.SERVICE_KEY, worker.ref()));
        return worker.expectMessageClass(Hello.class);
    }

    private static void introduce(Hello hello, TestProbe<WorkerMessage> probe) {
        hello.replyTo().tell(new Introduction(probe.ref(), "a worker", 2, true, "scalar"));
    }

    private CompletableFuture<TrainingResult> run() {
        CompletableFuture<TrainingResult> result = new CompletableFuture<>();
        coordinator.tell(new RunJob(
                Jobs.job(),
                "data",
                Placement.REPLICATE,
                1,
                Duration.ofSeconds(60),
                true,
                TrainingListener.NONE,
                result));
        return result;
    }
}
