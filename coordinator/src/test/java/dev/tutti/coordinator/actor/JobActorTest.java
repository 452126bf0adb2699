package dev.tutti.coordinator.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import dev.tutti.coordinator.actor.JobActor.Worker;
import dev.tutti.protocol.CoordinatorMessage.Busy;
import dev.tutti.protocol.CoordinatorMessage.NotPrepared;
import dev.tutti.protocol.CoordinatorMessage.PeersLost;
import dev.tutti.protocol.CoordinatorMessage.Prepared;
import dev.tutti.protocol.CoordinatorMessage.WorkerFailed;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkInHand;
import dev.tutti.protocol.WorkerMessage;
import dev.tutti.protocol.WorkerMessage.EndJob;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.train.TrainingFailedException;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Averaging;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.TransportKind;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The life of a job with probes for workers, and a clock that the test turns. */
class JobActorTest {
    private static final int JOB = 9;
    private static final Duration GIVE_UP = Duration.ofSeconds(77);
    private static final Duration PREPARE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final AtomicLong JOINS = new AtomicLong();
    private static ActorTestKit kit;
    private static Jobs.Clock time;
    private static AeronNode node;

    private final TestProbe<WorkerMessage> first = kit.createTestProbe();
    private final TestProbe<WorkerMessage> second = kit.createTestProbe();
    private final Worker one = worker("first", first);
    private final Worker two = worker("second", second);
    private final CompletableFuture<TrainingResult> result = new CompletableFuture<>();
    private final BlockingQueue<String> waiting = new LinkedBlockingQueue<>();
    private ActorRef<JobActor.Command> actor;

    @BeforeAll
    static void start() {
        node = AeronNode.launch(null);
        kit = Jobs.kit("job");
        time = new Jobs.Clock(kit);
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        node.close();
    }

    @AfterEach
    void stopJob() {
        kit.stop(actor);
    }

    @Test
    void shouldPutAllWorkersInOneGeneration() {
        run(2, true);
        tell(one, two);
        PrepareGeneration toFirst = Jobs.awaitPrepare(time, first);
        PrepareGeneration toSecond = second.expectMessageClass(PrepareGeneration.class);
        assertThat(toSecond.generation()).isEqualTo(toFirst.generation());
        assertThat(toSecond.streams()).isEqualTo(toFirst.streams());
        assertThat(toFirst.member()).isZero();
        assertThat(toSecond.member()).isEqualTo(1);
        assertThat(toFirst.streams().ipc()).isTrue();
        assertThat(toFirst.job().job()).isEqualTo(JOB);
    }

    @Test
    void shouldWaitForAsManyWorkersAsItIsTold() throws InterruptedException {
        run(2, true);
        tell(one);
        assertThat(awaitReport()).isEqualTo("1 of 2");
        first.expectNoMessage(SHORT);
    }

    @Test
    void shouldLeaveOutAWorkerThatDoesNotAnswer() {
        run(2, true);
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        second.expectMessageClass(PrepareGeneration.class);
        answer(first, generation);
        time.timePasses(PREPARE_TIMEOUT);

        PrepareGeneration next = Jobs.awaitPrepare(time, first);

        assertThat(next.generation().number())
                .isGreaterThan(generation.generation().number());
        assertThat(next.generation().token())
                .isNotEqualTo(generation.generation().token());
        second.expectNoMessage(SHORT);
        assertThat(result).isNotDone();
    }

    @Test
    void shouldNotForgetThatAWorkerFailedWhenItComesBack() {
        run(1, true);
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        second.expectMessageClass(PrepareGeneration.class);
        generation.replyTo().tell(new NotPrepared(second.ref(), generation.generation(), "no room", false));
        PrepareGeneration alone = Jobs.awaitPrepare(time, first);
        tell(one);
        TestProbe<WorkerMessage> again = kit.createTestProbe();
        tell(
                one,
                new Worker(
                        again.ref(), JOINS.incrementAndGet(), two.process(), two.name(), 1, true, TransportKind.AUTO));
        time.timePasses(Duration.ofSeconds(4));
        again.expectNoMessage(SHORT);
        time.timePasses(Duration.ofSeconds(1));
        PrepareGeneration together = Jobs.awaitPrepare(time, again);
        assertThat(together.generation().number())
                .isGreaterThan(alone.generation().number());
        assertThat(together.member()).isEqualTo(1);
    }

