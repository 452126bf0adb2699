package dev.tutti.coordinator.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.Receptionist;
import dev.tutti.coordinator.actor.CoordinatorActor.RunJob;
import dev.tutti.protocol.Build;
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
import dev.tutti.transport.Averaging;
import dev.tutti.transport.TransportKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CoordinatorActorTest {
    private static ActorTestKit kit;
    private static Jobs.Clock time;
    private static AeronNode node;

    private final TestProbe<WorkerMessage> worker = kit.createTestProbe();
    private final TestProbe<WorkerMessage> stranger = kit.createTestProbe();
    private final ActorRef<CoordinatorActor.Command> coordinator =
            kit.spawn(CoordinatorActor.create("here:1", Build.current(), node, Jobs.DATA_PLANE));

    @BeforeAll
    static void start() {
        node = AeronNode.launch(null);
        kit = Jobs.kit("coordinator");
        time = new Jobs.Clock(kit);
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
        coordinator.tell(new CoordinatorActor.AbortJob(result));
        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        worker.expectMessage(new EndJob(number));
    }

    @Test
    void shouldRunAJobThatComesWhileTheLastIsBeingEnded() {
        Hello hello = register();
        introduce(hello, worker);
        List<CompletableFuture<TrainingResult>> cancelled = new ArrayList<>();
        for (int turn = 0; turn < 20; turn++) {
            CompletableFuture<TrainingResult> result = run();
            cancelled.add(result);
            coordinator.tell(new CoordinatorActor.AbortJob(result));
        }
        CompletableFuture<TrainingResult> last = run();
        for (CompletableFuture<TrainingResult> one : cancelled) {
            assertThatThrownBy(() -> one.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        }
        assertThat(last).isNotDone();
        coordinator.tell(new CoordinatorActor.AbortJob(last));
        assertThatThrownBy(() -> last.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void shouldNotAbortTheNextJobWhenTheLastHasEnded() {
        Hello hello = register();
        introduce(hello, worker);
        CompletableFuture<TrainingResult> ended = run();
        coordinator.tell(new CoordinatorActor.AbortJob(ended));
        assertThatThrownBy(() -> ended.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        CompletableFuture<TrainingResult> next = run();
        coordinator.tell(new CoordinatorActor.AbortJob(ended));
        awaitGenerationOf(2);
        assertThat(next).isNotDone();
    }

    @Test
    void shouldRefuseWorkersOfOtherBuilds() {
        Hello hello = register();
        CompletableFuture<TrainingResult> result = run();
        assertThat(hello.build()).isEqualTo(Build.current());
        introduce(hello, worker, "p", new Build(Build.current().version(), Build.PROTOCOL + 1, 1));
        assertThat(worker.expectMessageClass(Goodbye.class))
                .satisfies(goodbye -> assertThat(goodbye.comeBack()).isFalse())
                .satisfies(goodbye -> assertThat(goodbye.reason()).endsWith("update the coordinator"));
        introduce(hello, worker, null, null);
        assertThat(worker.expectMessageClass(Goodbye.class).reason()).endsWith("update the worker");
        time.timePasses(Duration.ofSeconds(1));
        worker.expectNoMessage(Duration.ofMillis(50));
        assertThat(result).isNotDone();
    }

    /** Both come to a coordinator that was started again, in another order, one of them twice. */
    @Test
    void shouldTellTwoWorkersOfOneNameApart() {
        kit.system().receptionist().tell(Receptionist.register(WorkerMessage.SERVICE_KEY, stranger.ref()));
        try {
            Hello hello = register();
            stranger.expectMessageClass(Hello.class);
            introduce(hello, stranger);
            introduce(hello, worker);
            introduce(hello, stranger);
            CompletableFuture<TrainingResult> result = run();
            PrepareGeneration one = Jobs.awaitPrepare(time, worker);
            PrepareGeneration other = stranger.expectMessageClass(PrepareGeneration.class);
            assertThat(one.generation()).isEqualTo(other.generation());
            assertThat(List.of(one.member(), other.member())).containsExactlyInAnyOrder(0, 1);
            assertThat(result).isNotDone();
        } finally {
            kit.system().receptionist().tell(Receptionist.deregister(WorkerMessage.SERVICE_KEY, stranger.ref()));
        }
    }

    /** A process that joins anew before its end was noticed is one worker, not two of the same name. */
    @Test
    void shouldKnowAProcessThatComesBack() {
        Hello hello = register();
        introduce(hello, worker, "p", Build.current());
        introduce(hello, worker, "p", Build.current());
        CompletableFuture<TrainingResult> result = run();
        PrepareGeneration prepare = Jobs.awaitPrepare(time, worker);
        assertThat(prepare.member()).isZero();
        worker.expectNoMessage(Duration.ofMillis(50));
        assertThat(result).isNotDone();
    }

    /** Who is left out stays a worker that is here, of which the job is told nothing; until it is taken back. */
    @Test
    void shouldDoWithoutAWorkerThatIsLeftOut() throws Exception {
        Hello hello = register();
        introduce(hello, worker);
        String name = workers().get(0).name();
        assertThat(workers().get(0)).satisfies(one -> {
            assertThat(one.threads()).isPositive();
            assertThat(one.seconds()).isNotNegative();
            assertThat(one.leftOut()).isFalse();
        });

        assertThat(leaveOut(name, true)).isTrue();
        assertThat(workers().get(0).leftOut()).isTrue();
        CompletableFuture<TrainingResult> result = run();
        worker.expectNoMessage(Duration.ofMillis(50));
        assertThat(leaveOut(name, false)).isTrue();
        Jobs.awaitPrepare(time, worker);

        assertThat(leaveOut("nobody", true)).isFalse();
        assertThat(result).isNotDone();
    }

    private List<CoordinatorActor.WorkerView> workers() throws Exception {
        CompletableFuture<List<CoordinatorActor.WorkerView>> answer = new CompletableFuture<>();
        coordinator.tell(new CoordinatorActor.ListWorkers(answer));
        return answer.get(5, TimeUnit.SECONDS);
    }

    private boolean leaveOut(String name, boolean out) throws Exception {
        CompletableFuture<Boolean> known = new CompletableFuture<>();
        coordinator.tell(new CoordinatorActor.LeaveOut(name, out, known));
        return known.get(5, TimeUnit.SECONDS);
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

    /** Waits until the worker is told of a generation of this job. */
    private void awaitGenerationOf(int job) {
        int seen = 0;
        while (seen != job) {
            seen = Jobs.awaitPrepare(time, worker).job().job();
        }
    }

    private Hello register() {
        kit.system().receptionist().tell(Receptionist.register(WorkerMessage.SERVICE_KEY, worker.ref()));
        return worker.expectMessageClass(Hello.class);
    }

    private static void introduce(Hello hello, TestProbe<WorkerMessage> probe) {
        introduce(hello, probe, "process of " + probe.ref().path().name(), Build.current());
    }

    private static void introduce(Hello hello, TestProbe<WorkerMessage> probe, String process, Build build) {
        hello.replyTo()
                .tell(new Introduction(probe.ref(), process, build, "a worker", 2, true, TransportKind.AUTO, "scalar"));
    }

    private CompletableFuture<TrainingResult> run() {
        CompletableFuture<TrainingResult> result = new CompletableFuture<>();
        coordinator.tell(new RunJob(
                Jobs.job(),
                "data",
                Placement.REPLICATE,
                Averaging.AUTO,
                1,
                Duration.ofSeconds(60),
                true,
                TrainingListener.NONE,
                result));
        return result;
    }
}