    @Test
    void shouldBeginWithoutAWorkerThatIsBusyAndTakeItInWhenItIsFree() {
        run(2, true);
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        second.expectMessageClass(PrepareGeneration.class);
        answer(first, generation);
        generation.replyTo().tell(new Busy(second.ref(), generation.generation()));
        PrepareGeneration alone = Jobs.awaitPrepare(time, first);
        answer(first, alone);
        time.timePasses(Duration.ofMinutes(5));
        second.expectNoMessage(SHORT);
        answer(second, generation);
        assertThat(Jobs.awaitPrepare(time, second).member()).isEqualTo(1);
        assertThat(result).isNotDone();
    }

    @Test
    @Tag("faults")
    void shouldGoOnWithoutANewcomerForWhomNoStreamsCanBeOpened() throws Exception {
        // The first two are in one process with the coordinator's driver, the newcomer is not: UDP, whose port is
        // taken.
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            run(1, true, new DataPlaneSettings(TransportKind.AUTO, "127.0.0.1", taken.getLocalPort(), 1408));
            tell(one);
            answer(first, Jobs.awaitPrepare(time, first));
            Worker newcomer =
                    new Worker(second.ref(), JOINS.incrementAndGet(), "far", "far", 1, false, TransportKind.AUTO);
            tell(one, newcomer);
            PrepareGeneration next = Jobs.awaitPrepare(time, first);
            assertThat(next.streams().ipc()).isTrue();
            assertThat(next.member()).isZero();
            second.expectNoMessage(SHORT);
            assertThat(result).isNotDone();
        }
    }

    @Test
    void shouldFormANewGenerationWithoutAWorkerThatIsGone() {
        run(2, true);
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, second);
        first.expectMessageClass(PrepareGeneration.class);
        tell(two);
        PrepareGeneration next = Jobs.awaitPrepare(time, second);
        assertThat(next.member()).isZero();
        assertThat(next.generation()).isNotEqualTo(generation.generation());
        first.expectNoMessage(SHORT);
    }

    @Test
    void shouldNotHeedAnswersOfAnotherGeneration() throws InterruptedException {
        run(2, true);
        tell(one, two);
        PrepareGeneration old = Jobs.awaitPrepare(time, first);
        second.expectMessageClass(PrepareGeneration.class);
        tell(one);
        PrepareGeneration next = Jobs.awaitPrepare(time, first);
        next.replyTo().tell(new WorkerFailed(first.ref(), old.generation(), "too late to matter"));
        next.replyTo().tell(new NotPrepared(first.ref(), old.generation(), "too late to matter", false));
        answer(first, old);
        time.timePasses(PREPARE_TIMEOUT);
        assertThat(awaitReport()).as("the only worker has not answered in time").isEqualTo("0 of 1");
        first.expectNoMessage(SHORT);
    }

    @Test
    void shouldWaitWhenNoWorkerIsLeftAndGoOnWhenOneJoins() throws InterruptedException {
        run(1, true);
        tell(one);
        Jobs.awaitPrepare(time, first);
        tell();
        assertThat(awaitReport()).isEqualTo("0 of 1");
        tell(two);
        assertThat(Jobs.awaitPrepare(time, second).member()).isZero();
        assertThat(result).isNotDone();
    }

    @Test
    void shouldGoOnWithoutAWorkerThatFails() {
        run(2, true);
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        second.expectMessageClass(PrepareGeneration.class);
        answer(first, generation);
        answer(second, generation);
        generation.replyTo().tell(new WorkerFailed(second.ref(), generation.generation(), "out of order"));
        Jobs.awaitPrepare(time, first);
        second.expectNoMessage(SHORT);
        assertThat(result).isNotDone();
    }

    @Test
    void shouldLeaveOutALostMemberForAWhileThatGetsLonger() {
        run(2, true);
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, second);
        for (int seconds = 30; seconds <= 60; seconds *= 2) {
            first.expectMessageClass(PrepareGeneration.class);
            answer(first, generation);
            answer(second, generation);
            int number = generation.generation().number();
            actor.tell(new JobActor.Lost(number - 1, List.of(0), "too late to matter"));
            actor.tell(new JobActor.Lost(number, List.of(1), "nothing comes from it"));
            answer(first, Jobs.awaitPrepare(time, first));
            time.timePasses(Duration.ofSeconds(seconds - 5));
            second.expectNoMessage(SHORT);
            time.timePasses(Duration.ofSeconds(5));
            generation = Jobs.awaitPrepare(time, second);
        }
        assertThat(generation.member()).isEqualTo(1);
    }

    /** That shows at once, and the worker is tried again soon: its process may be a new one. */
    @Test
    void shouldGoOnWithoutAMemberWhoseConnectionsHaveEnded() {
        run(2, true);
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        second.expectMessageClass(PrepareGeneration.class);
        answer(first, generation);
        answer(second, generation);
        int number = generation.generation().number();
        actor.tell(new JobActor.BrokenOff(number - 1, List.of(0), "too late to matter"));
        actor.tell(new JobActor.BrokenOff(number, List.of(1), "it closed the connection"));
        answer(first, Jobs.awaitPrepare(time, first));
        second.expectNoMessage(SHORT);
        time.timePasses(Duration.ofSeconds(5));
        assertThat(Jobs.awaitPrepare(time, second).member()).isEqualTo(1);
    }

    @Test
    void shouldTakeTcpWhereAMemberInsistsOnIt() {
        run(2, true);
        Worker far =
                new Worker(second.ref(), JOINS.incrementAndGet(), "process of far", "far", 1, false, TransportKind.TCP);
        tell(one, far);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        assertThat(generation.streams().carriers()).isEqualTo(Carriers.TCP);
        assertThat(generation.streams().tcpEndpoint()).startsWith("127.0.0.1:");
        assertThat(generation.streams().gradientEndpoint()).isEmpty();
    }

    @Test
    void shouldGiveTheOnlyWorkerAnotherChance() {
        run(1, true);
        tell(one);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        generation.replyTo().tell(new NotPrepared(first.ref(), generation.generation(), "no room", false));
        first.expectNoMessage(SHORT);
        time.timePasses(Duration.ofSeconds(4));
        first.expectNoMessage(SHORT);
        time.timePasses(Duration.ofSeconds(1));
        Jobs.awaitPrepare(time, first);
    }

    @Test
    @Tag("faults")
    void shouldGiveUpWhenEveryWorkerFailsAgainAndAgain() {
        run(1, true);
        tell(one);
        for (int failure = 1; failure <= 6; failure++) {
            PrepareGeneration generation = Jobs.awaitPrepare(time, first, Duration.ofSeconds(1));
            generation.replyTo().tell(new WorkerFailed(first.ref(), generation.generation(), "out of memory"));
        }
        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("every worker failed 6 times, the last because: out of memory");
        first.expectMessage(new EndJob(JOB));
    }

    @Test
    void shouldFailWithAWorkerWhereItIsNotElastic() {
        run(2, false);
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        second.expectMessageClass(PrepareGeneration.class);
        generation.replyTo().tell(new WorkerFailed(second.ref(), generation.generation(), "out of order"));
        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("worker second: out of order");
        first.expectMessage(new EndJob(JOB));
        second.expectMessage(new EndJob(JOB));
    }

    @Test
    void shouldGiveUpWithoutWorkers() {
        run(2, true);
        tell(one);
        for (int i = 0; !result.isDone() && i < 50; i++) {
            time.timePasses(Duration.ofSeconds(10));
        }
        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("1 of 2 worker processes came within 77 s");
        first.expectNoMessage(SHORT);
    }

    @Test
    void shouldOpenItsStreamsAgainUntilItCan() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            run(1, true, udp(taken.getLocalPort()));
            tell(one);
            time.timePasses(Duration.ofSeconds(1));
            first.expectNoMessage(SHORT);
            time.timePasses(Duration.ofSeconds(1));
            first.expectNoMessage(SHORT);
        }
        time.timePasses(Duration.ofSeconds(1));
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        assertThat(generation.streams().ipc()).isFalse();
        assertThat(result).isNotDone();
    }

    @Test
    void shouldFailWhenItCanNeverOpenItsStreams() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            run(1, true, udp(taken.getLocalPort()));
            tell(one);
            for (int turn = 0; !result.isDone() && turn < 500; turn++) {
                time.timePasses(Duration.ofSeconds(1));
                first.expectNoMessage(Duration.ofMillis(10));
            }
            assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(TrainingFailedException.class)
                    .hasMessageContaining("cannot be opened, tried 30 times: ")
                    .hasMessageContaining("" + taken.getLocalPort());
        }
    }

    /** Aeron closes the client of a process that stood still for too long. */
    @Test
    void shouldGoOnWithANewAeronClientWhenTheLastIsClosed() {
        run(1, true);
        tell(one);
        answer(first, Jobs.awaitPrepare(time, first));
        node.aeron().close();
        tell(one, two);
        PrepareGeneration next = Jobs.awaitPrepare(time, first);
        assertThat(next.streams().ipc()).isTrue();
        assertThat(second.expectMessageClass(PrepareGeneration.class).generation())
                .isEqualTo(next.generation());
        assertThat(result).isNotDone();
    }

    @Test
    void shouldEndWhenAborted() {
        run(1, true);
        tell(one);
        Jobs.awaitPrepare(time, first);
        actor.tell(new JobActor.Abort());
        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        first.expectMessage(new EndJob(JOB));
    }

    @Test
    void shouldEndItsResultWhenStopped() {
        run(1, true);
        kit.stop(actor);
        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the coordinator was stopped");
    }

    /** Whatever kills the actor, workers must not go on computing for a job that is no more. */
    @Test
    void shouldTellTheWorkersWhenItDiesByAnException() {
        AtomicBoolean broken = new AtomicBoolean();
        actor = kit.spawn(JobActor.create(
                setup(1, true, new TrainingListener() {}), node, Jobs.DATA_PLANE, new AtomicInteger(), () -> {
                    if (broken.get()) {
                        throw new IllegalStateException("the clock is broken");
                    }
                    return time.getAsLong();
                }));
        tell(one);
        Jobs.awaitPrepare(time, first);
        broken.set(true);
        tell(one, two);
        first.expectMessage(new EndJob(JOB));
        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the coordinator was stopped");
    }

    @Test
    void shouldTurnAwayAWorkerWithoutRoomForLongerThanOneThatFailed() {
        run(2, true);
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        second.expectMessageClass(PrepareGeneration.class);
        generation.replyTo().tell(new NotPrepared(second.ref(), generation.generation(), "no room", true));
        answer(first, Jobs.awaitPrepare(time, first));
        time.timePasses(Duration.ofSeconds(25));
        second.expectNoMessage(SHORT);
        time.timePasses(Duration.ofSeconds(5));
        assertThat(Jobs.awaitPrepare(time, second).member()).isEqualTo(1);
    }

    /** Once may be somebody's death, of which nobody knows yet. */
    @Test
    void shouldEndWhereMembersThatAreToAverageCannotReachEachOtherAgainAndAgain() {
        actor = kit.spawn(JobActor.create(
                setup(2, true, Averaging.MEMBERS, new TrainingListener() {}),
                node,
                Jobs.DATA_PLANE,
                new AtomicInteger(),
                time));
        tell(one, two);
        PrepareGeneration generation = Jobs.awaitPrepare(time, first);
        second.expectMessageClass(PrepareGeneration.class);
        assertThat(generation.shares().members()).isEqualTo(2);
        assertThat(generation.streams().carriers().vectorsByTcp()).isTrue();
        generation.replyTo().tell(new PeersLost(first.ref(), generation.generation(), false, "nobody is there"));

        PrepareGeneration next = Jobs.awaitPrepare(time, first);
        assertThat(next.generation()).isNotEqualTo(generation.generation());
        assertThat(next.shares()).isEqualTo(generation.shares());
        assertThat(result).isNotDone();
        next.replyTo().tell(new PeersLost(first.ref(), next.generation(), false, "nobody is there"));

        assertThatThrownBy(() -> result.get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("cannot reach each other: nobody is there; let TCP through");
    }

    private void run(int waitWorkers, boolean elastic) {
        run(waitWorkers, elastic, Jobs.DATA_PLANE);
    }

    private void run(int waitWorkers, boolean elastic, DataPlaneSettings dataPlane) {
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onWaiting(int present, int needed) {
                waiting.add(present + " of " + needed);
            }
        };
        actor = kit.spawn(
                JobActor.create(setup(waitWorkers, elastic, listener), node, dataPlane, new AtomicInteger(), time));
    }

    private JobActor.Setup setup(int waitWorkers, boolean elastic, TrainingListener listener) {
        return setup(waitWorkers, elastic, Averaging.AUTO, listener);
    }

    private JobActor.Setup setup(int waitWorkers, boolean elastic, Averaging averaging, TrainingListener listener) {
        return new JobActor.Setup(
                JOB,
                Jobs.job(),
                "data",
                Placement.REPLICATE,
                averaging,
                waitWorkers,
                GIVE_UP,
                elastic,
                listener,
                result);
    }

    private static DataPlaneSettings udp(int port) {
        return new DataPlaneSettings(TransportKind.UDP, "127.0.0.1", port, 1408);
    }

    private void tell(Worker... present) {
        actor.tell(new JobActor.Workers(List.of(present)));
    }

    private static Worker worker(String name, TestProbe<WorkerMessage> probe) {
        return new Worker(
                probe.ref(), JOINS.incrementAndGet(), "process of " + name, name, 1, true, TransportKind.AUTO);
    }

    /** What the listener is told of the workers that are waited for. */
    private String awaitReport() throws InterruptedException {
        String report = null;
        for (int turn = 0; report == null && turn < 50; turn++) {
            time.timePasses(Duration.ofSeconds(2));
            report = waiting.poll(20, TimeUnit.MILLISECONDS);
        }
        return report;
    }

    private static void answer(TestProbe<WorkerMessage> worker, PrepareGeneration to) {
        to.replyTo().tell(new Prepared(worker.ref(), to.generation(), "", "", "", true, WorkInHand.NONE));
    }
}
